"""`callboard demo`: serves a realistic month. `--prove` shows that a killed server loses nothing."""

from __future__ import annotations

import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

from callboard.cli.options import json_option
from callboard.cli.output import progress_bar, show_json
from callboard.clock import system_clock
from callboard.settings import Settings, sqlite_path

if TYPE_CHECKING:
    from callboard.demo.loading import Loaded
    from callboard.demo.server import DemoServer

PORT = Settings().port


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), help=f"Where to listen.  [default: {PORT}, or a free one]"
)
@click.option("--db", metavar="DB", help="Keep the store in this file; one of an earlier demo is replaced.")
@click.option("--seed", type=int, default=7, show_default=True, help="Another seed, another month.")
@click.option(
    "--days", type=click.IntRange(1, 120), default=30, show_default=True, help="How long the month is."
)
@click.option("--once", is_flag=True, help="Load, print, and end; the store is kept.")
@click.option(
    "--prove", "proof", is_flag=True, help="Kill a server while it is fed, and compare: within a minute."
)
@json_option
def demo(
    *, port: int | None, db: str | None, seed: int, days: int, once: bool, proof: bool, as_json: bool
) -> int:
    """Serve a realistic month of campaigns: two organizations, eight spaces, four stories planted.

    Everything goes through the HTTP API of a server of its own. Then it prints a request and its answer,
    says where to look, and keeps sending a few events a second until Ctrl-C. Nobody in it is real.
    """
    if proof:
        if once or db or port is not None:
            raise click.UsageError(
                "--prove makes its own stores and servers: leave out --once, --db and --port."
            )
        with _ended_as_by_ctrl_c():
            return _prove(seed, as_json=as_json)
    from callboard.demo.loading import load, prepare
    from callboard.demo.server import DemoServer

    with _ended_as_by_ctrl_c(), _store(db, keep=once) as path:
        _say(as_json, "Making a month of two organizations out of nothing (nobody in it is real) …")
        demo_store, month = prepare(path, seed, days, system_clock)
        with DemoServer(path, _free(PORT) if port is None else port) as server:
            with progress_bar("Sending it over HTTP") as progress:
                loaded = load(server, demo_store, month, progress)
            _show(server, loaded, as_json=as_json, once=once)
            if not once:
                _go_on(server, loaded, seed, as_json=as_json)
    return 0


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Let SIGTERM and SIGHUP (the terminal closes) raise `KeyboardInterrupt`, as Ctrl-C does, so that the
    demo's server is stopped and its folder removed.
    """
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    # A signal that is ignored stays ignored: that is how nohup lets a program outlive its terminal.
    handled_signals = [each for each, handler in before.items() if handler is not signal.SIG_IGN]
    for each in handled_signals:
        signal.signal(each, signal.default_int_handler)
    try:
        yield
    finally:
        for each in handled_signals:
            signal.signal(each, before[each])


@contextmanager
def _store(db: str | None, *, keep: bool) -> Iterator[str]:
    """The path of the demo's store: the file that was named, else one in a temporary folder, which is removed
    at the end unless `keep`.
    """
    if db is not None:
        yield sqlite_path(db)
        return
    folder = tempfile.mkdtemp(prefix="callboard-demo-")
    try:
        yield str(Path(folder) / "demo.db")
    except BaseException:  # Ctrl-C included: a half loaded store is not worth keeping
        keep = False
        raise
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _free(port: int) -> int:
    """That port, or 0 (any free port) if it is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


def _say(as_json: bool, text: str) -> None:
    if not as_json:
        print(text, flush=True)


def _show(server: DemoServer, loaded: Loaded, *, as_json: bool, once: bool) -> None:
    from callboard.cli.demo_screen import as_object, screen
    from callboard.demo.client import Client
    from callboard.demo.stories import stories

    client = Client(server.url)
    try:
        stories_ = stories(loaded.demo_store, server.url, loaded.month, loaded.tally, client)
        if as_json:
            show_json(as_object(server, loaded, stories_, client))
        else:
            screen(server, loaded, stories_, client, once=once)
    finally:
        client.close()
    sys.stdout.flush()


def _go_on(server: DemoServer, loaded: Loaded, seed: int, *, as_json: bool) -> None:
    from callboard.cli.demo_screen import live_line
    from callboard.demo.live import Traffic, keep_sending

    later = [arrival for arrival in loaded.month.arrivals if arrival.at > loaded.month.now]
    try:
        with live_line(silent=as_json) as shown:
            keep_sending(loaded.demo_store, server.url, Traffic(Random(f"{seed} live"), later), shown)
    except KeyboardInterrupt:
        _say(as_json, "\nThe demo has ended.")


def _prove(seed: int, *, as_json: bool) -> int:
    from callboard.cli.demo_screen import proof_object, show_proof
    from callboard.demo.proof import prove

    def say(text: str) -> None:
        _say(as_json, f"  {text}")

    _say(as_json, "Two servers, the same month. One is left in peace.")
    with tempfile.TemporaryDirectory(prefix="callboard-demo-") as folder:
        proof = prove(Path(folder), seed, system_clock, say)
    if as_json:
        show_json(proof_object(proof))
    else:
        show_proof(proof)
    return 0 if proof.holds else 1
