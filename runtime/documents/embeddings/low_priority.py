"""Makes a thread of ours give way to everything else that the person's computer does."""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import threading

log = logging.getLogger(__name__)

# Some 1/30 of an ordinary thread's share when both want a core, all of it when nobody else does. Not SCHED_IDLE: a
# thread that can be kept off every core for seconds might at that moment hold Python's lock, and a question would wait.
NICE = 15
_QOS_CLASS_UTILITY = 0x11


def give_way() -> None:
    """From now on the calling thread comes last: long work, which nobody watches by the millisecond."""
    try:
        if sys.platform == "linux":
            # Linux keeps this number by thread, whatever the name says.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        elif sys.platform == "darwin":
            ctypes.CDLL(None).pthread_set_qos_class_self_np(_QOS_CLASS_UTILITY, 0)
    except (OSError, AttributeError) as error:
        log.info("the priority stays as it was: %s", error)
