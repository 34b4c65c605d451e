"""The README's pictures, taken of the real app on its real road.

``python -m tests.screenshots FOLDER [--dark] [--scale 2]``

A loopback hub serves the tiny model under the name of the model that this computer would be recommended, so that
every word and figure on the pictures is the app's own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.tiny.gguf import gguf_bytes, tiny_parts, widened

if TYPE_CHECKING:
    from runtime.catalogue.entries import Edition

WAIT_S = 60.0
SIZE = (1180, 780)


def main() -> int:
    """Take all pictures."""
    arguments = parsed(__doc__)
    with tempfile.TemporaryDirectory() as home:
        Photographer(arguments, Path(home)).take_all()
    return 0


def parsed(description: str | None) -> argparse.Namespace:
    """What was asked for on the command line; the screen is set up for it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--text", type=float, default=1.0, help="text size, 0.9 to 2.0")
    parser.add_argument("--size", default=f"{SIZE[0]}x{SIZE[1]}")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["QT_SCALE_FACTOR"] = str(arguments.scale)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    return arguments


def _in_place_of(edition: Edition, model: Path, folder: Path) -> Path:
    """The tiny model, as large as the edition whose place it takes: in MLX's files its read-me makes it so, in one
    file more room for thought that is never used."""
    folder.mkdir(parents=True)
    if edition.files:
        parts = widened(*tiny_parts(model), edition.download_bytes)
        (folder / edition.files[0]).write_bytes(gguf_bytes(*parts))
        return folder
    shutil.copytree(model, folder, dirs_exist_ok=True)
    missing = edition.download_bytes - sum(file.stat().st_size for file in folder.iterdir())
    with (folder / "README.md").open("wb") as readme:
        readme.truncate(max(missing, 0))
    return folder


