"""Texts as a model's tokens: counted, and cut where they are longer than the model sees at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runtime.documents.embeddings.texts import as_utf8
from runtime.errors import ModelDamaged

FILE_NAME = "tokenizer.json"
# A cut moves back at most this far to fall between words.
_LONGEST_WORD = 32
# The tokenizer's records of a text take some hundred times its size: longer ones go through it in parts.
_PART_CHARACTERS = 100_000


class Tokens:
    """A model's tokenizer. Any thread may call. ``max_tokens`` is for a piece with its marks.

    Raises:
        ModelDamaged: there is no tokenizer here that can be read, or it knows more words than the model has.
    """

    def __init__(self, folder: Path, max_tokens: int, words: int) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_str((folder / FILE_NAME).read_text(encoding="utf-8"))
        except Exception as error:  # the library raises plain Exception
            raise ModelDamaged(FILE_NAME, str(error)[:200]) from error
        # Some models come with a length baked in, and would be cut without a word.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        if self._tokenizer.get_vocab_size() > words:
            raise ModelDamaged(FILE_NAME, f"{self._tokenizer.get_vocab_size()} words, the model has {words}")
        marks = self._tokenizer.encode("").ids
        if len(marks) != 2:
            raise ModelDamaged(FILE_NAME, f"{len(marks)} marks around a text")
        self._before, self._after = marks[:1], marks[1:]
        self._room = max_tokens - len(marks)

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, marks included."""
        marks = len(self._before) + len(self._after)
        return [sum(len(part.ids) for part in self._encoded(text)) + marks for text in texts]

    def words_and_pieces(self, text: str) -> list[str]:
        """The tokens themselves, without marks."""
        return [token for part in self._encoded(text) for token in part.tokens]

    def pieces(self, text: str) -> list[list[int]]:
        """The text as token numbers with marks, in as few parts of like length as the model's length allows."""
        ids: list[int] = []
        begins: list[bool] = []
        for part in self._encoded(text):
            words = part.word_ids
            ids += part.ids
            begins += [at == 0 or words[at] != words[at - 1] for at in range(len(words))]
        if len(ids) <= self._room:
            return [[*self._before, *ids, *self._after]]
        return [[*self._before, *ids[first:last], *self._after] for first, last in self._spans(begins)]

    def _spans(self, begins: Sequence[bool]) -> list[tuple[int, int]]:
        spans = []
        first = 0
        while first < len(begins):
            left = len(begins) - first
            last = first + -(-left // -(-left // self._room))
            if last < len(begins):
                back = next((n for n in range(_LONGEST_WORD) if last - n > first and begins[last - n]), 0)
                last -= back
            spans.append((first, last))
            first = last
        return spans

    def _encoded(self, text: str) -> list[Any]:
        text = as_utf8(text)
        parts = [text[at : at + _PART_CHARACTERS] for at in range(0, len(text), _PART_CHARACTERS)] or [""]
        return [self._tokenizer.encode(part, add_special_tokens=False) for part in parts]
