"""Whether workers add on PostgreSQL: single events by `callboard serve` with one, two and four of them.

Into one space, where every commit takes the same lock; into 200 spaces of one organization, which share its
lock; and into 200 organizations, which have a lock each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench import tenants, wrk
from bench.figures import ratios, spread, target, write
from bench.machine import sync_ms
from bench.postgres_server import cluster
from bench.turns import Turn, callboard, shown, turn

WORKERS = (1, 2, 4)
ONE_SPACE, ONE_ORGANIZATION, MANY = "one space", "200 spaces", "200 organizations"
LOADS = {ONE_SPACE: (1, 1), ONE_ORGANIZATION: (1, 200), MANY: (200, 1)}
"""Organizations, and spaces of each."""

Turns = Mapping[str, Mapping[int, Sequence[Turn]]]
"""The turns of each load, by the number of workers."""


def measure(*, short: bool) -> None:
    """Take the figures."""
    if wrk.missing():
        return
    rounds, seconds = (1, 3) if short else (3, 10)
    turns: dict[str, dict[int, list[Turn]]] = {load: {workers: [] for workers in WORKERS} for load in LOADS}
    syncs: list[float] = []
    with cluster() as made:
        filled = {
            load: _filled(*tenants.store(made, f"load_{number}", *of), f"workers-{number}")
            for number, (load, of) in enumerate(LOADS.items())
        }
        for number in range(rounds):
            syncs.append(sync_ms())
            for load, (url, plan) in filled.items():
                for workers in WORKERS if number % 2 == 0 else WORKERS[::-1]:
                    turns[load][workers].append(turn([made], callboard(url, workers), plan, seconds))
    write(
        "workers",
        "POST spaces/{space}/events/ with one event each on PostgreSQL, wrk -t1 -c32, by 1, 2 and 4 workers: "
        "into one space, into 200 spaces of one organization, and into 200 organizations; both cores shared "
        "by all of them",
        short=short,
        targets=targets(turns),
        loads={
            load: {f"workers {workers}": shown(of) for workers, of in by_workers.items()}
            for load, by_workers in turns.items()
        },
        disk_sync_ms=spread(syncs),
        all_rounds=turns,
    )


def _filled(url: str, found: list[tenants.Tenant], name: str) -> tuple[str, str]:
    """The store's URL, and the path of the plan."""
    return url, tenants.plan(name, found)


def targets(turns: Turns) -> list[dict[str, Any]]:
    """What has to hold of these turns; each ratio is within a round."""
    found = []
    for load, by_workers in turns.items():
        for workers in WORKERS[1:]:
            rate = _ratio(by_workers[workers], by_workers[1], lambda each: each.run.rate)
            found.append(target(f"{load}: rate, {workers} workers / 1 worker", rate, at_least=0.95))
        cpu = _ratio(by_workers[4], by_workers[1], lambda each: each.cpu_ms)
        found.append(target(f"{load}: CPU time an event, 4 workers / 1 worker", cpu, at_most=1.15))
        longest = max(each.run.max_ms / each.run.p50_ms for each in by_workers[4])
        found.append(target(f"{load}: longest wait with 4 workers / median", longest, at_most=5))
    apart = _ratio(turns[ONE_SPACE][4], turns[ONE_ORGANIZATION][4], lambda each: each.run.rate)
    found.append(target("4 workers: rate, one space / 200 spaces", apart, at_least=0.8))
    for workers in WORKERS:
        syncs = _ratio(turns[MANY][workers], turns[ONE_ORGANIZATION][workers], lambda each: each.wal_syncs)
        what = f"{workers} workers: log syncs for 1,000 events, 200 organizations / one"
        found.append(target(what, syncs, at_most=1.5))
    return found


def _ratio(ours: Sequence[Turn], others: Sequence[Turn], figure: Any) -> float:
    """The median of the rounds' ratios of a figure."""
    return ratios([figure(each) for each in ours], [figure(each) for each in others])["median"]
