"""This process as the owner of an import, and whether the process that owns another is still there."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

from callboard.clock import Micros
from callboard.store.importing import ImportOwner

_PROC = Path("/proc")
_ENDED = frozenset("ZX")
"""States of a process that has ended and is only still listed."""


def this_process(now: Micros) -> ImportOwner:
    """This process, as an owner that never was before."""
    pid = os.getpid()
    started = _started(pid)
    machine = _machine()
    return ImportOwner(
        nonce=secrets.token_hex(16),
        host=socket.gethostname(),
        pid=pid,
        since=now,
        process=f"{machine} {started}" if machine and started else None,
    )


def has_ended(owner: ImportOwner) -> bool | None:
    """Whether the owner's process has ended; None when that cannot be told from here: it is on another
    machine or in another container, hidden from this user, or the system does not tell.
    """
    machine = _machine()
    if machine is None or owner.process is None or not owner.process.startswith(f"{machine} "):
        return None
    if not _is_listed(owner.pid):
        return True
    started = _started(owner.pid)
    if started is None:
        return None if _is_listed(owner.pid) else True
    # Another process may have got the same pid since; it has another start.
    return owner.process != f"{machine} {started}"


def _machine() -> str | None:
    """This machine since it was started, and the list of processes that this one is in (a container has its
    own); None where the system does not tell, as on macOS.
    """
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return None


def _started(pid: int) -> str | None:
    """When a process was started, in ticks since the machine was; `ended` for one that has ended, None where
    it cannot be read.
    """
    try:
        told = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # The name stands in parentheses and may hold anything; the rest are numbers and one letter.
    state, *rest = told[told.rindex(")") + 1 :].split()
    return "ended" if state in _ENDED else rest[18]


def _is_listed(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # another user's
    return True
