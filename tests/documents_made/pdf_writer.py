"""A small writer of PDF files: pages of placed text, lines, pictures, labels and outlines. Nothing is compressed."""

from __future__ import annotations

from dataclasses import dataclass, field

WIDTH, HEIGHT = 612.0, 792.0


@dataclass
class PdfPage:
    """One page in the making. Places are in points from the lower left corner."""

    width: float = WIDTH
    height: float = HEIGHT
    rotate: int = 0
    operators: list[str] = field(default_factory=list)
    image: tuple[int, int, bytes] | None = None
    annotations: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, *, size: float = 10, font: str = "F1", grey: float = 0) -> None:
        """One line. ``font`` is F1 (Helvetica) or F2 (bold)."""
        body = words.encode("cp1252", "replace").decode("latin-1")
        escaped = body.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        self.operators.append(f"BT {grey} g /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET")

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """A thin line."""
        self.operators.append(f"0.5 w {x0} {y0} m {x1} {y1} l S")

    def picture(self, width: int, height: int, grey_bytes: bytes) -> None:
        """Fill the page with a grey picture."""
        self.image = (width, height, grey_bytes)
        self.operators.append(f"q {self.width} 0 0 {self.height} 0 0 cm /Im Do Q")


@dataclass
class PdfWriter:
    """Gathers pages, then writes the whole file at once."""

    pages: list[PdfPage] = field(default_factory=list)
    title: str = ""
    language: str = ""
    labels: str = ""
    extra_catalog: str = ""

    def page(self, width: float = WIDTH, height: float = HEIGHT, rotate: int = 0) -> PdfPage:
        """Begin another page."""
        self.pages.append(PdfPage(width, height, rotate))
        return self.pages[-1]

    def content(self) -> bytes:
        """The file."""
        kids = " ".join(f"{10 + 4 * i} 0 R" for i in range(len(self.pages)))
        objects: dict[int, bytes] = {
            1: f"<< /Type /Catalog /Pages 2 0 R {self._catalog()} >>".encode("latin-1"),
            2: f"<< /Type /Pages /Kids [{kids}] /Count {len(self.pages)} >>".encode(),
            3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
            5: f"<< /Title ({self.title}) >>".encode("cp1252", "replace"),
        }
        for i, page in enumerate(self.pages):
            objects.update(_page_objects(10 + 4 * i, page))
        return assemble(objects, info=5)

    def _catalog(self) -> str:
        language = f"/Lang ({self.language})" if self.language else ""
        labels = f"/PageLabels << /Nums [{self.labels}] >>" if self.labels else ""
        return f"{language} {labels} {self.extra_catalog}"


def _page_objects(number: int, page: PdfPage) -> dict[int, bytes]:
    drawn = "\n".join(page.operators).encode("latin-1")
    image = f"/XObject << /Im {number + 2} 0 R >>" if page.image else ""
    annotations = f"/Annots [{' '.join(page.annotations)}]" if page.annotations else ""
    objects = {
        number: (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}] /Rotate {page.rotate} "
            f"/Contents {number + 1} 0 R {annotations} "
            f"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> {image} >> >>"
        ).encode("latin-1"),
        number + 1: stream(drawn),
    }
    if page.image:
        width, height, grey = page.image
        kind = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray"
        objects[number + 2] = stream(grey, f"{kind} /BitsPerComponent 8")
    return objects


def stream(data: bytes, entries: str = "") -> bytes:
    """The body of a stream object."""
    return f"<< {entries} /Length {len(data)} >>\nstream\n".encode("latin-1") + data + b"\nendstream"


def assemble(objects: dict[int, bytes], *, info: int = 0, root: int = 1) -> bytes:
    """Numbered object bodies as a file with its table of places."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table_at = len(out)
    size = max(objects) + 1
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    more = f"/Info {info} 0 R" if info else ""
    out += f"trailer\n<< /Size {size} /Root {root} 0 R {more} >>\nstartxref\n{table_at}\n%%EOF\n".encode()
    return bytes(out)
