"""The download process: ``python -m runtime.downloads.worker``. It runs one job and ends.

It may be killed at any moment: whatever is on disk then is resumed or hashed away by the next one. End of stdin (the
app is gone) means exit.
"""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

from runtime.cancel import Cancelled, CancelToken
from runtime.downloads.hub import Source
from runtime.downloads.job import DownloadJob
from runtime.downloads.limiter import Limiter
from runtime.downloads.messages import CODEC, JobEnded, JobProgress, SetLimit, StartJob, StopJob
from runtime.errors import problem_of
from runtime.events import DownloadPhase
from runtime.wire import PROTOCOL_VERSION, ChildEnd, Hello

REPORT_EVERY_S = 0.15
WAITING_REPORT_EVERY_S = 1.0
# A job that is blocked in DNS or in a silent connection can't notice the token; the process ends around it.
STOP_GRACE_S = 0.02
ENVIRONMENT = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_SYMLINKS_WARNING": "1",
    "HF_HUB_DISABLE_XET": "1",
}


def _run(end: ChildEnd, order: StartJob, cancel: CancelToken, limiter: Limiter) -> None:
    """Do the job, say how it ended, and end the process."""
    ended = threading.Event()
    job = DownloadJob(
        Source(order.endpoint, order.repository, order.token),
        order.revision,
        order.title,
        Path(order.models),
        cancel=cancel,
        patience=order.patience,
        on_phase=end.send,
        limiter=limiter,
        only=order.only,
    )
    reporter = threading.Thread(target=_report, args=(end, job, ended), name="report", daemon=True)
    reporter.start()
    try:
        last = JobEnded(folder=str(job.run()))
    except Cancelled:
        return
    except BaseException as error:  # the edge of the process: everything leaves as data
        last = JobEnded(problem=problem_of(error))
    ended.set()
    reporter.join()
    end.send(job.progress)
    end.send(last)
    os._exit(0)


def _report(end: ChildEnd, job: DownloadJob, ended: threading.Event) -> None:
    pause_s = REPORT_EVERY_S
    while not ended.wait(pause_s):
        progress: JobProgress = job.progress
        end.send(progress)
        pause_s = WAITING_REPORT_EVERY_S if progress.phase is DownloadPhase.WAITING else REPORT_EVERY_S


def main() -> None:
    """Read one order, work, and listen for another speed limit and the word to stop."""
    end = ChildEnd(CODEC)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal reaches us too; the parent decides
    os.environ.update(ENVIRONMENT)
    end.send(Hello(PROTOCOL_VERSION, "downloads"))
    messages = end.receive()
    order = next(messages, None)
    if isinstance(order, StartJob):
        cancel = CancelToken()
        limiter = Limiter(order.limit_bytes_per_s)
        work = threading.Thread(target=_run, args=(end, order, cancel, limiter), name="job", daemon=True)
        work.start()
        for message in messages:
            if isinstance(message, SetLimit):
                limiter.set(message.limit_bytes_per_s)
            if isinstance(message, StopJob):
                break
        cancel.cancel()
        work.join(STOP_GRACE_S)
    os._exit(0)


if __name__ == "__main__":
    main()
