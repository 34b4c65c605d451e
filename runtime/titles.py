"""Better titles: while nobody asks anything, the model names the conversations in which it has answered."""

from __future__ import annotations

import logging
import re
import threading
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Protocol

from runtime.chats.messages import Message
from runtime.chats.places import is_private
from runtime.chats.store import ConversationStore
from runtime.errors import HearthError
from runtime.events import (
    AnswerDelta,
    AnswerFinished,
    AnswerStarted,
    ConversationsChanged,
    Event,
    FinishReason,
    PromptProgress,
)
from runtime.library.guide import GUIDE_NAME
from runtime.requests import ChatMessage, Role

log = logging.getLogger(__name__)


class Ask(Protocol):
    """As ``Conversing.aside``."""

    def __call__(
        self,
        messages: tuple[ChatMessage, ...],
        max_tokens: int,
        on_done: Callable[[str | None], None],
        /,
        *,
        private: bool,
    ) -> bool: ...


# A title must make way at once for what a person asks. A model that reads more slowly than this takes seconds for one
# piece of its prompt, in which it can't be stopped; there the beginning of the question stays the title.
READS_AT_LEAST_PER_S = 64.0
TELLING_TOKENS = 128
IDLE_S = 3.0
# How often a conversation may be asked about when no answer comes; one that only has to wait comes by itself.
TRIES_AT_MOST = 3
MAX_TITLE_TOKENS = 24
TITLE_CHARACTERS = 60
EXCERPT_CHARACTERS = 1500
INSTRUCTION = (
    "Write a title of at most six words for this conversation, in the language of the question."
    " No quotes, no full stop. Reply with only the title."
)


class Titles:
    """Owns one thread that asks the model for titles through ``ask`` (see ``Conversing.aside``).

    A conversation that a person named is left alone, and so is one in which only the guide has answered.
    ``on_event`` is called on that thread; :meth:`close` must not be called from it.
    """

    def __init__(
        self,
        store: ConversationStore,
        ask: Ask,
        on_event: Callable[[Event], None],
        idle_s: float = IDLE_S,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._ask = ask
        self._on_event = on_event
        self._idle_s = idle_s
        self._clock = clock
        self._changed = threading.Condition()
        self._answering: dict[str, str] = {}  # from an answer's id to its conversation's
        self._waiting: dict[str, int] = {}  # conversations in want of a title, the newest last, and how often tried
        self._settled: set[str] = set()
        self._quiet_since = clock()
        self._notes = 0
        self._parked = False  # the model could not be asked: until something happens it never will
        self._reply: tuple[str | None] | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="titles", daemon=True)
        self._thread.start()

    def note(self, event: Event) -> None:
        """Hear of an event that goes to the window. Returns at once; may be called from any thread."""
        with self._changed:
            if isinstance(event, AnswerStarted | AnswerDelta | AnswerFinished | PromptProgress):
                self._quiet_since = self._clock()
            if isinstance(event, AnswerDelta):
                return
            if isinstance(event, AnswerStarted):
                self._answering[event.request_id] = event.conversation_id
            if isinstance(event, AnswerFinished):
                self._remember(self._answering.pop(event.request_id, ""), event)
            self._notes += 1
            self._parked = False
            self._changed.notify_all()

    def close(self) -> None:
        """End the thread; a title being made is given up. May be called twice, before or after the engine's end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _remember(self, conversation_id: str, finished: AnswerFinished) -> None:
        figures = finished.statistics
        # The few tokens that are left to be read of a prompt that is mostly kept tell of the beginning, not of a pace.
        tells = not figures.reused_tokens or figures.prompt_tokens - figures.reused_tokens >= TELLING_TOKENS
        if tells and 0 < figures.prompt_tokens_per_s < READS_AT_LEAST_PER_S:
            return
        if conversation_id and conversation_id not in self._settled and finished.reason is not FinishReason.FAILED:
            self._waiting[conversation_id] = self._waiting.pop(conversation_id, 0)

    # --- the one thread -----------------------------------------------------------------------------------------

    def _work(self) -> None:
        while conversation_id := self._next():
            try:
                self._give_title(conversation_id)
            except HearthError as error:
                # Deleted meanwhile, or the disk is full: the beginning of the question stays its title.
                log.info("a conversation keeps its title: %s", error.code)
                self._settle(conversation_id)
            except Exception:
                log.exception("a title could not be made")
                self._settle(conversation_id)

    def _next(self) -> str:
        """The conversation to ask about, once it has been quiet for long enough; "" at the end."""
        with self._changed:
            while not self._closed:
                left_s = self._quiet_since + self._idle_s - self._clock()
                if not self._waiting or self._parked:
                    self._changed.wait()
                elif left_s > 0:
                    self._changed.wait(left_s)
                else:
                    return next(reversed(self._waiting))
        return ""

    def _give_title(self, conversation_id: str) -> None:
        if not self._store.wants_title(conversation_id):
            self._settle(conversation_id)
            return
        exchange = first_exchange(self._store.read(conversation_id).messages)
        if exchange is None:
            with self._changed:
                self._waiting.pop(conversation_id, None)
            return
        notes = self._notes
        private = is_private(conversation_id)
        if not self._ask(title_request(*exchange), MAX_TITLE_TOKENS, self._take, private=private):
            with self._changed:
                self._parked = self._notes == notes
            return
        with self._changed:
            self._changed.wait_for(lambda: self._reply is not None or self._closed)
            reply, self._reply = self._reply, None
        if reply is not None:
            self._use(conversation_id, reply[0])

    def _take(self, reply: str | None) -> None:
        """On the engine's thread."""
        with self._changed:
            if reply is None:
                self._quiet_since = self._clock()
            self._reply = (reply,)
            self._changed.notify_all()

    def _use(self, conversation_id: str, reply: str | None) -> None:
        if reply is None:
            with self._changed:
                self._waiting[conversation_id] += 1
                if self._waiting[conversation_id] < TRIES_AT_MOST:
                    return
        self._settle(conversation_id)
        title = clean_title(reply or "")
        if title and self._store.suggest_title(conversation_id, title):
            self._on_event(ConversationsChanged(conversation_id))

    def _settle(self, conversation_id: str) -> None:
        with self._changed:
            self._waiting.pop(conversation_id, None)
            self._settled.add(conversation_id)


