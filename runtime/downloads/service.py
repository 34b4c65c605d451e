"""Downloads for the rest of Hearth: a queue of jobs, one running at a time, in a process of its own.

One thread owns all state. The public methods put a wish into its inbox and return at once; every answer is a
:class:`DownloadChanged`, sent from that thread.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from functools import partial

from runtime.downloads.book import JobBook
from runtime.downloads.hub import is_repository
from runtime.downloads.line import Line
from runtime.downloads.manners import Surroundings
from runtime.downloads.patience import Patience
from runtime.downloads.wishes import Wishes
from runtime.errors import RepositoryNotFound
from runtime.events import DownloadChanged, Event
from runtime.paths import Paths
from runtime.requests import DownloadRequest, Manners, Network


class DownloadService:
    """Fetches models, one after the other, and remembers unfinished ones. Any thread may call it.

    ``on_event`` is called on the service's thread. ``token`` is asked once per start of a job, on a thread of its own.
    ``endpoint`` is a hub or mirror; without it ``HF_ENDPOINT`` counts, then the public hub. Call :meth:`close` at the
    end.
    """

    def __init__(
        self,
        paths: Paths,
        on_event: Callable[[Event], None],
        *,
        token: Callable[[], str | None],
        endpoint: str | None = None,
        patience: Patience | None = None,
        manners: Manners | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        self._book = JobBook(paths.downloads, on_event)
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._line = Line(
            paths,
            self._book,
            self._inbox.put,
            token=token,
            endpoint=endpoint,
            patience=patience or Patience(),
            manners=manners or Manners(),
            surroundings=surroundings or Surroundings(),
        )
        self._wishes = Wishes(self._book, self._line)
        self._thread = threading.Thread(target=self._work, name="downloads", daemon=True)
        self._thread.start()

    def start(self, request: DownloadRequest) -> None:
        """Fetch a model; it waits its turn. Asking again for one that runs or waits changes nothing.

        Raises:
            RepositoryNotFound: the name is none that the hub could have.
        """
        if not is_repository(request.repository):
            raise RepositoryNotFound(request.repository)
        self._book.announce(request)
        self._inbox.put(partial(self._wishes.start, request))

    def pause(self, repository: str) -> None:
        """Stop fetching and keep what is there. Also takes a waiting job out of the queue."""
        self._inbox.put(partial(self._wishes.pause, repository))

    def resume(self, repository: str) -> None:
        """Go on with a paused or failed job; one that waits for the network tries again now.

        A job that is HELD is downloaded anyway, and not held again until it is done.
        """
        self._book.announce_again(repository)
        self._inbox.put(partial(self._wishes.resume, repository))

    def cancel(self, repository: str) -> None:
        """Stop and delete what was fetched so far. An installed model is not touched.

        Large parts may still be on their way off the disk when the job is told as cancelled.
        """
        self._inbox.put(partial(self._wishes.cancel, repository))

    def move(self, repository: str, place: int) -> None:
        """Give a job that waits its turn another place: 1 is next after the one in work.

        0 is now: the one in work goes back to the head of the queue and keeps its bytes. A job that is held only
        changes its place. Unknown and resting jobs are left alone.
        """
        self._inbox.put(partial(self._wishes.move, repository, place))

    def set_manners(self, manners: Manners) -> None:
        """How downloads behave from now on, the one in work included."""
        self._inbox.put(partial(self._line.set_manners, manners))

    def set_network(self, network: Network) -> None:
        """What the system says of the network. Back online, a job that waits tries again at once."""
        self._inbox.put(partial(self._line.set_network, network))

    def restore(self) -> None:
        """Bring back the unfinished jobs of earlier runs: running ones go on, paused and failed ones stay so."""
        self._inbox.put(self._wishes.restore)

    def jobs(self) -> tuple[DownloadChanged, ...]:
        """The last state of every job that is not finished: the one in work, the queue in its order, resting ones."""
        return self._book.unfinished()

    def wait(self, repository: str, timeout_s: float | None = None) -> DownloadChanged | None:
        """Block until the job rests (done, failed, paused, cancelled), :meth:`close`, or the time is over.

        Returns its state then; None for a job that nobody asked for. A held job does not rest: it will go on.
        """
        return self._book.wait(repository, timeout_s)

    def close(self) -> None:
        """Stop the work and join all threads. Unfinished jobs come back with :meth:`restore` next time."""
        self._inbox.put(None)
        self._thread.join()

    def _work(self) -> None:
        while True:
            try:
                action = self._inbox.get(timeout=self._line.look_again_in_s)
            except queue.Empty:
                self._line.settle()
                continue
            if action is None:
                break
            self._line.do(action)
        self._line.close()
        self._book.close()
