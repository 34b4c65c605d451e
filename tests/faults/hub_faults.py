"""Kinds of fault of the hub's API: what it lists and names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runtime.errors import (
    ContentMismatch,
    DownloadError,
    RepositoryHasNoModel,
    RepositoryNotFound,
    TokenRequired,
)
from tests.faults.case import WEIGHTS, Case, FaultKind
from tests.faults.network_faults import REFUSED, RETRY_AFTER, SMALL, UNREACHABLE
from tests.hub import Kind, Place

NOT_UNDERSTOOD = "download.hub_not_understood"
TREE = "*/tree/*"
PAGE = "*/revision/*"
Json = Any


def _api(kind: Kind, most: int = 2, path: str = "", **how: Any) -> Callable[[Case], None]:
    """The fault takes a few answers of the API, the list of files or the model's page."""

    def arrange(case: Case) -> None:
        case.strike_api(kind, path or case.random.choice((TREE, PAGE, "*")), times=case.few(most), **how)

    return arrange


def _refusals(statuses: tuple[int, ...]) -> Callable[[Case], None]:
    def arrange(case: Case) -> None:
        for _ in range(case.few(4)):
            case.strike_api(Kind.STATUS, case.random.choice((TREE, PAGE)), status=case.random.choice(statuses))

    return arrange


def _too_many(case: Case) -> None:
    retry_after = case.random.choice(tuple(RETRY_AFTER.values()))
    case.strike_api(Kind.STATUS, status=429, retry_after=retry_after, times=case.few(2))


def _always(kind: Kind, place: Place = Place.API, path: str = "*", **how: Any) -> Callable[[Case], None]:
    return lambda case: case.strike(kind, place, path, times=None, **how)


def _changed(path: str, *changes: Callable[[Json], Json], times: int | None = 1) -> Callable[[Case], None]:
    """The true answer, altered in one of these ways."""
    return lambda case: case.strike_api(Kind.JSON, path, change=case.random.choice(changes), times=times)


def _each_entry(change: Callable[[dict[str, Any]], None]) -> Callable[[Json], Json]:
    def changed(entries: Json) -> Json:
        for entry in entries:
            change(entry)
        return entries

    return changed


def _with_sizes(entry: dict[str, Any], size: Json) -> None:
    entry["size"] = size
    if "lfs" in entry:
        entry["lfs"]["size"] = size


def _with_one_byte_more(entry: dict[str, Any]) -> None:
    _with_sizes(entry, entry["size"] + 1)


def _without(*names: str) -> Callable[[dict[str, Any]], None]:
    def change(entry: dict[str, Any]) -> None:
        for name in names:
            entry.pop(name, None)

    return change


def _twice(entries: Json) -> Json:
    """Each file of weights once more, with another hash."""
    others = [{**e, "lfs": {**e["lfs"], "oid": "b" * 64}} for e in entries if "lfs" in e]
    return entries + others


def _without_weights(entries: Json) -> Json:
    return [entry for entry in entries if "lfs" not in entry]


def _other_hashes(entry: dict[str, Any]) -> None:
    if "lfs" in entry:
        entry["lfs"]["oid"] = "c" * 64


def _thousands(case: Case) -> None:
    oid = "a" * 40
    repository = case.hub.repositories["maker/model"]
    repository.extra_entries += [{"type": "file", "oid": oid, "size": 3, "path": f"n/{n}.txt"} for n in range(4000)]
    case.hub.page_entries = case.random.choice((7, 500, 10_000)) if case.random.random() < 0.1 else 700
    case.acted += 1


def _new_version_midway(case: Case) -> None:
    """The hub moves on to another commit; the one that was listed stays where it is, as on the real one."""

    def move_on() -> None:
        case.hub.repositories["maker/model"].extra_entries.append(
            {"type": "file", "oid": "a" * 40, "size": 3, "path": "news.txt"}
        )
        case.strike_api(Kind.JSON, PAGE, change=lambda page: {**page, "sha": "d" * 40}, times=None)

    case.midway(move_on)
    case.strike(Kind.RESET, after_bytes=case.somewhere(0, 0.3))


