"""A model's own words: text to tokens and back, with its control tokens out of everybody else's reach."""

from __future__ import annotations

import codecs
import ctypes
import re
from typing import Any

from runtime.errors import PromptNotRendered
from runtime.inference.llama.library import LlamaLibrary

# Stands within a text where it may not be read as one word; no text for people has this character.
SEAM = "\ufdd0"
_SPM = 1
# UNKNOWN, CONTROL and USER_DEFINED: what llama.cpp finds in a text before it looks at words.
_ADDED_KINDS = 1 << 0 | 1 << 3 | 1 << 4
_PIECE_BYTES = 256
_THINKING = (("<think>", "</think>"), ("<longcat_think>", "</longcat_think>"), ("<|think:start|>", "<|think:end|>"))
_CHANNEL = ("<|channel>", "<channel|>", "<|channel>thought")


class Vocabulary:
    """Reads one loaded model's vocabulary; goes with it. Lives on the thread that owns the model.

    ``thinking`` are the marks around what the model thinks, ("", "") if it does not.
    """

    def __init__(self, library: LlamaLibrary, model: Any) -> None:
        self._library = library
        self._vocab = library.llama_model_get_vocab(model)
        self.size = int(library.llama_vocab_n_tokens(self._vocab))
        self.drops_first_space = library.llama_vocab_type(self._vocab) == _SPM
        words = sorted(self._added_words(), key=len, reverse=True)
        self._added = re.compile("|".join(map(re.escape, words)) or r"(?!)")
        self._piece = ctypes.create_string_buffer(_PIECE_BYTES)
        self._pieces: dict[int, bytes] = {}
        self.bos = self._word(int(library.llama_vocab_bos(self._vocab)))
        self.eos = self._word(int(library.llama_vocab_eos(self._vocab)))
        self.thinking = self._thinking()

    def guarded(self, text: str) -> str:
        """The text with a seam in each word that would be a control token, so that it stays ordinary text."""
        text = text.replace(SEAM, "")
        while self._added.search(text):
            text = self._added.sub(lambda found: f"{found[0][0]}{SEAM}{found[0][1:]}", text)
        return text

    def tokens(self, text: str) -> list[int]:
        """The tokens of a rendered text: control tokens are read as such unless a seam is in them.

        Raises:
            PromptNotRendered: the vocabulary can't write it.
        """
        return [token for part in text.split(SEAM) if part for token in self._tokens(part)]

    def prompt_tokens(self, text: str) -> list[int]:
        """:meth:`tokens` of a whole prompt, which begins as this vocabulary wants it."""
        tokens = self.tokens(text)
        bos = int(self._library.llama_vocab_bos(self._vocab))
        if self._library.llama_vocab_get_add_bos(self._vocab) and bos >= 0 and tokens[:1] != [bos]:
            tokens.insert(0, bos)
        return tokens

    def ends(self, token: int) -> bool:
        """Whether an answer ends with this token."""
        return bool(self._library.llama_vocab_is_eog(self._vocab, token))

    def piece(self, token: int) -> bytes:
        """The bytes that a token writes; a character may need several."""
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._written(token)
        return known

    def _written(self, token: int) -> bytes:
        buffer, size = self._piece, len(self._piece)
        length = self._library.llama_token_to_piece(self._vocab, token, buffer, size, 0, True)
        if length < 0:
            size = -length
            buffer = ctypes.create_string_buffer(size)
            length = self._library.llama_token_to_piece(self._vocab, token, buffer, size, 0, True)
        return buffer.raw[: max(0, length)]

    def _tokens(self, text: str) -> list[int]:
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        for _ in range(2):
            found = (ctypes.c_int32 * room)()
            count = self._library.llama_tokenize(self._vocab, data, len(data), found, room, False, True)
            if count >= 0:
                return found[:count]
            room = -count
        raise PromptNotRendered("the vocabulary can't write it")

    def _added_words(self) -> set[str]:
        words = set()
        for token in range(self.size):
            if self._library.llama_vocab_get_attr(self._vocab, token) & _ADDED_KINDS:
                word = self._word(token)
                if len(word) > 1 and not word.replace("\u2581", " ").isspace():
                    words.add(word)
        return words

    def _word(self, token: int) -> str:
        if not 0 <= token < self.size:
            return ""
        text = self._library.llama_vocab_get_text(self._vocab, token) or b""
        return str(text.decode("utf-8", "replace"))

    def _thinking(self) -> tuple[str, str]:
        for start, end in _THINKING:
            if len(self._tokens(start)) == 1 and len(self._tokens(end)) == 1:
                return start, end
        start, end, begun = _CHANNEL
        if len(self._tokens(start)) == 1 and len(self._tokens(end)) == 1:
            return begun, end
        return "", ""


class Speech:
    """The text of one answer as its tokens come. Holds back the bytes of a character that is not whole yet."""

    def __init__(self, vocabulary: Vocabulary, *, continues: bool) -> None:
        self._vocabulary = vocabulary
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        # Such vocabularies write a space before the first word of a text.
        self._drops_space = vocabulary.drops_first_space and not continues

    def add(self, token: int) -> str:
        """What is certain now."""
        text = self._decoder.decode(self._vocabulary.piece(token))
        if text and self._drops_space:
            self._drops_space = False
            return text.removeprefix(" ")
        return text

    def end(self) -> str:
        """What was held back, at an answer's own end."""
        return self._decoder.decode(b"", final=True)
