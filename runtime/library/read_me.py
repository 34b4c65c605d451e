"""The page for people that lies beside a model on a shelf: readable in twenty years, with Hearth or without."""

from __future__ import annotations

from runtime.library.copy_manifest import MODEL_NAME, SUMS_NAME, CopyManifest

_TEXT = """\
{name}
{line}

WHAT THIS IS

This folder holds a whole AI model: a program such as Hearth can load it and
answer questions with it. It was put here on {day} to be kept for good.
{sentence}
{facts}

NO INTERNET IS NEEDED

Everything that belongs to the model is in this folder. Bringing it back,
checking it and using it need no internet and no account.


HOW TO BRING IT BACK

Connect this disk to a computer with Hearth, open the list of models, choose
the shelf, then this model, then "Bring back". Every byte is compared with
what was written when the copy was made.

Without Hearth: other programs that read models in the "safetensors" format
can use the folder as it is. Copy it to the computer first.


HOW TO CHECK IT

Hearth does it for you: choose this model on the shelf, then "Check".

Without Hearth: open a terminal in this folder and type one of these lines.
Each file must be called OK.

    On Linux:   sha256sum -c {sums}
    On a Mac:   shasum -a 256 -c {sums}


LICENCE

{licence}
The model belongs to its makers. What you may do with it is said in their
licence; if they sent one along, it is in this folder.


WHAT THE FILES ARE

    {manifest:<18} what Hearth knows of the model, as plain text (JSON)
    {sums:<18} a checksum of every file
    *.safetensors      the model's weights, its knowledge
    *.json, *.jinja    how it is built, its vocabulary, how it talks

Please change nothing in this folder: a changed file counts as damaged.
"""


def read_me(manifest: CopyManifest) -> bytes:
    """The bytes of the page, UTF-8."""
    card = manifest.card
    facts = {
        "Made by": card.maker,
        "Published as": manifest.repository,
        "Came from": manifest.origin,
        "Exact version": manifest.commit,
        "Fetched on": manifest.downloaded_at[:10],
        "Good at": ", ".join(card.good_at),
        "Size": _size(manifest.size_bytes),
        "Keeps in mind": f"{card.context_tokens} tokens of a conversation" if card.context_tokens else "",
        "Put here by": f"Hearth {manifest.hearth_version}".strip(),
    }
    sentence = ": ".join(text for text in (card.role, card.sentence) if text)
    return _TEXT.format(
        name=manifest.name,
        line="=" * min(len(manifest.name), 78),
        day=manifest.shelved_at[:10],
        sentence=f"\n{sentence}\n" if sentence else "",
        facts="".join(f"    {what + ':':<15} {value}\n" for what, value in facts.items() if value),
        sums=SUMS_NAME,
        manifest=MODEL_NAME,
        licence=manifest.licence or "Not known to Hearth when the copy was made.",
    ).encode()


def _size(size_bytes: int) -> str:
    figure = f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.1f} MB"
    return f"{figure} ({size_bytes} bytes)"
