"""Kinds of damage to what lies on the disk while a download rests: parts, what lies beside them, finished files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.faults.case import Case, FaultKind

TARGET = "maker--model"


def _part(damage: Callable[[Case, Path], None]) -> Callable[[Case], None]:
    """Something happens to the largest part while the job rests."""

    def act(case: Case) -> None:
        damage(case, max(case.staged(parts=True), key=lambda path: path.stat().st_size))

    return lambda case: case.paused(lambda: act(case))


def _beside(damage: Callable[[Case, Path], None]) -> Callable[[Case], None]:
    """Something happens to every file that lies beside the parts."""

    def act(case: Case) -> None:
        for path in case.staged(parts=False):
            damage(case, path)

    return lambda case: case.paused(lambda: act(case))


def _truncate(case: Case, path: Path) -> None:
    os.truncate(path, int(path.stat().st_size * case.random.random()))


def flip(case: Case, path: Path) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(case.few()):
        # Of a part: of the bytes that came first, which are there.
        data[case.random.randrange(min(len(data), 300_000))] ^= 1 << case.random.randrange(8)
    path.write_bytes(data)


def _zero(case: Case, path: Path) -> None:
    """As after a power cut: the length is kept, the content is not."""
    size = path.stat().st_size
    os.truncate(path, 0)
    os.truncate(path, size)


def _grow(case: Case, path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"x" * case.random.choice((1, 5000, 50_000_000)))


def _garbage(case: Case, path: Path) -> None:
    path.write_bytes(case.random.randbytes(case.random.choice((0, 1, 7, 300, 100_000))))


def _all_ones(case: Case, path: Path) -> None:
    path.write_bytes(b"\xff" * path.stat().st_size)


def _to_a_link(case: Case, path: Path) -> None:
    path.unlink()
    path.symlink_to(case.folder / "outside" / "diary.txt")


def _to_a_hard_link(case: Case, path: Path) -> None:
    path.unlink()
    os.link(case.folder / "outside" / "diary.txt", path)


def _to_a_folder(case: Case, path: Path) -> None:
    path.unlink()
    (path / "inside").mkdir(parents=True)
    (path / "inside" / "note.txt").write_text("a folder")


def _to_a_pipe(case: Case, path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _gone(case: Case, path: Path) -> None:
    path.unlink()


def _old(case: Case, path: Path) -> None:
    os.utime(path, (case.random.choice((0, 4_000_000_000)),) * 2)


def _finished(damage: Callable[[Case, Path], None]) -> Callable[[Case], None]:
    """Something happens to the files that wait for the others under their own names."""

    def act(case: Case) -> None:
        done = case.finished()
        assert done, "no file was finished yet"
        for path in case.random.sample(done, case.random.randint(1, len(done))):
            damage(case, path)

    return lambda case: case.paused(lambda: act(case))


def _manifest_half_written(case: Case) -> None:
    def act() -> None:
        text = '{"repository": "maker/model", "files": ['
        for folder in {path.parent for path in case.finished()} or {case.paths.models / ".incoming" / TARGET / "files"}:
            (folder / "hearth-manifest.json").write_text(text[: case.random.randint(0, len(text))])
            (folder / ".hearth-half-written").write_text(text)

    case.paused(act)


def _staging(act_on: Callable[[Case, Path], None]) -> Callable[[Case], None]:
    return lambda case: case.paused(lambda: act_on(case, case.paths.models / ".incoming"))


def _strangers(case: Case, incoming: Path) -> None:
    (incoming / TARGET / "parts" / "sha256-old.part").write_bytes(b"of an earlier commit")
    (incoming / TARGET / "files" / "old.safetensors").write_bytes(b"of an earlier commit")
    (incoming / TARGET / "replaced").mkdir(exist_ok=True)
    (incoming / TARGET / "replaced" / "config.json").write_text("{}")


def _linked_elsewhere(case: Case, incoming: Path) -> None:
    """A link to a folder of the person where our folder of parts was: nothing of ours may land or vanish there."""
    parts = incoming / TARGET / "parts"
    shutil.rmtree(parts)
    parts.symlink_to(case.folder / "outside", target_is_directory=True)


def _swapped(case: Case) -> None:
    def act() -> None:
        first, second = case.random.sample(case.finished(), 2)
        aside = first.rename(first.with_name("aside"))
        second.rename(first)
        aside.rename(second)

    case.paused(act)


DAMAGE: dict[str, Callable[[Case], None]] = {
    "part truncated": _part(_truncate),
    "part with flipped bits": _part(flip),
    "part emptied by a power cut": _part(_zero),
    "part grown": _part(_grow),
    "part replaced by a link": _part(_to_a_link),
    "part replaced by a second name of another file": _part(_to_a_hard_link),
    "part replaced by a folder": _part(_to_a_folder),
    "part replaced by a pipe": _part(_to_a_pipe),
    "part deleted": _part(_gone),
    "part from another century": _part(_old),
    "map: rubbish": _beside(_garbage),
    "map: flipped bits": _beside(lambda case, path: flip(case, path) if path.stat().st_size else None),
    "map: all ones": _beside(_all_ones),
    "map: emptied by a power cut": _beside(_zero),
    "map: truncated": _beside(_truncate),
    "map: deleted": _beside(_gone),
    "map: replaced by a link": _beside(_to_a_link),
    "map: replaced by a folder": _beside(_to_a_folder),
    "finished file with flipped bits": _finished(flip),
    "finished file truncated": _finished(_truncate),
    "finished file replaced by a link": _finished(_to_a_link),
    "finished file replaced by a folder": _finished(_to_a_folder),
    "finished file deleted": _finished(_gone),
    "finished files swapped": _swapped,
    "manifest half written": _manifest_half_written,
    "staging folder deleted while paused": _staging(lambda _, folder: shutil.rmtree(folder)),
    "files of an earlier version in the staging folder": _staging(_strangers),
    "staging folder of parts linked elsewhere": _staging(_linked_elsewhere),
    "models folder deleted while paused": lambda case: case.paused(lambda: shutil.rmtree(case.paths.models)),
}

KINDS = [FaultKind(name, "disk", arrange) for name, arrange in DAMAGE.items()]
