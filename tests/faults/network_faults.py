"""Kinds of fault of the line and of the store of bytes: all of them pass, and the download must complete."""

from __future__ import annotations

import socket
from collections.abc import Callable
from email.utils import formatdate
from time import time
from typing import Any

from tests.faults.case import Case, FaultKind
from tests.hub import Kind, Place

SMALL = ("small",)
MOSTLY_SMALL = ("small", "small", "small", "pieces")
ANY = ("small", "pieces", "shards")
UNREACHABLE = "download.hub_unreachable"
REFUSED = "download.hub_refused"
NO_HOST = "http://no-such-host.invalid"


def _at_random(kind: Kind, most: int = 1, last_fraction: float = 0.9, **how: Any) -> Callable[[Case], None]:
    """The fault breaks off a few answers somewhere."""

    def arrange(case: Case) -> None:
        for _ in range(case.few(most)):
            case.strike(kind, after_bytes=case.somewhere(0.0, last_fraction / 3), **how)

    return arrange


def _whole(kind: Kind, most: int = 2, **how: Any) -> Callable[[Case], None]:
    """The fault takes a few whole answers."""
    return lambda case: case.strike(kind, times=case.few(most), **how)


def _one_of(statuses: tuple[int, ...]) -> Callable[[Case], None]:
    """A few refusals of one sort."""

    def arrange(case: Case) -> None:
        for _ in range(case.few(4)):
            case.strike(Kind.STATUS, status=case.random.choice(statuses))

    return arrange


def _always(kind: Kind, **how: Any) -> Callable[[Case], None]:
    return lambda case: case.strike(kind, times=None, **how)


# --- the connection -------------------------------------------------------------------------------------------------


def _drops_each_piece(case: Case) -> None:
    case.strike(Kind.CUT, times=None, after_bytes=case.random.randint(150_000, 900_000))


def _cut_at_any_distance(case: Case) -> None:
    for _ in range(12):
        case.strike(Kind.CUT, after_bytes=case.random.choice((0, 1, 100, 40_000, 700_000, 2_000_000)))


def _restart(case: Case) -> None:
    def restart() -> None:
        case.hub.go_down()
        case.hub.come_back()

    case.midway(restart)


def _down(case: Case) -> None:
    case.midway(case.hub.go_down)
    case.mend.append(case.hub.come_back)


def _down_from_the_start(case: Case) -> None:
    case.hub.go_down()
    case.mend.append(case.hub.come_back)
    case.acted += 1


def _few_connections(limit: int) -> Callable[[Case], None]:
    def arrange(case: Case) -> None:
        case.hub.connection_limit = limit
        case.hub.rate_bytes_per_s = 40_000_000.0
        case.acted += 1  # whoever opens no more is not struck

    return arrange


def _busy_after_few(case: Case) -> None:
    case.strike(Kind.STATUS, times=None, status=case.random.choice((429, 503)), spare_every=2)


def _every_third(case: Case) -> None:
    case.strike(Kind.REFUSE, times=None, spare_every=3)


def _every_third_of_all(case: Case) -> None:
    for place in (Place.API, Place.RESOLVE, Place.STORE):
        case.strike(case.random.choice((Kind.REFUSE, Kind.STATUS)), place, "*", times=None, spare_every=3)


def _other_speeds(case: Case) -> None:
    case.hub.rate_bytes_per_s = case.random.uniform(2e5, 2e6)
    case.strike(Kind.TRICKLE, after_bytes=case.somewhere(0, 0.3), seconds=0.2)

    def faster() -> None:
        case.hub.rate_bytes_per_s = None

    share = case.random.uniform(0.002, 0.02)
    case.midway(faster)
    case.hub.total_rate_bytes_per_s = None
    case._when = (lambda progress: progress.done_bytes > share * max(1, progress.total_bytes), faster)


def _no_such_host(case: Case) -> None:
    case.endpoint = NO_HOST
    case.acted += 1

    def right() -> None:
        case.endpoint = ""

    case.mend.append(right)


def _nobody_listens(case: Case) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    case.strike(Kind.REDIRECT, Place.RESOLVE, location=f"http://127.0.0.1:{port}/x", times=case.few())


