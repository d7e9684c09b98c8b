"""A real Callboard server in its own processes: started, stopped, killed and started again.

    with Server(tmp_path / "calls.db", workers=2) as server:
        httpx.get(server.url + "/readyz")

Tests end only what they started: every signal goes to the process group that `start` made.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

START_LIMIT_S = 30
"""How long a start may take on a busy machine before it counts as failed."""


class ServerFailedError(Exception):
    """The server did not start, or did not stop; with what it wrote to standard error."""


class Server:
    """One `callboard serve` on a free port of 127.0.0.1. The port stays the same over restarts."""

    def __init__(
        self,
        db: Path | str,
        *,
        workers: int = 1,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        python: Sequence[str] = (sys.executable, "-m", "callboard"),
        log: Path | None = None,
        folder: Path | None = None,
    ) -> None:
        """`environment` is added to ours, less any setting of Callboard; `python` starts the command in
        `folder` (this one, when not given); `log` takes what it says (beside the file of the store, when not
        given).
        """
        self.db = str(db)
        self.workers = workers
        self.port = 0
        self._command = [*python, "serve", "--json", "--db", self.db, "--workers", str(workers), *arguments]
        own = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
        self._environment = {**own, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = folder
        self._log = log or Path(f"{self.db}.server-log")

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> str:
        """Base URL of the API, with its slash."""
        return f"{self.url}/api/v2/platform/"

    @property
    def pid(self) -> int:
        """The process that was started; its workers are its children."""
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def processes(self) -> list[int]:
        """All its processes: of Linux's /proc."""
        found, open_ends = [], [self.pid]
        while open_ends:
            found.append(pid := open_ends.pop())
            # Each thread has the children that it started.
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                with suppress(OSError):  # it has ended
                    open_ends += map(int, children.read_text().split())
        return found

    @property
    def running(self) -> bool:
        """Whether it was started and not stopped since."""
        return self._process is not None

    @property
    def log(self) -> str:
        """All it wrote to standard error, over all its starts."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def start(self) -> Self:
        """Start it and wait until `/readyz` answers 200."""
        assert self._process is None, "the server is running already"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment,
                cwd=self._folder,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait(START_LIMIT_S)
            self._forget()
            raise ServerFailedError(f"callboard serve ended with {code} instead of serving:\n{self.log}")
        self.port = json.loads(line)["port"]
        self._wait_until_ready()
        return self

    def stop(self) -> int:
        """Ask it to finish (SIGTERM) and wait: its exit code."""
        assert self._process is not None, "the server is not running"
        self._process.terminate()
        try:
            code = self._process.wait(START_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise ServerFailedError(f"callboard serve did not stop:\n{self.log}") from None
        self._forget()
        return code

    def kill(self) -> None:
        """SIGKILL to all its processes at once, as a power button would; returns when all are gone."""
        assert self._process is not None, "the server is not running"
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        # Workers are no children of ours to wait for, but hold the same pipe: at its end all are gone.
        assert self._process.stdout is not None
        self._process.stdout.read()
        self._forget()

    def restart(self) -> Self:
        """Stop it when it runs, and start it on the same file and port."""
        if self._process is not None:
            self.stop()
        return self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self.kill() if kind else self.stop()

    def _wait_until_ready(self) -> None:
        assert self._process is not None
        limit = time.monotonic() + START_LIMIT_S
        while True:
            try:
                if (
                    httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False, verify=False).status_code
                    == 200
                ):
                    return
            except httpx.TransportError:
                pass
            if self._process.poll() is not None or time.monotonic() > limit:
                code = self._process.poll()
                self.kill()
                raise ServerFailedError(f"callboard serve is not ready (exit code {code}):\n{self.log}")
            time.sleep(0.02)

    def _forget(self) -> None:
        if self._process is not None and self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
