"""Models that could be downloaded as cards, and which of those found are shown in what order."""

from __future__ import annotations

from dataclasses import dataclass

from app.models.face import FITS, LICENCES, Face, in_one_line, spoken
from app.models.shown import Fits, Licence, Offer, OfferState

ASKS = "Asks for permission"
ANY_USE = "Any kind of use"
ORDERS = ("Best match", "Most used", "Smallest first", "Newest first")
MARKS: dict[OfferState, tuple[str, str, str]] = {
    OfferState.FREE: ("", "", ""),
    OfferState.ON_THE_WAY: ("On the way", "download", "accent"),
    OfferState.HERE: ("On this computer", "circle-check", "ok"),
    OfferState.BLOCKED: ("", "", ""),
}
LICENCE_KINDS = {Licence.NOT_FOR_BUSINESS: "warning"}


@dataclass(frozen=True)
class Filter:
    """What the person wants to see of what was found."""

    fits: bool = True
    free: bool = False
    use: str = ANY_USE
    order: str = ORDERS[0]


def face(offer: Offer, *, curated: bool = False) -> Face:
    """The card of an offer. The ``curated`` ones are known to be fine, so their cards say less."""
    fits, kind = FITS[offer.fits]
    licence = "" if curated and offer.licence is Licence.FREE else LICENCES[offer.licence]
    pills = (
        ("Recommended" if offer.recommended else "", "good"),
        (fits if not offer.recommended else "", kind),
        (licence, LICENCE_KINDS.get(offer.licence, "plain")),
        (ASKS if offer.asks else "", "plain"),
    )
    mark, icon, token = MARKS[offer.state]
    slow = offer.fits in (Fits.CRAWLS, Fits.TOO_LARGE)
    free = offer.state is OfferState.FREE
    # Of one that would crawl the reason says how slow it is.
    speed = f"{offer.speed}, estimated" if offer.speed and not slow else ""
    size = f"{offer.size} to download" if offer.size else ""
    return Face(
        id=offer.id,
        title=offer.title,
        pills=tuple(pill for pill in pills if pill[0]),
        sentence=offer.sentence,
        facts=in_one_line(offer.name, size, _why(offer), speed, "" if curated else offer.popularity),
        mark=mark,
        mark_icon=icon,
        mark_token=token,
        main=("Download anyway" if slow else "Download") if free else "",
        main_kind="quiet" if slow else "secondary",
        main_name=f"Download {offer.title}, {offer.size}" if offer.size else f"Download {offer.title}",
        menu=bool(offer.details or offer.page),
        details=offer.details,
        spoken=spoken(offer.title, mark, size, fits, _why(offer), LICENCES[offer.licence], ASKS if offer.asks else ""),
    )


def _why(offer: Offer) -> str:
    doubtful = offer.fits not in (Fits.WELL, Fits.UNKNOWN) or offer.state is OfferState.BLOCKED
    return offer.because if doubtful else ""


def passes(offer: Offer, wanted: Filter) -> bool:
    """Whether the filter lets it through. What can't be judged does not count as fitting."""
    if wanted.fits and offer.fits not in (Fits.WELL, Fits.TIGHT):
        return False
    if wanted.free and offer.licence is not Licence.FREE:
        return False
    return wanted.use in (ANY_USE, *offer.uses)


def ordered(offers: tuple[Offer, ...], order: str) -> tuple[Offer, ...]:
    """In one of the ORDERS; the best match is how they came."""
    match order:
        case "Most used":
            return tuple(sorted(offers, key=lambda offer: -offer.downloads))
        case "Smallest first":
            return tuple(sorted(offers, key=lambda offer: offer.size_bytes or float("inf")))
        case "Newest first":
            return tuple(sorted(offers, key=lambda offer: -offer.changed_at))
        case _:
            return offers


def uses(offers: tuple[Offer, ...]) -> tuple[str, ...]:
    """The kinds of use that occur, most frequent first."""
    counted: dict[str, int] = {}
    for offer in offers:
        for use in offer.uses:
            counted[use] = counted.get(use, 0) + 1
    return tuple(sorted(counted, key=lambda use: (-counted[use], use)))
