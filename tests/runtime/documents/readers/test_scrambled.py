"""Pages whose letters can't be read out of the file: told from all that only looks strange, and read as pictures."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from random import Random

import pytest

from runtime.documents.reader_process import ReaderProcess
from runtime.documents.readers.scrambled import is_scrambled
from runtime.documents.reading import Page, ReadingEnd
from tests.documents_made import pdfs, scrambled_pdfs, texts
from tests.documents_made.pdf_writer import PdfWriter
from tests.documents_made.words import paragraph
from tests.runtime.documents.readers.conftest import ReadBytes

TEXT = paragraph(Random(7), 14)
ROOT = Path(__file__).resolve().parents[4]
LATIN = """Der Mieter zahlt die Miete bis zum dritten Werktag eines jeden Monats an den Vermieter. Kommt er in Verzug,
so kann der Vermieter nach einer Mahnung kündigen. Le locataire verse le loyer au propriétaire avant le trois de chaque
mois. En caso de retraso el propietario puede rescindir el contrato después de un aviso. Kira her ayın üçüne kadar
ödenir."""


def known(at: int) -> bool:
    return False


def unknown(at: int) -> bool:
    return True


@pytest.mark.parametrize(
    "meaning", [None, scrambled_pdfs.private, scrambled_pdfs.exchanged(1), scrambled_pdfs.exchanged(2)]
)
def test_a_page_that_nobody_can_read_out_is_a_picture(read: ReadBytes, meaning: scrambled_pdfs.Meaning | None) -> None:
    reading = read("letter.pdf", scrambled_pdfs.drawn([TEXT, TEXT], meaning, heading="Terms of the lease"))
    assert (reading.result.end, reading.result.picture_pages) == (ReadingEnd.PICTURES_ONLY, (1, 2))
    assert reading.result.problem_parameters == {"scrambled_pages": 2}
    assert reading.text == ""


def test_a_sound_table_of_letters_makes_it_a_page_of_text(read: ReadBytes) -> None:
    reading = read("letter.pdf", scrambled_pdfs.drawn([TEXT], scrambled_pdfs.right))
    assert (reading.result.end, reading.result.problem_parameters) == (ReadingEnd.READ, {})
    assert " ".join(reading.text.split()) == TEXT


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs Tesseract")
def test_its_words_are_read_from_its_picture(reader: ReaderProcess, tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    path.write_bytes(scrambled_pdfs.drawn(["Seven sacks of flour are in the mill tonight."], None))
    pages: list[Page] = []
    reader.recognise(path, (1,), pages.append)
    assert [block.text for block in pages[0].blocks] == ["Seven sacks of flour are in the mill tonight."]


def test_exchanged_letters_are_told() -> None:
    """Not all: some exchanges put vowels in the place of vowels."""
    told = [is_scrambled("".join(map(scrambled_pdfs.exchanged(seed), TEXT)), known) for seed in range(24)]
    assert sum(told) >= 22


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        LATIN * 3,
        texts.GERMAN * 3,
        "Пусть арендатор платит в срок. " * 20,
        "يدفع المستأجر الإيجار في موعده. " * 20,
        "किरायेदार समय पर किराया देता है। " * 20,
        "承租人应当按照合同约定的时间支付租金，是他的义务。" * 20,
        "賃借人は毎月三日までに家賃を支払うものとする。" * 20,
        "임차인은 매월 삼일까지 임대료를 지급하여야 한다. " * 20,
    ],
)
def test_no_language_is_taken_for_rubbish(text: str) -> None:
    """Also where the file does not say what its letters are, and they are right all the same."""
    assert not is_scrambled(text, known)
    assert not is_scrambled(text, unknown)


def _numbers() -> str:
    random = Random(1)
    return "\n".join(" ".join(f"{random.randint(1, 99_999):,}" for _ in range(6)) for _ in range(60))


def _sequences() -> str:
    random = Random(2)
    return " ".join("".join(random.choice("ACDEFGHIKLMNPQRSTVWY") for _ in range(10)) for _ in range(300))


def _short_names() -> str:
    random = Random(3)
    return " ".join("".join(random.choice("BCDFGKLMNPRSTXZ") for _ in range(random.randint(3, 4))) for _ in range(400))


@pytest.mark.parametrize(
    "text",
    [
        _numbers(),
        _sequences(),
        _short_names(),
        base64.encodebytes(Random(4).randbytes(3_000)).decode(),
        Random(5).randbytes(2_000).hex(" ", 4),
        (ROOT / "runtime" / "documents" / "readers" / "pdf_text.py").read_text("utf-8"),
        (ROOT / "requirements.lock").read_text("utf-8")[:20_000],
        "∑ᵢ xᵢ² ≤ ∫ f(x) dx, ∂u/∂t = α∇²u; λ₁ ≥ λ₂ ≥ … ≥ λₙ, ‖Ax‖ ≤ ‖A‖‖x‖ " * 20,
        "\uf0b7 The tenant pays the rent in time.\n\uf0b7 The landlord keeps the house dry.\n" * 10,
        "include/boost/mpl/aux_/iter_push_front.hpp libs/mpl/src/std_lzcnt_bmk.cpp\n" * 60,
    ],
)
def test_figures_codes_and_formulas_are_left_alone(text: str) -> None:
    assert not is_scrambled(text, known)


def test_ordinary_files_are_left_alone(read: ReadBytes) -> None:
    writer = PdfWriter()
    page = writer.page()
    for i in range(40):
        page.text(
            72, 740 - 17 * i, f"NGC {i * 131 % 997:04d}  RA {i:02d}h {i * 7 % 60:02d}m  Dec -{i:02d}  mag {i / 3:.2f}"
        )
    for name, content in (("stars.pdf", writer.content()), ("report.pdf", pdfs.report(4)), ("form.pdf", pdfs.form())):
        result = read(name, content).result
        assert (result.end, result.picture_pages, result.problem_parameters) == (ReadingEnd.READ, (), {})
