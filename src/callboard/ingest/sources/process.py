"""Identify this process as the owner of an import, and check whether another owner's process still runs."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

from callboard.clock import Micros
from callboard.store.importing import ImportOwner

_PROC = Path("/proc")
_ENDED = frozenset("ZX")
"""Process states zombie and dead (proc(5)): the process has ended, but its pid is still listed."""


def this_process(now: Micros) -> ImportOwner:
    """This process as an owner, with a nonce of its own."""
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
    """Whether the owner's process has ended.

    None when that is unknown: the process is on another machine or in another container, is hidden from this
    user, or the operating system does not say.
    """
    machine = _machine()
    if machine is None or owner.process is None or not owner.process.startswith(f"{machine} "):
        return None
    if not _is_listed(owner.pid):
        return True
    started = _started(owner.pid)
    if started is None:
        # Either the process ended between the two calls, or /proc hides it from this user (hidepid).
        return None if _is_listed(owner.pid) else True
    # The pid may have been reused; a new process has another start time.
    return owner.process != f"{machine} {started}"


def _machine() -> str | None:
    """The boot id of this machine and the pid namespace of this process (a container has its own): equal pids
    mean the same process only if both are equal. None where there is no /proc, as on macOS.
    """
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return None


def _started(pid: int) -> str | None:
    """When a process was started, in clock ticks since boot; `ended` for a zombie; None if unreadable."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    # proc(5): pid (name) state …, with the start time as field 22. The name may contain spaces and
    # parentheses, so the fields are counted from the last parenthesis.
    state, *rest = stat[stat.rindex(")") + 1 :].split()
    return "ended" if state in _ENDED else rest[18]


def _is_listed(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # signal 0 is not sent; only its errors are checked
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it exists and belongs to another user
    return True
