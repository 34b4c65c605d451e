"""The app's look for the tests that open it."""

from __future__ import annotations

from tests.e2e.conftest import theme

__all__ = ["theme"]
