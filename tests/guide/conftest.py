"""The app's look and home for the tests that open it."""

from __future__ import annotations

from tests.e2e.conftest import hub, theme

__all__ = ["hub", "theme"]
