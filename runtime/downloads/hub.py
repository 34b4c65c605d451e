"""What the hub lists: the commit that a revision names, and the files of that commit that we may fetch.

The one place that uses huggingface_hub. It lists and names; the bytes are fetched by :mod:`runtime.downloads.transfer`,
because huggingface_hub 2.4 starts interrupted files again from zero and checks sizes only.
"""

from __future__ import annotations

import itertools
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from runtime.downloads.bounded import MOST_ENTRIES, MOST_REQUESTS, read_bounded
from runtime.downloads.patience import Answer, Patience, Transient, refusal, transient_refusal
from runtime.errors import HubNotUnderstood, HubUnreachable, RepositoryHasNoModel, RepositoryNotFound, TokenRejected
from runtime.storage.manifest import ManifestFile, is_digest, is_safe_path

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub.hf_api import ModelInfo, RepoFile

PUBLIC_HUB = "https://huggingface.co"
LARGEST_FILE_BYTES = 2**46
LONGEST_LICENCE = 80
# Only data that the engine reads. Code (*.py) and containers of code or of unchecked formats (*.bin, *.pt, *.pkl,
# *.npz) are not on the list and so never reach the disk; GGUF files alone where they are asked for by name.
SMALL_FILES = (
    "config.json",
    "generation_config.json",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "tiktoken.model",
    "*.tiktoken",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "chat_template.json",
    "*.jinja",
    "preprocessor_config.json",
    "processor_config.json",
)
PAPERS = ("README*", "LICENSE*", "LICENCE*", "NOTICE*")
GGUF = ".gguf"
_CODE_OR_UNCHECKED = (".py", ".bin", ".pt", ".pth", ".pkl", ".gguf", ".npz", ".npy", ".so", ".dylib", ".sh", ".zip")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_DEVICE = re.compile(r"(?i)con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


@dataclass(frozen=True)
class Source:
    """Where a model comes from. ``token`` is sent to ``endpoint``'s origin and nowhere else."""

    endpoint: str
    repository: str
    token: str | None = None

    @property
    def host(self) -> str:
        """The hub's name, for a sentence."""
        return urlsplit(self.endpoint).netloc or self.endpoint

    @property
    def page_url(self) -> str:
        """Where a person reads about the model and accepts its terms."""
        return f"{self.endpoint}/{self.repository}"

    def __repr__(self) -> str:
        return f"Source({self.endpoint}, {self.repository})"


@dataclass(frozen=True)
class Listing:
    """The files of one commit that we fetch, small ones first. ``licence`` as the hub names it, "" if it does not."""

    commit: str
    files: tuple[ManifestFile, ...]
    licence: str = ""

    @property
    def size_bytes(self) -> int:
        """All files together."""
        return sum(file.size_bytes for file in self.files)


def hub_endpoint(chosen: str | None = None) -> str:
    """The hub or mirror to ask: ``chosen``, else ``HF_ENDPOINT``, else the public hub."""
    endpoint = (chosen or os.environ.get("HF_ENDPOINT") or PUBLIC_HUB).strip().rstrip("/")
    return endpoint if "://" in endpoint else f"https://{endpoint}"


def is_repository(name: str) -> bool:
    """True for ``maker/name`` as the hub spells it."""
    return _REPOSITORY.fullmatch(name) is not None and ".." not in name and "--" not in name


@dataclass
class Found:
    """What a list that did not come to its end had found out: another try need not ask for it again."""

    commit: str = ""
    licence: str = ""


def list_model(
    source: Source, revision: str, patience: Patience, found: Found | None = None, only: tuple[str, ...] = ()
) -> Listing:
    """Ask the hub which commit ``revision`` is now and which files it holds. ``found``: of an earlier try, and for
    the next one. ``only``: these GGUF files of it and the papers, instead of what MLX reads.

    Blocks for at most about ``connect_s`` plus ``stall_s`` without a byte. Source: the hub's ``/api/models`` pages.

    Raises:
        Transient: no network, no sense in the answer, 429 or 5xx.
        RepositoryNotFound, TokenRequired, TokenRejected, AccessNotGranted: the hub says no.
        RepositoryHasNoModel: nothing in it that the engine could load, or not all of ``only``.
    """
    if source.token is not None and not (source.token.isascii() and source.token.isprintable()):
        raise TokenRejected(source.repository, source.page_url)
    found = found or Found()
    entries = _ask(source, revision, patience, found)
    if not all(isinstance(entry.path, str) for entry in entries):
        raise Transient(HubNotUnderstood(source.host))
    files = _one_of_each_name(_file(entry, source) for entry in entries if is_allowed(entry.path, only))
    files = _model_weights_only(files)
    if not _is_whole({file.path for file in files}, only):
        raise RepositoryHasNoModel(source.repository)
    return Listing(found.commit, tuple(sorted(files, key=lambda file: (file.size_bytes, file.path))), found.licence)


def is_allowed(path: str, only: tuple[str, ...] = ()) -> bool:
    """True for a file that we fetch: data at the top, never code, under a name that any disk can keep. With ``only``,
    those GGUF files and the papers.

    A model may be carried to a disk of Windows: there a dot at the end goes, and some names mean devices.
    """
    if "/" in path or not is_safe_path(path) or path.endswith("."):
        return False
    if _DEVICE.fullmatch(path.partition(".")[0].rstrip()) is not None:
        return False
    if only and path in only:
        return path.endswith(GGUF)
    if path.lower().endswith(_CODE_OR_UNCHECKED):
        return False
    if only:
        return any(fnmatchcase(path, pattern) for pattern in PAPERS)
    return path.endswith(".safetensors") or any(fnmatchcase(path, pattern) for pattern in (*SMALL_FILES, *PAPERS))


def _is_whole(paths: set[str], only: tuple[str, ...]) -> bool:
    if only:
        return paths.issuperset(only)
    return "config.json" in paths and any(path.endswith(".safetensors") for path in paths)


def _one_of_each_name(files: Iterable[ManifestFile]) -> list[ManifestFile]:
    """Without names that differ in case or in the spelling of an accent alone: many disks take them for one."""
    found: dict[str, ManifestFile] = {}
    for file in files:
        found.setdefault(unicodedata.normalize("NFC", file.path).casefold(), file)
    return list(found.values())


def _model_weights_only(files: list[ManifestFile]) -> list[ManifestFile]:
    """Drop second copies of the weights, such as consolidated.safetensors: the engine loads model*.safetensors."""
    if not any(fnmatchcase(file.path, "model*.safetensors") for file in files):
        return files
    return [f for f in files if not f.path.endswith(".safetensors") or fnmatchcase(f.path, "model*.safetensors")]


def _file(entry: RepoFile, source: Source) -> ManifestFile:
    digest = f"sha256:{entry.lfs.sha256}" if entry.lfs is not None else f"git-sha1:{entry.blob_id}"
    size = entry.lfs.size if entry.lfs is not None else entry.size
    if not is_digest(digest) or not isinstance(size, int) or not 0 <= size <= LARGEST_FILE_BYTES:
        raise Transient(HubNotUnderstood(source.host))
    return ManifestFile(entry.path, size, digest)


def _ask(source: Source, revision: str, patience: Patience, found: Found) -> list[RepoFile]:
    """The files at the top, and commit and licence into ``found``; every failure of the library is translated here."""
    import httpx2
    from huggingface_hub import HfApi, close_session, set_client_factory
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError
    from huggingface_hub.hf_api import RepoFile

    client = _bounded_client(source, patience)
    client.event_hooks = {"request": [_Countdown(source.host)]}
    set_client_factory(lambda: client)
    hub = HfApi(endpoint=source.endpoint, token=source.token or False)
    try:
        if not found.commit:
            info = hub.model_info(source.repository, revision=revision)
            if _COMMIT.fullmatch(info.sha or "") is None:
                raise Transient(HubNotUnderstood(source.host))
            found.commit, found.licence = info.sha or "", licence_of(info)
        tree = hub.list_repo_tree(source.repository, recursive=False, revision=found.commit)
        entries = list(itertools.islice(tree, MOST_ENTRIES))
        return [entry for entry in entries if isinstance(entry, RepoFile)]
    except HFValidationError as error:
        raise RepositoryNotFound(source.repository) from error
    except HfHubHTTPError as error:
        answer = _answer(error.response)
        raise refusal(answer, source.repository, source.page_url, has_token=bool(source.token)) from error
    except httpx2.InvalidURL as error:
        raise Transient(HubUnreachable(source.host, "no address")) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Transient(HubNotUnderstood(source.host)) from error
    finally:
        close_session()  # some hosts count connections, also those that nobody uses


class _Countdown:
    """Ends a list whose pages lead to each other without end."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._left = MOST_REQUESTS

    def __call__(self, _: httpx2.Request) -> None:
        self._left -= 1
        if self._left < 0:
            raise Transient(HubNotUnderstood(self._host))


def licence_of(info: ModelInfo) -> str:
    """The licence that a model's card names, in one short line of printable characters; "" if it names none.

    For "other" the card's own name of it; where there is no card, the hub's tag.
    """
    card = info.card_data
    values = (getattr(card, "license", None), getattr(card, "license_name", None))
    named = [value[0] if isinstance(value, list) and value else value for value in values]
    licence = next((value for value in reversed(named) if isinstance(value, str)), "")
    if isinstance(named[0], str) and named[0] != "other":
        licence = named[0]
    if not licence:
        tags = [tag for tag in info.tags or () if isinstance(tag, str)]
        licence = next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), "")
    return " ".join("".join(c if c.isprintable() else " " for c in licence[:1000]).split())[:LONGEST_LICENCE]


def _answer(response: httpx2.Response) -> Answer:
    headers = response.headers
    return Answer(
        response.url.host,
        response.status_code,
        headers.get("X-Error-Code", ""),
        headers.get("X-Error-Message", ""),
        headers.get("Retry-After", ""),
    )


def _bounded_client(source: Source, patience: Patience) -> httpx2.Client:
    """The library's HTTP client with what it lacks: limits of time and size, and failures that leave at once.

    Without it a silent hub hangs for ever, ``Retry-After: 86400`` sleeps for a day, and a packed page fills the memory.
    """
    import httpx2

    limits = httpx2.Timeout(patience.stall_s, connect=patience.connect_s).as_dict()

    class BoundedClient(httpx2.Client):
        def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
            request.extensions["timeout"] = limits
            request.headers["Accept-Encoding"] = "identity"
            try:
                response = super().send(request, stream=True, **options)
                if not stream:
                    response = read_bounded(response, source.host)
            except httpx2.RequestError as error:
                raise Transient(HubUnreachable(source.host, type(error).__name__)) from error
            if response.status_code in (408, 429) or response.status_code >= 500:
                response.close()
                raise transient_refusal(_answer(response))
            return response

    return BoundedClient(follow_redirects=True)
