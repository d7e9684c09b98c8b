"""What all tests share: how many examples drawn tests take, and what they tell of what they drew."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

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


def pytest_terminal_summary(terminalreporter):
    """Print what tests reported about the histories they drew; in a parallel run their own output is lost."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, told in getattr(report, "user_properties", ()):
                if name == "drawn" and report.when == "call":
                    terminalreporter.write_line(f"{report.nodeid}: {told}")
