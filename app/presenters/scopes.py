"""What answers can come from, as the composer's chip and menu show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app import wording
from app.chat.composer.scope_shown import ScopeEntry, ScopeKind, ScopeShown
from app.sentences import answers as sentences
from app.sentences import documents as document_sentences
from runtime.api import Collection, DocumentScope, DocumentView, DocumentViewState

RECENT = 6
TOLD_AT_MOST = 12
UNREAD = (DocumentViewState.WAITING, DocumentViewState.READING)
READ = (DocumentViewState.READY, DocumentViewState.LEARNING, DocumentViewState.RECOGNISING)
EVERYTHING = "all my documents"


def scope_shown(
    scope: DocumentScope, views: Mapping[int, DocumentView], collections: Iterable[Collection]
) -> ScopeShown:
    """What is chosen now; without the entries of the menu."""
    named = {each.id: each for each in collections}
    chosen = [views[each] for each in scope.documents if each in views]
    # A document that was forgotten meanwhile is none to answer from; until all are known nobody can tell.
    number = len(chosen) if views else len(scope.documents)
    parts, whole = [], []
    if scope.everything:
        return ScopeShown(EVERYTHING, f"All {wording.count(len(views), 'document')}", True, state=_state(scope, views))
    if scope.collection is not None:
        collection = named.get(scope.collection)
        members = sum(scope.collection in view.collections for view in views.values())
        parts.append(f"{collection.name} ({members:,})" if collection is not None else "a collection")
        whole.append(parts[0])
    if number == 1 and chosen:
        parts.append(chosen[0].name)
    elif number:
        parts.append(sentences.several(number) if number > 1 else "1 document")
    whole += [view.name for view in chosen[:TOLD_AT_MOST]]
    if len(chosen) > TOLD_AT_MOST:
        whole.append(f"and {len(chosen) - TOLD_AT_MOST} more")
    return ScopeShown(" and ".join(parts), "\n".join(whole), bool(views), state=_state(scope, views))


def _members(scope: DocumentScope, views: Mapping[int, DocumentView]) -> list[DocumentView]:
    chosen = set(scope.documents)
    return [
        view
        for view in views.values()
        if scope.everything
        or view.id in chosen
        or (scope.collection is not None and scope.collection in view.collections)
    ]


def _state(scope: DocumentScope, views: Mapping[int, DocumentView]) -> str:
    members = _members(scope, views)
    return sentences.being_read(sum(view.state in UNREAD for view in members), len(members))


def unread(scope: DocumentScope, views: Mapping[int, DocumentView]) -> tuple[DocumentView, ...]:
    """The documents that a question had better wait for: those that were chosen one by one, and of a whole collection
    all, as long as none of it is read."""
    members = _members(scope, views)
    coming = [view for view in members if view.state in UNREAD]
    chosen = set(scope.documents)
    one_by_one = tuple(view for view in coming if view.id in chosen)
    return one_by_one or (tuple(coming) if len(coming) == len(members) else ())


def unreadable(scope: DocumentScope, views: Mapping[int, DocumentView]) -> tuple[DocumentView, ...]:
    """The documents that were chosen one by one and that no answer can come from."""
    chosen = (views[each] for each in scope.documents if each in views)
    return tuple(view for view in chosen if view.state not in (*UNREAD, *READ) and not view.pages_read)


def scope_entries(
    scope: DocumentScope, views: Mapping[int, DocumentView], collections: Iterable[Collection]
) -> tuple[ScopeEntry, ...]:
    """All there is to choose from: nothing, everything, collections, then documents, the newest first."""
    kind = ScopeKind
    made = [ScopeEntry(kind.NONE, 0, "No documents", chosen=not scope.wanted)]
    made.append(
        ScopeEntry(
            kind.EVERYTHING, 0, "All my documents", wording.count(len(views), "document"), chosen=scope.everything
        )
    )
    members: dict[int, int] = {}
    for view in views.values():
        for each in view.collections:
            members[each] = members.get(each, 0) + 1
    for collection in sorted(collections, key=lambda one: one.name.casefold()):
        count = wording.count(members.get(collection.id, 0), "document")
        made.append(
            ScopeEntry(kind.COLLECTION, collection.id, collection.name, count, chosen=scope.collection == collection.id)
        )
    chosen = set(scope.documents)
    for place, view in enumerate(sorted(views.values(), key=lambda one: (one.id not in chosen, -one.id))):
        pages = document_sentences.pages_of(view, view.pages) if view.pages else ""
        made.append(
            ScopeEntry(kind.DOCUMENT, view.id, view.name, pages, chosen=view.id in chosen, recent=place < RECENT)
        )
    return tuple(made)


def scope_of(entry: ScopeEntry) -> DocumentScope:
    """What choosing an entry alone means."""
    match entry.kind:
        case ScopeKind.EVERYTHING:
            return DocumentScope(everything=True)
        case ScopeKind.COLLECTION:
            return DocumentScope(collection=entry.id)
        case ScopeKind.DOCUMENT:
            return DocumentScope(documents=(entry.id,))
    return DocumentScope()
