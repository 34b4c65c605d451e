"""Documents of office programs, written by hand as they lie in their archives."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_PML = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("presentation", "presentation"), ("svg", "svg-compatible"), ("manifest", "manifest"),
    )
)  # fmt: skip
BREAK = "\f"


def packed(members: Mapping[str, bytes | str], *, level: int = 6) -> bytes:
    """An archive of these members; one called "mimetype" comes first and unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in members.items():
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    return out.getvalue()


def relationships(**targets: tuple[str, str]) -> str:
    """A .rels part: id to kind and target."""
    rows = "".join(
        f'<Relationship Id="{i}" Type="{_REL}/{kind}" Target="{target}"/>' for i, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def word_paragraph(text: str, style: str = "", *, listed: bool = False, vanish: bool = False) -> str:
    """One paragraph of a Word document; the form feed stands for a page that Word began there."""
    number = '<w:numPr><w:numId w:val="1"/></w:numPr>' if listed else ""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    props = "<w:rPr><w:vanish/></w:rPr>" if vanish else ""
    body = escape(text).replace(BREAK, "</w:t><w:lastRenderedPageBreak/><w:t>")
    return f"<w:p><w:pPr>{named}{number}</w:pPr><w:r>{props}<w:t>{body}</w:t></w:r></w:p>"


def word_table(rows: list[list[str]]) -> str:
    """A table."""
    cells = "".join("<w:tr>" + "".join(f"<w:tc>{word_paragraph(c)}</w:tc>" for c in row) + "</w:tr>" for row in rows)
    return f"<w:tbl>{cells}</w:tbl>"


def docx_of_body(body: str, *, title: str = "", notes: str = "", prolog: str = "") -> bytes:
    """A Word document with this body."""
    styles = "".join(
        f'<w:style w:styleId="Kop{i}"><w:name w:val="heading {i}"/>'
        f'<w:pPr><w:outlineLvl w:val="{i - 1}"/></w:pPr></w:style>'
        for i in (1, 2, 3)
    )
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relationships(r1=("officeDocument", "word/document.xml")),
        "word/_rels/document.xml.rels": relationships(r1=("footnotes", "footnotes.xml")),
        "word/styles.xml": f"<w:styles {_W}>{styles}"
        "<w:style w:styleId='Deep'><w:basedOn w:val='Kop2'/></w:style></w:styles>",
        "word/document.xml": f"{prolog}<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/footnotes.xml": f'<w:footnotes {_W}><w:footnote w:id="2">{word_paragraph(notes)}'
        "</w:footnote></w:footnotes>",
        "docProps/core.xml": f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></c>',
    }
    return packed(members)


def docx(title: str = "Lease") -> bytes:
    """A lease on two pages: headings, a list, a table, hidden words, a footnote."""
    body = (
        word_paragraph("Lease of the mill", "Kop1")
        + word_paragraph("The tenant pays the rent on the first of each month.")
        + word_paragraph("Duties", "Deep")
        + word_paragraph("Keep the wheel turning", listed=True)
        + word_table([["Month", "Rent"], ["January", "1,200"], ["February", "1,250"]])
        + word_paragraph(f"{BREAK}On the second page stands the notice period.")
        + word_paragraph("Nobody sees these words", vanish=True)
    )
    return docx_of_body(body, title=title, notes="A footnote about the miller.")


def pptx(slides: int = 3) -> bytes:
    """Slides with a title, a list, a table on the second, and notes."""
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relationships(r1=("officeDocument", "ppt/presentation.xml")),
        "ppt/_rels/presentation.xml.rels": relationships(
            **{f"s{i}": ("slide", f"slides/slide{i}.xml") for i in range(1, slides + 1)}
        ),
        "ppt/presentation.xml": f"<p:presentation {_PML}><p:sldIdLst>"
        + "".join(f'<p:sldId id="{255 + i}" r:id="s{i}"/>' for i in range(1, slides + 1))
        + '</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>',
    }
    for i in range(1, slides + 1):
        table = _slide_table([["City", "People"], ["Graz", "300,000"]]) if i == 2 else ""
        shapes = _shape(f"Slide title {i}", "title") + _shape(f"First point of slide {i}", "body") + table
        members[f"ppt/slides/slide{i}.xml"] = f"<p:sld {_PML}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
        members[f"ppt/slides/_rels/slide{i}.xml.rels"] = relationships(
            n=("notesSlide", f"../notesSlides/notesSlide{i}.xml")
        )
        members[f"ppt/notesSlides/notesSlide{i}.xml"] = (
            f"<p:notes {_PML}><p:cSld><p:spTree>{_shape(f'Say this on slide {i}', 'body')}"
            "</p:spTree></p:cSld></p:notes>"
        )
    return packed(members)


def _shape(text: str, role: str) -> str:
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{role}"/></p:nvPr></p:nvSpPr>'
    return f"<p:sp>{place}<p:txBody><a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p></p:txBody></p:sp>"


