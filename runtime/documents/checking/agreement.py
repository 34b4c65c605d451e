"""Whether two figures say the same: roundings, units, dates and limits."""

from __future__ import annotations

from runtime.documents.checking.figures import Figure, FigureKind

# A limit says something of a figure this many times as large or small.
_WITHIN_LIMIT = 2.5


def agree(claimed: Figure, found: Figure) -> bool:
    """Whether a source's figure bears out one of an answer, roundings that say so included."""
    if FigureKind.DATE in (claimed.kind, found.kind):
        return _dates_agree(claimed, found)
    if claimed.kind is not found.kind and {claimed.kind, found.kind} & {FigureKind.PERCENT, FigureKind.ORDINAL}:
        return False
    if claimed.unit and found.unit and claimed.unit != found.unit:
        # "230 degrees" may be "230 °C".
        either = "degrees" in (claimed.unit, found.unit) and {claimed.unit, found.unit} & {"celsius", "fahrenheit"}
        return bool(either) and _close(claimed.value, found.value, claimed)
    if claimed.bound.compares and not found.bound:
        return _within(claimed, found)
    if claimed.unit and found.unit:
        # 3 feet are 0.914 metres; 51 metres are not 50.
        converted = abs(claimed.value * found.digits - found.value * claimed.digits) > 1e-6 * abs(claimed.value)
        return _close(claimed.value, found.value, claimed, converted)
    # One side leaves the unit out, as a table's cell does.
    return _close(claimed.digits, found.digits, claimed) or _close(claimed.value, found.value, claimed)


def breaks_limit(claimed: Figure, found: Figure) -> bool:
    """Whether a source's figure of the same unit lies on the other side of what is claimed to be more or less."""
    if not claimed.bound.compares or found.bound or claimed.unit != found.unit or claimed.kind is not found.kind:
        return False
    return found.value < claimed.value if claimed.bound.upwards else found.value > claimed.value


def _within(claimed: Figure, found: Figure) -> bool:
    """Whether a figure keeps to the limit that is claimed, and is one that the limit may have been made from."""
    both = claimed.unit and found.unit
    mine, theirs = (claimed.value, found.value) if both else (claimed.digits, found.digits)
    if mine <= 0 or theirs <= 0:
        return mine == theirs
    times = theirs / mine if claimed.bound.upwards else mine / theirs
    return 1 - 1e-6 <= times <= _WITHIN_LIMIT


def comparable(claimed: Figure, found: Figure) -> bool:
    """Whether the two could be answers to one question."""
    if claimed.kind is not found.kind:
        return (_is_year(claimed) and found.kind is FigureKind.DATE) or (
            claimed.kind is FigureKind.DATE and _is_year(found)
        )
    if claimed.kind is FigureKind.NUMBER and _is_year(claimed) != _is_year(found):
        return False
    return claimed.unit == found.unit or claimed.kind is FigureKind.MONEY


def _is_year(figure: Figure) -> bool:
    return figure.kind is FigureKind.NUMBER and figure.value == int(figure.value) and 1000 <= figure.value <= 2100


def _close(claimed: float, found: float, figure: Figure, converted: bool = False) -> bool:
    if abs(claimed - found) <= 1e-6 * max(abs(claimed), abs(found), 1e-9):
        return True
    if not found or not claimed:
        return False
    error = abs(claimed - found) / abs(found)
    if converted and error <= 0.02:
        return True
    # 1.2 million stands for 1,234,567: as many digits as are written are right.
    return error <= 0.05 and (figure.rounded or _is_rounding(claimed, found))


def _is_rounding(claimed: float, found: float) -> bool:
    digits = f"{claimed:.6e}".split("e")[0].rstrip("0").replace(".", "").replace("-", "")
    longer = f"{found:.6e}".split("e")[0].rstrip("0").replace(".", "").replace("-", "")
    places = len(digits)
    return 2 <= places < len(longer) and float(f"{found:.{places - 1}e}") == float(f"{claimed:.{places - 1}e}")


def _dates_agree(claimed: Figure, found: Figure) -> bool:
    if found.kind is not FigureKind.DATE:
        return not claimed.month and claimed.value == found.value
    if claimed.kind is not FigureKind.DATE:
        return claimed.kind is FigureKind.NUMBER and claimed.value in (found.value, found.day) and bool(claimed.value)
    if claimed.value and found.value and claimed.value != found.value:
        return False
    if claimed.month and claimed.month != found.month:
        # 03/04/2021 is read both ways.
        return (claimed.month, claimed.day) == (found.day, found.month) and not any(map(str.isalpha, found.text))
    return not claimed.day or claimed.day == found.day
