"""The text of an answer that is written on, from the very character at which it ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

# Tokens before the seam that are read again; the detokenizer only has to be past the start of its text.
TAIL_TOKENS = 32


def written_on(tokenizer: Any, prompt: Sequence[int], responses: Iterator[Any]) -> Iterator[Any]:
    """mlx_lm's responses with texts that follow directly on the end of ``prompt``.

    Its detokenizers begin a text with each answer, and drop the space before the first word. Here the word before it
    is read to them first. What they hold back until the next token (a space) may have been shown already.
    """
    tail = prompt[-TAIL_TOKENS:]
    whole = tokenizer.detokenizer
    detokenizer = tokenizer.detokenizer
    for token in tail:
        whole.add_token(token)
        detokenizer.add_token(token)
    whole.finalize()
    shown = len(whole.text)
    for response in responses:
        if response.finish_reason != "stop":
            detokenizer.add_token(response.token)
        if response.finish_reason is not None:
            detokenizer.finalize()
        text = detokenizer.text
        yield replace(response, text=text[shown:])
        shown = max(shown, len(text))