def _slide_table(rows: list[list[str]]) -> str:
    cells = "".join(
        "<a:tr>"
        + "".join(f"<a:tc><a:txBody><a:p><a:r><a:t>{c}</a:t></a:r></a:p></a:txBody></a:tc>" for c in row)
        + "</a:tr>"
        for row in rows
    )
    return (
        f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{cells}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    )


def worksheet(rows: str) -> str:
    """A worksheet of these row elements."""
    kind = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{kind}"><sheetData>{rows}</sheetData></worksheet>'


def sheet_xml(cells: Mapping[str, str | float]) -> str:
    """A worksheet with these cells, one row element each."""
    rows = "".join(f'<row r="{_row(place)}">{_cell(place, value)}</row>' for place, value in cells.items())
    return worksheet(rows)


def _row(place: str) -> str:
    return place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _cell(place: str, value: str | float) -> str:
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def table_sheet(rows: list[list[str | float]]) -> str:
    """A worksheet of full rows."""
    body = "".join(
        f'<row r="{n}">' + "".join(_cell(f"{chr(65 + i)}{n}", value) for i, value in enumerate(row)) + "</row>"
        for n, row in enumerate(rows, 1)
    )
    return worksheet(body)


def xlsx_of_sheets(sheets: Mapping[str, str]) -> bytes:
    """A workbook of these worksheets."""
    entries = "".join(f'<sheet name="{escape(name)}" sheetId="{i}" r:id="s{i}"/>' for i, name in enumerate(sheets, 1))
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relationships(r1=("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": relationships(
            **{f"s{i}": ("worksheet", f"worksheets/sheet{i}.xml") for i in range(1, len(sheets) + 1)}
        ),
        "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        f'xmlns:r="{_REL}"><sheets>{entries}</sheets></workbook>',
    }
    for i, content in enumerate(sheets.values(), 1):
        members[f"xl/worksheets/sheet{i}.xml"] = content
    return packed(members)


def xlsx() -> bytes:
    """Two sheets: sales with a header, and a note."""
    sales = table_sheet([["Product", "Units", "Price"], ["Pump", 12, 99.5], ["Valve", 40, 7.25]])
    return xlsx_of_sheets({"Sales": sales, "Remarks": table_sheet([["Checked by the auditor"]])})


def _manifest(extra: str = "") -> str:
    entry = f'<manifest:file-entry manifest:full-path="/">{extra}</manifest:file-entry>'
    return f"<manifest:manifest {_ODF}>{entry}</manifest:manifest>"


def odf(kind: str, body: str, *, locked: bool = False, title: str = "A mill") -> bytes:
    """An OpenDocument file: ``kind`` is text, presentation or spreadsheet."""
    members: dict[str, bytes | str] = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "META-INF/manifest.xml": _manifest("<manifest:encryption-data/>" if locked else ""),
        "content.xml": f'<office:document-content {_ODF} office:version="1.3"><office:body>'
        f"<office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>",
        "meta.xml": '<m xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:language>de-AT</dc:language></m>",
    }
    return packed(members)


def odt(*, locked: bool = False) -> bytes:
    """A text with a heading, a list, a table and a footnote."""
    body = (
        '<text:h text:outline-level="2">About the mill</text:h>'
        '<text:p>The wheel<text:s text:c="2"/>turns'
        "<text:note><text:note-body><text:p>At night too.</text:p></text:note-body>"
        "</text:note> slowly.</text:p>"
        "<text:list><text:list-item><text:p>Grain</text:p></text:list-item></text:list>"
        + odf_table([["Year", "Sacks"], ["1801", "700"]])
    )
    return odf("text", body, locked=locked)


def odf_table(rows: list[list[str]]) -> str:
    """A table."""
    cells = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in rows
    )
    return f'<table:table table:name="Harvest">{cells}</table:table>'


def odp() -> bytes:
    """Two slides, the first with notes."""
    first = (
        '<draw:page draw:name="page1"><draw:frame presentation:class="title"><draw:text-box>'
        "<text:p>The harvest</text:p></draw:text-box></draw:frame>"
        "<draw:frame><draw:text-box><text:p>Sacks of grain</text:p></draw:text-box></draw:frame>"
        "<presentation:notes><draw:frame><draw:text-box><text:p>Pause here</text:p></draw:text-box></draw:frame>"
        "</presentation:notes></draw:page>"
    )
    end = "<draw:frame><draw:text-box><text:p>The end</text:p></draw:text-box></draw:frame>"
    second = f'<draw:page draw:name="page2">{end}</draw:page>'
    return odf("presentation", first + second)


def ods() -> bytes:
    """One sheet."""
    return odf("spreadsheet", odf_table([["Year", "Sacks"], ["1801", "700"], ["1802", "720"]]))
