"""Which script a letter is of, where words begin and end in it, and which language a text is probably in."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, lru_cache

# Written without spaces, one or two letters a word: Han, Kana, Hangul, Bopomofo and their half-width forms.
CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3031-\u3035\u3041-\u30ff\u3105-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# Written without spaces, several letters a word: Thai, Lao, Myanmar, Khmer.
UNSPACED = "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ebd\u0ec0-\u0ecd\u1000-\u103f\u1050-\u109f\u1780-\u17d3"
# Marks that Python's \w leaves out, yet belong to the word they stand in (vowel signs of Indic scripts, points of
# Hebrew and Arabic, joiners); the two dandas of Devanagari are full stops and stay outside.
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u0900-\u0903\u093a-\u094f\u0951-\u0957"
    "\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u09d7\u09e2\u09e3\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a81-\u0a83"
    "\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83"
    "\u0cbc-\u0cd6\u0d00-\u0d03\u0d3b-\u0d4d\u0d57\u0d82\u0d83\u0dca-\u0ddf\u0f35-\u0f39\u0f71-\u0f84\u200c\u200d\u00ad"
)
THOUSANDS = r"(?<![\d.,])\d{1,3}(?:[.,\u00a0\u202f']\d{3})+(?![\d])"

# A number with thousands marks is one word; "3.5" and a date are several. Most texts need none of the rare letters, and
# most of those no accent: three patterns, the later ten times slower than the first.
_ASCII_WORD = re.compile(rf"[A-Za-z]+|{THOUSANDS}|\d+", re.ASCII)
_ASCII_NUMBER = re.compile(r"\d(?:(?<![\d.,].)\d{0,2}(?:[.,']\d{3})+(?!\d)|\d*)", re.ASCII)
_NOT_LETTERS_BLANK = bytes(code if chr(code).isalpha() and code < 128 else 32 for code in range(256))
_PLAIN_WORD = re.compile(rf"[^\W\d_]+|{THOUSANDS}|\d+")
_ANY_WORD = rf"{THOUSANDS}|\d+|[{CJK}]+|[{UNSPACED}]+|(?:(?![{CJK}{UNSPACED}])[^\W_\d]|[{MARKS}])+"
_RARE = f"[{CJK}{UNSPACED}{MARKS}]"
_LATIN_LETTER = re.compile("[A-Za-z]")
_LETTER = re.compile(r"[^\W\d_]")
# First and last letter of each run; no letter is of two scripts.
_SCRIPTS = {
    "latin": ("AZ", "az", "\u00c0\u024f", "\u1e00\u1eff"),
    "cyrillic": ("\u0400\u052f",),
    "greek": ("\u0370\u03ff", "\u1f00\u1fff"),
    "arabic": ("\u0600\u06ff", "\u0750\u077f", "\ufb50\ufdff", "\ufe70\ufefe"),
    "hebrew": ("\u0590\u05ff",),
    "devanagari": ("\u0900\u097f",),
    "tamil": ("\u0b80\u0bff",),
    "armenian": ("\u0530\u058f",),
    "thai": ("\u0e00\u0e7f",),
    "kana": ("\u3040\u30ff",),
    "hangul": ("\u1100\u11ff", "\uac00\ud7af"),
    "han": ("\u3400\u4dbf", "\u4e00\u9fff"),
}
_KNOWN_LETTERS = 20_000
_ONE_LANGUAGE = {
    "greek": "el",
    "hebrew": "he",
    "tamil": "ta",
    "armenian": "hy",
    "thai": "th",
    "kana": "ja",
    "hangul": "ko",
    "han": "zh",
}

# The commonest words of each language: they tell the language, and a question does not search for them.
# A text too short to tell is more probably in this one.
_COMMONEST_LANGUAGE = {"cyrillic": "ru", "arabic": "ar", "devanagari": "hi"}

_COMMON = {
    "en": "the of and to in is was for that on as with by it at from are be this which or an were has have had"
    " not but"
    " his her their its what who how when where why did does do many much can will would there than other been",
    "de": "der die das und in den von zu mit ist des auf für im dem nicht ein eine als auch es an werden aus er"
    " hat dass"
    " sie nach wird bei einer um am sind noch wie einem über einen so zum war was wer wann wo warum welche welcher"
    " welches viele wurde wurden durch oder kann",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ou son"
    " cette aux ses être d l qu n s quel quelle quels quelles comment quand combien où pourquoi été ont était",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha este sí"
    " porque esta entre cuando muy sin sobre qué quién cuál cuáles cuánto cuántos dónde cómo cuándo fue era son",
    "it": "di e il la che in a per un del non è una i con le si da sono come al lo dei più gli alla nel della"
    " anche su"
    " o ma ha delle cosa chi quando dove quale quali quanti quante perché era stato l dell nella",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua"
    " ou quando"
    " muito nos já eu também só pelo pela até isso qual quais quem onde foi são era quantos",
    "nl": "de het een en van in is dat op te zijn met voor niet aan er om ook als dan maar bij of uit nog naar"
    " heeft ze"
    " hij was werd door wordt wat wie waar wanneer hoe welke hoeveel deze die tot",
    "sv": "och i att det som en på är av för med den till inte har de ett om var men så sig från vid kan han"
    " eller när"
    " vad vem hur vilken vilka många sin ut också då under efter",
    "da": "og i at det som en på er af for med den til ikke har de et om var men så sig fra ved kan han eller"
    " når hvad"
    " hvem hvor hvordan hvilken hvilke mange blev efter også der",
    "no": "og i at det som en på er av for med den til ikke har de et om var men så seg fra ved kan han eller når hva"
    " hvem hvor hvordan hvilken hvilke mange ble etter også der",
    "fi": "ja on ei että se oli hän mutta ovat myös kuin joka sen tai niin mukaan ole kun olla mikä kuka missä"
    " milloin"
    " miten kuinka mitä jotka hänen sekä voi",
    "ro": "de și în a la cu pe care nu din o un este mai ce pentru să se au fost sunt că prin al ale lui sau"
    " după până"
    " cel cea cine când unde cum câte câți cât era dar cei iar l",
    "hu": "a az és hogy nem is egy ez volt meg de csak azt ki mint már vagy el még ha van mi mely amely melyik"
    " mikor hol"
    " hogyan hány milyen által után ezt lett",
    "tr": "ve bir bu da de için ile olarak çok daha en olan ne gibi sonra kadar ise veya her kim nasıl nerede"
    " hangi kaç"
    " neden mi mı mu mü değil oldu olduğu ya var tarafından nedir kimdir göre",
    "pl": "w i na z do się nie że to jest o jak po od za przez co dla są ale czy być oraz jego tym który która które"
    " kto kiedy gdzie ile jaki jaka jakie był była było",
    "cs": "a v se na je že s z do o to i jako za který která které pro jsou po od ale by byl byla bylo kdo kdy"
    " kde kolik"
    " jak jaký co nebo ve také",
    "vi": "và của là có các được cho trong một những với không người này từ đã để khi đến về ở như vào tại hay nào ai"
    " gì đâu bao nhiêu sao thế cũng bởi ra theo trên",
    "id": "yang dan di dari ini untuk dengan itu dalam tidak adalah pada ke oleh akan juga sebagai ada atau apa siapa"
    " kapan bagaimana berapa mana telah dapat karena lebih tersebut",
    "ca": "de la i el que a en les els per un una amb del és no al es va més com però són seu quin quina qui quan on"
    " l d dels ha",
    "ru": "и в не на с что по а как к из у за от о для это до или его но были был была было при так же во со то все"
    " кто где когда какой какая какие каком сколько почему чем который которые является",
    "uk": "і в не на з що до як у за від та це про для або його але були був була було при так же чи хто де коли який"
    " яка які скільки чому є також",
    "bg": "и в на не с че за от по как се да са е това или към което които който кой къде кога колко защо със бе беше",
    "sr": "и у на не с да за од по како се су је то или који која које ко где када колико зашто са био била",
    "ar": "في من على إلى أن التي الذي هو هي ما هذا هذه عن مع كان كانت لم لا أو ثم بين كما قد كل بعد عند متى أين كيف"
    " لماذا كم أي هل",
    "fa": "و در به از که این را با است برای آن یک خود تا بر شد بود چه کدام چرا کجا چند می های",
    "ur": "کے میں کی ہے اور سے کا کو نے پر ہیں یہ اس کہ تھا کیا کون کب کہاں",
    "hi": "के में की है और से का को पर हैं यह कि एक था ने इस भी लिए नहीं क्या कौन कब कहाँ कैसे कितने किस जो गया थी"
    " थे द्वारा करने कर किया वह",
    "mr": "आणि आहे या च्या मध्ये हे ते ती तो आहेत की व होते होता काय कोण",
    "ne": "र को मा छ यो हो लाई पनि भएको थियो छन् के",
    "el": "και το του η της να τα των με για που τον την στο από ο οι τις στην σε είναι ήταν ένα μια ως δεν ή"
    " ποιος ποια"
    " ποιο πόσο πόσα πόσοι πότε πού τι γιατί τους στη αυτό έχει",
}
COMMON_WORDS: dict[str, frozenset[str]] = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_MARKING_LETTERS = {
    "de": "ß",
    "es": "ñ¿¡",
    "ro": "șțăşţ",
    "tr": "ğış",
    "vi": "ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    "pl": "łżźąęśćń",
    "cs": "řěůďťň",
    "hu": "őű",
    "pt": "ãõ",
    "uk": "їєґі",
    "sr": "љњћђџ",
    "fa": "پچگژ",
    "ur": "ٹڈڑےں",
}
_SCRIPT_OF_LANGUAGE = {
    **dict.fromkeys(("ru", "uk", "bg", "sr"), "cyrillic"),
    **dict.fromkeys(("ar", "fa", "ur"), "arabic"),
    **dict.fromkeys(("hi", "mr", "ne"), "devanagari"),
    **{language: script for script, language in _ONE_LANGUAGE.items()},
}
SAMPLE_CHARS = 2_000
# How much of a text's words must be common ones of a language before its name is given; where few languages share
# a script, and small words lean on others, less will do.
SURE_SHARE = 0.12
SURE_SHARE_NOT_LATIN = 0.06


def word_pattern(text: str) -> re.Pattern[str]:
    """What finds the words of a text: the fastest pattern that does."""
    if text.isascii():
        return _ASCII_WORD
    return _compiled(_ANY_WORD) if _compiled(_RARE).search(text) else _PLAIN_WORD


def is_cjk(word: str) -> bool:
    """Whether a word begins with a letter of a script without spaces that has one or two letters a word."""
    return not word.isascii() and _compiled(f"[{CJK}]").match(word) is not None


def is_unspaced_script(word: str) -> bool:
    """Whether a word begins with a letter of a script without spaces that has several letters a word."""
    return not word.isascii() and _compiled(f"[{UNSPACED}]").match(word) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Patterns of so many letters take long to make, and many a process never needs them.
    return re.compile(pattern)


def script_of(text: str) -> str:
    """The script most letters of the first 2,000 characters are of; "" without letters, "other" for a rare one.

    Japanese is told by its kana even where Han letters are more.
    """
    sample = text[:SAMPLE_CHARS]
    if sample.isascii():
        return "latin" if _LATIN_LETTER.search(sample) else ""
    counts = dict.fromkeys(_SCRIPTS, 0)
    for letter, count in Counter(sample).items():
        script = _script_of_letter(letter)
        if script:
            counts[script] += count
    if counts["kana"] and 10 * counts["kana"] > counts["han"] > 0:
        counts["kana"] += counts["han"]
    name = max(counts, key=lambda script: counts[script])
    if counts[name]:
        return name
    return "other" if _LETTER.search(sample) else ""


@lru_cache(maxsize=_KNOWN_LETTERS)
def _script_of_letter(letter: str) -> str:
    for script, runs in _SCRIPTS.items():
        if any(run[0] <= letter <= run[1] for run in runs):
            return script
    return ""


def script_of_language(language: str) -> str:
    """The script a language is written in; Latin unless another is known."""
    return _SCRIPT_OF_LANGUAGE.get(language, "latin")


def language_of(text: str) -> str:
    """ISO 639-1 code of the language of a text, "" where the text does not tell. Looks at 2,000 characters."""
    script = script_of(text)
    if script in _ONE_LANGUAGE:
        return _ONE_LANGUAGE[script]
    if script in ("", "other"):
        return ""
    return _by_common_words(text[:SAMPLE_CHARS], script) or _COMMONEST_LANGUAGE.get(script, "")


def _by_common_words(sample: str, script: str) -> str:
    words, total = _words_of(sample)
    if not total:
        return ""
    scores: dict[str, float] = dict.fromkeys(_languages_in(script), 0.0)
    languages_of = _languages_of_words(script)
    for word, count in Counter(filter(languages_of.__contains__, words)).items():
        for code in languages_of[word]:
            scores[code] += count
    if not sample.isascii():
        letters = Counter(sample)
        for code in scores.keys() & _MARKING_LETTERS.keys():
            marks = sum([letters[mark] for mark in _MARKING_LETTERS[code]])
            scores[code] += 1.5 * min(marks, total / 2)
    best = max(scores, key=lambda code: scores[code])
    sure_share = SURE_SHARE if script == "latin" else SURE_SHARE_NOT_LATIN
    if scores[best] < sure_share * total:
        return ""
    # Two that are as likely (a short title) tell nothing.
    rivals = [code for code in scores if code != best and scores[code] >= scores[best]]
    return "" if rivals else best


def _words_of(sample: str) -> tuple[list[str], int]:
    """Words, at least those of letters, and how many there are with all numbers."""
    if not sample.isascii():
        words = word_pattern(sample).findall(sample.casefold())
        return words, len(words)
    # As the pattern finds them, at a fifth of the cost.
    letters = sample.encode("ascii").lower().translate(_NOT_LETTERS_BLANK).decode("ascii").split()
    return letters, len(letters) + len(_ASCII_NUMBER.findall(sample))


@lru_cache(maxsize=8)
def _languages_in(script: str) -> tuple[str, ...]:
    return tuple(code for code in COMMON_WORDS if script_of_language(code) == script)


@lru_cache(maxsize=8)
def _languages_of_words(script: str) -> dict[str, tuple[str, ...]]:
    languages = _languages_in(script)
    words = {word for code in languages for word in COMMON_WORDS[code]}
    return {word: tuple(code for code in languages if word in COMMON_WORDS[code]) for word in words}