# --- what the model is asked ------------------------------------------------------------------------------------------


def first_exchange(messages: Sequence[Message]) -> tuple[str, str] | None:
    """The first question that a model (not the guide) answered in words, and that answer."""
    for question, answer in pairwise(messages):
        of_a_model = answer.role is Role.ASSISTANT and answer.model != GUIDE_NAME
        if question.role is Role.USER and of_a_model and answer.text.strip():
            asked = question.text.strip() or ", ".join(file.name for file in question.attachments)
            return asked, answer.text.strip()
    return None


def title_request(question: str, answer: str) -> tuple[ChatMessage, ...]:
    """What the model is asked; the instruction comes last, where small models follow it best."""
    text = f"Question:\n{_excerpt(question)}\n\nAnswer:\n{_excerpt(answer)}\n\n{INSTRUCTION}"
    return (ChatMessage(Role.USER, text),)


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT_CHARACTERS else f"{text[:EXCERPT_CHARACTERS]}…"


# --- what the model said ----------------------------------------------------------------------------------------------

_LABEL = re.compile(
    r"^(?:(?:suggested |chat |conversation )?title|titel|titre|título|titulo|titolo|tittel|tytuł|název|başlık|otsikko"
    r"|заголовок|название|标题|標題|タイトル|제목|عنوان|כותרת)\s*[:：]\s*",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"^(?:(?:sure|certainly|of course|okay|ok)[,.!]\s*)?(?:here(?:['’]s| is)\b[^:]*:\s*)?", re.IGNORECASE
)
_REFUSAL = re.compile(
    r"^(?:i['’]?m sorry|i am sorry|sorry[,.!]|i can(?:not|['’]?t)\b|i(?: am|['’]m) unable|i apologi[sz]e|as an ai\b"
    r"|(?:es )?tut mir leid|ich kann\b|(?:je suis )?désolée?\b|je ne peux\b|lo siento\b|no puedo\b|mi dispiace\b"
    r"|(?:question|answer|user|assistant)\s*:|<)",
    re.IGNORECASE,
)
_ECHOES = ("six words", "only the title", "language of the question", "title for this conversation")
_EMPHASIS = re.compile(r"`+|(?<!\s)\*+|\*+(?!\s)")
_HEADING = re.compile(r"^(?:#+|[-–—•>+](?=\s))\s*|\s#+$")
# A straight quote between letters is part of the word, as in Hebrew.
_QUOTES = re.compile(r"[“”„‟«»‹›「」『』《》〈〉〝〞〟＂❝❞]|(?<!\w)\"|\"(?!\w)")
_SINGLE_QUOTES = "'‘’‚‛´＇"
_STOPS = ".…。．｡।۔,;"
_JOINERS = "\u200c\u200d"
_REPEATED_LETTERS = re.compile(r"([^\W\d_]{1,8}?)\1{3,}")


def clean_title(text: str) -> str:
    """The title in what a model said, in one short line of visible characters; "" if there is none."""
    lines = [_cleaned(line) for line in text.splitlines()]
    # What ends with a colon announces the title.
    title = next((line for line in lines if any(map(str.isalnum, line)) and not line.endswith((":", "："))), "")
    return "" if _unusable(title) else _shortened(title)


def _cleaned(line: str) -> str:
    line = "".join(" " if c.isspace() else c for c in line if c.isspace() or _visible(c))
    line = _HEADING.sub("", _EMPHASIS.sub("", " ".join(line.split())).strip())
    line = _QUOTES.sub("", line)
    line = _LABEL.sub("", _LEAD_IN.sub("", line.strip()))
    return " ".join(line.split()).rstrip(_STOPS).strip(f"{_SINGLE_QUOTES} ").rstrip(f"{_STOPS} ")


def _visible(character: str) -> bool:
    """No control or bidi characters; joiners stay, as Persian and some emoji are written with them."""
    return character in _JOINERS or (
        character != "\ufffd" and unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co")
    )


def _unusable(title: str) -> bool:
    folded = title.casefold()
    words = re.findall(r"\w+", folded)
    often = Counter(words).most_common(1)[0][1] if words else 0
    return (
        not words
        or _REFUSAL.match(title) is not None
        or any(echo in folded for echo in _ECHOES)
        or (often > 2 and often * 2 > len(words))
        or _REPEATED_LETTERS.search(folded) is not None
    )


def _shortened(title: str) -> str:
    if len(title) <= TITLE_CHARACTERS:
        return title
    end = title.rfind(" ", 0, TITLE_CHARACTERS)
    if end < TITLE_CHARACTERS // 2:
        # Scripts without spaces, and very long words, are cut where they are, but no character from its accents.
        end = TITLE_CHARACTERS - 1
        while end > 1 and (unicodedata.category(title[end])[0] == "M" or _JOINERS[1] in title[end - 1 : end + 1]):
            end -= 1
    return f"{title[:end].rstrip(' ,;:–-')}…"
