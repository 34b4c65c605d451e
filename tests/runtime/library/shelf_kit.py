"""What the tests of copies and of moving share: models of ours on the disk, and what is in a folder."""

from __future__ import annotations

import hashlib
from pathlib import Path

from runtime.cancel import CancelToken
from runtime.library.copies import ShelfCard, shelve
from runtime.library.disks import Disk
from runtime.library.steps import Steps
from runtime.requests import Sampling
from runtime.storage.manifest import Manifest, ManifestFile, file_agrees, read_manifest, write_manifest
from tests.hub.models import make_model_folder
from tests.hub.repositories import read_repository

REPOSITORY = "maker/model"
COMMIT = "c" * 40
CARD = ShelfCard(
    name="Pocket Model 4B",
    role="Pocket helper",
    maker="The Maker",
    sentence="Small and quick; short questions.",
    good_at=("everyday", "writing"),
    licence="Apache-2.0",
    size_bytes=300_000,
    context_tokens=32768,
    sampling=Sampling(temperature=0.6, top_p=0.95, top_k=20),
)


class Apart(Disk):
    """A disk that no folder shares, so that everything must be copied."""

    def is_same_disk(self, other: Path) -> bool:
        return False


def install(
    models: Path, repository: str = REPOSITORY, weight_bytes: int = 300_000, shards: int = 1, commit: str = COMMIT
) -> Path:
    """A model folder as a finished download leaves it."""
    folder = make_model_folder(models / repository.replace("/", "--"), weight_bytes, shards)
    (folder / "modeling_evil.py").unlink()
    (folder / "pytorch_model.bin").unlink()
    listed = read_repository(repository, folder, gated=False).files.values()
    files = tuple(
        ManifestFile(f.path, f.size_bytes, f"sha256:{f.sha256}" if f.sha256 else f"git-sha1:{f.blob_id}")
        for f in listed
    )
    manifest = Manifest(
        repository, commit, "Title", "2026-11-21T04:00:00+00:00", files, origin="https://hub.example", licence="MIT"
    )
    write_manifest(folder, manifest)
    return folder


def by_hand(folder: Path, weight_bytes: int = 200_000) -> Path:
    """A model that no manifest knows."""
    make_model_folder(folder, weight_bytes)
    return folder


def put_on(shelf: Path, model: Path, card: ShelfCard = CARD) -> Path:
    """A finished copy."""
    return shelve(model, shelf, card, CancelToken(), ignore)


def ignore(_done_bytes: int, _total_bytes: int) -> None:
    """Progress that nobody watches."""


def no_steps() -> Steps:
    """Steps that nobody watches."""
    return Steps(CancelToken(), ignore, 2**60)


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its bytes; links by where they lead."""
    return {
        path.relative_to(folder).as_posix(): f"-> {path.readlink()}"
        if path.is_symlink()
        else hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def model_contents(folder: Path) -> dict[str, str]:
    """The same without what Hearth adds."""
    papers = ("hearth-manifest.json", "hearth-model.json", "SHA256SUMS", "READ ME.txt")
    return {path: hashed for path, hashed in contents(folder).items() if path not in papers}


def is_whole(model: Path) -> bool:
    """True for an installed model whose every file agrees with its manifest."""
    manifest = read_manifest(model)
    return manifest is not None and all(file_agrees(file, model / file.path) for file in manifest.files)


def flip_bit(path: Path, place: int) -> None:
    """Change one bit of a file at rest."""
    data = bytearray(path.read_bytes())
    data[place // 8 % len(data)] ^= 1 << place % 8
    path.write_bytes(bytes(data))
