"""How people really type: in a hurry, on a phone, politely, angrily, in a second language."""

from __future__ import annotations

import random

KEYS_NEAR = {
    "a": "qsz", "b": "vgn", "c": "xvd", "d": "sfe", "e": "wrd", "f": "dgr", "g": "fht", "h": "gjy", "i": "uok",
    "j": "hku", "k": "jli", "l": "kop", "m": "nk", "n": "bmh", "o": "ipl", "p": "ol", "q": "wa", "r": "etf",
    "s": "adw", "t": "ryg", "u": "yij", "v": "cbf", "w": "qes", "x": "zcs", "y": "tuh", "z": "xas",
}  # fmt: skip
SOUNDS = (
    ("ea", "ee"), ("ie", "ei"), ("ei", "ie"), ("ph", "f"), ("ck", "k"), ("ght", "t"), ("tion", "shun"), ("ll", "l"),
    ("ss", "s"), ("tt", "t"), ("mm", "m"), ("ee", "ea"), ("ou", "u"), ("th", "t"), ("wh", "w"), ("kn", "n"),
    ("c", "k"), ("s", "z"), ("er", "ar"), ("able", "ible"), ("ent", "ant"), ("e", ""), ("y", "ie"), ("gu", "g"),
)  # fmt: skip
SHORT = {
    "you": "u", "are": "r", "please": "pls", "how": "hw", "what": "wat", "to": "2", "for": "4", "the": "da",
    "because": "cuz", "do not": "dont", "i am": "im", "cannot": "cant", "with": "w", "and": "n", "your": "ur",
    "thanks": "thx", "message": "msg", "messages": "msgs", "people": "ppl", "this": "dis", "that": "dat",
    "want": "wanna", "going to": "gonna", "without": "w/o", "why": "y", "okay": "k", "internet": "net",
    "documents": "docs", "document": "doc", "application": "app", "conversation": "convo", "picture": "pic",
}  # fmt: skip
ARTICLES = {"a", "an", "the", "my", "is", "are", "do", "does", "to", "it", "of", "me", "be", "am", "have", "this"}
GREETINGS = (
    "hi", "hello", "hey", "hello there", "good morning", "good evening", "dear guide", "hi guide", "excuse me", "sorry",
    "ok", "so", "well", "um", "please", "hey there", "good day", "hello dear helper", "dear sir or madam",
    "sorry to bother you", "forgive me", "one question", "quick question", "i have a question", "a question please",
    "may i ask", "could you please tell me", "can you tell me", "would you be so kind to tell me", "i was wondering",
    "i would like to know", "i'd like to know", "tell me", "please tell me", "i wonder", "do you know", "explain please",
    "i am not very good with computers", "i am 74 years old and new to this", "my grandson installed this for me",
    "i just installed this", "i'm new here", "i am a beginner", "my daughter told me to ask you", "maybe a silly question",
    "this may be a silly question but", "i hope you can help me", "i'm sorry if this is a stupid question but",
    "i have been trying this all morning and", "if it is not too much trouble", "i have just opened the program and",
    "as a retired teacher i am curious", "thank you for being here", "hope you are well", "i really enjoy this program",
    "i am not a technical person", "could you kindly explain", "might i ask", "i should be most grateful to learn",
    "would it be possible to tell me", "i don't quite understand", "pardon my ignorance", "i wanted to ask",
)  # fmt: skip
THANKS = (
    "please", "thanks", "thank you", "thank you very much", "thanks in advance", "thank you in advance", "pls", "thx",
    "many thanks", "i would be grateful", "kind regards", "best wishes", "thank you so much for your patience", "cheers",
    "if you don't mind", "if possible", "that would be lovely", "with kind regards anna", "have a nice day", "ty",
    "i appreciate your help", "you are very kind", "thank you for your help", "sorry for the trouble", "bless you",
)  # fmt: skip
ANGER = (
    "for god's sake", "damn it", "wtf", "what the hell", "seriously", "omg", "come on", "oh my god", "jesus", "argh",
    "this is ridiculous", "this is driving me crazy", "i am so angry", "i've had enough", "unbelievable", "ffs", "ugh",
    "stupid thing", "stupid app", "stupid computer", "this stupid program", "you useless thing", "you piece of junk",
    "are you kidding me", "what a joke", "hello is anybody there", "just tell me", "answer me", "for the third time",
    "i asked three times already", "why is this so hard", "how hard can it be", "i am losing my mind", "now", "quick",
    "i don't have all day", "i have no time for this", "i'm sick of this", "this is a nightmare", "what is this crap",
    "don't give me excuses", "no nonsense please", "and don't lie to me", "great just great", "oh wonderful", "bloody",
    "i swear", "i will throw this computer out of the window", "damn", "hell", "who designed this", "pathetic",
    "i want an answer", "what the heck", "honestly", "are you serious", "i'm fed up", "ridiculous", "terrible",
)  # fmt: skip
ENDINGS = (
    "i wonder", "asking for a friend", "on my mac", "on my laptop", "on my computer", "in this app", "here", "in hearth",
    "in this program", "right now", "again", "somehow", "actually", "really", "then", "too", "exactly", "today", "guys",
    "quickly", "easily", "i don't get it", "help", "help me", "lol", "anyone", "i can't figure it out", "no idea",
    "because i don't know", "as a beginner", "in simple words", "without a technician", "if yes how", "or not", "bro",
)  # fmt: skip
# Endings that would make a question about something else into one about the app.
NOT_WITH_OTHER = {"in this app", "here", "in hearth", "in this program"}


