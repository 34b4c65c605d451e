"""Rows of a query, all at once: a cursor that is left half read keeps its connection in the past."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from runtime.storage.connection import Connection


def fetched(connection: Connection, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    """Every row. On the thread that holds the connection."""
    return connection.execute(sql, tuple(values)).fetchall()


def first_row(connection: Connection, sql: str, values: Iterable[Any] = ()) -> tuple[Any, ...] | None:
    """The first row; None without one."""
    rows = fetched(connection, sql, values)
    return rows[0] if rows else None


def number(connection: Connection, sql: str, values: Iterable[Any] = ()) -> int:
    """The one number a query gives; 0 without a row."""
    row = first_row(connection, sql, values)
    return int(row[0]) if row else 0