CONNECTION: dict[str, Callable[[Case], None]] = {
    "cut once": _at_random(Kind.CUT),
    "cut at the first byte": _whole(Kind.CUT),
    "cut a few times": _at_random(Kind.CUT, 8),
    "cut at any distance": _cut_at_any_distance,
    "reset once": _at_random(Kind.RESET),
    "reset many times": _at_random(Kind.RESET, 15),
    "silent in the middle": _at_random(Kind.STALL, 2),
    "silent before the first byte": _whole(Kind.STALL),
    "a byte now and then": _at_random(Kind.TRICKLE, 2, seconds=0.8),
    "closed without an answer": _whole(Kind.REFUSE, 4),
    "reset in the headers": _whole(Kind.HEADERS_RESET, 4),
    "half the headers, then silence": _whole(Kind.HEADERS_STALL),
    "hub restarted on the same port": _restart,
    "two connections at once and no more": _few_connections(2),
    "one connection at once and no more": _few_connections(1),
    "every other request is refused": _busy_after_few,
    "every third request is answered": _every_third,
    "store's name is not found": _whole(Kind.REDIRECT, 3, place=Place.RESOLVE, location=f"{NO_HOST}/x"),
    "nobody listens at the store": _nobody_listens,
    "a line whose speed jumps": _other_speeds,
}

# --- what the store answers -----------------------------------------------------------------------------------------

DAY_AHEAD = formatdate(time() + 86_400, usegmt=True)
NOT_SO, BROKEN = (400, 401, 404, 408, 410), (500, 502, 503, 504, 520)
RETRY_AFTER = {
    "no word how long": "",
    "a second": "1",
    "a day": "86400",
    "a date": DAY_AHEAD,
    "rubbish": "soon, I hope",
    "a negative time": "-10",
    "not a number": "nan",
    "for ever": "inf",
}
STORE: dict[str, Callable[[Case], None]] = {
    "store says no": _one_of(NOT_SO),
    "store is broken": _one_of(BROKEN),
    "store's link has expired": _one_of((403,)),
    **{f"429 and {name}": _whole(Kind.STATUS, 2, status=429, retry_after=value) for name, value in RETRY_AFTER.items()},
    "a header of megabytes": _whole(Kind.HEADERS_HUGE, count_bytes=4_000_000),
    "headers without end": _whole(Kind.HEADERS_ENDLESS, 1),
    "two lengths": _whole(Kind.TWO_LENGTHS),
    "a negative length": _whole(Kind.NEGATIVE_LENGTH),
    "no length": _whole(Kind.NO_LENGTH),
    "no length and cut": _at_random(Kind.NO_LENGTH, 3),
    "chunks of rubbish": _whole(Kind.CHUNKED_GARBAGE),
    "chunks without end": _whole(Kind.CHUNKED_ENDLESS, 1),
    "chunks, the last one missing": _at_random(Kind.CHUNKED_CUT),
    "too short": _whole(Kind.SHORT),
    "too long": _whole(Kind.LONG),
    "more than promised": _whole(Kind.MORE),
    "an empty answer": _whole(Kind.EMPTY, 4),
    "another range, said": _whole(Kind.WRONG_OFFSET, 3),
    "another range, not said": _whole(Kind.LYING_OFFSET, 1),
    "a range that nobody asked for": _whole(Kind.UNASKED_RANGE, 3),
    "a range of a file of another size": _whole(Kind.OTHER_TOTAL, 3),
    "many ranges in one": _whole(Kind.MULTIPART, 3),
    "416 for a range that is there": _whole(Kind.RANGE_REFUSED, 3),
    "range ignored": _whole(Kind.IGNORE_RANGE, 3),
    "another tag": _whole(Kind.OTHER_ETAG, 3),
    "packed, and a bomb": _whole(Kind.GZIP_BOMB, count_bytes=200_000_000),
    "zeros": _whole(Kind.ZEROS, 1),
    "bytes of another file": _whole(Kind.OTHER_FILE, 1),
    "a log-in page": _whole(Kind.HTML, 4),
    "half a text": _whole(Kind.GARBAGE, 4),
    "link to nowhere": _whole(Kind.REDIRECT, 3, location=""),
    "link to itself, endless": _whole(Kind.REDIRECT, 12, location="{store}{path}&{number}"),
    "link to a file here": _whole(Kind.REDIRECT, 3, location="file:///etc/hostname"),
    "link to another scheme": _whole(Kind.REDIRECT, 3, location="ftp://127.0.0.1/x"),
    "link that is no link": _whole(Kind.REDIRECT, 3, location="http://[not:an:address/"),
    "link to a port that is none": _whole(Kind.REDIRECT, 3, location="http://127.0.0.1:99999/x"),
}