def _typo(word: str, chance: random.Random) -> str:
    if len(word) < 3:
        return word
    at = chance.randrange(len(word) - 1)
    kind = chance.randrange(6)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    if kind == 3:
        return word[:at] + chance.choice(KEYS_NEAR.get(word[at], word[at])) + word[at + 1 :]
    if kind == 4:
        found = [(sound, other) for sound, other in SOUNDS if sound in word]
        if found:
            sound, other = chance.choice(found)
            return word.replace(sound, other, 1)
    vowels = [place for place in range(1, len(word)) if word[place] in "aeiou"]
    if vowels:
        place = chance.choice(vowels)
        return word[:place] + chance.choice(["", chance.choice("aeiou")]) + word[place + 1 :]
    return word


def misspelled(text: str, chance: random.Random, rate: float) -> str:
    """Slips of the fingers, spelling by ear and the short forms of phones in about ``rate`` of the words."""
    words = [SHORT.get(word, word) if chance.random() < rate / 2 else word for word in text.split()]
    words = [_typo(word, chance) if chance.random() < rate else word for word in words]
    if len(words) > 2 and chance.random() < rate:
        at = chance.randrange(len(words) - 1)
        words[at : at + 2] = [words[at] + words[at + 1]]
    return " ".join(words)


def second_language(text: str, chance: random.Random) -> str:
    """Small words are missing, wrong or in another place."""
    words = []
    for word in text.split():
        if word in ARTICLES and chance.random() < 0.45:
            if chance.random() < 0.25:
                words.append(chance.choice(sorted(ARTICLES)))
            continue
        words.append(word)
    if len(words) > 3 and chance.random() < 0.35:
        at = chance.randrange(len(words) - 1)
        words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words) or text


def _keywords(text: str, chance: random.Random) -> str:
    words = [word for word in text.split() if word not in ARTICLES or chance.random() < 0.2]
    return " ".join(words) or text


def _wrapped(text: str, chance: random.Random, *, about_app: bool) -> str:
    """Politeness, anger or a few idle words around the question."""
    kind = chance.random()
    if kind < 0.4:
        before = [chance.choice(GREETINGS) for _ in range(chance.choice((0, 1, 1, 2)))]
        after = [chance.choice(THANKS)] if chance.random() < 0.5 else []
    elif kind < 0.7:
        before = [chance.choice(ANGER) for _ in range(chance.choice((0, 1, 1, 2)))]
        after = [chance.choice(ANGER)] if chance.random() < 0.5 else []
    else:
        before = []
        endings = ENDINGS if about_app else [ending for ending in ENDINGS if ending not in NOT_WITH_OTHER]
        after = [chance.choice(endings)]
    return " ".join([*before, text, *after])


def as_typed(text: str, chance: random.Random, *, wrap: bool, about_app: bool) -> str:
    """A question as some person might type it. With ``wrap`` idle words may stand around it."""
    text = text.lower()
    if wrap and chance.random() < 0.35:
        text = _wrapped(text, chance, about_app=about_app)
    kind = chance.random()
    if kind < 0.4:
        text = misspelled(text, chance, chance.choice((0.1, 0.25, 0.5)))
    elif kind < 0.52:
        text = second_language(text, chance)
    elif kind < 0.6 and wrap:
        text = _keywords(text, chance)
    words = text.split()
    if len(words) > 4 and chance.random() < 0.1:
        del words[chance.randrange(len(words))]
    return " ".join(words)
