"""Make the guide: ``python -m assets.guide.recipe.train --minutes 60 --into assets/guide/hearth-guide``.

A Llama-shaped model learns, from nothing, to say a topic's answer to a question about that topic. Questions are drawn
afresh for every step from the grammar and from those people wrote, and spoiled as people spoil them. The first words
of an answer decide which topic it is, so most rows stop there; the others teach the whole answer. The mean of the
weights over the last steps is what is kept (Polyak & Juditsky 1992). Needs PyTorch; takes a GPU if there is one.
"""

from __future__ import annotations

import argparse
import copy
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch.nn import functional

from assets.guide.recipe.grammar import OTHER, Topic, load_topics
from assets.guide.recipe.model_files import CONFIG, END, make_tokenizer, prompt, write_folder
from assets.guide.recipe.network import Network
from assets.guide.recipe.noise import as_typed

SEED = 11
BATCH = 64
# Rows are drawn in this many batches at a time and sorted by length, so that little is padded.
POOL = 16
LEARNING_RATE = 1.0e-3
WARM_UP_STEPS = 200
WEIGHT_DECAY = 0.05
MEAN_DECAY = 0.998
# Most of the world is not about the app, and answering it as if it were is the worse mistake.
OTHER_SHARE = 0.6
WRITTEN_SHARE = 0.6
CLEAN_SHARE = 0.15
DECIDING_TOKENS = 8
WHOLE_ANSWER_SHARE = 0.1
SPLIT_DROPOUT = 0.1
SAVE_EVERY_S = 120.0


class Rows:
    """Training rows without end: tokens, and for each next token whether it is learned."""

    def __init__(self, topics: list[Topic], tokenizer: Any, chance: random.Random, whole_answers: float) -> None:
        self._known = [topic for topic in topics if topic.id != OTHER]
        self._other = next(topic for topic in topics if topic.id == OTHER)
        self._chance = chance
        self._whole_answers = whole_answers
        self._tokenizer = tokenizer
        # Words split in unusual ways now and then: "BPE-dropout" (Provilkov et al. 2020) helps with misspelled ones.
        self._unsure = Tokenizer.from_str(tokenizer.to_str())
        self._unsure.model.dropout = SPLIT_DROPOUT
        self._answers = {topic.id: tokenizer.encode(topic.answer + END).ids for topic in topics}

    def row(self) -> tuple[list[int], int]:
        """One question with the beginning of its answer, or all of it; and where the answer begins."""
        chance = self._chance
        topic = self._other if chance.random() < OTHER_SHARE else chance.choice(self._known)
        question = topic.question(chance, written_share=WRITTEN_SHARE)
        if chance.random() > CLEAN_SHARE:
            wrap = len(question) < 160
            question = as_typed(question, chance, wrap=wrap, about_app=topic is not self._other)
        encoder = self._unsure if chance.random() < 0.5 else self._tokenizer
        asked = encoder.encode(prompt(question)).ids
        answer = self._answers[topic.id]
        if chance.random() > self._whole_answers:
            answer = answer[:DECIDING_TOKENS]
        return asked + answer, len(asked)

    def batches(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        """Padded tokens of rows of like length, and which of the next tokens are learned."""
        while True:
            pool = sorted((self.row() for _number in range(BATCH * POOL)), key=lambda row: len(row[0]))
            parts = [pool[start : start + BATCH] for start in range(0, len(pool), BATCH)]
            self._chance.shuffle(parts)
            for part in parts:
                width = len(part[-1][0])
                tokens = torch.zeros((BATCH, width), dtype=torch.long)
                learned = torch.zeros((BATCH, width - 1), dtype=torch.bool)
                for number, (ids, begin) in enumerate(part):
                    tokens[number, : len(ids)] = torch.tensor(ids)
                    learned[number, begin - 1 : len(ids) - 1] = True
                yield tokens, learned


def corpus(topics: list[Topic], chance: random.Random) -> Iterator[str]:
    """What the tokenizer learns from: questions as the template writes them, and the answers."""
    for topic in topics:
        for _time in range(20):
            yield topic.answer
        for _time in range(1500 if topic.id == OTHER else 120):
            yield prompt(topic.question(chance, written_share=0))
        for question in topic.phrasings:
            yield prompt(question)


def train(folder: Path, minutes: float, start: Path | None, rate: float, whole_answers: float) -> None:
    """Train for ``minutes`` and write the model to ``folder``; ``start`` is a model to go on from. ``rate`` is the
    highest learning rate, ``whole_answers`` the share of rows that teach more than the beginning of the answer."""
    chance = random.Random(SEED)
    torch.manual_seed(SEED)
    device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    topics = load_topics()
    beyond = next(topic.answer for topic in topics if topic.id == OTHER)
    network = Network(CONFIG)
    if start is None:
        tokenizer = make_tokenizer(corpus(topics, chance))
    else:
        tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
        network.load_state_dict({name: value.float() for name, value in load_file(start / "model.safetensors").items()})
    network.to(device).train()
    mean = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=WEIGHT_DECAY)

    def save(path: str) -> None:
        halves = {name: value.half().cpu().contiguous() for name, value in mean.state_dict().items()}
        save_file(halves, path, metadata={"format": "mlx"})

    began = saved_at = time.monotonic()
    total, seen = 0.0, 0
    for step, (tokens, learned) in enumerate(Rows(topics, tokenizer, chance, whole_answers).batches(), 1):
        passed = (time.monotonic() - began) / (minutes * 60)
        if passed >= 1:
            break
        now = rate * min(step / WARM_UP_STEPS, 1.0) * max(0.02, 1 - passed)
        total, seen = total + _update(network, optimizer, now, tokens.to(device), learned.to(device)), seen + 1
        _follow(mean, network, min(MEAN_DECAY, step / (step + 9)))
        if time.monotonic() - saved_at > SAVE_EVERY_S:
            print(f"{passed:5.0%}  step {step}  loss {total / seen:.4f}", flush=True)
            write_folder(folder, tokenizer, beyond, save)
            saved_at, total, seen = time.monotonic(), 0.0, 0
    write_folder(folder, tokenizer, beyond, save)


def _update(
    network: Network, optimizer: torch.optim.Optimizer, rate: float, tokens: torch.Tensor, learned: torch.Tensor
) -> float:
    for group in optimizer.param_groups:
        group["lr"] = rate
    loss = functional.cross_entropy(network(tokens[:, :-1], learned), tokens[:, 1:][learned])
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.item())


@torch.no_grad()
def _follow(mean: Network, network: Network, keep: float) -> None:
    for kept, new in zip(mean.parameters(), network.parameters(), strict=True):
        kept.lerp_(new, 1 - keep)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a guide to go on from, after answers or questions changed")
    parser.add_argument("--rate", type=float, default=LEARNING_RATE, help="the highest learning rate")
    parser.add_argument("--whole-answers", type=float, default=WHOLE_ANSWER_SHARE, help="share of rows with all of it")
    options = parser.parse_args()
    train(options.into, options.minutes, options.start, options.rate, options.whole_answers)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
