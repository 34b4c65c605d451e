"""The loopback hub: see :mod:`tests.hub.server`."""

from __future__ import annotations

from tests.hub.faults import Fault, Faults, Kind, Place
from tests.hub.server import LoopbackHub

__all__ = ["Fault", "Faults", "Kind", "LoopbackHub", "Place"]
