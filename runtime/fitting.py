"""What this computer is, and how models do on it: found ones, those here, and the one to recommend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from runtime.catalogue.budget import budget
from runtime.catalogue.entries import Catalogue
from runtime.catalogue.judging import Judgement, judge
from runtime.catalogue.machine import processor_of
from runtime.catalogue.purposes import Purpose
from runtime.catalogue.recommend import Recommendation, recommend
from runtime.catalogue.sifting import JudgedModel, judge_found
from runtime.downloads.search_messages import HubModel
from runtime.hardware.computer import Computer
from runtime.hardware.probe import probe
from runtime.inference.device_question import engine_device
from runtime.library.service import InstalledModel
from runtime.measuring import Measuring
from runtime.requests import LoadModel
from runtime.storage.engines import EngineKind, llama_cpp_is_here


class Fitting:
    """Joins what is known of the computer, of models and of measurements. Keeps only what each loaded model is measured
    as. ``loaded_bytes``: memory that a model of ours holds now and would give back. ``has_llama_cpp`` tells whether
    that engine is installed. Any thread."""

    def __init__(
        self,
        models_folder: Callable[[], Path],
        catalogue: Callable[[], Catalogue],
        measuring: Measuring,
        loaded_bytes: Callable[[], int],
        has_llama_cpp: Callable[[], bool] = llama_cpp_is_here,
    ) -> None:
        self._models_folder = models_folder
        self._catalogue = catalogue
        self._measuring = measuring
        self._loaded_bytes = loaded_bytes
        self._has_llama_cpp = has_llama_cpp
        self._measured_as: dict[str, str] = {}

    def computer(self) -> Computer:
        """What this computer is, now. Asks the system; on a Mac also Metal, in a child. Not for the UI thread."""
        computer = probe(self._models_folder(), lambda: dict(engine_device().get("device_info", {})))
        self._measuring.open_for(computer)
        return computer

    def engine(self, computer: Computer | None = None) -> EngineKind:
        """What should compute a model on a computer, None for this one as :meth:`computer` finds it: MLX where it has a
        graphics processor to use, else llama.cpp if that is installed. Without an argument not for the UI thread.

        A computer that somebody describes (it has no disk of ours) counts as set up as ours would be.
        """
        computer = computer or self.computer()
        if computer.gpu is not None:
            return EngineKind.MLX
        here = self._has_llama_cpp() if computer.disk_folder else True
        return EngineKind.LLAMA_CPP if here else EngineKind.MLX

    def recommend(
        self, computer: Computer, *, purpose: Purpose = Purpose.EVERYDAY, context_tokens: int | None = None
    ) -> Recommendation:
        """The one model for a computer and a purpose, with its neighbours and reasons. Pure and quick."""
        measured = self._measuring.measured(computer)
        return recommend(
            computer,
            self._catalogue(),
            context_tokens,
            self._loaded_bytes(),
            purpose=purpose,
            measured=measured,
            engine=self.engine(computer),
        )

    def judge_found(self, computer: Computer, models: tuple[HubModel, ...]) -> tuple[JudgedModel[HubModel], ...]:
        """How models of the hub would do on a computer, before anything is downloaded. Pure and quick."""
        tested, ours_bytes = self._measuring.measured(computer).self_test, self._loaded_bytes()
        return tuple(judge_found(computer, model, ours_bytes=ours_bytes, self_test=tested) for model in models)

    def judge_installed(self, computer: Computer, model: InstalledModel) -> Judgement | None:
        """How a model on this computer does here; None when its shape is not known. Pure and quick."""
        if model.shape is None:
            return None
        measured = self._measuring.measured(computer)
        return judge(
            computer,
            model.shape,
            ours_bytes=self._loaded_bytes(),
            self_test=measured.self_test,
            known=measured.of(model.repository or model.folder),
        )

    def load_request(self, model: InstalledModel) -> LoadModel:
        """How to load a model here: within what this computer can give now, the loaded model's share counted in, and
        with conversations no longer than the forecast allows."""
        computer = self.computer()
        judged = self.judge_installed(computer, model)
        on_processor = model.shape is not None and model.shape.engine is EngineKind.LLAMA_CPP
        self._measured_as[model.folder] = model.repository or model.folder
        return LoadModel(
            model.folder,
            budget_bytes=budget(processor_of(computer) if on_processor else computer, self._loaded_bytes()).bytes,
            kv_limit_tokens=(judged.longest_context_tokens or None) if judged else None,
        )

    def measured_as(self, folder: str) -> str:
        """What measurements of the model in a folder are kept under."""
        return self._measured_as.get(folder, folder)
