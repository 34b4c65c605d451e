"""What kind of file this is: by its content first, by its ending only among kinds of plain text."""

from __future__ import annotations

import re
import zipfile

from runtime.documents.readers.encodings import looks_like_text, sample_text
from runtime.documents.readers.source import Source

OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"BM")
_BOXED_PICTURES = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"), "heic"),
    **dict.fromkeys((b"avif", b"avis"), "picture"),
}
# What is known and not read, by its first bytes; "save_as" kinds can be saved as something we read.
_OTHERS = {
    b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar",
    b"\x7fELF": "program", b"MZ": "program", b"\xca\xfe\xba\xbe": "program", b"\xcf\xfa\xed\xfe": "program",
    b"SQLite format 3\0": "database", b"ID3": "sound", b"OggS": "sound", b"fLaC": "sound", b"RIFF": "sound",
    b"\x1aE\xdf\xa3": "video", b"\0asm": "program", b"%!PS": "postscript", b"wOFF": "font", b"wOF2": "font",
    b"\x00\x01\x00\x00\x00": "font", b"OTTO": "font", b"8BPS": "picture_other",
}  # fmt: skip
_OFFICE = {"word/": "docx", "ppt/": "pptx", "xl/": "sheets"}
_MIMETYPES = {
    "application/epub+zip": "epub",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "sheets",
}
_OLE_STREAMS = {
    "__properties_version1.0": "msg",
    "Workbook": "sheets",
    "Book": "sheets",
    "WordDocument": "doc",
    "PowerPoint Document": "ppt",
    "EncryptedPackage": "encrypted_office",
}
_MARKDOWN = {"md", "markdown", "mdown", "mkd", "rmd", "qmd"}
_TABLES = {"csv", "tsv", "tab"}
_PAGES = {"html", "htm", "xhtml", "shtml"}
CODE = set(
    [
        "py",
        "pyi",
        "js",
        "mjs",
        "cjs",
        "ts",
        "tsx",
        "jsx",
        "java",
        "kt",
        "kts",
        "c",
        "h",
        "cc",
        "cpp",
        "cxx",
        "hpp",
        "hh",
        "cs",
        "go",
        "rs",
        "rb",
        "php",
        "swift",
        "m",
        "mm",
        "scala",
        "sh",
        "bash",
        "zsh",
        "fish",
        "ps1",
        "bat",
        "cmd",
        "pl",
        "pm",
        "lua",
        "r",
        "jl",
        "sql",
        "json",
        "jsonl",
        "ndjson",
        "yaml",
        "yml",
        "toml",
        "ini",
        "cfg",
        "conf",
        "xml",
        "xsl",
        "svg",
        "css",
        "scss",
        "less",
        "vue",
        "dart",
        "hs",
        "ml",
        "ex",
        "exs",
        "erl",
        "clj",
        "groovy",
        "gradle",
        "cmake",
        "mk",
        "makefile",
        "dockerfile",
        "tex",
        "bib",
        "proto",
        "graphql",
        "tf",
        "vb",
        "asm",
        "s",
        "f90",
        "diff",
        "patch",
    ]
)
_HTML_START = re.compile(r"^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html[\s>])", re.I | re.S)
_HEADER_LINE = re.compile(r"^[A-Za-z][A-Za-z0-9-]{0,60}:", re.M)
_MAIL_HEADERS = re.compile(
    r"^(from|to|subject|date|received|message-id|return-path|delivered-to|mime-version|content-type):", re.I | re.M
)
_MBOX_START = re.compile(r"^From \S.*\d{4}\s*\n(>From|[A-Za-z][A-Za-z0-9-]*:)")


def format_of(source: Source) -> str:
    """A name that ``formats`` knows, or that of a kind which nobody reads; "empty" without bytes."""
    head = source.head
    if not head:
        return "empty"
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK")):
        return _packed(source)
    if head.startswith(OLE_MARK):
        return _compound(source)
    if head.lstrip()[:5] == b"{\\rtf":
        return "rtf"
    return _picture(head) or _other(head) or _text(source)


def _picture(head: bytes) -> str:
    if head.startswith(PICTURES) and (head[:2] != b"BM" or head[6:10] == b"\0\0\0\0"):
        return "picture"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "picture"
    if head[4:8] == b"ftyp":
        return _BOXED_PICTURES.get(head[8:12], "video")
    return ""


def _other(head: bytes) -> str:
    if head[257:262] == b"ustar":
        return "tar"
    return next((kind for mark, kind in _OTHERS.items() if head.startswith(mark) and not _plain(head)), "")


def _plain(head: bytes) -> bool:
    """Text may begin with the letters of a mark ("MZ…", "BZh…")."""
    return b"\0" not in head[:512] and looks_like_text(head[:512])


def _packed(source: Source) -> str:
    try:
        with zipfile.ZipFile(source.open()) as archive:
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                declared = archive.read("mimetype").decode("latin-1").strip().removesuffix("-template")
                if declared in _MIMETYPES:
                    return _MIMETYPES[declared]
    except Exception:  # a broken archive: whatever the library says about it
        return "zip"
    return _by_names(names)


def _by_names(names: list[str]) -> str:
    if "[Content_Types].xml" in names:
        for prefix, kind in _OFFICE.items():
            if any(name.startswith(prefix) for name in names):
                return kind
    if "META-INF/container.xml" in names:
        return "epub"
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return "odt"
    if any(name.startswith("Index/") and name.endswith(".iwa") for name in names) or "Index.zip" in names:
        return "iwork"
    return "zip"


def _compound(source: Source) -> str:
    import olefile

    try:
        with olefile.OleFileIO(source.open()) as ole:
            return next((kind for name, kind in _OLE_STREAMS.items() if ole.exists(name)), "ole")
    except Exception:  # a broken container: whatever the library says about it
        return "ole_damaged"
    finally:
        source.open()


def _text(source: Source) -> str:
    text = sample_text(source.head)
    if text is None:
        return "binary"
    if _HTML_START.match(text[:4096]):
        return "html"
    if _MBOX_START.match(text):
        return "mbox"
    if _is_mail(text) or (source.ending == "eml" and _HEADER_LINE.match(text)):
        return "eml"
    ending = source.ending
    if ending in _PAGES:
        return "html"
    for kind, endings in (("markdown", _MARKDOWN), ("delimited", _TABLES), ("code", CODE)):
        if ending in endings:
            return kind
    return "code" if source.name.lower() in ("makefile", "dockerfile") or text.startswith("#!") else "text"


def _is_mail(text: str) -> bool:
    """Header lines from the very first on, of which several are those of a mail."""
    top = text.split("\n\n", 1)[0].replace("\r", "")
    if not _HEADER_LINE.match(top):
        return False
    found = {match.group(1).lower() for match in _MAIL_HEADERS.finditer(top)}
    return len(found) >= 3 and bool(found & {"from", "received", "return-path", "message-id"})
