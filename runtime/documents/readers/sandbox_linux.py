"""The locks of Linux: no new privileges, Landlock (no writing, no TCP), a network namespace of its own, and a filter
of system calls (no sockets of any kind, no changing of files' properties, no looking into other processes)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import struct

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_LANDLOCK_VERSION, _RULE_BENEATH = 1, 1
# Everything by which a file or a folder comes into being, changes or goes.
_WRITE_FILE = 1 << 1
_WRITES = _WRITE_FILE | sum(1 << bit for bit in range(4, 13))
_WRITES_SINCE = {2: 1 << 13, 3: 1 << 14}
_TCP_SINCE, _TCP = 4, 0b11
_SCOPE_SINCE, _SCOPE = 6, 0b11
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# socket, ptrace, process_vm_readv, process_vm_writev, chmod and kin, chown and kin, times, extended attributes,
# io_uring_setup, keyctl and kin, bpf, userfaultfd.
_REFUSED = {
    "x86_64": (
        41,
        101,
        310,
        311,
        90,
        91,
        268,
        452,
        92,
        93,
        94,
        260,
        132,
        235,
        261,
        280,
        188,
        189,
        190,
        197,
        198,
        199,
        425,
        248,
        249,
        250,
        321,
        323,
    ),
    "aarch64": (198, 117, 270, 271, 52, 53, 452, 54, 55, 88, 5, 6, 7, 14, 15, 16, 425, 217, 218, 219, 280, 282),
}
_X32 = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM


def lock() -> tuple[str, ...]:
    """Put on each lock that this kernel has; the names of those that hold."""
    libc = ctypes.CDLL(None, use_errno=True)
    held = []
    if _own_network(libc):
        held.append("own_network")
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        held.append("no_new_privileges")
        if _landlock(libc):
            held.append("no_writing")
        if _filter(libc):
            held.append("filtered_calls")
    return tuple(held)


def _own_network(libc: ctypes.CDLL) -> bool:
    """A network with nobody in it. Some distributions do not allow it; the filter refuses sockets there, too."""
    as_root = os.geteuid() == 0
    return bool(libc.unshare(_CLONE_NEWNET if as_root else _CLONE_NEWUSER | _CLONE_NEWNET) == 0)


def _landlock(libc: ctypes.CDLL) -> bool:
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION)
    if version < 1:
        return False
    writes = _WRITES | sum(bits for since, bits in _WRITES_SINCE.items() if version >= since)
    fields = [writes]
    if version >= _TCP_SINCE:
        fields.append(_TCP)
    if version >= _SCOPE_SINCE:
        fields.append(_SCOPE)
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    rules = libc.syscall(_LANDLOCK_CREATE, attributes, len(attributes), 0)
    if rules < 0:
        return False
    try:
        # Programs point what they do not want to hear at the null device.
        with contextlib.suppress(OSError):
            null = os.open(os.devnull, os.O_PATH | os.O_CLOEXEC)
            libc.syscall(_LANDLOCK_ADD, rules, _RULE_BENEATH, struct.pack("=Qi", _WRITE_FILE, null), 0)
            os.close(null)
        return bool(libc.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _filter(libc: ctypes.CDLL) -> bool:
    machine = platform.machine()
    if machine not in _AUDIT:
        return False
    program = _program(_AUDIT[machine], _REFUSED[machine], x32=machine == "x86_64")
    buffer = ctypes.create_string_buffer(program)
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0) == 0)


def _program(audit: int, refused: tuple[int, ...], *, x32: bool) -> bytes:
    """Calls of another machine's kind and the refused ones get "not permitted"; all others pass."""
    tests = [(_AT_LEAST, _X32)] if x32 else []
    tests += [(_EQUAL, number) for number in refused]
    lines = [(_LOAD, 0, 0, 4), (_EQUAL, 0, len(tests) + 2, audit), (_LOAD, 0, 0, 0)]
    for i, (kind, value) in enumerate(tests):
        lines.append((kind, len(tests) - i, 0, value))
    lines += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
