"""Pictures of the first page as different computers see it, in the real window.

``python -m tests.screenshots_first_run FOLDER [--dark] [--scale 2] [--text 2.0] [--size 640x480]``

The computers are described, everything else is the app's own. Of the line nothing is known in the first pictures.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.screenshots import Photographer, parsed

if TYPE_CHECKING:
    from runtime.api import Computer

GB = 1_000_000_000
LINE_BYTES_PER_S = 22_000_000.0


@dataclass(frozen=True)
class Scene:
    """A computer, and what is shown of it: with what is folded under the offer, or for a use."""

    computer: Computer
    opened: bool = False
    use: str = ""
    choose: str = ""


def scenes() -> dict[str, Scene]:
    """Each picture's name and what is on it."""
    from runtime.api import described_computer

    def mac(name: str, chip: str, memory_gb: int, disk_free: int) -> Computer:
        return replace(described_computer(chip, memory_gb, disk_free_bytes=disk_free * GB), model_name=name)

    machines = {
        "8gb": mac("MacBook Air", "Apple M2", 8, 71),
        "16gb": mac("MacBook Air", "Apple M3", 16, 212),
        "64gb": mac("MacBook Pro", "Apple M4 Max", 64, 640),
        "cpu": replace(described_computer("Intel Core i5-8250U", 16, disk_free_bytes=180 * GB), model_name="ThinkPad"),
    }
    card = replace(described_computer("NVIDIA GeForce RTX 4070", 32, gpu_memory_gb=12), chip="AMD Ryzen 7 7700")
    nothing = replace(described_computer("Intel Celeron N4020", 4, disk_free_bytes=20 * GB), available_bytes=GB)
    found = {"cpu": Scene(machines["cpu"]), "cpu-why": Scene(machines["cpu"], opened=True)}
    found["nothing-fits"] = Scene(nothing)
    for name in ("8gb", "16gb", "64gb"):
        found[name] = Scene(machines[name])
        found[f"{name}-why"] = Scene(machines[name], opened=True)
    found["card-why"] = Scene(card, opened=True)
    for use in ("code", "pictures", "writing"):
        found[f"8gb-{use}"] = Scene(machines["8gb"], use=use)
    found["64gb-writing"] = Scene(machines["64gb"], use="writing")
    found["16gb-smarter"] = Scene(machines["16gb"], opened=True, choose="Smarter")
    return found


def main() -> int:
    """Take all pictures."""
    arguments = parsed(__doc__)
    with tempfile.TemporaryDirectory() as home:
        Computers(arguments, Path(home)).take_all()
    return 0


class Computers(Photographer):
    """Shows one computer after the other on the first page."""

    def walk(self, hub: object, model: Path) -> None:
        """Each scene in turn."""
        page = self.hearth.onboarding.first_run_page
        self.until(lambda: self.hearth.computer.recommendation is not None)
        self.until(page.guide_card.isVisible)
        for name, scene in scenes().items():
            self._show(scene)
            self.shot(f"first-run-{name}")
            if scene.opened:
                bar = page.verticalScrollBar()
                bar.setValue(bar.maximum())
                self.shot(f"first-run-{name}-below")

    def _show(self, scene: Scene) -> None:
        from runtime.api import GpuKind

        hearth = self.hearth
        runtime, page = hearth.runtime, hearth.onboarding.first_run_page

        def computer() -> Computer:
            runtime.measuring.open_for(scene.computer)
            return scene.computer

        runtime.fitting.computer = computer  # type: ignore[method-assign]
        gpu = scene.computer.gpu
        if gpu is not None and gpu.kind is GpuKind.METAL:
            computer()
            store = runtime.measuring._store
            assert store is not None
            store.note_download(LINE_BYTES_PER_S)
        page.card.why.toggle.setChecked(scene.opened)
        hearth.computer.look(_everyday())
        self.until(lambda: hearth.computer.computer is scene.computer)
        page.verticalScrollBar().setValue(0)
        for use in (scene.use,) if scene.use else ():
            page.uses._chips[use].click()
            self.until(lambda: hearth.computer.recommendation and hearth.computer.recommendation.purpose == scene.use)
        if scene.choose:
            from app.presenters import first_offer

            assert hearth.computer.recommendation
            named = first_offer.named(hearth.computer.recommendation)
            page.model_chosen.emit(next(name for name, (word, _choice) in named.items() if word == scene.choose))
        self.pause(0.1)


def _everyday() -> Purpose:
    from runtime.api import Purpose

    return Purpose.EVERYDAY


if TYPE_CHECKING:
    from runtime.api import Purpose

if __name__ == "__main__":
    sys.exit(main())