class Camera:
    """The application in the look that was asked for on the command line."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        from app.application import make_application
        from app.theme.theme import Theme

        self._arguments = arguments
        self._application = make_application([])
        self._theme = Theme(self._application)
        self._theme.apply(self._application)
        self._scheme = "dark" if arguments.dark else "light"
        self._theme.choose(self._scheme, arguments.text)


class Photographer(Camera):
    """Walks the road and takes a picture at each stop."""

    def __init__(self, arguments: argparse.Namespace, home: Path) -> None:
        from runtime.api import Paths

        super().__init__(arguments)
        self.paths = Paths.below(home)
        self.paths.prepare()

    def take_all(self) -> None:
        """Open the app, walk, close it."""
        from app.main import Hearth
        from tests.hub.server import LoopbackHub
        from tests.tiny.fixtures import tiny_model_folder

        with LoopbackHub() as hub:
            os.environ["HF_ENDPOINT"] = hub.endpoint
            hearth = self.hearth = Hearth(self.paths, self._theme)
            hearth.runtime.settings.change(theme=self._scheme, text_scale=self._arguments.text)
            self._theme.choose(self._scheme, self._arguments.text)
            hearth.window.resize(*map(int, self._arguments.size.split("x")))
            hearth.show()
            try:
                self.walk(hub, tiny_model_folder())
            finally:
                hearth.window.close()
                hearth.close()

    def walk(self, hub: object, model: Path) -> None:
        """The road from the first window to the settings."""
        from tests.hub.server import LoopbackHub

        assert isinstance(hub, LoopbackHub)
        hearth = self.hearth
        self.until(hearth.onboarding.first_run_page.download_button.isEnabled)
        pick = hearth.computer.recommendation and hearth.computer.recommendation.pick
        assert pick
        hub.add_repository(pick.edition.repository, _in_place_of(pick.edition, model, self.paths.home / "served"))
        self.until(hearth.onboarding.first_run_page.guide_card.isVisible)
        self.shot("first-run")
        self._talk_with_guide()
        hub.rate_bytes_per_s = 22_000_000
        hearth.onboarding.first_run_page.download_button.click()
        self.until(lambda: hearth.onboarding.download_page.bar.value() > 350)
        hearth.onboarding.download_page.question.setText("What is the capital of France?")
        self.shot("download")
        self._ended(hearth.onboarding.download_page.guide_card.ask_button.click)
        self.shot("guide-waiting")
        hub.rate_bytes_per_s = None
        self._ended(lambda: None)
        self.shot("guide-handed-over")
        self._ask("And how many people live there?")
        self.shot("chat-short")
        for question in ("How do I bake bread?", "How far away is the moon?"):
            hearth.chat_view.new_chat()
            self.pause(0.2)
            self._ask(question)
        hearth.chat_view.new_chat()
        self.pause(0.2)
        self._ask("Show me everything you can write.")
        self.shot("chat")
        transcript = hearth.chat_view.page.transcript
        transcript._scroll.verticalScrollBar().setValue(0)
        self.pause(0.3)
        self.shot("chat-top")
        hearth.chat_view.new_chat()
        self.pause(0.2)
        self._ask("Is 7 a prime number?")
        self.shot("chat-thinking")
        self._models(hub, model)
        hearth.window.show_settings()
        self.pause(0.5)
        self.shot("settings")
        self._trouble()

    def _talk_with_guide(self) -> None:
        hearth = self.hearth
        card = hearth.onboarding.first_run_page.guide_card
        card.field.setText("Is my data sent anywhere?")
        self._ended(card.ask_button.click)
        self._ask("What does 4-bit mean?")
        self.shot("guide")
        self._ask("Who painted the Mona Lisa?")
        self.shot("guide-beyond")
        hearth.window.help_requested.emit()
        self.pause(0.3)
        self.shot("guide-empty")
        hearth.onboarding.come_back()
        self.pause(0.3)

    def _models(self, hub: object, model: Path) -> None:
        """The three places of the models page, with two more models on their way."""
        from tests.hub.search import entry, search_entries
        from tests.hub.server import LoopbackHub

        assert isinstance(hub, LoopbackHub)
        hearth, page = self.hearth, self.hearth.models_view.page
        hearth.ways.show_models()
        shelf = self.paths.home / "Blue disk"
        shelf.mkdir()
        page.shelve_requested.emit(hearth.models.installed[0].folder, str(shelf), False)
        self.until(lambda: bool(hearth.works.works))
        self.until(lambda: not hearth.works.works)
        assert hearth.computer.recommendation
        others = [
            c for c in hearth.computer.recommendation.choices if c.edition.repository not in page.here.cards.views
        ]
        others = sorted(others, key=lambda choice: choice.download_bytes)[1:3]
        for choice in others:
            served = _in_place_of(choice.edition, model, self.paths.home / choice.model.id)
            hub.add_repository(choice.edition.repository, served)
        hub.rate_bytes_per_s = 6_000_000
        for choice in others:
            hearth.downloads.start(choice.edition.repository)
        self.until(lambda: any(job.seconds_left for job in hearth.downloads.jobs.values()))
        self.pause(5)
        self.shot("models")
        page.show_place("shelf")
        self.until(lambda: bool(page.shelf.shelves and page.shelf.shelves[0].copies))
        self.shot("models-shelf")
        for name, downloads, weights in (
            ("mlx-community/gemma-3-270m-it-8bit", 9_144, 71_000_000),
            ("mlx-community/gemma-3-1b-it-4bit", 31_870, 160_000_000),
            ("mlx-community/gemma-3-4b-it-4bit", 26_402, 640_000_000),
            ("mlx-community/gemma-3-27b-it-4bit", 12_404, 4_200_000_000),
        ):
            found = entry(name, downloads=downloads, safetensors={"parameters": {"U32": weights}, "total": weights})
            search_entries(hub).append({**found, "usedStorage": weights * 4, "cardData": {"license": "gemma"}})
        page.show_place("find")
        self.shot("models-find-empty")
        page.finder.field.setText("gemma")
        page.finder.search_requested.emit("gemma")
        self.until(lambda: bool(hearth.hub_search.found) and not hearth.hub_search.asking)
        self.shot("models-find")
        for choice in others:
            hearth.downloads.cancel(choice.edition.repository)
        hub.rate_bytes_per_s = None
        self.until(lambda: not hearth.downloads.jobs)

    def _trouble(self) -> None:
        from runtime.api import Problem

        onboarding = self.hearth.onboarding
        onboarding.begin_page()
        onboarding._on_trouble(
            Problem(
                "download.disk_full", {"folder": "/models", "needed_bytes": 4_900_000_000, "free_bytes": 3_100_000_000}
            )
        )
        self.pause(0.3)
        self.shot("trouble")

    def _ask(self, question: str) -> None:
        self._ended(lambda: self.hearth.chat_view.send(question))

    def _ended(self, act: Callable[[], object]) -> None:
        """Do something and wait for the answer that comes of it."""
        hearth = self.hearth
        ended: list[object] = []
        hearth.chat.answer_ended.connect(ended.append)
        act()
        self.until(lambda: bool(ended))
        hearth.chat.answer_ended.disconnect(ended.append)
        self.pause(0.4)

    def shot(self, name: str) -> None:
        """One picture."""
        self.pause(0.15)
        suffix = ("-dark" if self._arguments.dark else "") + (
            f"@{self._arguments.scale}x" if self._arguments.scale > 1 else ""
        )
        self.hearth.window.grab().save(str(self._arguments.folder / f"{name}{suffix}.png"))

    def until(self, condition: Callable[[], object]) -> None:
        """Let the app work until the condition holds."""
        deadline = time.monotonic() + WAIT_S
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError
            self._application.processEvents()
            time.sleep(0.005)

    def pause(self, seconds: float) -> None:
        """Let the app work for a while."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._application.processEvents()
            time.sleep(0.005)


if __name__ == "__main__":
    sys.exit(main())
