"""Runs the `callboard` command as a separate process."""

from __future__ import annotations

import ctypes
import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What one run of the command left behind."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        """The one JSON value it printed."""
        return json.loads(self.out)


def callboard(
    *arguments: str | Path,
    db: Path | str | None = None,
    stdin: str | None = None,
    typed: str | None = None,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    unprivileged: bool = False,
    python: Path | str = sys.executable,
) -> Outcome:
    """Run it to its end. None of our own settings reach it; `stdin=None` gives it an empty input,
    `typed` a terminal at which that was typed.

    `unprivileged`: the modes of files hold for it even when the tests are run by root. `python`: the
    interpreter of another installation.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
    named = {} if db is None else {"CALLBOARD_DB": str(db)}
    with _terminal(typed) as terminal:
        source: dict[str, Any] = (
            {"input": (stdin or "").encode()} if terminal is None else {"stdin": terminal}
        )
        done = subprocess.run(
            [python, "-m", "callboard", *map(str, arguments)],
            **source,
            capture_output=True,
            env={**own, **named, **(environment or {})},
            cwd=cwd,
            timeout=120,
            check=False,
            preexec_fn=_heed_modes if unprivileged else None,
        )
    return Outcome(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def done(*arguments: str | Path, db: Path | str | None = None, **rest: Any) -> Outcome:
    """Run it, and fail the test with its own words when it fails."""
    outcome = callboard(*arguments, db=db, **rest)
    assert outcome.code == 0, f"callboard {' '.join(map(str, arguments))}: {outcome.code}\n{outcome.err}"
    return outcome


@contextmanager
def _terminal(typed: str | None) -> Iterator[int | None]:
    """A terminal at which that was typed already; none for nothing."""
    if typed is None:
        yield None
        return
    outer, inner = pty.openpty()
    try:
        os.write(outer, typed.encode())
        yield inner
    finally:
        os.close(inner)
        os.close(outer)


def _heed_modes() -> None:
    if sys.platform == "linux" and os.geteuid() == 0:
        PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1  # noqa: N806 - the names they have in the system's headers
        assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE) == 0
