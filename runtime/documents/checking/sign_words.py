"""Words and phrases that deny, limit, set a condition or count how often, by language."""

from __future__ import annotations

# Found in the text as it stands, in small letters.
NEGATIONS = {
    "en": r"\b(?:(?:not|no(?!\.? ?\d)|never)(?! (?:exceed|more|less|later|fewer|earlier|longer than))|none|nobody|"
    r"nothing|neither|nor|without|cannot|hardly|nowhere|lacks?|lacked|fails? to"
    r"|failed to|rather than|instead of|unable to|refus\w+ to)\b|n['’]t\b",
    "de": r"\b(?:nicht|kein\w*|nie|niemals|niemand\w*|nichts|weder|ohne|kaum|nirgends|keinesfalls|keineswegs)\b",
    "fr": r"\b(?:pas|jamais|aucune?|rien|personne|ni|sans|nullement|non)\b",
    "es": r"\b(?:no|nunca|jamás|ning[uú]n\w*|nada|nadie|ni|sin|tampoco)\b",
}

# Words that deny without being negations: beside one of them a negation on the other side is no contradiction.
DENYING = {
    "en": r"\b(?:reject\w*|refus\w+|den(?:y|ied|ies)|declin\w+|exclud\w+|stopp?\w*|prohibit\w*|forbid\w*|"
    r"banned|remov\w+|"
    r"ceas\w+|discontinu\w+|fail\w*|avoid\w*|except|free|lose[sn]?|lost|un(?!der|it|til|i|ion)\w{4,}|dis(?:able|allow)\w*|"
    r"prevent\w*|yet|only|still|destroyed|off|shut|missing|independent\w*|in\w+able|abnormal|irregular\w*|rather|closed|"
    r"experimental|suspended|against|instead|vanish\w*|kept|keep|out)\b",
    "de": r"\b(?:abgelehnt|lehnt\w*|verboten|untersagt|ausgeschlossen|gestoppt|abgesetzt|entfernt|verlor\w*|"
    r"unauffällig|un\w{5,}|"
    r"nur|erst|außer|verhinder\w*|verzicht\w*)\b",
    "fr": r"\b(?:refus\w+|interdi\w+|exclu\w*|arrêt\w+|supprim\w+|perd\w+|seulement|sauf|rejet\w+)\b",
    "es": r"\b(?:rechaz\w+|prohib\w+|exclu\w+|dej\w+|suprim\w+|perd\w+|solo|sólo|salvo|imped\w+)\b",
}

# Words that say how much of something; a claim must not have one that its source lacks.
UNIVERSAL = {
    "en": "all every everyone everybody always only never none nobody entire whole complete completely each "
    "solely both "
    "any unanimously everything totally fully neither",
    "de": "alle alles jeder jede jedes immer nur nie niemand sämtliche ganz gesamte vollständig allen jedem jeden",
    "fr": "tous toutes tout toujours seulement jamais aucun aucune chaque entier entière uniquement",
    "es": "todos todas todo siempre solo sólo nunca ningún ninguno ninguna cada entero únicamente",
}
ALL = r"\b(?:all|every|everyone|everybody|any|always|whole|entire(?:ly)?|complete(?:ly)?|fully|both)\b"
SOME = (
    r"\b(?:only|some|most|part|partly|partial(?:ly)?|few|several|sometimes|mainly|mostly|usually|if|unless|except|"
    r"other than|half|\d+ of (?:the )?\d+|not all|certain)\b"
)
# How often or for how long something is counted.
RATES = {
    "en": {
        "year": r"\b(?:annual(?:ly)?|yearly|(?:a|per|each|every) year)\b",
        "month": r"\b(?:monthly|(?:a|per|each|every) month)\b",
        "week": r"\b(?:weekly|(?:a|per|each|every) week)\b",
        "day": r"\b(?:daily|(?:a|per|each|every) day)\b",
    },
    "de": {
        "year": r"\b(?:jährlich\w*|im jahr|pro jahr)\b",
        "month": r"\b(?:monatlich\w*|(?:im|pro) monat|monatsmiete)\b",
        "week": r"\b(?:wöchentlich\w*|(?:in der|pro) woche)\b",
        "day": r"\b(?:täglich\w*|(?:am|pro) tag)\b",
    },
    "fr": {
        "year": r"\b(?:annuel\w*|par an)\b",
        "month": r"\b(?:mensuel\w*|par mois)\b",
        "week": r"\b(?:hebdomadaire|par semaine)\b",
        "day": r"\b(?:quotidien\w*|par jour)\b",
    },
    "es": {
        "year": r"\b(?:anual\w*|(?:al|por) año)\b",
        "month": r"\b(?:mensual\w*|(?:al|por) mes)\b",
        "week": r"\b(?:semanal\w*|(?:a la|por) semana)\b",
        "day": r"\b(?:diari\w*|(?:al|por) día)\b",
    },
}

