"""Questions with their answers turned into statements, in English, German and Spanish; those no rule fits are left."""

from __future__ import annotations

import re


def _listed(words: str) -> list[str]:
    return words.split()


_PAST = dict(
    pair.split("/")
    for pair in _listed(
        "begin/began become/became win/won lose/lost make/made take/took give/gave get/got go/went "
        "come/came see/saw "
        "know/knew find/found think/thought say/said tell/told leave/left feel/felt bring/brought buy/bought "
        "build/built send/sent spend/spent keep/kept hold/held write/wrote stand/stood hear/heard "
        "let/let mean/meant "
        "meet/met run/ran pay/paid sit/sat speak/spoke lie/lay lead/led read/read grow/grew fall/fell rise/rose "
        "fight/fought teach/taught catch/caught draw/drew drive/drove choose/chose break/broke "
        "throw/threw wear/wore "
        "sing/sang do/did have/had put/put set/set cut/cut cost/cost hit/hit sell/sold show/showed deal/dealt "
        "withdraw/withdrew overthrow/overthrew sink/sank bear/bore"
    )
)
_NAME = r"(?:the |The )?(?:[A-Z][\w.'’-]*)(?: (?:of |the |de |von )?[A-Z0-9][\w.'’-]*)*(?:['’]s? \w+)?"
_SUBJECT = rf"(?P<subject>{_NAME}|the \w+|he|she|it|they)"


def statement(question: str, answer: str, language: str) -> str:
    """One sentence that says what question and answer say together; "" where no rule fits."""
    question = " ".join(question.strip(" ?¿").split())
    answer = answer.strip(" .,;")
    rules = {"en": _english, "de": _german, "es": _spanish}[language]
    made = rules(question, answer)
    return made[0].upper() + made[1:] + "." if made else ""


def _english(question: str, answer: str) -> str:
    for rule in (_who_did, _how_many, _identity, _when_did, _when_was, _left_in_place, _which):
        made = rule(question, answer)
        if made:
            return made
    return ""


def _who_did(question: str, answer: str) -> str:
    found = re.match(
        r"(?:Who|What|Which \w+) (?!did|do|does|is|was|are|were|has|had|can|could|would|will)(\w+.*)", question
    )
    if found and re.match(
        r"(?:\w+ed|\w+s|\w+n|led|won|had|made|held|wrote|built|took|gave|sang|lost) ", found.group(1)
    ):
        return f"{answer} {found.group(1)}"
    found = re.match(
        r"(?:Who|What) ((?:has|had|can|could|would|will|was|is|were|are) (?:been |not )?\w+(?:ed|en|n|t) .*)", question
    )
    return f"{answer} {found.group(1)}" if found else ""


def _how_many(question: str, answer: str) -> str:
    found = re.match(
        r"How many ((?:[\w-]+ ){1,4}?)((?:are|were|was|is|have|has|had|can|live[sd]?|took|make|made|won) .*)", question
    )
    if not found or re.search(r"\b(did|does|do)\b", question):
        return ""
    verb = found.group(2).split()
    if verb[0] in ("are", "were", "was", "is") and len(verb) > 1 and verb[1] in ("there", "in", "on", "at"):
        place = " ".join(word for word in verb[1:] if word != "there")
        return f"there {verb[0]} {_counted(answer, found.group(1))} {place}"
    if verb[0] in ("have", "has", "had", "can") and not verb[1].endswith("ed"):
        return ""
    return f"{_counted(answer, found.group(1))} {found.group(2)}"


def _counted(answer: str, noun: str) -> str:
    words = noun.strip()
    return answer if words.split()[-1][:4].lower() in answer.lower() else f"{answer} {words}"


def _identity(question: str, answer: str) -> str:
    found = re.match(r"(?:What|Who) (is|was|are|were) ((?:the|The|an?) .*|[A-Z].*['’]s? .*)", question)
    if not found or re.search(r"\b(used for|called|doing|known as|about|for|of|in|on|by|to)$", question):
        found = re.match(r"What (is|was|are|were) (.*) (called|known as|named)$", question)
        return f"{found.group(2)} {found.group(1)} {found.group(3)} {answer}" if found else ""
    return f"{found.group(2)} {found.group(1)} {answer}"


def _when_did(question: str, answer: str) -> str:
    found = re.match(
        rf"(When|Where|In what \w+|In which \w+|What year|What) did {_SUBJECT} (\w+)(?P<rest>.*)", question
    )
    if not found:
        return ""
    subject, verb, rest = found.group("subject"), found.group(3), found.group("rest")
    if not verb.islower() or re.search(r"\b(from|to|with|as|for|of|by|in|on|at)$", rest):
        return ""
    if found.group(1) == "What":
        return f"{subject} {past(verb)} {answer}{rest}"
    return f"{subject} {past(verb)}{rest} {_when(answer, found.group(1))}"