def _withdrawn_midway(case: Case) -> None:
    whole = dict(case.hub.repositories)
    case.midway(case.hub.repositories.clear)
    case.strike(Kind.CUT, times=40, after_bytes=200_000)
    case.mend.append(lambda: case.hub.repositories.update(whole))


def _wrong_byte(case: Case) -> None:
    case.strike(Kind.CORRUPT, times=None, after_bytes=case.somewhere())


JSON_OF_OTHER_TYPES: tuple[Callable[[Json], Json], ...] = (
    lambda _: None,
    lambda _: 7,
    lambda _: "text",
    lambda _: [],
    lambda _: {},
    lambda _: [[]],
    lambda _: {"sha": 3},
    lambda page: {**page, "sha": None},
    lambda page: {**page, "sha": "../../etc"},
    lambda page: {**page, "sha": ["a"]},
)
TREES_OF_OTHER_TYPES: tuple[Callable[[Json], Json], ...] = (
    lambda _: None,
    lambda _: 7,
    lambda _: "text",
    lambda _: {"error": "no"},
    lambda _: [None],
    lambda _: [1, 2],
    lambda _: [{}],
    lambda _: [{"type": "file"}],
    _each_entry(_without("size")),
    _each_entry(_without("oid", "path")),
    _each_entry(lambda entry: _with_sizes(entry, "7")),
    _each_entry(lambda entry: _with_sizes(entry, -7)),
    _each_entry(lambda entry: _with_sizes(entry, 2**70)),
    _each_entry(lambda entry: _with_sizes(entry, 1e300)),
    _each_entry(lambda entry: _with_sizes(entry, True)),
    _each_entry(lambda entry: entry.update(oid=5, lfs={"oid": 5})),
    _each_entry(lambda entry: entry.update(lfs="x")),
    _each_entry(lambda entry: entry.update(path=["a"])),
)

PASSING: dict[str, Callable[[Case], None]] = {
    "api is broken": _refusals((500, 502, 503, 504, 520)),
    "api says no": _refusals((400, 408)),
    "api answers 429": _too_many,
    "api resets": _api(Kind.REFUSE, 4),
    "api never answers": _api(Kind.STALL),
    "api resets in the headers": _api(Kind.HEADERS_RESET, 4),
    "api stops in the headers": _api(Kind.HEADERS_STALL),
    "api has headers without end": _api(Kind.HEADERS_ENDLESS, 1),
    "api has a header of megabytes": _api(Kind.HEADERS_HUGE, count_bytes=4_000_000),
    "api is a log-in page": _api(Kind.HTML, 4),
    "api is half a text": _api(Kind.GARBAGE, 4),
    "api is empty": _api(Kind.EMPTY, 4),
    "api is packed, and a bomb": _api(Kind.GZIP_BOMB, 1, count_bytes=200_000_000),
    "api answers chunks of rubbish": _api(Kind.CHUNKED_GARBAGE),
    "api answers chunks without end": _api(Kind.CHUNKED_ENDLESS, 1),
    "api links to itself, endless": _api(Kind.REDIRECT, 12, location="{hub}{path}"),
    "api links to nowhere": _api(Kind.REDIRECT, 3, location=""),
    "api links to another scheme": _api(Kind.REDIRECT, 3, location="ftp://127.0.0.1/x"),
    "api links to a file here": _api(Kind.REDIRECT, 3, location="file:///etc/hostname"),
    "api's link is no link": _api(Kind.REDIRECT, 3, location="http://[not:an:address/"),
    "the model's page is of the wrong type": _changed(PAGE, *JSON_OF_OTHER_TYPES),
    "the list is of the wrong type": _changed(TREE, *TREES_OF_OTHER_TYPES),
    "the list goes in a circle": _api(Kind.LINK_CYCLE, 1, path=TREE),
    "the list has thousands of entries": _thousands,
    "the list is many megabytes long": _api(Kind.LONG_JSON, 1, path=TREE, count_bytes=40_000_000),
    "the page is many megabytes long": _api(Kind.LONG_JSON, 1, path=PAGE, count_bytes=40_000_000),
    "resolve answers 500": lambda case: case.strike(Kind.STATUS, Place.RESOLVE, "*", status=500, times=case.few(4)),
    "resolve never answers": lambda case: case.strike(Kind.STALL, Place.RESOLVE, "*", times=case.few(2)),
    "resolve is a log-in page": lambda case: case.strike(Kind.HTML, Place.RESOLVE, times=case.few(4)),
    "resolve names another hash": lambda case: case.strike(Kind.OTHER_ETAG, Place.RESOLVE),
    "a new version while it comes": _new_version_midway,
}


