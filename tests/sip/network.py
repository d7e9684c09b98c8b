"""Telephones and a proxy on loopback: SIPp calls through Kamailio, which tells a hook of each call.

No root is needed. `why_not` says which programs are missing.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
CALLER: Final = "+12025550143"
START_LIMIT_S: Final = 20.0
CALL_LIMIT_S: Final = 30
LIBRARIES: Final = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib")
NEEDED: Final = ("tm.so", "jansson.so", "http_client.so", "acc_json.so")


@dataclass(frozen=True)
class Call:
    """One call that is placed, and what Callboard must say of it."""

    called: str
    caller_does: str
    """The scenario of the caller, without `.xml`."""
    callee_does: str | None
    """The scenario of the callee; None: there is nobody at the next hop."""
    status: str
    end_reason: str
    source_end_reason: str
    talk_s: float | None = None
    """How long they talk, at least; None where nobody answers."""
    code: int | None = None
    """Of the answer of a callee who refuses, as the caller sees it where nobody else is called."""
    also_does: str | None = None
    """The scenario of another callee; None: there is none."""
    fork: str = ""
    """When the other one is called: `parallel`, at once; `serial`, when the first has refused."""


def why_not() -> str | None:
    """Why no calls can be placed here; None where they can."""
    folder = _modules()
    missing = [name for name in ("kamailio", "sipp") if _program(name) is None]
    missing += [name for name in NEEDED if folder is None or not (folder / name).exists()]
    return f"no real calls: {', '.join(missing)} not installed" if missing else None


def _program(name: str) -> str | None:
    # Debian installs Kamailio where only root looks.
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _modules() -> Path | None:
    found = (Path(each) / "kamailio/modules" for each in LIBRARIES)
    return next((each for each in found if each.is_dir()), None)


def place(calls: Sequence[Call], setup: str, folder: Path) -> dict[str, float]:
    """Place the calls, all at once, through a proxy whose script has the lines of a hook's setup. Called
    number → how long the caller's telephone was at work, in seconds.
    """
    ports = _free_ports(1 + 3 * len(calls))
    proxy, callers, callees, others = ports[0], ports[1::3], ports[2::3], ports[3::3]
    with _proxy(proxy, _routing(calls, callees, others), setup, folder) as log, ExitStack() as telephones:
        for call, port, other in zip(calls, callees, others, strict=True):
            for does, at in ((call.callee_does, port), (call.also_does, other)):
                if does is not None:
                    telephones.enter_context(_telephone(does, at, call, folder, ()))
                    _wait_for(at)
        started = {}
        for call, port in zip(calls, callers, strict=True):
            to = ("-s", call.called, f"127.0.0.1:{proxy}")
            process = telephones.enter_context(_telephone(call.caller_does, port, call, folder, to))
            started[call.called] = (process, time.monotonic())
        took = {}
        while started:
            for called, (process, began) in list(started.items()):
                if process.poll() is not None:
                    took[called] = time.monotonic() - began
                    assert process.returncode == 0, f"{called} failed: {_log_of(folder, called)}"
                    del started[called]
                assert time.monotonic() - began < CALL_LIMIT_S, f"{called}: {_log_of(folder, called)}"
            time.sleep(0.02)
        time.sleep(1)  # Kamailio posts what it has every 0.2 s
    assert "not posted" not in log.read_text(errors="replace"), log.read_text(errors="replace")
    return took


def pasted(setup: str) -> list[str]:
    """What somebody pastes of a setup text: each piece of it that stands by itself, in its order."""
    pieces = [""]
    for line in setup.splitlines():
        if line.startswith("    "):
            pieces[-1] += f"{line[4:]}\n"
        elif line and pieces[-1]:
            pieces.append("")
    return [each for each in pieces if each]


def _routing(calls: Sequence[Call], callees: Sequence[int], others: Sequence[int]) -> dict[str, str]:
    """Where the script of the proxy sends each call."""
    hops, forks = [], []
    for call, port, other in zip(calls, callees, others, strict=True):
        on = {
            "parallel": f'append_branch("sip:{call.called}@127.0.0.1:{other}");',
            "serial": 't_on_failure("NEXT");',
            "": "",
        }[call.fork]
        hops.append(f'    if ($rU == "{call.called}") {{ {on} $du = "sip:127.0.0.1:{port}"; }}')
        if call.fork == "serial":
            to = f'$du = "sip:127.0.0.1:{other}"; append_branch(); t_relay();'
            forks.append(f'    if ($rU == "{call.called}") {{ {to} }}')
    return {"NEXT_HOPS": "\n".join(hops), "FORKS": "\n".join(("failure_route[NEXT] {", *forks, "}"))}


def _log_of(folder: Path, called: str) -> str:
    return "".join(path.read_text(errors="replace")[-2_000:] for path in folder.glob(f"*{called[1:]}*.log"))


@contextmanager
def _proxy(port: int, routing: dict[str, str], setup: str, folder: Path) -> Iterator[Path]:
    text = (HERE / "kamailio.cfg").read_text()
    lines = dict(zip(("LOADED", "CALLED", "ROUTES"), pasted(setup), strict=True))
    for name, value in {"PORT": str(port), **routing, **lines}.items():
        text = text.replace(f"@{name}@", value)
    config, log, run = folder / "kamailio.cfg", folder / "kamailio.log", folder / "run"
    config.write_text(text)
    run.mkdir()
    command = [
        _program("kamailio") or "", "-f", str(config), "-L", str(_modules()), "-m", "32", "-M", "8",
        "-Y", str(run), "-P", str(folder / "kamailio.pid"), "-DD", "-E",
    ]  # fmt: skip
    with _started(command, log):
        _wait_for(port, log)
        yield log


@contextmanager
def _telephone(
    does: str, port: int, call: Call, folder: Path, to: Sequence[str]
) -> Iterator[subprocess.Popen[bytes]]:
    name = f"{does}-{call.called[1:]}"
    scenario = folder / f"{name}.xml"
    text = (HERE / f"{does}.xml").read_text()
    scenario.write_text(text.replace("@CODE@", str(call.code)))
    command = [
        _program("sipp") or "", "-sf", str(scenario), "-i", "127.0.0.1", "-p", str(port), "-m", "1",
        "-nostdin", "-timeout", str(CALL_LIMIT_S), "-key", "caller", CALLER, *to,
    ]  # fmt: skip
    with _started(command, folder / f"{name}.log") as process:
        yield process


@contextmanager
def _started(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours, ended at the end."""
    plain = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=plain | {"TERM": "dumb"},
            cwd=log.parent,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _wait_for(port: int, log: Path | None = None) -> None:
    """Return when a program listens at a UDP port."""
    until = time.monotonic() + START_LIMIT_S
    while f":{port:04X} " not in Path("/proc/net/udp").read_text():
        said = "" if log is None else log.read_text(errors="replace")
        assert time.monotonic() < until, f"nobody listens at UDP port {port}\n{said}"
        time.sleep(0.02)
