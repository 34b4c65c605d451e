"""What people wrote into a PDF: comments and the answers in form fields, which are no part of the page's own text."""

from __future__ import annotations

import ctypes
from typing import Any

from runtime.documents.reading import Block, BlockKind

_MOST_ANNOTATIONS = 2_000
_LONGEST = 20_000


class NoteReader:
    """Reads the annotations of one open document's pages."""

    def __init__(self, document: Any) -> None:
        import pypdfium2.raw as raw

        self._raw = raw
        self._form: Any = None
        if raw.FPDF_GetFormType(document.raw) != raw.FORMTYPE_NONE:
            document.init_forms()
            self._form = document.formenv
        self._comments = (
            raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_FREETEXT, raw.FPDF_ANNOT_HIGHLIGHT, raw.FPDF_ANNOT_STAMP,
            raw.FPDF_ANNOT_UNDERLINE, raw.FPDF_ANNOT_STRIKEOUT, raw.FPDF_ANNOT_CARET, raw.FPDF_ANNOT_SQUARE,
        )  # fmt: skip

    def of_page(self, page: Any) -> list[Block]:
        """The page's comments and filled-in fields."""
        raw = self._raw
        found = []
        for index in range(min(_MOST_ANNOTATIONS, raw.FPDFPage_GetAnnotCount(page))):
            annotation = raw.FPDFPage_GetAnnot(page, index)
            if not annotation:
                continue
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if kind in self._comments:
                text = self._string(raw.FPDFAnnot_GetStringValue, annotation, b"Contents")
            elif kind == raw.FPDF_ANNOT_WIDGET and self._form is not None:
                text = self._field(annotation)
            else:
                text = ""
            raw.FPDFPage_CloseAnnot(annotation)
            if text.strip():
                found.append(Block(BlockKind.NOTE, text[:_LONGEST]))
        return found

    def _field(self, annotation: Any) -> str:
        """ "Name: answer" for a field that holds one."""
        raw = self._raw
        kind = raw.FPDFAnnot_GetFormFieldType(self._form.raw, annotation)
        if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
            value = "yes" if raw.FPDFAnnot_IsChecked(self._form.raw, annotation) else ""
        elif kind in (raw.FPDF_FORMFIELD_TEXTFIELD, raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
            value = self._form_string(raw.FPDFAnnot_GetFormFieldValue, annotation)
        else:
            value = ""
        if not value.strip():
            return ""
        name = self._form_string(raw.FPDFAnnot_GetFormFieldAlternateName, annotation)
        name = name.strip() or self._form_string(raw.FPDFAnnot_GetFormFieldName, annotation)
        return f"{name}: {value}" if name.strip() else value

    def _form_string(self, function: Any, annotation: Any) -> str:
        return self._wide(lambda buffer, size: function(self._form.raw, annotation, buffer, size))

    def _string(self, function: Any, annotation: Any, key: bytes) -> str:
        return self._wide(lambda buffer, size: function(annotation, key, buffer, size))

    def _wide(self, call: Any) -> str:
        size = min(2 * _LONGEST, call(None, 0))
        if size <= 2:
            return ""
        buffer = ctypes.create_string_buffer(size)
        call(ctypes.cast(buffer, ctypes.POINTER(self._raw.FPDF_WCHAR)), size)
        return buffer.raw[:-2].decode("utf-16-le", "replace").replace("\r", "\n")
