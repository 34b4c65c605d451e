"""What a person reads for each error code: what happened, what it means, and the ways on, the likeliest first.

One entry per leaf of ``runtime/errors.py``; a test walks the tree and the entries. No Qt here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app import wording
from runtime.api import Problem, Scalar


class Way(StrEnum):
    """What a person can do about a problem. Controllers know how; the label says it."""

    TRY_AGAIN = "try_again"
    ANSWER_AGAIN = "answer_again"
    SMALLER_MODEL = "smaller_model"
    ANOTHER_MODEL = "another_model"
    ENTER_TOKEN = "enter_token"
    OPEN_PAGE = "open_page"
    FREE_SPACE = "free_space"
    GET_AGAIN = "get_again"
    NEW_CHAT = "new_chat"
    SHOW_REPORT = "show_report"
    GET_MODEL = "get_model"
    ASK_MODEL = "ask_model"
    NOTHING = "nothing"


LABELS = {
    Way.TRY_AGAIN: "Try again",
    Way.ANSWER_AGAIN: "Answer again",
    Way.SMALLER_MODEL: "Use a smaller model",
    Way.ANOTHER_MODEL: "Choose another model",
    Way.ENTER_TOKEN: "Enter an access key",
    Way.OPEN_PAGE: "Open its page",
    Way.FREE_SPACE: "Show the folder",
    Way.GET_AGAIN: "Download it again",
    Way.NEW_CHAT: "Start a new chat",
    Way.SHOW_REPORT: "Show the report",
    Way.GET_MODEL: "Get this model",
    Way.ASK_MODEL: "Ask the model",
    Way.NOTHING: "OK",
}


@dataclass(frozen=True)
class Explanation:
    """A problem in plain words. ``ways`` is never empty: there is always one way forward."""

    title: str
    sentence: str
    ways: tuple[Way, ...]
    details: str = ""


class _Values(dict[str, Scalar]):
    """Parameters for the sentences: sizes are worded, and a missing one never breaks a message."""

    def __missing__(self, key: str) -> str:
        return "?"

    def __getitem__(self, key: str) -> str:
        value = super().__getitem__(key)
        return wording.size(value) if key.endswith("_bytes") and isinstance(value, int | float) else str(value)


_Entry = tuple[str, str, tuple[Way, ...]]

ENTRIES: dict[str, _Entry] = {
    "hardware.gpu_driver_missing": (
        "Your graphics card can't be used yet",
        "This computer has a graphics card ({gpu_name}), but its driver does not answer, so answers are slower. "
        "Install the maker's driver and start Hearth again.",
        (Way.NOTHING,),
    ),
    "download.hub_unreachable": (
        "No way to the internet",
        "{host} can't be reached. Nothing is lost: the download goes on by itself where it stopped.",
        (Way.TRY_AGAIN,),
    ),
    "download.hub_refused": (
        "The model library is busy",
        "{host} asks us to wait (answer {status}). Nothing is lost: the download goes on by itself.",
        (Way.TRY_AGAIN,),
    ),
    "download.hub_not_understood": (
        "Something stands between this computer and the model library",
        "{host} answered with something else, often the sign-in page of a hotel or office network. "
        "Open a web page to sign in, then try again.",
        (Way.TRY_AGAIN,),
    ),
    "download.repository_not_found": (
        "This model is not there",
        "The model library has no “{repository}”. It may be misspelt, or its maker has withdrawn it.",
        (Way.ANOTHER_MODEL,),
    ),
    "download.repository_has_no_model": (
        "Nothing here that Hearth can use",
        "“{repository}” holds no model in the safe format that Hearth reads.",
        (Way.ANOTHER_MODEL,),
    ),
    "download.token_required": (
        "This model needs permission from its maker",
        "Accept the terms on {page_url}, make an access key there, and enter it here. "
        "Or choose a model that is free for all.",
        (Way.ENTER_TOKEN, Way.ANOTHER_MODEL, Way.OPEN_PAGE),
    ),
    "download.token_rejected": (
        "The access key was not accepted",
        "The model library does not know this key any more. Make a new one on {page_url} and enter it here.",
        (Way.ENTER_TOKEN, Way.ANOTHER_MODEL),
    ),
    "download.access_not_granted": (
        "The maker's terms are not accepted yet",
        "Open {page_url} with your account, accept the terms, then try again.",
        (Way.OPEN_PAGE, Way.TRY_AGAIN, Way.ANOTHER_MODEL),
    ),
    "download.disk_full": (
        "Not enough space for this model",
        "It needs {needed_bytes} and this disk has {free_bytes} free. What was downloaded is kept.",
        (Way.SMALLER_MODEL, Way.FREE_SPACE, Way.TRY_AGAIN),
    ),
    "download.folder_not_writable": (
        "The models folder can't be written",
        "Hearth may not write in {folder}. Allow it there, then try again.",
        (Way.TRY_AGAIN, Way.FREE_SPACE),
    ),
    "download.content_mismatch": (
        "The file keeps arriving damaged",
        "“{file}” differs from what its maker published, each time. Nothing damaged was kept. "
        "The network may be altering it; another network or a later hour may help.",
        (Way.TRY_AGAIN, Way.ANOTHER_MODEL),
    ),
    "download.already_downloading": (
        "This download already runs",
        "Another window of Hearth is fetching “{repository}”. It can be used here as soon as that is done.",
        (Way.TRY_AGAIN,),
    ),
    "model.not_found": (
        "This model is not on this computer",
        "There is no model called “{name}” here. Choose one, and Hearth fetches it.",
        (Way.ANOTHER_MODEL,),
    ),
    "model.folder_missing": (
        "The model's folder is gone",
        "It was at {folder}. It may have been moved, deleted, or be on a disk that is not connected. "
        "Your chats are safe.",
        (Way.GET_AGAIN, Way.ANOTHER_MODEL),
    ),
    "model.damaged": (
        "The model is damaged",
        "Its file “{file}” can't be used. Your chats are safe. Downloading it again mends it.",
        (Way.GET_AGAIN, Way.ANOTHER_MODEL),
    ),
    "model.unsupported": (
        "Hearth does not know this kind of model yet",
        "The model is of the kind “{architecture}”, which this version can't run.",
        (Way.ANOTHER_MODEL,),
    ),
    "model.engine_missing": (
        "A part of Hearth that this model needs is missing",
        "Your computer can run this model, but the part that does it was not installed. Install Hearth again, or "
        "choose another model.",
        (Way.ANOTHER_MODEL,),
    ),
    "model.unsafe": (
        "This model wants to run a program of its own",
        "Hearth never runs programs that come with a model, so it was not opened.",
        (Way.ANOTHER_MODEL,),
    ),
    "model.does_not_fit": (
        "This model is too large for the free memory",
        "It needs {need_bytes} and this computer can give {budget_bytes} now. "
        "Close other programs or use a smaller model.",
        (Way.SMALLER_MODEL, Way.TRY_AGAIN),
    ),
    "model.not_ours": (
        "This model belongs to another program",
        "Hearth uses it where it is and never deletes it. Remove it in the program that brought it: {folder}.",
        (Way.NOTHING,),
    ),
    "model.disk_missing": (
        "The disk with your models is not connected",
        "They are in {folder}. Connect that disk, and everything is there again. Your chats are safe.",
        (Way.TRY_AGAIN,),
    ),
    "model.folder_refused": (
        "Models can't be kept there",
        "{folder} can't be used: {detail}. Choose another folder.",
        (Way.NOTHING,),
    ),
    "model.copy_not_found": (
        "The copy is not there",
        "Nothing that Hearth put on a shelf is in {folder}. Connect the disk it is on, or choose its folder.",
        (Way.TRY_AGAIN,),
    ),
    "model.copy_damaged": (
        "The copy on the shelf is damaged",
        "“{file}” in {folder} is not as it was written. Nothing of it was used; what is on this computer is untouched.",
        (Way.GET_AGAIN,),
    ),
    "model.copy_too_new": (
        "This copy was made by a newer Hearth",
        "This version does not understand {folder} and has left it as it is. Please use the newer version.",
        (Way.NOTHING,),
    ),
    "model.file_too_large_for_disk": (
        "That disk can't hold files this large",
        "“{file}” has {size_bytes}, and the disk of {folder} is of a kind that stops at 4 GB a file. "
        "Choose another disk, or format that one as exFAT.",
        (Way.NOTHING,),
    ),
    "model.disk_unreliable": (
        "That disk gives back something else than was written",
        "“{file}” in {folder} read back differently, so the copy was thrown away. The model here is untouched. "
        "Use another disk.",
        (Way.NOTHING,),
    ),
    "model.guide_unusable": (
        "The built-in guide can't answer",
        "Its file “{file}” is missing or damaged. Everything else works without it; installing Hearth again "
        "brings it back.",
        (Way.ANOTHER_MODEL, Way.NOTHING),
    ),
    "inference.engine_unavailable": (
        "The part that answers could not start",
        "Your chats are safe. Starting Hearth's set-up again usually mends this.",
        (Way.TRY_AGAIN, Way.SHOW_REPORT),
    ),
    "inference.engine_died": (
        "The model stopped unexpectedly",
        "Your chat is safe, and what was said so far is kept.",
        (Way.ANSWER_AGAIN, Way.SMALLER_MODEL),
    ),
    "inference.engine_not_responding": (
        "The model did not respond any more",
        "It was stopped. Your chat is safe, and what was said so far is kept.",
        (Way.ANSWER_AGAIN, Way.SMALLER_MODEL),
    ),
    "inference.engine_out_of_memory": (
        "There was not enough free memory",
        "Your chat is safe. Close other programs and try again, or use a smaller model.",
        (Way.ANSWER_AGAIN, Way.SMALLER_MODEL),
    ),
    "inference.stopped_for_memory": (
        "Stopped so that your computer stays usable",
        "Its memory was nearly used up ({available_bytes} left). What was said so far is kept. "
        "Close other programs and answer again, or use a smaller model.",
        (Way.ANSWER_AGAIN, Way.SMALLER_MODEL),
    ),
    "inference.put_away_for_memory": (
        "The model was put away so that your computer stays usable",
        "Memory was nearly used up ({available_bytes} left), so the model gave its own back. Your chat is safe. "
        "Close other programs and ask again, or use a smaller model.",
        (Way.ANSWER_AGAIN, Way.SMALLER_MODEL),
    ),
    "inference.outgrew_memory": (
        "This chat has filled the memory that is free for it",
        "Model and chat together may take {budget_bytes} now. What was said so far is kept. "
        "Start a new chat or use a smaller model.",
        (Way.NEW_CHAT, Way.SMALLER_MODEL),
    ),
    "inference.engine_busy": (
        "One answer at a time",
        "The model is still answering. Stop it or wait, then send again.",
        (Way.ANSWER_AGAIN,),
    ),
    "inference.prompt_too_long": (
        "This is too long for the model",
        "It is longer than what this model can keep in mind at once. Shorten it or start a new chat.",
        (Way.NEW_CHAT,),
    ),
    "inference.prompt_not_rendered": (
        "The model can't read this conversation",
        "Something in the model's own files is wrong. Another model will answer.",
        (Way.ANOTHER_MODEL, Way.GET_AGAIN),
    ),
    "storage.home_not_writable": (
        "Hearth can't save anything",
        "It may not write in {folder}. Allow it there, or set HEARTH_HOME to a folder of yours, and start again.",
        (Way.TRY_AGAIN,),
    ),
    "storage.already_running": (
        "Hearth is already open",
        "Another window uses {folder}. Go on there.",
        (Way.NOTHING,),
    ),
    "storage.damaged": (
        "A file of yours was damaged and has been repaired as far as possible",
        "The newest good copy of your chats is in use. The damaged file is kept as {kept_as}.",
        (Way.NOTHING,),
    ),
    "storage.too_new": (
        "Your chats were written by a newer Hearth",
        "This version does not understand them and has left them as they are. Please open them with the newer version.",
        (Way.NOTHING,),
    ),
    "storage.full": (
        "The disk is full",
        "Nothing new can be saved until there is space again. What was saved is safe.",
        (Way.TRY_AGAIN, Way.FREE_SPACE),
    ),
    "storage.settings_damaged": (
        "Your settings could not be read",
        "Hearth started with its usual ones. The old file is kept as {kept_as}.",
        (Way.NOTHING,),
    ),
    "storage.secrets_unavailable": (
        "This computer has no keychain that Hearth can use",
        "The access key is kept until you close Hearth, and asked for again next time. It is never written to disk.",
        (Way.NOTHING,),
    ),
    "storage.conversation_not_found": (
        "This chat is not there any more",
        "It may have been deleted in another window.",
        (Way.NEW_CHAT,),
    ),
    "storage.import_not_understood": (
        "“{name}” holds no chats that Hearth can read",
        "Hearth reads the chats that it saved itself as JSON, and the file that ChatGPT sends you: conversations.json, "
        "or the .zip it comes in. Nothing was changed here.",
        (Way.NOTHING,),
    ),
    "document.not_text": (
        "“{name}” is no plain text",
        "Plain text can go with a question: notes, tables as CSV, source code. Add other files to your documents to "
        "search them.",
        (Way.NOTHING,),
    ),
    "document.too_large": (
        "“{name}” is too long",
        "It has {size_bytes}, and up to {limit_bytes} of plain text can go with a question. Add it to your documents "
        "to search it, or paste the part that your question is about.",
        (Way.NOTHING,),
    ),
    "document.unreadable": (
        "“{name}” can't be opened",
        "It may have been moved, it may be a folder, or Hearth may not look at it. "
        "Choose the file again, or paste its text.",
        (Way.NOTHING,),
    ),
    "document.unopened": (
        "This page can't be shown",
        "“{name}” does not open any more. It may have been moved, changed or deleted; what was read of it is kept.",
        (Way.TRY_AGAIN, Way.NOTHING),
    ),
    "document.reader_unavailable": (
        "The part that reads documents could not start",
        "Your documents are untouched, and what was read can be searched. Starting Hearth's set-up again usually "
        "mends this.",
        (Way.TRY_AGAIN, Way.SHOW_REPORT),
    ),
    "document.recognition_missing": (
        "Nothing here reads words in pictures",
        "Hearth uses the free program Tesseract for this, and it is not installed on this computer. Install it, "
        "then try again.",
        (Way.TRY_AGAIN, Way.NOTHING),
    ),
    "document.not_indexed": (
        "“{name}” is not among your documents",
        "Add it first; then it can be searched.",
        (Way.NOTHING,),
    ),
    "document.not_there": (
        "There is no “{name}”",
        "Look whether the name is spelled right, and whether the disk that it is on is connected.",
        (Way.NOTHING,),
    ),
    "document.no_collection": (
        "There is no collection “{name}”",
        "Your documents' collections are named where all of them stand together.",
        (Way.NOTHING,),
    ),
    "unexpected": (
        "Something went wrong inside Hearth",
        "This is our mistake, not yours. Your chats are safe.",
        (Way.TRY_AGAIN, Way.SHOW_REPORT),
    ),
}


def explain(problem: Problem) -> Explanation:
    """The words for a problem. A code without an entry reads as our mistake, with the report attached."""
    title, sentence, ways = ENTRIES.get(problem.code, ENTRIES["unexpected"])
    values = _Values(problem.parameters)
    details = "\n".join(f"{name}: {value}" for name, value in problem.parameters.items() if value not in ("", None))
    report = f"{problem.code}\n{details}\n{problem.report}".strip()
    return Explanation(title.format_map(values), sentence.format_map(values), ways, report)


def one_line(problem: Problem) -> str:
    """Title and sentence in one line, for the command line."""
    words = explain(problem)
    return f"{words.title}. {words.sentence}"
