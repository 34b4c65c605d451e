"""Numbers, months, units and currencies as they are written in English, German, French and Spanish."""

from __future__ import annotations


def _listed(words: str) -> list[str]:
    return words.split()


CHECKED_LANGUAGES = ("en", "de", "fr", "es")


def _counted(words: str, first: int = 0) -> dict[str, float]:
    return {word: float(number) for number, group in enumerate(words.split(), first) for word in group.split("/")}


_TENS_EN = _listed("twenty thirty forty fifty sixty seventy eighty ninety")
_TENS_DE = _listed("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_ONES_EN = _listed("one two three four five six seven eight nine")
_ONES_DE = _listed("ein zwei drei vier fünf sechs sieben acht neun")

# "a", "un", "ein" are articles far more often than numbers; "one" and "eins" are counted.
NUMBER_WORDS: dict[str, dict[str, float]] = {
    "en": {
        **_counted(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        ),
        **{word: 10.0 * at for at, word in enumerate(_TENS_EN, 2)},
        **{f"{ten}-{one}": 10.0 * t + o for t, ten in enumerate(_TENS_EN, 2) for o, one in enumerate(_ONES_EN, 1)},
        "dozen": 12.0, "half": 0.5, "twice": 2.0, "thrice": 3.0, "fortnight": 14.0,
    },
    "de": {
        **_counted(
            "null eins zwei/zwo drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn "
            "sechzehn siebzehn achtzehn neunzehn"
        ),
        **{word: 10.0 * at for at, word in enumerate(_TENS_DE, 2)},
        **{f"{one}und{ten}": 10.0 * t + o for t, ten in enumerate(_TENS_DE, 2) for o, one in enumerate(_ONES_DE, 1)},
        "dutzend": 12.0, "halb": 0.5, "halbe": 0.5, "halben": 0.5, "hälfte": 0.5, "zweimal": 2.0, "dreimal": 3.0,
        "viermal": 4.0,
    },
    "fr": {
        **_counted(
            "zéro _ deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
            "dix-huit dix-neuf vingt"
        ),
        "trente": 30.0, "quarante": 40.0, "cinquante": 50.0, "soixante": 60.0, "soixante-dix": 70.0,
        "quatre-vingts": 80.0, "quatre-vingt": 80.0, "quatre-vingt-dix": 90.0, "douzaine": 12.0, "moitié": 0.5,
        "demi": 0.5, "demie": 0.5,
    },
    "es": {
        **_counted(
            "cero _ dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
            "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco"
        ),
        "treinta": 30.0, "cuarenta": 40.0, "cincuenta": 50.0, "sesenta": 60.0, "setenta": 70.0, "ochenta": 80.0,
        "noventa": 90.0, "docena": 12.0, "mitad": 0.5, "medio": 0.5, "media": 0.5,
    },
}  # fmt: skip

ORDINAL_WORDS: dict[str, dict[str, float]] = {
    "en": _counted(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth", 1,
    ),
    "de": {
        form: value
        for stem, value in _counted("erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft", 1).items()
        for form in (stem + "e", stem + "er", stem + "en", stem + "es", stem + "em")
    },
    "fr": _counted(
        "premier/première deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième", 1
    ),
    "es": _counted(
        "primer/primero/primera segunda tercer/tercero/tercera cuarto/cuarta quinto/quinta sexto/sexta "
        "séptimo/séptima octavo/octava noveno/novena décimo/décima", 1,
    ),
}  # fmt: skip

SCALES: dict[str, float] = {
    **dict.fromkeys(("hundred", "hundert", "cent", "cents", "cien", "ciento", "cientos"), 1e2),
    **dict.fromkeys(("thousand", "tausend", "mille", "mil", "tsd"), 1e3),
    **dict.fromkeys(
        ("million", "millions", "mn", "mio", "millionen", "millón", "millones", "milliones"), 1e6
    ),
    **dict.fromkeys(("milliarde", "milliarden", "mrd", "milliard", "milliards", "bn", "millardo", "millardos"), 1e9),
    **dict.fromkeys(("trillion", "trillions"), 1e12),
    **dict.fromkeys(("billionen",), 1e12),
}  # fmt: skip
# The same word, a thousand times apart.
BILLION: dict[str, float] = {"en": 1e9, "de": 1e12, "fr": 1e12, "es": 1e12}
BILLION_WORDS = frozenset({"billion", "billions", "billón", "billones"})

CURRENCIES: dict[str, str] = {
    **dict.fromkeys(("€", "eur", "euro", "euros"), "EUR"),
    **dict.fromkeys(("$", "us$", "usd", "dollar", "dollars", "dólar", "dólares"), "USD"),
    **dict.fromkeys(("£", "gbp", "pound", "pounds", "sterling", "pfund"), "GBP"),
    **dict.fromkeys(("chf", "franken", "francs", "franc", "fr"), "CHF"),
    **dict.fromkeys(("¥", "jpy", "yen"), "JPY"),
    **dict.fromkeys(("₹", "inr", "rupee", "rupees"), "INR"),
}

# Dimension and how many of its base one is: seconds, metres, grams, litres, degrees.
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
SQUARED = frozenset({"square", "sq"})
UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("second", "seconds", "sekunde", "sekunden", "seconde", "secondes", "segundos", "sec"),
                    ("time", 1.0)),
    **dict.fromkeys(("minute", "minutes", "minuten", "minuto", "minutos", "min"), ("time", _MINUTE)),
    **dict.fromkeys(("hour", "hours", "stunde", "stunden", "heure", "heures", "hora", "horas", "hr", "hrs", "h"),
                    ("time", _HOUR)),
    **dict.fromkeys(("day", "days", "tag", "tage", "tagen", "jour", "jours", "día", "días"), ("time", _DAY)),
    **dict.fromkeys(("week", "weeks", "woche", "wochen", "semaine", "semaines", "semana", "semanas"),
                    ("time", 7 * _DAY)),
    **dict.fromkeys(("month", "months", "monat", "monate", "monaten", "monats", "mois", "mes", "meses"),
                    ("months", 1.0)),
    **dict.fromkeys(("year", "years", "jahr", "jahre", "jahren", "an", "ans", "année", "années", "año", "años", "yr",
                     "yrs"), ("months", 12.0)),
    **dict.fromkeys(("decade", "decades", "jahrzehnt", "jahrzehnte"), ("months", 120.0)),
    **dict.fromkeys(("millimetre", "millimetres", "millimeter", "millimeters", "mm"), ("length", 1e-3)),
    **dict.fromkeys(("centimetre", "centimetres", "centimeter", "centimeters", "cm"), ("length", 1e-2)),
    **dict.fromkeys(("metre", "metres", "meter", "meters", "metern", "mètre", "mètres", "metro", "metros", "m"),
                    ("length", 1.0)),
    **dict.fromkeys(("kilometre", "kilometres", "kilometer", "kilometers", "kilometern", "kilomètres", "kilómetros",
                     "km"), ("length", 1e3)),
    **dict.fromkeys(("mile", "miles", "mi", "meile", "meilen", "millas"), ("length", 1609.344)),
    **dict.fromkeys(("foot", "feet", "ft"), ("length", 0.3048)),
    **dict.fromkeys(("inch", "inches"), ("length", 0.0254)),
    **dict.fromkeys(("yard", "yards", "yd"), ("length", 0.9144)),
    **dict.fromkeys(("milligram", "milligrams", "milligramm", "mg", "milligrammes", "miligramos"), ("mass", 1e-3)),
    **dict.fromkeys(("microgram", "micrograms", "µg", "mcg", "mikrogramm"), ("mass", 1e-6)),
    **dict.fromkeys(("gram", "grams", "gramm", "g", "grammes", "gramos"), ("mass", 1.0)),
    **dict.fromkeys(("kilogram", "kilograms", "kilo", "kilos", "kilogramm", "kg", "kilogrammes", "kilogramos"),
                    ("mass", 1e3)),
    **dict.fromkeys(("tonne", "tonnes", "ton", "tons", "tonnen", "toneladas"), ("mass", 1e6)),
    **dict.fromkeys(("pound-weight", "lb", "lbs"), ("mass", 453.592)),
    **dict.fromkeys(("millilitre", "millilitres", "milliliter", "milliliters", "ml"), ("volume", 1e-3)),
    **dict.fromkeys(("litre", "litres", "liter", "liters", "litern", "litro", "litros", "l"), ("volume", 1.0)),
    **dict.fromkeys(("gallon", "gallons"), ("volume", 3.785)),
    **dict.fromkeys(("watt", "watts", "w"), ("power", 1.0)),
    **dict.fromkeys(("kilowatt", "kilowatts", "kw"), ("power", 1e3)),
    **dict.fromkeys(("megawatt", "megawatts", "mw"), ("power", 1e6)),
    **dict.fromkeys(("volt", "volts", "v"), ("voltage", 1.0)),
    **dict.fromkeys(("bar", "bars"), ("pressure", 1.0)),
    **dict.fromkeys(("psi",), ("pressure", 0.0689476)),
    **dict.fromkeys(("kwh",), ("energy", 1.0)),
    "am": ("am", 1.0),
    "pm": ("pm", 1.0),
    **dict.fromkeys(("hectare", "hectares", "ha", "hektar"), ("area", 1e4)),
    **dict.fromkeys(("acre", "acres"), ("area", 4046.86)),
    **dict.fromkeys(("km²", "km2", "quadratkilometer", "quadratkilometern"), ("area", 1e6)),
    **dict.fromkeys(("m²", "m2", "qm", "sqm", "quadratmeter", "quadratmetern"), ("area", 1.0)),
    **dict.fromkeys(("°c", "celsius"), ("celsius", 1.0)),
    **dict.fromkeys(("°f", "fahrenheit"), ("fahrenheit", 1.0)),
    **dict.fromkeys(("°", "degrees", "degree", "grad", "degrés", "grados"), ("degrees", 1.0)),
}  # fmt: skip

# Between a number and its unit.
BEFORE_UNITS = frozenset({"working", "business", "calendar", "full", "consecutive", "whole"})
PERCENTS = frozenset({"%", "percent", "prozent", "percentage", "pct", "por ciento", "pour cent"})

_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "de": "januar/jänner februar märz/maerz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_SHORT_MONTHS = {
    "en": "jan feb mar apr may jun jul aug sep/sept oct nov dec",
    "de": "jan feb mär apr mai jun jul aug sep/sept okt nov dez",
    "fr": "janv févr _ avr _ _ juil _ sept oct nov déc",
    "es": "ene feb mar abr _ jun jul ago sept/sep oct nov dic",
}
MONTHS: dict[str, int] = {
    word: int(number)
    for names in (*_MONTHS.values(), *_SHORT_MONTHS.values())
    for word, number in _counted(names, 1).items()
    if word != "_"
}

# Before a rounded number.
HEDGES = frozenset(
    _listed(
        "about around roughly approximately nearly almost some circa ca approx just well "
        "etwa rund ungefähr fast knapp gut environ près presque quelque aproximadamente alrededor "
        "casi unos unas "
        "cerca"
    )
)
