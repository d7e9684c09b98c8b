"""The server under measurement: `callboard serve`, with a twin of each path that answers a constant.

`python -m bench.server --db FILE` runs the command with its application wrapped: a path that begins with
`/one/v2/` instead of `/api/v2/` (of the same length, so that nothing else differs) is answered with a
constant body, with the size and number of headers of the analytics answer; a POST is read to its end first.
One process answers both, with the same event loop, threads and memory, so the difference between the two
figures is the work of Callboard alone.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Self

from msgspec import json

from bench.files import folder
from bench.machine import cpu_s

CONSTANT = "/one/v2/platform"
PRODUCT = "/api/v2/platform"
WRITER = b"callboard.writer"

BODY = (
    b'{"status_code":200,"message":"Analytics fetched successfully","data":{"total_calls":5000,'
    b'"completed_calls":3402,"failed_calls":402,"avg_duration_seconds":119.873,"total_tasks":50,'
    b'"task_status_breakdown":{"pending":2,"running":1,"completed":43,"failed":4}}}'
)
GET_HEAD = [
    (b"content-type", b"application/json"),
    (b"content-length", str(len(BODY)).encode()),
    (b"etag", b'"00000000000000000000000000000000"'),
    (b"cache-control", b"private, no-cache"),
    (b"x-content-type-options", b"nosniff"),
    (b"vary", b"Authorization, Cookie, Org-Handle"),
    (b"x-request-id", b"0123456789ab-1e240"),
]
POSTED = (
    b'{"status_code":200,"message":"1 event received, 1 applied","data":{"batch_id":"b123456","received":1,'
    b'"applied":1,"duplicate":0,"stale":0,"rejected":0,"rejections":[]}}'
)
POST_HEAD = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-type", b"application/json"),
    (b"content-length", str(len(POSTED)).encode()),
    (b"vary", b"Authorization, Cookie, Org-Handle"),
    (b"x-request-id", b"0123456789ab-1e240"),
]


class WithTwins:
    """An ASGI application with constant answers beside it."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self._application = application

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        # Returns the application's own coroutine, without one around it: the product pays for one comparison.
        if scope["type"] == "http" and scope["path"].startswith("/one/"):
            return _constant(scope, receive, send)
        return self._application(scope, receive, send)


async def _constant(scope: Any, receive: Any, send: Any) -> None:
    if scope["method"] == "POST":
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": POST_HEAD})
        await send({"type": "http.response.body", "body": POSTED})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": GET_HEAD})
        await send({"type": "http.response.body", "body": BODY})


class Server:
    """A server with one worker on a free port, in processes of its own, with its CPU time and memory."""

    def __init__(
        self, db: str, *, twins: bool = True, port: int = 0, wait: bool = True, flags: Sequence[str] = ()
    ) -> None:
        module = "bench.server" if twins else "callboard"
        command = [sys.executable, "-m", module, "serve", "--json", "--port", str(port), "--db", db, *flags]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLBOARD_")}
        self._log = (folder() / "server.log").open("wb")
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            cwd=Path(__file__).parent.parent,
            start_new_session=True,
        )
        self.port = port
        if wait:
            self._wait()

    def _wait(self) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the server did not start: {(folder() / 'server.log').read_text()[-2000:]}")
        self.port = json.decode(line)["port"]
        self.url = f"http://127.0.0.1:{self.port}"
        self.worker = worker_of(self.process.pid)
        self.processes = (self.worker, *writers_of(self.process.pid))

    def cpu_s(self) -> float:
        """CPU seconds of the worker and its writer so far."""
        return sum(cpu_s(pid) for pid in self.processes)

    def memory_mib(self) -> tuple[float, float]:
        """(RSS, PSS) of the worker and its writer together."""
        rss = pss = 0
        for pid in self.processes:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
                if line.startswith("Rss:"):
                    rss += int(line.split()[1])
                elif line.startswith("Pss:"):
                    pss += int(line.split()[1])
        return rss / 1024, pss / 1024

    def stop(self) -> None:
        """Stop it by SIGTERM; after 40 s kill its process group, which holds nothing else."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def worker_of(pid: int) -> int:
    """The worker process of a server."""
    found = [child for child in _children(pid) if not _runs(child, b"resource_tracker", WRITER)]
    assert len(found) == 1, "one worker"
    return found[0]


def writers_of(pid: int) -> list[int]:
    """The process of a server that writes for its workers."""
    return [child for child in _children(pid) if _runs(child, WRITER)]


def _children(pid: int) -> list[int]:
    """Each thread has the children that it started."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def _runs(pid: int, *modules: bytes) -> bool:
    command = Path(f"/proc/{pid}/cmdline").read_bytes()
    return any(module in command for module in modules)


def free_port() -> int:
    """A port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """The command `callboard`, with twins."""
    from callboard.cli.main import main as callboard
    from callboard.cli.work import Work

    made = Work.__call__
    Work.__call__ = lambda work: WithTwins(made(work))  # type: ignore[method-assign, assignment, return-value]
    callboard()


if __name__ == "__main__":
    main()
