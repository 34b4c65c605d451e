"""What reading scans costs and finds: ``python -m tests.bench.scans [--pages N] [--children N]``.

Pages of a report as a scanner sees them at 200 dots an inch: clean, then crooked by 1.5 degrees with noise on grey;
pages a second and the share of words found, by several reading processes side by side beside the plain ``tesseract``
program on the same pictures one after another, in one run; then a page that lies on its side.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image

from runtime.cancel import CancelToken
from runtime.documents.plain_reading import LIMITS
from runtime.documents.reader_team import PageFailed, PicturePages, RecognitionTeam, free_children
from runtime.documents.reading import Page
from tests.documents_made import pdfs
from tests.documents_made.pdf_writer import PdfWriter

DPI = 200


def drawn(pages: int) -> tuple[list[Image.Image], list[str]]:
    """Pages of a report as grey pictures, and their words."""
    document = pypdfium2.PdfDocument(pdfs.report(pages))
    pictures, texts = [], []
    for page in document:
        pictures.append(page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L"))
        texts.append(page.get_textpage().get_text_range())
    return pictures, texts


def crooked(picture: Image.Image, seed: int) -> Image.Image:
    """The same page from a bad scanner."""
    chance = np.random.default_rng(seed)
    turned = picture.rotate(1.5, fillcolor=255, resample=Image.Resampling.BICUBIC)
    dots = np.asarray(turned, dtype=np.float32) * 0.82 + 22 + chance.normal(0, 22, (turned.height, turned.width))
    return Image.fromarray(np.clip(dots, 0, 255).astype(np.uint8))


def scan_of(pictures: Iterable[Image.Image]) -> bytes:
    """Those pictures as the pages of a PDF."""
    writer = PdfWriter(title="A scan")
    for picture in pictures:
        page = writer.page(picture.width * 72 / DPI, picture.height * 72 / DPI)
        page.picture(picture.width, picture.height, picture.tobytes())
    return writer.content()


def words(text: str) -> Counter[str]:
    """Words of two letters and more."""
    return Counter(re.findall(r"\w{2,}", text.lower()))


def recall(read: list[str], wanted: list[str]) -> float:
    """The share of the words that were found on their page."""
    found = sum(sum((words(a) & words(b)).values()) for a, b in zip(read, wanted, strict=True))
    return found / sum(sum(words(text).values()) for text in wanted)


def ours(path: Path, pages: int, children: int) -> tuple[float, list[str]]:
    """Seconds by the clock, and the text of each page."""
    found = [""] * pages

    def take(told: Page | PageFailed) -> None:
        if isinstance(told, Page):
            found[told.number - 1] = "\n".join(block.text for block in told.blocks)

    team = RecognitionTeam(LIMITS, 15)
    begun = time.perf_counter()
    asked = PicturePages(path, range(1, pages + 1), "", lambda: "eng")
    assert team.recognise(asked, take, allowed=lambda: children, cancel=CancelToken())
    wall_s = time.perf_counter() - begun
    team.close()
    return wall_s, found


def plain(pictures: list[Image.Image], folder: Path) -> tuple[float, list[str]]:
    """The program on the finished picture files, with one thread: its own four wait for each other."""
    found = []
    wall_s = 0.0
    for number, picture in enumerate(pictures):
        file = folder / f"{number}.png"
        picture.save(file, dpi=(DPI, DPI))
        begun = time.perf_counter()
        done = subprocess.run(
            ["nice", "-n", "15", "tesseract", str(file), "stdout", "-l", "eng"],
            capture_output=True,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
        wall_s += time.perf_counter() - begun
        found.append(done.stdout.decode())
    return wall_s, found


def measured(pages: int, children: int) -> dict[str, object]:
    """All kinds of pages, ours and plain in turns."""
    pictures, wanted = drawn(pages)
    kinds = {
        "clean": pictures,
        "crooked": [crooked(picture, number) for number, picture in enumerate(pictures)],
        "on its side": [picture.rotate(90, expand=True) for picture in pictures[:2]],
    }
    figures: dict[str, object] = {"children": children, "load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory(prefix="scans-") as name:
        folder = Path(name)
        for kind, made in kinds.items():
            path = folder / "scan.pdf"
            path.write_bytes(scan_of(made))
            plain_s, plain_text = plain(made, folder)
            ours_s, ours_text = ours(path, len(made), children)
            figures[kind] = {
                "pages": len(made),
                "ours_pages_per_s": round(len(made) / ours_s, 2),
                "plain_pages_per_s": round(len(made) / plain_s, 2),
                "times_plain": round(plain_s / ours_s, 2),
                "ours_words_found": round(recall(ours_text, wanted[: len(made)]), 4),
                "plain_words_found": round(recall(plain_text, wanted[: len(made)]), 4),
            }
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--children", type=int, default=free_children())
    given = parser.parse_args()
    print(json.dumps(measured(given.pages, given.children), indent=2))


if __name__ == "__main__":
    main()