def _when_was(question: str, answer: str) -> str:
    found = re.match(
        rf"(When|Where|In what \w+|In which \w+|What year) (was|were|is) {_SUBJECT} (?P<rest>\w+.*)", question
    )
    if not found or not found.group("rest")[0].islower():
        return ""
    return f"{found.group('subject')} {found.group(2)} {found.group('rest')} {_when(answer, found.group(1))}"


def _when(answer: str, asked: str) -> str:
    if re.match(
        r"(in|on|at|by|from|during|between|after|before|since|near|around|about|until|under|inside|within)\b",
        answer,
        re.I,
    ):
        return answer[0].lower() + answer[1:]
    day = re.match(
        r"(?:\w+day|January|February|March|April|May|June|July|August|September|October|November|"
        r"December) \d|\d+ [A-Z]",
        answer,
    )
    return f"{'on' if day else 'in'} {answer}"


def _left_in_place(question: str, answer: str) -> str:
    found = re.match(r"(.{12,}) (?:of |in |by |at |to |for )?(?:what|whom|which \w+|what \w+)$", question)
    if not found or question.split()[0] in ("What", "Who", "Which", "How", "When", "Where", "Why", "In"):
        return ""
    before = re.search(r"(of|in|by|at|to|for) \w+(?: \w+)?$", question)
    link = f"{before.group(1)} " if before else ""
    return f"{found.group(1)} {link}{answer}"


def _which(question: str, answer: str) -> str:
    found = re.match(
        r"(?:What|Which) (\w+) ((?:was|is|were|are|has|had|led|won|helped|made|caused|\w+ed|\w+s) .*)", question
    )
    if not found or found.group(1) in (
        "did",
        "do",
        "does",
        "is",
        "was",
        "are",
        "were",
        "has",
        "had",
        "year",
        "kind",
        "type",
    ):
        return ""
    return f"{answer} {found.group(2)}"


def past(verb: str) -> str:
    """The past of an English verb."""
    if verb in _PAST:
        return _PAST[verb]
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeou":
        return verb[:-1] + "ied"
    return verb + "ed"


def _german(question: str, answer: str) -> str:
    # The verb is second in German: the answer takes the place of what was asked.
    for pattern, before in (
        (r"(?:Wer|Was) (?=\w+(?:te|t|en|ab|ieß|ing|ard|ar|urde|at|ist)\b)", ""),
        (r"Wie viele (?P<noun>\w+) ", ""),
        (r"Wann ", "im Jahr "),
        (r"(?:In welchem Jahr) ", "im Jahr "),
        (r"Welche[rs]? (?P<noun>[A-ZÄÖÜ]\w+) ", ""),
        (r"Wo (?=\w+ )", ""),
    ):
        found = re.match(pattern, question)
        if not found:
            continue
        rest = question[found.end() :]
        lead = before if re.fullmatch(r"\d{4}", answer) else ""
        noun = found.groupdict().get("noun") or ""
        if "Wie viele" in found.group() and noun.lower()[:4] not in answer.lower():
            return f"{answer} {noun} {rest}"
        return f"{lead}{answer} {rest}"
    return ""


def _spanish(question: str, answer: str) -> str:
    for pattern, lead in (
        (r"(?:Quién|Quiénes|Qué) (?=(?:\w+ó|fue|era|es|son|fueron|tiene|ganó|hizo|\w+aron|\w+ieron)\b)", ""),
        (r"Cu[aá]ntos (?P<noun>\w+) ", ""),
        (r"Cu[aá]ntas (?P<noun>\w+) ", ""),
        (r"Cuándo ", "en "),
        (r"(?:En qué año) ", "en "),
        (r"Dónde ", ""),
    ):
        found = re.match(pattern, question)
        if not found:
            continue
        rest = question[found.end() :]
        noun = found.groupdict().get("noun") or ""
        if noun and noun.lower()[:4] not in answer.lower():
            return f"{answer} {noun} {rest}"
        return (lead if re.fullmatch(r"\d{4}", answer) else "") + f"{answer} {rest}"
    found = re.match(r"(?:Cuál|Cuáles) (es|fue|era|son|fueron) (.*)", question)
    return f"{found.group(2)} {found.group(1)} {answer}" if found else ""
