"""Reports over HTTP beside DuckDB, ClickHouse and PostgreSQL: each question drawn anew, a commit before it.

Every side has the same load, with its repeats and corrections. Callboard is asked as by a client: one request
each, with the answer decoded. The peers are asked in this process or over a socket; their answers are fetched
as Python rows, and the time of our constant answer is added. All answers are compared with a plain count of
the final rows.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from typing import Any

from bench import calls, files, load
from bench.figures import spread, target, write
from bench.machine import OtherLoad, sync_ms
from bench.peers import Drawn, Peer, Rows
from bench.questions import QUESTIONS, Ours, error
from bench.server import Server
from bench.truth import Truth
from callboard.clock import DAY, SECOND
from callboard.model.event import CallEvent

CALLS = 10_000_000
SPACES = 200
OURS = "callboard"
SOON_MS = 10
MAX_MS = 2_000


def measure(*, short: bool) -> None:
    """Take the figures."""
    from bench.peers.clickhouse import ClickHouse
    from bench.peers.duck import Duck
    from bench.peers.postgres import Postgres

    rounds = 5 if short else 15
    built = files.board(files.asked_calls(10_000 if short else CALLS), SPACES)
    truth = Truth(built)
    with ExitStack() as ends:
        peers: list[Peer] = [ends.enter_context(closing(of(built))) for of in (Duck, ClickHouse, Postgres)]
        of = files.copy(built, "reports")
        ends.callback(files.discard, of)
        server = ends.enter_context(Server(of.path))
        bench = _Bench(Ours(server.port, of), peers, truth, of)
        others = OtherLoad(*server.processes)
        for number in range(rounds + 1):
            bench.round(number)
        bench.tell(rounds, others.cores(), short=short)


class _Bench:
    """All sides, with the times and errors of each."""

    def __init__(self, ours: Ours, peers: list[Peer], truth: Truth, of: files.Board) -> None:
        self._ours, self._peers, self._truth, self._of = ours, peers, truth, of
        self._constant_s = statistics.median(ours.constant_s() for _ in range(300))
        self._draw = random.Random(11)
        self._added = 0
        self._ways = {name: way for peer in peers for name, way in peer.sides.items()}
        runs = {
            name: [OURS, *(side for side, way in self._ways.items() if name in way)] for name in QUESTIONS
        }
        self._ms: dict[str, dict[str, list[float]]] = {
            name: {side: [] for side in sides} for name, sides in runs.items()
        }
        self._errors: dict[str, dict[str, list[float]]] = {
            name: {side: [] for side in sides} for name, sides in runs.items()
        }
        self._without_final: list[float] = []

    def round(self, number: int) -> None:
        """Ask every side every question, in an order that rotates; round 0 only warms the caches."""
        for name, question in QUESTIONS.items():
            drawn = question.draw(self._draw, len(self._of.space_ids))
            sides = list(self._ms[name])
            shift = number % len(sides)
            for side in sides[shift:] + sides[:shift]:
                self._commit()
                began = time.perf_counter()
                answer = self._ours.ask(name, drawn) if side == OURS else self._ways[side][name](drawn)
                seconds = time.perf_counter() - began
                rows: Rows = self._ours.rows(answer) if side == OURS else answer
                if number:
                    added = 0 if side == OURS else self._constant_s
                    self._ms[name][side].append(1000 * (seconds + added))
                    self._errors[name][side].append(error(rows, self._truth(name, drawn), name))
            if name == "hours":
                self._forgetting(drawn)

    def _forgetting(self, drawn: Drawn) -> None:
        for peer in self._peers:
            if hasattr(peer, "hours_without_final"):
                answer = peer.hours_without_final(drawn)
                self._without_final.append(error(answer, self._truth("hours", drawn), "hours"))

    def _commit(self) -> None:
        """Add one more call to every side."""
        at = calls.FIRST_DAY + self._draw.randrange(calls.DAYS) * DAY
        at += self._draw.randrange(8 * 3600, 20 * 3600) * SECOND
        space = self._draw.randrange(len(self._of.space_ids))
        entry = calls.call_entry(self._draw, self._added, at)
        self._added += 1
        assert isinstance(entry.event, CallEvent)
        self._ours.post(space, calls.wire(entry.event))
        row = load.row(space, load.Delivery(entry, stands=True))
        self._truth.add(row)
        for peer in self._peers:
            peer.add(row)

    def tell(self, rounds: int, others_cores: float, *, short: bool) -> None:
        """Write the figures, and whether they meet the targets."""
        truth = self._truth
        write(
            "reports",
            f"reports of {len(self._of.space_ids)} spaces and {self._of.calls:,} calls over "
            f"{calls.DAYS} days, of which 5 % were told twice and 5 % corrected late: Callboard over HTTP, "
            "the others in process or on a socket (our constant answer's time added); a commit before each "
            "question",
            short=short,
            targets=[each for name in QUESTIONS for each in self._targets(name)],
            ms=_named({name: {side: spread(ms) for side, ms in of.items()} for name, of in self._ms.items()}),
            p95_ms=_named(
                {name: {side: _p95(ms) for side, ms in of.items()} for name, of in self._ms.items()}
            ),
            error=_named(
                {
                    name: {
                        side: {"median": statistics.median(seen), "greatest": max(seen)}
                        for side, seen in of.items()
                    }
                    for name, of in self._errors.items()
                }
            ),
            error_of_clickhouse_rows_without_final={
                "median": statistics.median(self._without_final),
                "greatest": max(self._without_final),
            },
            load={
                "arrived": truth.arrived,
                "calls": truth.calls,
                "counted_as_they_arrive": truth.arrived / truth.calls - 1,
            },
            peers={type(peer).__name__: dict(peer.described) for peer in self._peers},
            rounds=rounds,
            constant_ms=1000 * self._constant_s,
            disk_sync_ms=sync_ms(),
            cores_used_by_others=others_cores,
            all_rounds=_named(self._ms),
        )

    def _targets(self, name: str) -> list[dict[str, Any]]:
        question, took = QUESTIONS[name], self._ms[name]
        median = {side: statistics.median(ms) for side, ms in took.items()}
        wrong = target(
            f"{question.text}: greatest error", max(self._errors[name][OURS]), at_most=question.most_error
        )
        p95 = _p95(took[OURS])
        if not question.counted:
            ratio = median[OURS] / median["postgresql, rows"]
            return [
                wrong,
                target(f"{question.text}: ours / postgresql with its best index, medians", ratio, at_most=1),
                target(f"{question.text}: p95, ms", p95, at_most=MAX_MS),
            ]
        if p95 <= SOON_MS:
            return [wrong, target(f"{question.text}: p95, ms", p95, at_most=SOON_MS)]
        fastest = min((side for side in median if side != OURS), key=median.__getitem__)
        ratio = median[OURS] / median[fastest]
        return [wrong, target(f"{question.text}: ours / {fastest} (the fastest), medians", ratio, at_most=1)]


def _named(of: Mapping[str, Any]) -> dict[str, Any]:
    return {QUESTIONS[name].text: each for name, each in of.items()}


def _p95(times: list[float]) -> float:
    return sorted(times)[-(-len(times) * 95 // 100) - 1]
