"""The proof: a server that is killed during loading, and then gets every event twice and in random order,
ends with the same numbers and rows as an undisturbed one.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from callboard.clock import Clock
from callboard.demo.client import ANALYTICS, Client
from callboard.demo.month import make_month
from callboard.demo.platform import Arrival
from callboard.demo.sending import RequestBatch, Tally, access_of, request_batches, send_all
from callboard.demo.server import DemoServer
from callboard.demo.setup import DemoStore, set_up
from callboard.errors import CallboardError
from callboard.isolation import child_command
from callboard.settings import Settings
from callboard.store.interface import CallAt, Store, TaskAt
from callboard.store.open import open_store
from callboard.store.questions import CallFilter, Position, Scope, TaskFilter, Window

DAYS = 10
SCALE = 0.5
BATCH_EVENTS = 200
CLIENTS = 4
KILL_AFTER = 0.4
"""Share of the events that are acknowledged when the server is killed."""
_PAGE = 1_000
"""The longest page that the lists give."""


@dataclass(frozen=True)
class Comparison:
    """One value that must be equal on both servers."""

    what: str
    before: Any
    """The value of the undisturbed server, or the one expected."""
    after: Any

    @property
    def equal(self) -> bool:
        return bool(self.before == self.after)


@dataclass
class Proof:
    """The counts and comparisons of a proof."""

    events: int = 0
    """Events of the month, with their repeats."""
    acknowledged: int = 0
    """Events acknowledged before the kill."""
    sent: int = 0
    """Events sent to the killed server in all, before and after the kill."""
    comparisons: list[Comparison] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return bool(self.comparisons) and all(each.equal for each in self.comparisons)


def prove(folder: Path, seed: int, clock: Clock, say: Callable[[str], None]) -> Proof:
    """Run the proof in `folder`; `say` is called with each step."""
    now = clock()
    month = make_month(seed, now, DAYS, SCALE)
    past = [arrival for arrival in month.arrivals if arrival.at <= now]
    proof = Proof(events=len(past))
    say(f"Feeding {len(past):,} events once, in order, to a server that nothing happens to")
    undisturbed = set_up(str(folder / "undisturbed.db"), now, DAYS)
    with DemoServer(undisturbed.db) as server:
        send_all(undisturbed, server.url, request_batches(past, BATCH_EVENTS), Tally().add, connections=1)
        expected = _answers(undisturbed, server.url)
    killed = set_up(str(folder / "killed.db"), now, DAYS)
    with DemoServer(killed.db) as server:
        _kill_while_sending(server, killed, past, proof, say)
        _send_twice_and_shuffled(server, killed, past, seed, proof, say)
        say("Asking both for their numbers, verifying the killed one to the last event")
        found = _answers(killed, server.url)
        drift = _drift(killed.db)
    for what, answer in expected.items():
        proof.comparisons.append(Comparison(what, answer, found[what]))
    proof.comparisons.append(Comparison("calls, row by row", *_digests(undisturbed, killed, _calls)))
    proof.comparisons.append(Comparison("tasks, row by row", *_digests(undisturbed, killed, _tasks)))
    proof.comparisons.append(Comparison("drift found by verify --deep", 0, drift))
    return proof


def _kill_while_sending(
    server: DemoServer, demo_store: DemoStore, past: list[Arrival], proof: Proof, say: Callable[[str], None]
) -> None:
    say(f"Feeding the same to another by {CLIENTS} clients, and killing it on the way")
    acknowledged_batches: list[RequestBatch] = []
    tally = Tally()

    one_at_a_time = threading.Lock()

    def acknowledged(batch: RequestBatch, answer: dict[str, int]) -> None:
        # Under a lock, so that one of the clients kills the server, and once.
        with one_at_a_time:
            acknowledged_batches.append(batch)
            tally.add(batch, answer)
            if tally.received >= len(past) * KILL_AFTER and server.running:
                server.kill()

    try:
        send_all(
            demo_store, server.url, request_batches(past, BATCH_EVENTS), acknowledged, connections=CLIENTS
        )
    except OSError:
        pass  # expected: the clients lose their connections to the killed server
    else:
        raise CallboardError("The server was killed, and yet nobody noticed")
    proof.acknowledged = sum(len(batch.lines) for batch in acknowledged_batches)
    proof.sent += proof.acknowledged
    server.start()
    say(f"Killed after {proof.acknowledged:,} acknowledged events; started again, asked for each of them")
    # Every acknowledged event must be a duplicate now. One that is applied was acknowledged and lost.
    again = Tally()
    send_all(demo_store, server.url, acknowledged_batches, again.add, connections=CLIENTS)
    proof.sent += again.received
    comparison = Comparison(
        "acknowledged before the kill, known after it", proof.acknowledged, again.duplicate
    )
    proof.comparisons.append(comparison)


def _send_twice_and_shuffled(
    server: DemoServer,
    demo_store: DemoStore,
    past: list[Arrival],
    seed: int,
    proof: Proof,
    say: Callable[[str], None],
) -> None:
    everything = past * 2
    # Its own generator with the proof's seed: the same order in every run.
    Random(seed).shuffle(everything)
    say(f"Sending everything twice and shuffled: {len(everything):,} events")
    send_all(
        demo_store,
        server.url,
        request_batches(everything, BATCH_EVENTS * 5),
        Tally().add,
        connections=CLIENTS,
    )
    proof.sent += len(everything)


def _answers(demo_store: DemoStore, url: str) -> dict[str, Any]:
    """The answers of the analytics endpoint for each organization and for each space."""
    client = Client(url)
    answers: dict[str, Any] = {}
    try:
        for name, space in demo_store.spaces.items():
            access = access_of(demo_store, name, url)
            if access.handle not in answers:
                answers[access.handle] = json.loads(client.get(access, ANALYTICS))["data"]
            path = f"{ANALYTICS}?space_token={space.token}"
            answers[f"{access.handle}: {name}"] = json.loads(client.get(access, path))["data"]
    finally:
        client.close()
    return dict(sorted(answers.items()))


def _drift(db: str) -> int:
    """The drift that `callboard verify --deep` finds, in a process of its own while the server is running."""
    command = child_command("callboard", "verify", "--deep", "--json", "--db", db)
    # `check=False`: with drift its exit code is 1, and the output is what counts.
    done = subprocess.run(command, capture_output=True, check=False)
    if not done.stdout:
        raise CallboardError(f"verify failed: {done.stderr.decode(errors='replace').strip()}")
    drift: int = json.loads(done.stdout)["drift"]
    return drift


def _digests(
    one: DemoStore, other: DemoStore, rows: Callable[[Store, Scope], Iterator[bytes]]
) -> tuple[str, str]:
    """Digests of all rows of both stores, in order. Spaces were created in the same order, so that they have
    the same numbers in both.
    """
    return _digest(one.db, rows), _digest(other.db, rows)


def _digest(db: str, rows: Callable[[Store, Scope], Iterator[bytes]]) -> str:
    digest, count = hashlib.sha256(), 0
    store = open_store(Settings(db=db))
    try:
        for organization in sorted(store.organizations(), key=lambda each: each.id):
            for row in rows(store, Scope(organization.id, all_content=True)):
                digest.update(row)
                count += 1
    finally:
        store.close()
    return f"{count:,} rows, sha256 {digest.hexdigest()[:16]}"


def _calls(store: Store, scope: Scope) -> Iterator[bytes]:
    after: Position | None = None
    while page := store.calls(scope, CallFilter(), Window(limit=_PAGE, after=after)):
        yield from map(_row, page)
        last = page[-1]
        after = Position(last.call.creation_time, last.call.call_id, last.space_id)


def _tasks(store: Store, scope: Scope) -> Iterator[bytes]:
    after: Position | None = None
    while page := store.tasks(scope, TaskFilter(), Window(limit=_PAGE, after=after)):
        yield from map(_row, page)
        last = page[-1]
        after = Position(last.task.created, last.task.task_id, last.space_id)


def _row(found: CallAt | TaskAt) -> bytes:
    return msgspec.json.encode(found, order="deterministic")
