"""The recipe: tokenizer, chat template, a Llama-shaped model, and the training that makes it know its corpus.

``build_tiny_model(folder)`` writes a complete model folder as the hub has them; every known answer is checked by
greedy decoding before the folder counts as built.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runtime.conversing import DEFAULT_SYSTEM_PROMPT
from runtime.inference.fast_blas import use_fast_blas
from tests.tiny import corpus

IM_START, IM_END = "<|im_start|>", "<|im_end|>"
THINK_START, THINK_END = "<think>", "</think>"
TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
CONFIG: dict[str, Any] = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 128,
    "num_hidden_layers": 3,
    "intermediate_size": 256,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "rms_norm_eps": 1e-5,
    "vocab_size": 640,
    "rope_theta": 10000.0,
    "max_position_embeddings": 2048,
    "tie_word_embeddings": True,
    "torch_dtype": "float32",
}
LEARNING_RATE = 1e-3
WARM_UP_STEPS = 20
EPOCHS_AT_MOST = 120
# Rows of like length share a batch of about this many tokens: small steps, little padding.
BATCH_TOKENS = 300
GOOD_LOSS = 0.003
SEED = 7


def dialogues() -> list[list[tuple[str, str]]]:
    """All conversations to learn, as (role, text) turns that end with an answer."""
    thought = f"{THINK_START}\n{corpus.THOUGHT}\n{THINK_END}\n\n{corpus.THINKING_ANSWER}"
    singles = [*corpus.KNOWN_ANSWERS.items(), (corpus.THINKING_QUESTION, thought)]
    found: list[list[tuple[str, str]]] = []
    for system in ("", DEFAULT_SYSTEM_PROMPT):
        head = [("system", system)] if system else []
        found += [[*head, ("user", question), ("assistant", answer)] for question, answer in singles]
        for first, second, answer in corpus.FOLLOW_UPS:
            known = corpus.KNOWN_ANSWERS[first]
            found.append([*head, ("user", first), ("assistant", known), ("user", second), ("assistant", answer)])
    asked = [(str(turn.role), turn.text) for turn in corpus.TITLE_REQUEST]
    return [*found, [*asked, ("assistant", corpus.TITLE)]]


def recipe_digest() -> str:
    """Changes whenever anything that shapes the model does."""
    parts = [Path(__file__).read_bytes(), Path(corpus.__file__).read_bytes(), DEFAULT_SYSTEM_PROMPT.encode()]
    parts += [turn.text.encode() for turn in corpus.TITLE_REQUEST]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def build_tiny_model(folder: Path) -> None:
    """Make the model in ``folder``, whole or not at all. Raises AssertionError if it did not learn its answers."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    use_fast_blas()
    try:
        _write_tokenizer(made)
        _train(made)
        _check_answers(made)
        os.rename(made, folder)
    except FileExistsError:
        pass  # another run built the same model meanwhile
    except OSError:
        if not folder.is_dir():
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _render(turns: Sequence[tuple[str, str]]) -> str:
    return "".join(f"{IM_START}{role}\n{text}{IM_END}\n" for role, text in turns)


