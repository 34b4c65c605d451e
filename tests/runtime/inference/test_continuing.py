"""The seam of an answer that is written on, for each kind of detokenizer that models bring."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mlx_lm.tokenizer_utils import NaiveStreamingDetokenizer, SPMStreamingDetokenizer

from runtime.inference.continuing import written_on
from tests.tiny.corpus import KNOWN_ANSWERS, LONG_QUESTION

PIECES = ["<s>", "▁The", "▁sky", "▁", "▁▁", "\n", "is", "▁blue", ".", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>", "▁and"]
SAID = {
    SPMStreamingDetokenizer: "The sky  is blue.\n  blue and 😀 The 😀.\nThe sky",
    # This one drops a space after each line break, seam or no seam.
    NaiveStreamingDetokenizer: "The sky  is blue.\nis blue and 😀 The 😀.\nis",
}


@dataclass(frozen=True)
class Response:
    """What is used of mlx_lm's."""

    token: int
    text: str
    finish_reason: str | None


class Sentences:
    """A tokenizer in the manner of SentencePiece: spaces belong to the word after them, the first is dropped."""

    def __init__(self, make_detokenizer: Callable[[Any], Any]) -> None:
        self._make = make_detokenizer

    @property
    def detokenizer(self) -> Any:
        return self._make(self)

    def __len__(self) -> int:
        return len(PIECES)

    def convert_ids_to_tokens(self, ids: Sequence[int]) -> list[str]:
        return [PIECES[number] for number in ids]

    def encode(self, text: str, add_special_tokens: bool = True) -> list[int]:
        """The longest piece at each place, after a space put before the text."""
        rest, found = f"▁{text.replace(' ', '▁')}", []
        while rest:
            piece = max((p for p in PIECES if rest.startswith(p)), key=len, default="")
            if piece:
                found.append(PIECES.index(piece))
            elif rest[0] == "😀":
                found += [PIECES.index(f"<0x{byte:02X}>") for byte in "😀".encode()]
            rest = rest[len(piece) or 1 :]
        return found

    def decode(self, tokens: Sequence[int]) -> str:
        content = b"".join(
            bytes([int(p[3:5], 16)]) if p.startswith("<0x") else p.encode() for p in map(PIECES.__getitem__, tokens)
        )
        return content.decode("utf-8", "replace").replace("▁", " ").removeprefix(" ")


def responses(tokens: Sequence[int], reason: str) -> Iterator[Any]:
    """As mlx_lm gives them; the texts are not looked at."""
    for number, token in enumerate(tokens):
        last = reason == "length" and number == len(tokens) - 1
        yield Response(token, "?", "length" if last else None)
    if reason == "stop":
        yield Response(0, "?", "stop")


def shown(tokenizer: Any, tokens: Sequence[int], *, whole: bool) -> str:
    """What a person saw of an answer of these tokens; ``whole``: it ended at its longest length, not by a stop."""
    detokenizer = tokenizer.detokenizer
    for token in tokens:
        detokenizer.add_token(token)
        assert isinstance(detokenizer.text, str)
    if whole:
        detokenizer.finalize()
    return str(detokenizer.text).rstrip("\ufffd")


def check_every_seam(tokenizer: Any, opening: list[int], said: list[int], *, whole: bool) -> None:
    expected, seams = shown(tokenizer, said, whole=True), 0
    for size in range(1, len(said)):
        begun = shown(tokenizer, said[:size], whole=whole)
        # The text is read anew; what was not shown of it is generated again.
        again = tokenizer.encode(begun, add_special_tokens=False)
        if again != said[: len(again)]:
            continue
        seams += 1
        for reason in ("stop", "length"):
            rest = written_on(tokenizer, opening + again, responses(said[len(again) :], reason))
            assert begun + "".join(response.text for response in rest) == expected, (size, begun)
    assert seams > len(said) * 0.6


@pytest.mark.parametrize("whole", [True, False], ids=["cut", "stopped"])
@pytest.mark.parametrize("make", SAID)
def test_the_seam_of_a_tokenizer_in_the_manner_of_sentencepiece(make: type[Any], whole: bool) -> None:
    tokenizer = Sentences(make)
    check_every_seam(tokenizer, [0, 5], tokenizer.encode(SAID[make]), whole=whole)


@pytest.mark.parametrize("whole", [True, False], ids=["cut", "stopped"])
@pytest.mark.parametrize("question", KNOWN_ANSWERS)
def test_the_seam_of_a_tokenizer_of_bytes(tiny_model: Path, question: str, whole: bool) -> None:
    from mlx_lm.utils import load_tokenizer

    tokenizer = load_tokenizer(tiny_model, {"trust_remote_code": False})
    opening = tokenizer.encode("<|im_start|>assistant\n", add_special_tokens=False)
    said = tokenizer.encode(KNOWN_ANSWERS[question], add_special_tokens=False)
    check_every_seam(tokenizer, opening, said, whole=whole)


def test_a_space_that_was_shown_is_not_said_twice(tiny_model: Path) -> None:
    from mlx_lm.utils import load_tokenizer

    tokenizer = load_tokenizer(tiny_model, {"trust_remote_code": False})
    space = tokenizer.encode(" ", add_special_tokens=False)
    prompt = tokenizer.encode("a:", add_special_tokens=False) + space
    following = [*space, *tokenizer.encode("b", add_special_tokens=False)]
    rest = written_on(tokenizer, prompt, responses(following, "stop"))
    assert "".join(response.text for response in rest) == " b"


def test_pieces_come_as_they_are_said(tiny_model: Path) -> None:
    from mlx_lm.utils import load_tokenizer

    tokenizer = load_tokenizer(tiny_model, {"trust_remote_code": False})
    said = tokenizer.encode(KNOWN_ANSWERS[LONG_QUESTION], add_special_tokens=False)
    pieces = [response.text for response in written_on(tokenizer, said[:10], responses(said[10:], "stop"))]
    assert len([piece for piece in pieces if piece]) > len(said) // 2
