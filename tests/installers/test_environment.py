"""The set-up: it does nothing twice, and what it can't do it names in one line."""

from __future__ import annotations

import importlib.util
import json
import platform
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BASE = ["requirements.lock", "installers/weights.lock"]
APP = [*BASE, "installers/llama.lock"]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The real module, with its ``.venv`` in a folder of its own and every command recorded instead of run."""
    spec = importlib.util.spec_from_file_location("environment", ROOT / "installers" / "environment.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    ran: list[list[str]] = []

    def run(command: list[str], **_options: object) -> SimpleNamespace:
        ran.append([str(word) for word in command])
        if command[1:3] == ["-m", "venv"]:
            (tmp_path / "venv" / "bin").mkdir(parents=True)
            (tmp_path / "venv" / "bin" / "python").touch()
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(module, "VENV", tmp_path / "venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / "venv" / "stamp.json")
    monkeypatch.setattr(module.subprocess, "run", run)
    monkeypatch.setattr(module, "_loads", lambda _library: True)
    monkeypatch.setattr(module, "_reads_scans", lambda: True)
    monkeypatch.setattr(module, "_runs_llama", lambda: True)
    monkeypatch.setattr(module, "cuda_driver_version", lambda: None)
    monkeypatch.setattr(module, "_ran", ran, raising=False)
    return module


def locks(environment: ModuleType) -> list[str]:
    """The lock files that pip was given since the last look."""
    found = [word for command in environment._ran for word in command if word.endswith(".lock")]
    environment._ran.clear()
    return [str(Path(word).relative_to(ROOT)) for word in found]


def test_the_app_is_set_up_once_and_the_tests_on_top(environment: ModuleType) -> None:
    environment.ensure()
    assert locks(environment) == APP
    environment.ensure()
    assert environment._ran == []
    environment.ensure(with_tests=True)
    assert locks(environment) == [*BASE, "tests/requirements.lock", "installers/llama.lock"]
    environment.ensure()
    environment.ensure(with_tests=True)
    assert environment._ran == []


def test_every_part_is_pinned_by_hash(environment: ModuleType) -> None:
    environment.ensure(with_tests=True)
    installs = [command for command in environment._ran if "-r" in command]
    assert len(installs) == 4
    assert all("--require-hashes" in command for command in installs)
    for name in (*APP, "tests/requirements.lock", "installers/cuda13.lock"):
        lines = (ROOT / name).read_text().splitlines()
        assert sum("==" in line for line in lines) <= sum("--hash=sha256:" in line for line in lines)
        assert not any("://" in line for line in lines)


@pytest.mark.skipif(platform.system() != "Linux", reason="CUDA is for Linux")
@pytest.mark.parametrize(
    ("version", "parts"),
    [
        (None, APP),
        (12080, APP),
        (13000, ["installers/cuda13.lock", "installers/weights.lock"]),
    ],
)
def test_an_nvidia_driver_decides_the_parts(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, version: int | None, parts: list[str]
) -> None:
    monkeypatch.setattr(environment, "cuda_driver_version", lambda: version)
    environment.ensure()
    assert locks(environment) == parts


def test_the_model_for_meaning_and_the_second_engine_bring_nothing_along(environment: ModuleType) -> None:
    environment.ensure(with_tests=True)
    alone = [command[-1] for command in environment._ran if "--no-deps" in command and "-r" in command]
    assert [Path(lock).name for lock in alone] == ["weights.lock", "llama.lock"]


def test_without_the_second_engine_the_app_goes_on(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = environment.subprocess.run

    def refuse(command: list[str], **options: object) -> SimpleNamespace:
        if str(command[-1]).endswith("llama.lock"):
            raise environment.subprocess.CalledProcessError(1, command)
        done: SimpleNamespace = run(command, **options)
        return done

    monkeypatch.setattr(environment.subprocess, "run", refuse)
    python = environment.ensure()
    assert python.exists()
    assert "goes on without it" in capsys.readouterr().out
    environment._ran.clear()
    environment.ensure()
    assert environment._ran == []


def test_a_processor_that_can_not_run_it_is_spared_the_second_engine(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "_runs_llama", lambda: False)
    environment.ensure()
    assert locks(environment) == BASE


@pytest.mark.skipif(platform.system() != "Linux", reason="elsewhere it is never wanted")
def test_the_processor_is_asked(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").lower()
    wanted = environment.LLAMA_NEEDS.get(platform.machine(), {"nothing of the kind"})
    assert environment._runs_llama() == all(need in flags for need in wanted)


def test_another_lock_or_python_is_noticed(environment: ModuleType) -> None:
    environment.ensure()
    stamp = json.loads(environment.STAMP.read_text())
    environment._ran.clear()
    environment.STAMP.write_text(json.dumps({**stamp, "app": "another"}))
    environment.ensure()
    assert locks(environment) == APP
    environment.STAMP.write_text(json.dumps({**stamp, "base": "3.9.0 pdp11"}))
    environment.ensure()
    assert any(command[1:3] == ["-m", "venv"] for command in environment._ran)


def test_an_old_python_is_told_in_one_line(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    with pytest.raises(environment.SetupProblem, match=r"needs Python 3\.11 or newer"):
        environment.ensure()


@pytest.mark.skipif(platform.system() != "Linux", reason="Qt needs no system packages elsewhere")
def test_missing_system_libraries_are_named_in_one_line(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "_loads", lambda library: library not in ("libEGL.so.1", "libxcb-cursor.so.0"))
    monkeypatch.setattr(environment.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(environment.shutil, "which", lambda _name: "/usr/bin/apt-get")
    with pytest.raises(environment.SetupProblem) as told:
        environment.ensure()
    assert "sudo apt-get install -y libegl1 libxcb-cursor0" in str(told.value)
    assert "\n" not in str(told.value)
    assert environment._ran == []


@pytest.mark.parametrize(
    ("system", "programs", "line"),
    [
        ("Linux", ["apt-get"], "To read scans: sudo apt-get install -y tesseract-ocr\n"),
        ("Linux", [], "To read scans: install tesseract as your system calls it\n"),
        ("Darwin", [], "To read scans: brew install tesseract\n"),
        ("Linux", ["apt-get", "tesseract"], ""),
    ],
)
def test_what_reads_scans_is_named_in_one_line(
    environment: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    system: str,
    programs: list[str],
    line: str,
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(environment, "_loads", lambda _library: True)
    monkeypatch.setattr(environment, "SCAN_READER_PLACES", ())
    monkeypatch.setattr(environment.platform, "system", lambda: system)
    monkeypatch.setattr(environment.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(environment.shutil, "which", lambda name: f"/usr/bin/{name}" if name in programs else None)
    environment._check_system_packages()
    assert capsys.readouterr().out == line


@pytest.mark.skipif(platform.system() != "Linux", reason="apt-get is for Linux")
def test_what_reads_scans_is_installed_where_we_may(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(environment, "_reads_scans", lambda: False)
    monkeypatch.setattr(environment, "_install_system_packages", asked.append)
    monkeypatch.setattr(environment.os, "geteuid", lambda: 0)
    monkeypatch.setattr(environment.shutil, "which", lambda _name: "/usr/bin/apt-get")
    monkeypatch.delenv("HEARTH_SETUP_RESTARTED", raising=False)
    environment._check_system_packages()
    assert asked == [["tesseract-ocr"]]
