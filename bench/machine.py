"""What the figures were taken on, in words that name no machine."""

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
    """Median time of the disk under the bench's folder to keep 12 KiB more of a log, as a commit does."""
    taken = []
    descriptor, name = tempfile.mkstemp(dir=folder())
    try:
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