def _ends(
    name: str, arrange: Callable[[Case], None], *ends_as: type[DownloadError], may_complete: bool = False
) -> FaultKind:
    return FaultKind(name, "hub", arrange, SMALL, ends_as=ends_as, may_complete=may_complete)


KINDS = [
    *(FaultKind(name, "hub", arrange, SMALL) for name, arrange in PASSING.items()),
    FaultKind("api busy for long", "hub", _always(Kind.STATUS), SMALL, waits_as=(REFUSED,)),
    FaultKind("api silent for long", "hub", _always(Kind.STALL), SMALL, waits_as=(UNREACHABLE,)),
    FaultKind("a log-in page for long", "hub", _always(Kind.HTML), SMALL, waits_as=(NOT_UNDERSTOOD,)),
    FaultKind(
        "the list goes in a circle for ever", "hub", _always(Kind.LINK_CYCLE, path=TREE), SMALL, (), (NOT_UNDERSTOOD,)
    ),
    FaultKind(
        "api links to itself for ever", "hub", _always(Kind.REDIRECT, location="{hub}{path}"), SMALL, (),
        (NOT_UNDERSTOOD, UNREACHABLE),
    ),
    _ends("a wrong byte each time", _wrong_byte, ContentMismatch),
    _ends("zeros each time", _always(Kind.ZEROS, Place.BYTES, WEIGHTS), ContentMismatch),
    _ends("a small file wrong each time", _always(Kind.ZEROS, Place.BYTES, "config.json"), ContentMismatch),
    _ends("another hash each time", _always(Kind.OTHER_ETAG, Place.RESOLVE, WEIGHTS), ContentMismatch),
    _ends("the list has other hashes", _changed(TREE, _each_entry(_other_hashes), times=None), ContentMismatch),
    FaultKind(
        "the list has other sizes", "hub", _changed(TREE, _each_entry(_with_one_byte_more), times=None), SMALL,
        (ContentMismatch,), (NOT_UNDERSTOOD,),
    ),
    _ends("the list names files twice", _changed(TREE, _twice), ContentMismatch, may_complete=True),
    _ends("the list has no weights", _changed(TREE, _without_weights), RepositoryHasNoModel),
    _ends("the list is empty", _changed(TREE, lambda _: []), RepositoryHasNoModel),
    _ends("no such model", _always(Kind.GONE), RepositoryNotFound),
    _ends("no such file", _always(Kind.GONE, Place.RESOLVE), RepositoryNotFound),
    _ends("withdrawn in mid-way", _withdrawn_midway, RepositoryNotFound),
    _ends("401 that comes and goes", _api(Kind.STATUS, 1, status=401), TokenRequired),
    _ends("403 that comes and goes", _api(Kind.STATUS, 1, status=403), TokenRequired),
    _ends("401 at a file", _always(Kind.STATUS, Place.RESOLVE, status=401), TokenRequired),
]  # fmt: skip