def _write_tokenizer(folder: Path) -> None:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = [IM_START, IM_END]
    trainer = trainers.BpeTrainer(
        vocab_size=CONFIG["vocab_size"] - 8,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([text for turns in dialogues() for _role, text in turns], trainer)
    tokenizer.add_tokens([AddedToken(THINK_START, special=False), AddedToken(THINK_END, special=False)])
    assert tokenizer.get_vocab_size() <= CONFIG["vocab_size"]
    tokenizer.save(str(folder / "tokenizer.json"))
    end = tokenizer.token_to_id(IM_END)
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "eos_token": IM_END,
            "pad_token": IM_END,
            "model_max_length": CONFIG["max_position_embeddings"],
            "clean_up_tokenization_spaces": False,
        },
    )
    (folder / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    _write_json(folder / "config.json", {**CONFIG, "eos_token_id": end})
    _write_json(folder / "generation_config.json", {"do_sample": False, "eos_token_id": end})


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")


def _examples(folder: Path) -> tuple[Any, Any]:
    """Tokens and, for each next token, whether it belongs to an answer."""
    import numpy as np
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    rows: list[tuple[list[int], list[int]]] = []
    for turns in dialogues():
        prompt = tokenizer.encode(_render(turns[:-1]) + f"{IM_START}assistant\n").ids
        answer = tokenizer.encode(turns[-1][1] + IM_END).ids
        rows.append((prompt + answer, [0] * (len(prompt) - 1) + [1] * len(answer)))
    longest = max(len(tokens) for tokens, _mask in rows)
    tokens = np.zeros((len(rows), longest), dtype=np.int32)
    masks = np.zeros((len(rows), longest - 1), dtype=np.float32)
    for row, (ids, mask) in enumerate(rows):
        tokens[row, : len(ids)] = ids
        masks[row, : len(mask)] = mask
    return tokens, masks


def _batches(lengths: Any) -> list[Any]:
    """Rows grouped by length."""
    import numpy as np

    found: list[list[int]] = [[]]
    for row in np.argsort(lengths):
        if found[-1] and (len(found[-1]) + 1) * lengths[row] > BATCH_TOKENS:
            found.append([])
        found[-1].append(int(row))
    return [np.array(rows) for rows in found]


def _train(folder: Path) -> None:
    import mlx.core as mx
    import mlx.nn as nn
    import mlx.optimizers as optim
    import numpy as np
    from mlx.utils import tree_flatten
    from mlx_lm.models.llama import Model, ModelArgs

    mx.random.seed(SEED)
    tokens, masks = _examples(folder)
    lengths = (masks.shape[1] - masks[:, ::-1].argmax(axis=1)) + 1
    batches = _batches(lengths)
    model = Model(ModelArgs.from_dict(CONFIG))
    steps = EPOCHS_AT_MOST * len(batches)
    warm_up = optim.linear_schedule(1e-5, LEARNING_RATE, WARM_UP_STEPS)
    schedule = optim.join_schedules([warm_up, optim.cosine_decay(LEARNING_RATE, steps)], [WARM_UP_STEPS])
    optimizer = optim.AdamW(learning_rate=schedule, weight_decay=0.0)

    def loss_of(model: Any, batch: Any, mask: Any) -> Any:
        losses = nn.losses.cross_entropy(model(batch[:, :-1]), batch[:, 1:])
        return (losses * mask).sum() / mask.sum()

    value_and_grad = nn.value_and_grad(model, loss_of)
    chance = np.random.default_rng(SEED)

    for _epoch in range(EPOCHS_AT_MOST):
        worst = 0.0
        for number in chance.permutation(len(batches)):
            rows = batches[number]
            width = int(lengths[rows].max())
            loss, gradients = value_and_grad(model, mx.array(tokens[rows, :width]), mx.array(masks[rows, : width - 1]))
            gradients, _norm = optim.clip_grad_norm(gradients, 1.0)
            optimizer.update(model, gradients)
            mx.eval(model.parameters(), optimizer.state, loss)
            worst = max(worst, loss.item())
        if worst < GOOD_LOSS:
            break
    mx.save_safetensors(
        str(folder / "model.safetensors"), dict(tree_flatten(model.parameters())), metadata={"format": "mlx"}
    )


def _check_answers(folder: Path) -> None:
    from mlx_lm import generate, load

    model, tokenizer = load(str(folder), tokenizer_config={"trust_remote_code": False})[:2]
    for turns in dialogues():
        messages = [{"role": role, "content": text} for role, text in turns[:-1]]
        prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True)
        said = generate(model, tokenizer, prompt, max_tokens=400)
        assert said == turns[-1][1], f"did not learn {turns[-2][1]!r}: {said!r}"
