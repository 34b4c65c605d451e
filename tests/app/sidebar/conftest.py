"""A sidebar with conversations of every kind."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pytestqt.qtbot import QtBot

from app.sidebar.rows import ConversationRow, FolderRow
from app.sidebar.sidebar import Sidebar
from app.theme.theme import Theme

FOLDERS = (FolderRow("work", "Work"), FolderRow("home", "Home"))


def rows() -> tuple[ConversationRow, ...]:
    """Two of today, one of yesterday, one old, one pinned, one in a folder, one private."""
    now = datetime.now().astimezone()
    return (
        ConversationRow("secret", "What to say", now, private=True),
        ConversationRow("dinner", "Dinner for six", now),
        ConversationRow("rent", "Rental agreement", now, answering=True),
        ConversationRow("tax", "Letter to the tax office", now - timedelta(days=1)),
        ConversationRow("report", "Quarterly report", now - timedelta(days=2), folder_id="work"),
        ConversationRow("list", "Shopping list", now - timedelta(days=3), pinned=True),
        ConversationRow("long", "A very long title " * 10, now - timedelta(days=40)),
    )


@pytest.fixture
def sidebar(qtbot: QtBot, theme: Theme) -> Sidebar:
    """On the screen, with everything in it."""
    made = Sidebar()
    qtbot.addWidget(made)
    made.resize(made.width(), 760)
    made.set_conversations(rows(), FOLDERS)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made
