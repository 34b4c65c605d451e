"""What there is to know about a model on this computer, in lay words."""

from __future__ import annotations

from datetime import datetime

from app import wording
from app.sentences.choices import fit_word
from runtime.api import Fit

OWNERS = {
    "ours": "",
    "hugging_face": "in the folder of Hugging Face's tools",
    "lm_studio": "in LM Studio's folder",
    "named": "in a folder you named",
    "by_hand": "put into the models folder by hand",
}
LICENCES = {
    "free": "Free to use, also at work",
    "conditions": "Free to use, under its maker's own terms",
    "non_commercial": "Free for private use, not for business",
    "unknown": "Its maker does not say in a known way what is allowed",
}
LICENCE_WORDS = {
    "free": "free to use",
    "conditions": "maker's own terms",
    "non_commercial": "not for business",
    "unknown": "licence not known",
}


def last_used(now: datetime, then: datetime | None) -> str:
    """ "used today", "used 3 weeks ago", "not used yet"."""
    return f"used {wording.days_ago(now, then)}" if then is not None else "not used yet"


def checked(
    now: datetime, then: datetime | None, *, by_bytes: bool = True, wrong: bool = False, month_first: bool = False
) -> str:
    """ "checked to the byte on 3 May", "checked to the byte today", "not checked yet".

    Without ``by_bytes`` nobody has published what the bytes should be: "looked over on 3 May". ``wrong``: something was
    found then.
    """
    if then is None:
        return "not checked yet"
    ago = wording.days_ago(now, then)
    when = ago if ago in ("today", "yesterday") else f"on {wording.day(now, then, month_first=month_first)}"
    if wrong:
        return f"found damaged {when}"
    return f"{'checked to the byte' if by_bytes else 'looked over'} {when}"


def speed(tokens_per_s: float | None, *, measured: bool) -> str:
    """ "about 18 words a second, measured here", or ", estimated"; empty while nobody knows."""
    if not tokens_per_s or tokens_per_s <= 0:
        return ""
    return f"{wording.words_a_second(tokens_per_s)}, {'measured here' if measured else 'estimated'}"


def owner(kind: str) -> str:
    """Whose folder it is in, where it is not Hearth's own. Empty for ours."""
    return OWNERS.get(kind, "")


def licence(kind: str, name: str = "") -> str:
    """What the licence allows in lay words, with its name: "Free to use, also at work (Apache-2.0)"."""
    words = LICENCES.get(kind, LICENCES["unknown"])
    return f"{words} ({name})" if name else words


def licence_word(kind: str) -> str:
    """The same in two or three words, for a line of facts or a filter."""
    return LICENCE_WORDS.get(kind, LICENCE_WORDS["unknown"])


def model_facts(
    *,
    name: str = "",
    size_bytes: int,
    now: datetime,
    last_used_at: datetime | None,
    verified_at: datetime | None,
    verified_by_bytes: bool = True,
    tokens_per_s: float | None = None,
    measured: bool = False,
    fit: Fit | None = None,
    owner_kind: str = "ours",
    month_first: bool = False,
) -> str:
    """One line of facts about an installed model, the most asked for first; what is not known is left out.

    ``now`` carries the time zone that days are counted in.
    """
    parts = (
        name,
        f"{wording.size(size_bytes)} on disk",
        fit_word(fit),
        speed(tokens_per_s, measured=measured),
        last_used(now, last_used_at),
        checked(now, verified_at, by_bytes=verified_by_bytes, month_first=month_first),
        owner(owner_kind),
    )
    return " · ".join(part for part in parts if part)
