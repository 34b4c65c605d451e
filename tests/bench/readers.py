"""What reading costs: ``python -m tests.bench.readers [--pages N] [--rounds N]``.

PDF pages a CPU second through our reader beside plain pypdfium2 (text alone, no structure), in turns in the same run,
medians and ratio; the same through the reading process with all its locks, by wall clock; the time from nothing to the
first page; other formats; a page drawn; a page recognised. Bar: at least 400 pages a CPU second.
"""

from __future__ import annotations

import argparse
import gc
import io
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from runtime.documents.limits import ReadingLimits
from runtime.documents.reader_process import ReaderProcess
from runtime.documents.readers.formats import read_source
from runtime.documents.readers.recognising import recogniser
from runtime.documents.readers.sink import Sink
from runtime.documents.readers.source import source_of_path
from runtime.documents.reading import Page
from tests.documents_made import office, pdfs, texts

BAR_PAGES_PER_CPU_S = 400.0


def report_file(folder: Path, pages: int) -> Path:
    """A long report, packed as programs pack it."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdfs.report(pages))) as pdf:
        pdf.save(out, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    path = folder / "report.pdf"
    path.write_bytes(out.getvalue())
    return path


def plain(path: Path) -> int:
    """The least that the text of all pages can cost with this library."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    for page in document:
        text = page.get_textpage()
        text.get_text_range()
        text.close()
        page.close()
    count = len(document)
    document.close()
    return count


def ours(path: Path) -> int:
    """Our reader in this process: text, structure, boxes, what is hidden."""
    sink = Sink(ReadingLimits(), lambda pages: None, lambda facts: None)
    source = source_of_path(bytes(path), 1 << 40)
    read_source(source, sink)
    source.close()
    return sink.pages


def pages_per_cpu_s(work: Callable[[Path], int], path: Path) -> float:
    """How fast one run of it was."""
    begun = time.process_time()
    count = work(path)
    return count / (time.process_time() - begun)


def first_page_s(path: Path) -> tuple[float, float]:
    """Seconds from nothing to the first page, and to the last."""
    begun = time.perf_counter()
    told: list[float] = []

    def take(page: Page) -> None:
        told.append(time.perf_counter() - begun)

    with ReaderProcess() as reader:
        reader.read(path, take)
    return told[0], told[-1]


def others(folder: Path) -> None:
    """Other formats through a warm reading process."""
    rows: list[list[str | float]] = [["Name", "Number", "Share"]]
    rows += [[f"row {i}", i, i / 7] for i in range(60_000)]
    paragraphs = "".join(office.word_paragraph("Some words of a paragraph. " * 20) for _ in range(3_000))
    made = {
        "docx, 3,000 paragraphs": ("a.docx", office.docx_of_body(paragraphs)),
        "xlsx, 180,000 cells": ("a.xlsx", office.xlsx_of_sheets({"S": office.table_sheet(rows)})),
        "pptx, 300 slides": ("a.pptx", office.pptx(300)),
        "epub, 300 chapters": ("a.epub", texts.epub(300)),
        "html, 1 MB": ("a.html", (texts.HTML.replace("</html>", "") + "<p>Some words.</p>" * 60_000).encode()),
        "text, 10 MB": ("a.txt", b"Some words in a line of text.\n\n" * 320_000),
        "rtf, 1 MB": ("a.rtf", b"{\\rtf1 " + b"Some words in a line of text.\\par\n" * 30_000 + b"}"),
        "mbox, 2,000 mails": ("a.mbox", texts.mailbox(2_000)),
    }
    with ReaderProcess() as reader:
        reader.start()
        for what, (name, content) in made.items():
            path = folder / name
            path.write_bytes(content)
            begun = time.perf_counter()
            result = reader.read(path, lambda page: None)
            print(f"{what:24} {time.perf_counter() - begun:6.2f} s wall  {result.end.value}, {result.pages_read} pages")


def looked_at(folder: Path, report: Path) -> None:
    """A page drawn, words located, pages recognised."""
    with ReaderProcess() as reader:
        reader.render_page(report, 1, 100)
        for what, work in (
            ("page drawn, 1,200 px", lambda: reader.render_page(report, 7, 1200)),
            ("words located", lambda: reader.passage_boxes(report, 8, "Cost of sales")),
        ):
            begun = time.perf_counter()
            work()
            print(f"{what:24} {1000 * (time.perf_counter() - begun):6.0f} ms")
        if not recogniser():
            print("recognition              no program on this computer")
            return
        scan = folder / "scan.pdf"
        lines = [f"Line {i} of a page that was scanned with care." for i in range(28)]
        scan.write_bytes(pdfs.scan([lines] * 3))
        begun = time.perf_counter()
        result = reader.recognise(scan, (), lambda page: None)
        each_s = (time.perf_counter() - begun) / 3
        print(f"a page recognised        {each_s:6.2f} s wall  {result.problem_parameters}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()
    gc.set_threshold(20_000, 20, 50)  # as the reading process has it
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        report = report_file(folder, arguments.pages)
        ours(report)
        speeds: dict[str, list[float]] = {"plain": [], "ours": []}
        for _ in range(arguments.rounds):
            speeds["plain"].append(pages_per_cpu_s(plain, report))
            speeds["ours"].append(pages_per_cpu_s(ours, report))
        for who, found in speeds.items():
            print(f"{who:6} {statistics.median(found):6.0f} pages/CPU-s (best {max(found):.0f})")
        ratio = statistics.median(speeds["ours"]) / statistics.median(speeds["plain"])
        print(f"ratio  {ratio:6.2f}; bar {BAR_PAGES_PER_CPU_S:.0f} pages/CPU-s")
        first_s, last_s = first_page_s(report)
        print(f"from nothing to the first page {first_s:.2f} s, to page {arguments.pages} {last_s:.2f} s (wall)")
        others(folder)
        looked_at(folder, report)


if __name__ == "__main__":
    main()
