"""The part of a file and its map: what they remember, and what they do not believe."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

import pytest

from runtime.cancel import Cancelled, CancelToken
from runtime.downloads.part import Part
from runtime.downloads.pieces import PieceMap, recorded_pieces
from runtime.downloads.space import occupied_bytes, reserve
from runtime.downloads.whole_hash import WholeHash
from runtime.storage.manifest import PIECE_BYTES, ManifestFile

SIZE = 2 * PIECE_BYTES + 1000
CONTENT = random.Random(5).randbytes(SIZE)
FILE = ManifestFile("model.safetensors", SIZE, f"sha256:{hashlib.sha256(CONTENT).hexdigest()}")
PIECES = tuple(hashlib.sha256(CONTENT[at : at + PIECE_BYTES]).hexdigest() for at in range(0, SIZE, PIECE_BYTES))


def opened(folder: Path, file: ManifestFile = FILE) -> Part:
    return Part(file, folder / "x.part", folder / "x.map")


def fill(part: Part, piece: int, count_bytes: int | None = None, content: bytes = CONTENT) -> None:
    """Write the bytes of a piece, as far as given, in several goes."""
    while (sink := part.claim(piece * PIECE_BYTES)) is not None and sink.piece != piece:
        raise AssertionError("another piece")
    assert sink is not None
    until = sink.end if count_bytes is None else piece * PIECE_BYTES + count_bytes
    while sink.position < until:
        sink.write(memoryview(content)[sink.position : min(until, sink.position + 3_000_000)])
    part.release(sink)


def checked(part: Part) -> list[int]:
    counts: list[int] = []
    part.check(CancelToken(), counts.append)
    return counts


def test_pieces_in_any_order_come_to_the_hash_of_the_file(tmp_path: Path) -> None:
    with opened(tmp_path) as part:
        whole = WholeHash(part)
        try:
            fill(part, 2)
            fill(part, 1, 5_000_000)
            assert (part.frontier, part.open_count, part.complete) == (0, 2, False)
            fill(part, 0)
            fill(part, 1)
            assert part.complete
            assert whole.agrees(CancelToken())
        finally:
            whole.close()
        assert part.digests == PIECES
        part.finish(tmp_path / "named")
    assert (tmp_path / "named").read_bytes() == CONTENT
    assert recorded_pieces(tmp_path / "x.map", FILE) == PIECES


def test_what_was_there_is_there_again(tmp_path: Path) -> None:
    with opened(tmp_path) as part:
        fill(part, 0)
        fill(part, 2, 700)
    with opened(tmp_path) as part:
        assert part.size_bytes == PIECE_BYTES + 700
        assert sum(checked(part)) == PIECE_BYTES + 700
        assert part.size_bytes == PIECE_BYTES + 700
        assert part.doubtful == {2}
        fill(part, 2)
        fill(part, 1)
        assert part.digests == PIECES


def test_a_rotten_piece_alone_is_emptied(tmp_path: Path) -> None:
    with opened(tmp_path) as part:
        for piece in range(3):
            fill(part, piece)
    with (tmp_path / "x.part").open("r+b") as stream:
        stream.seek(PIECE_BYTES + 12345)
        stream.write(b"rot")
    with opened(tmp_path) as part:
        checked(part)
        assert part.digests == (PIECES[0], "", PIECES[2])
        assert part.size_bytes == SIZE - PIECE_BYTES
        fill(part, 1)
        assert part.digests == PIECES


def test_a_part_that_became_shorter_is_not_believed(tmp_path: Path) -> None:
    with opened(tmp_path) as part:
        for piece in range(3):
            fill(part, piece)
    os.truncate(tmp_path / "x.part", PIECE_BYTES + 5)
    with opened(tmp_path) as part:
        checked(part)
        assert part.digests == (PIECES[0], "", "")
        assert part.frontier == 1


@pytest.mark.parametrize("seed", range(16))
def test_a_map_torn_anywhere_never_lies(tmp_path: Path, seed: int) -> None:
    """Bytes changed, lost or added in the map: what is believed after the check is right, and the rest is asked for."""
    chance = random.Random(seed)
    content = CONTENT[: PIECE_BYTES + 5000]
    file = ManifestFile("x", len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
    with opened(tmp_path, file) as part:
        fill(part, 0, content=content)
        fill(part, 1, 3000, content=content)
    path = tmp_path / "x.map"
    data = bytearray(path.read_bytes())
    how = seed % 4
    if how == 0:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif how == 1:
        del data[chance.randrange(len(data)) :]
    elif how == 2:
        at = chance.randrange(len(data))
        data[at : at + 16] = bytes(16)
    else:
        data += chance.randbytes(chance.randrange(1, 200))
    path.write_bytes(data)
    with opened(tmp_path, file) as part:
        checked(part)
        for piece in range(part.count):
            start, there = piece * PIECE_BYTES, part.filled(piece)
            assert part.read_at(start, there) == content[start : start + there]
            if part.open_count and not part.digests[piece]:
                fill(part, piece, content=content)
        assert part.read_at(0, len(content)) == content


def test_a_map_of_another_file_is_thrown_away_with_its_part(tmp_path: Path) -> None:
    with opened(tmp_path) as part:
        fill(part, 0)
    other = ManifestFile("x", SIZE, f"sha256:{'0' * 64}")
    with opened(tmp_path, other) as part:
        assert part.size_bytes == 0
    assert (tmp_path / "x.part").stat().st_size == 0


def test_a_part_of_an_earlier_hearth_goes_on(tmp_path: Path) -> None:
    """It wrote from the start on and kept no map."""
    (tmp_path / "x.part").write_bytes(CONTENT[: PIECE_BYTES + 4000])
    with opened(tmp_path) as part:
        assert part.size_bytes == PIECE_BYTES + 4000
        checked(part)
        assert part.digests[0] == PIECES[0]
        fill(part, 1)
        fill(part, 2)
        assert part.digests == PIECES
        assert part.doubtful == {0, 1}


def test_links_in_the_place_of_part_and_map_are_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    (tmp_path / "x.part").symlink_to(precious)
    (tmp_path / "x.map").symlink_to(precious)
    with opened(tmp_path) as part:
        fill(part, 2)
    assert precious.read_bytes() == b"precious"


def test_a_part_closed_under_a_thread_takes_nothing_more(tmp_path: Path) -> None:
    part = opened(tmp_path)
    sink = part.claim()
    assert sink is not None
    part.close()
    with pytest.raises(OSError):
        sink.write(memoryview(CONTENT)[:10])
    assert (tmp_path / "x.part").stat().st_size == 0


def test_checking_and_hashing_can_be_stopped(tmp_path: Path) -> None:
    with opened(tmp_path) as part:
        for piece in range(3):
            fill(part, piece)
    cancel = CancelToken()
    with opened(tmp_path) as part:
        with pytest.raises(Cancelled):
            part.check(cancel, lambda _: cancel.cancel())
        whole = WholeHash(part)
        try:
            whole.rewind(0)
            with pytest.raises(Cancelled):
                whole.agrees(cancel)
        finally:
            whole.close()


def test_a_replaced_piece_is_hashed_anew_from_there_on(tmp_path: Path) -> None:
    wrong = bytearray(CONTENT)
    wrong[PIECE_BYTES + 1] ^= 1
    with opened(tmp_path) as part:
        for piece in range(3):
            fill(part, piece, content=bytes(wrong))
        whole = WholeHash(part)
        try:
            assert not whole.agrees(CancelToken())
            part.replace(1, CONTENT[PIECE_BYTES : 2 * PIECE_BYTES])
            whole.rewind(1)
            assert whole.agrees(CancelToken())
        finally:
            whole.close()
        assert part.digests == PIECES


def test_small_files_have_the_hub_s_own_hash(tmp_path: Path) -> None:
    text = b"{}\n"
    blob = hashlib.sha1(b"blob 3\0" + text, usedforsecurity=False).hexdigest()
    for file, content in (
        (ManifestFile("config.json", 3, f"git-sha1:{blob}"), text),
        (ManifestFile("empty", 0, f"sha256:{hashlib.sha256(b'').hexdigest()}"), b""),
    ):
        folder = tmp_path / file.path
        with opened(folder, file) as part:
            whole = WholeHash(part)
            try:
                if content:
                    fill(part, 0, content=content)
                assert whole.agrees(CancelToken())
            finally:
                whole.close()


def test_the_disk_keeps_room_and_the_length_stays(tmp_path: Path) -> None:
    path = tmp_path / "parts" / "x.part"
    reserve(path, FILE, CancelToken())
    assert path.stat().st_size == 0
    if occupied_bytes(path) < SIZE:
        pytest.skip("this file system keeps no room")
    with Part(FILE, path, tmp_path / "parts" / "x.map") as part:
        assert part.size_bytes == 0
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        reserve(tmp_path / "other.part", FILE, cancel)


def test_a_map_can_not_count_beyond_a_piece(tmp_path: Path) -> None:
    pieces = PieceMap(tmp_path / "x.map", FILE)
    pieces.record(2, 1001)
    pieces.close()
    pieces = PieceMap(tmp_path / "x.map", FILE)
    assert pieces.counts == [0, 0, 0]
    pieces.close()
