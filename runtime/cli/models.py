"""``hearth models``: what is on this computer, and what can be done with it."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from runtime.api import DownloadRequest, InstalledModel, Runtime
from runtime.cli.get import add_download_options, fetch
from runtime.cli.output import DONE, Words, print_json
from runtime.cli.work import do_work, report_work
from runtime.errors import ModelFolderMissing, ModelNotOurs


def add_parser(commands: Any) -> None:
    """Declare the command and its own commands; without one it lists."""
    parser = commands.add_parser("models", help="list, check, mend, remove and move the models on this computer")
    parser.set_defaults(run=list_models)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    _add(actions, "list", "list the models on this computer (the same as without a word)", list_models)
    verify = _add(actions, "verify", "compare every byte of a model with what its maker published", verify_model)
    repair = _add(actions, "repair", "fetch again what is damaged or missing of a model", repair_model)
    remove = _add(actions, "remove", "remove a model; for a day it can be brought back", remove_model)
    for with_name in (verify, repair, remove):
        with_name.add_argument("name", metavar="NAME", help="a model on this computer, or its folder")
    add_download_options(repair)
    remove.add_argument("--now", action="store_true", help="delete it at once and for good")
    move = _add(actions, "move", "move all models to another folder or disk", move_models)
    move.add_argument("folder", metavar="FOLDER", help="where they are kept from then on")
    _add_folders(actions)


def _add_folders(actions: Any) -> None:
    folders = _add(actions, "folders", "folders of your own whose models are used where they are", list_folders)
    changes = folders.add_subparsers(dest="change", metavar="ACTION")
    _add(changes, "list", "list them (the same as without a word)", list_folders)
    for name, what, run in (
        ("add", "use the models in a folder", add_folder),
        ("remove", "use them no more; nothing is deleted", remove_folder),
    ):
        _add(changes, name, what, run).add_argument("folder", metavar="FOLDER")


def _add(actions: Any, name: str, what: str, run: Any) -> argparse.ArgumentParser:
    """A command of the command. It knows ``--json`` itself, and leaves one that came before it in force."""
    parser: argparse.ArgumentParser = actions.add_parser(name, help=what)
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)
    return parser


# --- looking ----------------------------------------------------------------------------------------------------------


def list_models(arguments: argparse.Namespace, words: Words) -> int:
    """Print one line a model, or ``{"models": [...]}``."""
    with Runtime.open() as runtime:
        models = runtime.library.models()
    if arguments.json:
        print_json({"models": [dataclasses.asdict(model) for model in models]})
        return DONE
    for model in models:
        trouble = f"  ! {words.problem(model.problem)}" if model.problem else ""
        print(f"{model.repository or model.name:<48} {model.size_bytes / 1e9:6.1f} GB  {model.folder}{trouble}")
    if not models:
        print("No models here yet. `hearth recommend` names one, `hearth get` fetches it.")
    return DONE


def verify_model(arguments: argparse.Namespace, words: Words) -> int:
    """Hash it all; exit code 5 when something is damaged."""
    found: list[InstalledModel] = []

    def begin(runtime: Runtime) -> str:
        found.append(runtime.model_to_use(arguments.name))
        return runtime.housekeeping.verify(found[0].folder)

    end = do_work(begin)
    code = report_work(end, arguments, words, "Every byte is right.")
    if end.wrong_files and not arguments.json and found[0].ours:
        print(f"`hearth models repair {found[0].repository}` fetches again what is wrong.")
    return code


# --- changing ---------------------------------------------------------------------------------------------------------


def repair_model(arguments: argparse.Namespace, words: Words) -> int:
    """Fetch the same commit again; what is right on the disk is kept."""

    def request(runtime: Runtime) -> DownloadRequest:
        model = runtime.model_to_use(arguments.name)
        if not model.ours or not model.repository:
            raise ModelNotOurs(model.folder)
        return DownloadRequest(model.repository, model.commit or "main", model.size_bytes, model.name)

    return fetch(request, arguments, words)


def remove_model(arguments: argparse.Namespace, words: Words) -> int:
    """Into the bin, or with ``--now`` off the disk. Another program's models are refused."""
    with Runtime.open() as runtime:
        model = runtime.model_to_use(arguments.name)
        if arguments.now:
            runtime.library.delete(model.folder)
        else:
            runtime.library.remove(model.folder)
    if arguments.json:
        print_json({"removed": model.folder, "repository": model.repository, "bytes": model.size_bytes})
    elif arguments.now:
        print(f"{model.repository or model.name} is deleted: {model.size_bytes / 1e9:.1f} GB are free again.")
    else:
        print(f"{model.repository or model.name} is removed. For a day it can be brought back, in the window.")
    return DONE


def move_models(arguments: argparse.Namespace, words: Words) -> int:
    """All of them, and the choice where new ones go."""
    target = Path(arguments.folder).expanduser().absolute()
    end = do_work(lambda runtime: runtime.housekeeping.move(str(target)))
    return report_work(end, arguments, words, f"Your models are in {end.folder or target} now.")


# --- folders of the person's own --------------------------------------------------------------------------------------


def list_folders(arguments: argparse.Namespace, words: Words) -> int:
    """Where models are kept and looked for."""
    with Runtime.open() as runtime:
        _print_folders(runtime, arguments)
    return DONE


def add_folder(arguments: argparse.Namespace, words: Words) -> int:
    """Look there too, from now on."""
    folder = Path(arguments.folder).expanduser().absolute()
    if not folder.is_dir():
        raise ModelFolderMissing(str(folder))
    with Runtime.open() as runtime:
        known = runtime.settings.settings.extra_model_folders
        if str(folder) not in known:
            runtime.change_settings(extra_model_folders=(*known, str(folder)))
        _print_folders(runtime, arguments)
    return DONE


def remove_folder(arguments: argparse.Namespace, words: Words) -> int:
    """Look there no more. It may be gone from the disk already."""
    folder = str(Path(arguments.folder).expanduser().absolute())
    with Runtime.open() as runtime:
        known = runtime.settings.settings.extra_model_folders
        left = tuple(other for other in known if other not in (folder, arguments.folder))
        if left == known:
            raise ModelFolderMissing(folder)
        runtime.change_settings(extra_model_folders=left)
        _print_folders(runtime, arguments)
    return DONE


def _print_folders(runtime: Runtime, arguments: argparse.Namespace) -> None:
    settings = runtime.settings.settings
    models = settings.models_folder or str(runtime.paths.models)
    if arguments.json:
        print_json(
            {
                "models_folder": models,
                "extra_model_folders": list(settings.extra_model_folders),
                "other_apps_models": settings.other_apps_models,
            }
        )
        return
    print(f"{models}  (Hearth's own)")
    for folder in settings.extra_model_folders:
        print(folder)
