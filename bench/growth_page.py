"""`python -m bench.growth_page`: docs/explain/growth.md and its plot, from the last full run."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from bench.figures import RESULTS
from bench.growth_plot import plot

DOCS = RESULTS.parent.parent / "docs"
PAGE = DOCS / "explain" / "growth.md"
PLOT = DOCS / "images" / "growth.svg"
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
ROWS = {
    "bytes": ("size of the store", "GB"),
    "bytes_a_call": ("size of a call", "bytes"),
    "events_per_s": ("events in, a second, 1,000 a request", ""),
    "request_p99_ms": ("a request of 1,000 events, p99", "ms"),
    "singles_per_s": ("single events in, a second", ""),
    "single_p99_ms": ("a single event, p99", "ms"),
    "analytics_p50_ms": ("analytics of the organization, median", "ms"),
    "analytics_p99_ms": ("the same, p99", "ms"),
    "analytics_of_space_p50_ms": ("analytics of a campaign", "ms"),
    "month_by_day_p50_ms": ("the last 30 days by day and status", "ms"),
    "month_by_space_p50_ms": ("the last 30 days by campaign", "ms"),
    "everything_by_month_p50_ms": ("all of its time by month", "ms"),
    "week_of_durations_p50_ms": ("talk times of the last 7 days", "ms"),
    "failed_calls_p50_ms": ("100 failed calls of the last 7 days", "ms"),
    "backup_s": ("backup", "s"),
    "vacuum_s": ("vacuum", "s"),
    "memory_mib": ("memory of the worker and its writer", "MiB"),
}
"""Figure → what it is, and its unit: the rows of the table, each with a curve."""

MOST_OFF = 1.2
"""A curve that misses a figure by more leads nowhere: it is neither shown nor drawn."""


def main() -> None:
    """Write page and plot."""
    report = msgspec.json.decode((RESULTS / "growth.json").read_bytes())
    PAGE.write_text(page(report), encoding="utf-8")
    PLOT.write_text(plot(report, NAMES, MOST_OFF), encoding="utf-8")


def page(report: dict[str, Any]) -> str:
    """The page of a run's figures."""
    blocks = [*_head(report), *_tables(report), *_tail(report)]
    return "\n\n".join(_filled(each) for each in blocks) + "\n"


def _filled(block: str) -> str:
    """Lines of a readable length; tables stay as they are."""
    return (
        block
        if block.startswith("|")
        else textwrap.fill(" ".join(block.split()), 120, break_on_hyphens=False)
    )


def _head(report: dict[str, Any]) -> Iterator[str]:
    largest = " and ".join(
        f"{_millions(found['steps'][-1]['calls'])} on {NAMES[name]}"
        for name, found in report["engines"].items()
        if found["steps"]
    )
    machine = report["machine"]
    yield "# What happens as a store grows"
    yield "<!-- Written by `make bench ARGS=growth`: change bench/growth_page.py. -->"
    yield f"""A store was filled with {report["calls_a_day"]:,} calls a day, a million a month, in 200
        campaigns, and measured as it grew: **up to {largest}**. What stands beyond that is
        extrapolated and was not measured."""
    yield """Of each step the last tenth came over HTTP, 1,000 events a request by four clients; 2,000
        single events by eight clients followed. Then questions were asked one after another, each
        behind a commit, so that no answer could be one that was kept. One worker; five calls of a
        hundred were told twice and five corrected days later."""
    yield f"""One run, on {machine["cores"]} cores and {machine["memory_gib"]:g} GiB that other work used as
        well ({_others(report)} cores of it): compare sizes, and not a rate with that of another
        machine. A sync of its disk took {report["disk_sync_ms"]:.1f} ms."""
    yield "![Sizes, rates and milliseconds by the number of calls](../images/growth.svg)"


def _others(report: dict[str, Any]) -> str:
    used = [step["cores_used_by_others"] for found in report["engines"].values() for step in found["steps"]]
    return f"{min(used):.1f} to {max(used):.1f}"


def _tables(report: dict[str, Any]) -> Iterator[str]:
    for name, found in report["engines"].items():
        if found["steps"]:
            yield f"## {NAMES[name]}"
            yield "\n".join(_table(found, report["extrapolated_to"]))


def _table(found: dict[str, Any], extrapolated_to: int) -> Iterator[str]:
    steps = found["steps"]
    head = " | ".join(_millions(each["calls"]) for each in steps)
    yield f"| | {head} | power of the calls | *{_millions(extrapolated_to)}, extrapolated* |"
    yield f"| --- |{' --- |' * (len(steps) + 2)}"
    for row, (what, unit) in ROWS.items():
        if all(row in each for each in steps):
            yield _row(what, unit, [each[row] for each in steps], found["curves"].get(row))


def _row(what: str, unit: str, figures: Sequence[float], curve: dict[str, float] | None) -> str:
    scale = 1e9 if unit == "GB" else 1
    cells = " | ".join(_number(each / scale) for each in figures)
    fits = curve is not None and curve["worst"] <= MOST_OFF
    led = f"{curve['power']:.2f} | *{_number(curve['extrapolated'] / scale)}*" if curve and fits else " | "
    return f"| {what}{', ' if unit else ''}{unit} | {cells} | {led} |"


def _tail(report: dict[str, Any]) -> Iterator[str]:
    yield "## How to read it"
    yield """The last two columns are a curve, *factor times calls to a power*, through the measured
        figures, by least squares of their logarithms: a power of 0 does not grow, at 1 ten times the
        calls are ten times the figure. A curve knows nothing of what was not reached, as a working
        set that no longer fits into memory: take the last column for an order of size. Where a curve
        misses a figure by more than a fifth, there is none."""
    yield """**Vacuum** is `callboard db compact` of a copy of the file, which a store that only grows does
        not need, and `VACUUM ANALYZE` of the database, which autovacuum does in parts. **Backup** is
        `callboard backup` of the file and `pg_basebackup` of the database."""
    filled = ", ".join(
        f"{NAMES[name]} {found['fill_seconds']:,} s" for name, found in report["engines"].items()
    )
    yield f"""Filling took: {filled}. `CALLBOARD_BENCH_SIZES=1000000,30000000 CALLBOARD_BENCH_MINUTES=240
        make bench ARGS=growth` goes further; it ends early rather than use more than 40 % of the disk
        that is free. All figures: `bench/results/growth.json`."""


def _millions(calls: int) -> str:
    return f"{calls / 1e6:.3g} M"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
