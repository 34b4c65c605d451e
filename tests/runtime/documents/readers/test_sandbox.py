"""What the reading process gave up is really gone: tried from within, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TRY = """
import ctypes, json, os, socket, subprocess, sys
from runtime.documents.readers.sandbox import lock_down
folder = sys.argv[1]
raw_socket = socket.socket
lock_down(2 << 30)
libc = ctypes.CDLL(None, use_errno=True)

def refused(work):
    try:
        return work() in (-1, False)
    except OSError:
        return True

print(json.dumps({
    "a new file": refused(lambda: os.open(f"{folder}/new", os.O_CREAT | os.O_WRONLY)),
    "an old file": refused(lambda: os.open(f"{folder}/old", os.O_WRONLY)),
    "to its end": refused(lambda: os.open(f"{folder}/old", os.O_WRONLY | os.O_APPEND)),
    "empty it": refused(lambda: os.truncate(f"{folder}/old", 0)),
    "delete": refused(lambda: os.unlink(f"{folder}/old")),
    "rename": refused(lambda: os.rename(f"{folder}/old", f"{folder}/other")),
    "folder": refused(lambda: os.mkdir(f"{folder}/sub")),
    "link": refused(lambda: os.symlink("/", f"{folder}/link")),
    "mode": refused(lambda: os.chmod(f"{folder}/old", 0)),
    "owner": refused(lambda: os.chown(f"{folder}/old", 1, 1)),
    "times": refused(lambda: os.utime(f"{folder}/old", (1, 1))),
    "network": refused(lambda: raw_socket(socket.AF_INET, socket.SOCK_STREAM)),
    "datagrams": refused(lambda: raw_socket(socket.AF_INET, socket.SOCK_DGRAM)),
    "local sockets": refused(lambda: raw_socket(socket.AF_UNIX, socket.SOCK_STREAM)),
    "past Python": refused(lambda: libc.socket(2, 1, 0)),
    "names": refused(lambda: socket.getaddrinfo("localhost", 80)),
    "a child's file": subprocess.run(["/bin/sh", "-c", f"echo > {folder}/child"], stderr=-3).returncode != 0,
}))
print(open(f"{folder}/old").read())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the locks of Linux")
def test_nothing_can_be_written_and_nobody_called(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("as it was")
    done = subprocess.run(
        [sys.executable, "-c", TRY, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    first, _, rest = done.stdout.partition("\n")
    refused = json.loads(first)
    assert [what for what, was_refused in refused.items() if not was_refused] == []
    assert len(refused) == 17
    assert rest.strip() == "as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