# What holds in any case, and what its source makes depend on something.
CONDITIONS = {
    "en": (
        r"\beven (?:if|when|though|without)\b|\bregardless\b|\bwhether or not\b|\bin any case\b",
        r"\bonly\b|\bunless\b|\bprovided\b|\bif\b|\bas long as\b|\bexcept\b|\brequires?\b|\bsubject to\b",
    ),
    "de": (
        r"\bselbst wenn\b|\bauch wenn\b|\bauch ohne\b|\bunabhängig\b",
        r"\bnur\b|\bsofern\b|\bfalls\b|\bwenn\b|\baußer\b",
    ),
    "fr": (r"\bmême (?:si|sans)\b|\bquoi qu", r"\bseulement\b|\bsauf\b|\bà condition\b|\bsi\b|\bque si\b"),
    "es": (r"\b(?:aunque|incluso (?:si|sin))\b", r"\b(?:solo|sólo|salvo|siempre que|si)\b"),
}
# Allowed without anything, and only with something.
WITHOUT = {"en": (r"\bwithout\b", r"\bonly (?:with|if|after|when)\b|\bunless\b|\bprovided that\b|\brequires?\b"),
           "de": (r"\bohne\b", r"\bnur (?:mit|nach|wenn)\b|\bbedarf\b"),
           "fr": (r"\bsans\b", r"\bseulement (?:avec|si)\b|\bqu['’]avec\b"),
           "es": (r"\bsin\b", r"\bsolo (?:con|si)\b|\bsólo (?:con|si)\b")}  # fmt: skip
# What is no more, and what goes on.
GONE = {
    "en": r"\b(?:remov(?:ed|es|al)|no longer|any ?more|discontinued|abolished|ceased|replaced)\b",
    "de": r"\b(?:nicht mehr|entfernt|abgeschafft|eingestellt)\b",
    "fr": r"\b(?:ne \w+ plus|n['’]\w+ plus|supprimée?s?)\b",
    "es": r"\b(?:ya no|eliminad[oa]s?|suprimid[oa]s?)\b",
}
LASTING = {
    "en": r"\b(?:still|continues? to|remains?|keeps? on)\b",
    "de": r"\b(?:immer noch|noch immer|weiterhin)\b",
    "fr": r"\b(?:toujours|encore)\b",
    "es": r"\b(?:todavía|aún|sigue)\b",
}
# Of two words, which exclude each other where nothing else differs.
PHRASES = {
    "en": (
        (r"\b(?:switch|turn)\w* (?:\w+ ){0,2}on\b|\b(?:is|are|be) on\b",
         r"\b(?:switch|turn)\w* (?:\w+ ){0,2}off\b|\b(?:is|are|be) off\b"),
        (r"\bbefore\b|\bprior to\b", r"\bafter\b|\bonce\b"),
        (r"\bwith\b(?!out)", r"\bwithout\b"),
        (r"\bby itself\b|\bautomatically\b", r"\bby hand\b|\bmanually\b"),
    ),
    "de": ((r"\beingeschaltet\b", r"\bausgeschaltet\b"), (r"\bvor\b", r"\bnach\b")),
    "fr": ((r"\ballum\w+", r"\béteint\w*|\béteindre\b"), (r"\bavant\b", r"\baprès\b")),
    "es": ((r"\bencend\w+", r"\bapaga\w+"), (r"\bantes\b", r"\bdespués\b")),
}  # fmt: skip
# How many times in a while.
TIMES = {
    "en": r"\b(?:(?P<word>once|twice|thrice)(?= (?:an?|per|every|each|daily|weekly|monthly|yearly)\b)|"
    r"(?P<count>\d+|two|three|four|five|six|ten) times)\b",
    "de": r"\b(?P<word>einmal|zweimal|dreimal|viermal)\b",
    "fr": r"\b(?P<count>une|deux|trois|quatre|\d+) fois\b",
    "es": r"\b(?P<count>una|dos|tres|cuatro|\d+) ve(?:z|ces)\b",
}
TIMES_COUNTED = {
    "once": 1, "twice": 2, "thrice": 3, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10,
    "einmal": 1, "zweimal": 2, "dreimal": 3, "viermal": 4, "une": 1, "deux": 2, "trois": 3, "quatre": 4,
    "una": 1, "dos": 2, "tres": 3, "cuatro": 4,
}  # fmt: skip
