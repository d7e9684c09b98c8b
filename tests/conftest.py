"""What all tests share: how many examples drawn tests take, and what they tell of what they drew."""

from __future__ import annotations

import math
import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

USUAL_LIMIT_S = 180
"""`timeout` in pyproject.toml."""

LONG = "pytest.mark.long"
"""How a long test is marked, in its own file: tests/project/test_long.py."""

# CALLBOARD_EXAMPLES asks for more (or fewer) examples of each drawn test than `make test` takes.
# No deadline: examples write to disks that others use too.
settings.register_profile(
    "callboard",
    max_examples=int(os.environ.get("CALLBOARD_EXAMPLES", "100")),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("callboard")

# In the background, or behind nohup, nothing that we start would heed Ctrl-C or hanging up; tests send both.
signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where only long tests are asked for, files without any are not imported: each process of a parallel run
    would import them all.
    """
    if config.getoption("markexpr") != "long" or collection_path.suffix != ".py":
        return None
    return True if LONG not in collection_path.read_text("utf-8") else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that may take longest come first: one that began last would be waited for. Each process of a
    parallel run is given an equal piece of the list, so they are spread over the beginnings of the pieces.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = sorted((each for each in items if _limit_s(each)), key=_limit_s, reverse=True)
    short = [each for each in items if not _limit_s(each)]
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        ordered += long[worker::workers]
        more = len(items) * (worker + 1) // workers - len(ordered)
        ordered += short[: max(0, more)]
        del short[: max(0, more)]
    items[:] = ordered


def _limit_s(item: pytest.Item) -> float:
    """The time limit that a test states for itself (0 is none); 0 where the usual one is enough."""
    mark = item.get_closest_marker("timeout")
    stated = 0.0 if mark is None else float(mark.args[0]) or math.inf
    return stated if stated > USUAL_LIMIT_S else 0.0


def pytest_terminal_summary(terminalreporter):
    """Print what tests reported about the histories they drew; in a parallel run their own output is lost."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, told in getattr(report, "user_properties", ()):
                if name == "drawn" and report.when == "call":
                    terminalreporter.write_line(f"{report.nodeid}: {told}")
