"""True sentences said in other words, by rules: synonyms, other ways to write numbers and dates, parts moved or cut."""

from __future__ import annotations

import random
import re


def _listed(words: str) -> list[str]:
    return words.split()


_SYNONYMS = _listed("""
    began/started ended/finished began/commenced approximately/about roughly/about large/big small/little country/nation
    country/state government/administration war/conflict annexed/took_over occupied/held elected/voted_in leader/head
    established/founded established/set_up created/formed joined/became_a_member_of left/withdrew_from
    important/significant
    main/principal major/main many/numerous several/a_number_of people/persons inhabitants/residents children/kids
    forbade/prohibited declared/announced collapse/fall reached/attained obtained/gained rapid/fast however/but
    because_of/due_to near/close_to throughout/all_over primarily/mainly mostly/largely following/after prior_to/before
    also/as_well allowed/permitted required/obliged increase/growth decline/drop continued/went_on assistance/help
    attempted/tried purchase/buy constructed/built demonstrated/showed received/got remained/stayed returned/went_back
    died/passed_away killed/murdered wealthy/rich poor/impoverished ship/vessel border/frontier agreement/accord
    treaty/pact army/military forces/troops fought/battled seized/took won/gained victory/triumph defeated/beat
    dominated/controlled independence/sovereignty colony/possession economy/economic_system aid/assistance
    located/situated area/region city/town population/number_of_people average/mean percent/per_cent yearly/annual
    produces/makes contains/holds uses/employs provides/supplies states/says called/named known_as/called
    often/frequently usually/normally difficult/hard famous/well-known old/ancient new/recent
    film/movie company/firm job/post salary/pay doctor/physician illness/disease buy/purchase end/conclude
    help/assist choose/select show/display send/dispatch gather/collect repair/fix speak/talk
""")
_DIGITS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "twelve": "12", "twenty": "20",
}  # fmt: skip
_MONTHS = _listed("January February March April May June July August September October November December")
_OPENINGS = ("According to the document, ", "The text says that ", "As stated, ", "The source notes that ", "Yes, ")


def reworded(text: str, chance: random.Random, most: int = 3) -> str:
    """The same statement after up to ``most`` changes that keep it true."""
    changes = [_synonym, _synonym, _synonym, _front_moved, _cut_brackets, _number, _date, _unit, _opened, _cut_end]
    chance.shuffle(changes)
    made = 0
    for change in changes:
        new = change(text, chance)
        if new and new != text and len(new) > 25:
            text, made = new, made + 1
        if made >= most:
            break
    return text


def _synonym(text: str, chance: random.Random) -> str:
    pairs = [pair.replace("_", " ").split("/") for pair in _SYNONYMS]
    found = [(one, other) for one, other in pairs if re.search(rf"\b{one}\b", text)]
    if not found:
        return ""
    one, other = chance.choice(found)
    return re.sub(rf"\b{one}\b", other, text, count=1)


def _front_moved(text: str, chance: random.Random) -> str:
    found = re.match(r"((?:In|On|At|By|During|After|Before|Since|Under|From) [^,]{3,40}), ([^;:]+)\.$", text)
    if not found:
        return ""
    lead, rest = found.groups()
    return f"{rest[0].upper()}{rest[1:]} {lead[0].lower()}{lead[1:]}."


def _cut_brackets(text: str, chance: random.Random) -> str:
    return re.sub(r" \([^)]*\)", "", text, count=1)


def _cut_end(text: str, chance: random.Random) -> str:
    """The last part goes, where it only adds."""
    found = re.match(r"(.{40,}?), (?:and|which|who|while|although|where|including|with) [^.]*\.$", text)
    return found.group(1) + "." if found and not re.search(r"\b(not|no|never|if|unless|either)\b", text) else ""


def _number(text: str, chance: random.Random) -> str:
    words = [word for word in _DIGITS if re.search(rf"\b{word}\b", text)]
    if words:
        word = chance.choice(words)
        return re.sub(rf"\b{word}\b", _DIGITS[word], text, count=1)
    found = re.search(r"\b(\d{1,3}),000,000\b", text)
    if found:
        return text.replace(found.group(), f"{found.group(1)} million")
    found = re.search(
        r"\b([2-9])\b(?![.,]\d| (?:January|February|March|April|May|June|July|Aug|Sep|Oct|Nov|Dec))(?<![.,]\d)", text
    )
    back = {digits: word for word, digits in _DIGITS.items()}
    return text[: found.start()] + back[found.group(1)] + text[found.end() :] if found else ""


def _date(text: str, chance: random.Random) -> str:
    found = re.search(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})\b", text)
    if found:
        return text.replace(found.group(), f"{found.group(2)} {found.group(1)}, {found.group(3)}")
    found = re.search(rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}})\b", text)
    if found:
        return text.replace(found.group(), f"{found.group(2)} {found.group(1)} {found.group(3)}")
    return ""


def _unit(text: str, chance: random.Random) -> str:
    for one, other in ((r"(?<=\d)%", " percent"), (r"(?<=\d) percent\b", "%"), (r"(?<=\d) km\b", " kilometers"),
                       (r"(?<=\d) sq km\b", " square kilometers"), (r"(?<=\d) m\b", " meters")):  # fmt: skip
        if re.search(one, text):
            return re.sub(one, other, text, count=1)
    return ""


def _opened(text: str, chance: random.Random) -> str:
    if text.split()[0] in ("The", "A", "An", "In", "It", "This", "On"):
        return chance.choice(_OPENINGS) + text[0].lower() + text[1:]
    return chance.choice(_OPENINGS[:2]) + text
