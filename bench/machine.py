"""The machine that the figures were taken on, described without naming it, and its disk and CPU time."""

from __future__ import annotations

import os
import platform
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import apsw

from bench.files import folder


def sync_ms(times: int = 100) -> float:
    """Median milliseconds to sync 12 KiB to the disk of the bench's folder, as a commit does."""
    taken = []
    descriptor, name = tempfile.mkstemp(dir=folder())
    try:
        # Allocated first: the syncs below then write data only, and not a file's new size.
        os.pwrite(descriptor, bytes(12_288 * (times + 1)), 0)
        os.fsync(descriptor)
        for place in range(times):
            os.pwrite(descriptor, os.urandom(12_288), 12_288 * place)
            began = time.perf_counter()
            os.fdatasync(descriptor)
            taken.append(time.perf_counter() - began)
    finally:
        os.close(descriptor)
        Path(name).unlink()
    return statistics.median(taken) * 1000


class OtherLoad:
    """Cores that other processes used since it was made. They slow both sides of a ratio, but most the side
    that needs both cores.
    """

    def __init__(self, *ours: int) -> None:
        """`ours`: pids under measurement, beside this process and those that it starts and waits for."""
        self._ours = ours
        self._began = time.perf_counter()
        self._busy = self._busy_s()

    def cores(self) -> float:
        """Average number of cores since it was made."""
        return (self._busy_s() - self._busy) / (time.perf_counter() - self._began)

    def _busy_s(self) -> float:
        first = Path("/proc/stat").read_text(encoding="utf-8").split("\n", 1)[0].split()[1:9]
        user, nice, system, _, _, irq, softirq, _ = (int(ticks) / TICKS for ticks in first)
        mine = os.times()
        known = mine.user + mine.system + mine.children_user + mine.children_system
        return user + nice + system + irq + softirq - known - sum(cpu_s(pid) for pid in self._ours)


TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """CPU seconds of a process so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def tree_cpu_s(pid: int) -> float:
    """CPU seconds so far of a process and all that it started, also of those that ended."""
    found, open_ends = 0.0, [pid]
    while open_ends:
        each = open_ends.pop()
        try:
            fields = Path(f"/proc/{each}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            tasks = list(Path(f"/proc/{each}/task").iterdir())
            # A child belongs to the thread that started it.
            children = [(task / "children").read_text(encoding="utf-8") for task in tasks]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended since: its parent's figures have it, or will
        # Its own, and of its children that ended and were waited for.
        found += sum(int(ticks) for ticks in fields[11:15]) / TICKS
        open_ends += [int(child) for line in children for child in line.split()]
    return found


def described() -> dict[str, Any]:
    """Processor, memory, system and versions."""
    return {
        "cores": os.cpu_count(),
        "cpu": _field("/proc/cpuinfo", "model name"),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite_of_callboard": apsw.sqlite_lib_version(),
        "sqlite_of_python": sqlite3.sqlite_version,
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def _field(path: str, name: str) -> str:
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if line.startswith(name):
            return line.split(":", 1)[1].strip()
    return platform.machine()
