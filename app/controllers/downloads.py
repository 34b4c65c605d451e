"""Models on their way."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.bridge.events import EventBridge
from app.bridge.tasks import TaskRunner
from runtime.api import (
    HUB_TOKEN,
    DownloadChanged,
    DownloadPhase,
    DownloadRequest,
    Event,
    InstalledModel,
    Network,
    Runtime,
)

GONE = (DownloadPhase.DONE, DownloadPhase.CANCELLED)


class DownloadsController(QObject):
    """Starts, pauses and follows download jobs; keeps the last state of each.

    Signals:
        changed: a DownloadChanged.
        arrived: repository and folder of a model that is now complete.
        failed: repository and Problem of a request that never became a job.
    """

    changed = Signal(object)
    arrived = Signal(str, str)
    failed = Signal(str, object)

    def __init__(
        self, runtime: Runtime, bridge: EventBridge, questions: TaskRunner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._runtime = runtime
        self._questions = questions
        self.jobs: dict[str, DownloadChanged] = {}
        bridge.event_arrived.connect(self._on_event)

    def restore(self) -> None:
        """Take up what an earlier run left unfinished."""
        self._do("", lambda: self._runtime.downloads.restore())

    def start(self, repository: str) -> None:
        """Fetch a model of the catalogue or of the hub."""
        self._do(repository, lambda: self._runtime.downloads.start(self._request(repository)))

    def repair(self, model: InstalledModel) -> None:
        """Fetch what is missing or wrong of a model, at the very commit that it was fetched at."""
        request = DownloadRequest(model.repository, model.commit, model.size_bytes, model.name)
        self._do(model.repository, lambda: self._runtime.downloads.start(request))

    def move(self, repository: str, place: int) -> None:
        """Change the order of the queue: 0 begins now, 1 is next."""
        self._do(repository, lambda: self._runtime.downloads.move(repository, place))

    def set_network(self, network: Network) -> None:
        """What the system says of the network now."""
        self._do("", lambda: self._runtime.downloads.set_network(network))

    def pause(self, repository: str) -> None:
        """Free the connection; what is here stays."""
        self._do(repository, lambda: self._runtime.downloads.pause(repository))

    def resume(self, repository: str) -> None:
        """Go on where it stopped, also after trouble."""
        self._do(repository, lambda: self._runtime.downloads.resume(repository))

    def cancel(self, repository: str) -> None:
        """Give up and delete the parts."""
        self._do(repository, lambda: self._runtime.downloads.cancel(repository))

    def enter_token(self, repository: str, token: str) -> None:
        """Keep the access key and try the gated model again."""

        def keep() -> None:
            self._runtime.secrets.set(HUB_TOKEN, token)
            self._runtime.downloads.resume(repository)

        self._do(repository, keep)

    def _request(self, repository: str) -> DownloadRequest:
        return self._runtime.download_request(repository)

    def _do(self, repository: str, action: Callable[[], object]) -> None:
        self._questions.run(action, lambda _none: None, lambda problem: self.failed.emit(repository, problem))

    def _on_event(self, event: Event) -> None:
        if not isinstance(event, DownloadChanged):
            return
        if event.phase in GONE:
            self.jobs.pop(event.repository, None)
        else:
            self.jobs[event.repository] = event
        self.changed.emit(event)
        if event.phase is DownloadPhase.DONE:
            self.arrived.emit(event.repository, event.folder)
