"""What can be done with a line of the list, as a menu. Everything that dragging can do is here too."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtWidgets import QMenu, QWidget

from app.sidebar.rows import ConversationRow, FolderRow
from app.widgets.sure import shortened


class Wish(StrEnum):
    """An entry of a menu."""

    RENAME = "rename"
    PIN = "pin"
    UNPIN = "unpin"
    MOVE = "move"
    NEW_FOLDER = "new_folder"
    ARCHIVE = "archive"
    EXPORT = "export"
    BIN = "bin"
    FORGET = "forget"
    DELETE_FOLDER = "delete_folder"
    SHOW = "show"


def conversation_menu(row: ConversationRow, folders: tuple[FolderRow, ...], parent: QWidget) -> QMenu:
    """The menu of a conversation; each action's data is (wish, value)."""
    menu = QMenu(parent)
    if row.private:
        _add(menu, "Close and forget", Wish.FORGET)
        return menu
    _add(menu, "Rename", Wish.RENAME)
    _add(menu, "Unpin" if row.pinned else "Pin", Wish.UNPIN if row.pinned else Wish.PIN)
    move = menu.addMenu("Move to folder")
    for folder in folders:
        _add(move, _literal(folder.name), Wish.MOVE, folder.id, checked=row.folder_id == folder.id)
    if folders:
        move.addSeparator()
        _add(move, "No folder", Wish.MOVE, "", checked=not row.folder_id)
    _add(move, "New folder…", Wish.NEW_FOLDER)
    menu.addSeparator()
    _add(menu, "Archive", Wish.ARCHIVE)
    _add(menu, "Save a copy…", Wish.EXPORT)
    menu.addSeparator()
    _add(menu, "Move to the bin", Wish.BIN)
    return menu


def folder_menu(parent: QWidget) -> QMenu:
    """The menu of a folder."""
    menu = QMenu(parent)
    _add(menu, "Rename", Wish.RENAME)
    _add(menu, "Delete the folder (the chats stay)", Wish.DELETE_FOLDER)
    return menu


def hit_menu(parent: QWidget) -> QMenu:
    """The menu of a message that was found."""
    menu = QMenu(parent)
    _add(menu, "Show this message", Wish.SHOW)
    return menu


def empty_menu(parent: QWidget) -> QMenu:
    """The menu where there is no line."""
    menu = QMenu(parent)
    _add(menu, "New folder…", Wish.NEW_FOLDER)
    return menu


def _add(menu: QMenu, text: str, wish: Wish, value: str = "", *, checked: bool | None = None) -> None:
    action = menu.addAction(text)
    action.setData((str(wish), value))
    if checked is not None:
        action.setCheckable(True)
        action.setChecked(checked)


def _literal(text: str) -> str:
    """Names may be long, or hold an &, which would else underline the next letter."""
    return shortened(text).replace("&", "&&")
