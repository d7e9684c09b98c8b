"""The demo's server: `callboard serve` in processes of its own, which can be started, stopped and killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from callboard.errors import CallboardError
from callboard.isolation import child_command

STOP_LIMIT_S = 15
"""Seconds to wait for the server to stop before it is killed."""


class DemoServerError(CallboardError):
    """The demo's server did not start."""

    code = "demo_server"


class DemoServer:
    """One server on 127.0.0.1. It keeps its port when it is started again."""

    def __init__(self, db: str, port: int = 0) -> None:
        """Port 0 takes any free one."""
        self.db = db
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._log = Path(f"{db}.log")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether it was started, and neither stopped nor killed since."""
        return self._process is not None

    def start(self) -> Self:
        """Start it and wait until it answers. Raises `DemoServerError` with its message if it does not."""
        command = child_command("callboard", "serve", "--json", "--db", self.db)
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--log-level", "warning"]
        with self._log.open("wb") as log:
            # A session of its own: Ctrl-C then reaches only the demo, which stops the server when it is done
            # with it. The session's process group is also what `kill` ends at once, workers included.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        # `serve --json` prints one line once it answers; end of file means that it has ended.
        line = self._process.stdout.readline()
        if not line:
            self._gone()
            said = self._log.read_text(errors="replace").strip().removeprefix("Error: ")
            raise DemoServerError(f"The server did not start: {said}")
        self.port = json.loads(line)["port"]
        return self

    def stop(self) -> None:
        """Stop it by SIGTERM, and wait for up to `STOP_LIMIT_S`; then kill it."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._gone()

    def kill(self) -> None:
        """Kill all its processes at once, as a crash would."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._gone()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _gone(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.stdout is not None:
            process.wait()
            # Workers have inherited the pipe: when it ends all of them have ended, and the port is free.
            process.stdout.read()
            process.stdout.close()