# --- wrong bytes ----------------------------------------------------------------------------------------------------


def _wrong_at(first_fraction: float, last_fraction: float) -> Callable[[Case], None]:
    return lambda case: case.strike(Kind.CORRUPT, after_bytes=case.somewhere(first_fraction, last_fraction))


def _wrong_piece(case: Case) -> None:
    case.strike(Kind.CORRUPT, after_bytes=case.somewhere(0, 0.6), count_bytes=16 * 1024 * 1024)


def _two_wrong(case: Case) -> None:
    case.strike(Kind.CORRUPT, after_bytes=case.somewhere(0, 0.3), count_bytes=case.random.randint(1, 100_000))
    case.strike(Kind.CORRUPT, after_bytes=case.somewhere(0.7, 1), count_bytes=case.random.randint(1, 100_000))


def _wrong_twice(case: Case) -> None:
    case.strike(Kind.CORRUPT, after_bytes=case.somewhere(), times=2)


def _wrong_and_cut(case: Case) -> None:
    case.strike(Kind.CUT, after_bytes=case.somewhere(0.1, 0.3))
    case.strike(Kind.CORRUPT, after_bytes=case.somewhere())


def _small_file(kind: Kind, **how: Any) -> Callable[[Case], None]:
    def arrange(case: Case) -> None:
        name = case.random.choice(("config.json", "tokenizer.json", "tokenizer_config.json", "README.md"))
        case.strike(kind, path=name, after_bytes=case.random.randint(0, 8), **how)

    return arrange


def _loop_between_origins(case: Case) -> None:
    path = f"maker/model/resolve/{case.model.repository().commit}/model.safetensors"
    times = case.few(10)
    case.strike(Kind.REDIRECT, Place.RESOLVE, location="{store}/x/again", times=times)
    case.strike(Kind.REDIRECT, Place.STORE, "again", location="{hub}/" + path, times=None)


BYTES: dict[str, Callable[[Case], None]] = {
    "a wrong byte at the start": _wrong_at(0, 0),
    "a wrong byte in the middle": _wrong_at(0.1, 0.9),
    "a wrong byte at the end": _wrong_at(1, 1),
    "a wrong piece": _wrong_piece,
    "two wrong pieces": _two_wrong,
    "a wrong byte and a cut": _wrong_and_cut,
    "a small file altered": _small_file(Kind.CORRUPT),
    "a small file cut": _small_file(Kind.CUT),
    "a small file too long": _small_file(Kind.LONG),
    "a small file is a log-in page": _small_file(Kind.HTML),
    "a small file of zeros": _small_file(Kind.ZEROS),
    "links in a circle between two hosts": _loop_between_origins,
}

KINDS = [
    *(FaultKind(name, "line", arrange, models=("pieces", "shards")) for name, arrange in CONNECTION.items()),
    FaultKind("cut each few hundred kB", "line", _drops_each_piece, models=SMALL),
    FaultKind("a wrong byte twice", "bytes", _wrong_twice, SMALL),
    FaultKind("range always ignored", "store", _always(Kind.IGNORE_RANGE), models=ANY),
    FaultKind("another tag each time", "store", _always(Kind.OTHER_ETAG, place=Place.STORE), models=ANY),
    FaultKind("every third request of any kind is answered", "line", _every_third_of_all, models=("small", "shards")),
    *(FaultKind(name, "store", arrange, MOSTLY_SMALL) for name, arrange in STORE.items()),
    *(FaultKind(name, "bytes", arrange) for name, arrange in BYTES.items()),
    FaultKind("hub gone in mid-way", "line", _down, waits_as=(UNREACHABLE,)),
    FaultKind("hub gone from the start", "line", _down_from_the_start, SMALL, waits_as=(UNREACHABLE,)),
    FaultKind("hub's name is not found", "line", _no_such_host, SMALL, waits_as=(UNREACHABLE,), waits_for_person=True),
    FaultKind("store refuses for long", "line", _always(Kind.REFUSE), SMALL, waits_as=(UNREACHABLE,)),
    FaultKind("store silent for long", "line", _always(Kind.STALL), SMALL, waits_as=(UNREACHABLE,)),
    FaultKind("store busy for long", "store", _always(Kind.STATUS, status=503), SMALL, waits_as=(REFUSED,)),
]
