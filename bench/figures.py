"""Medians and spread of rounds, targets, and the JSON file of each bench."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from bench.machine import described

RESULTS = Path(__file__).parent / "results"


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, quartiles, lowest and highest value, and the number of rounds."""
    low, _, high = (
        statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
    )
    return {
        "median": _rounded(statistics.median(values)),
        "lowest": _rounded(min(values)),
        "quarter": _rounded(low),
        "three_quarters": _rounded(high),
        "highest": _rounded(max(values)),
        "rounds": len(values),
    }


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, float]:
    """The spread of the ratio within each round: both sides of a round saw the same machine."""
    return spread([one / other for one, other in zip(ours, theirs, strict=True)])


def target(
    what: str, value: float, *, at_least: float | None = None, at_most: float | None = None
) -> dict[str, Any]:
    """A target with its figure, and whether it is met."""
    met = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    bound = {"at_least": at_least} if at_most is None else {"at_most": at_most}
    return {"what": what, **bound, "figure": _rounded(value), "met": met}


def write(name: str, what: str, *, short: bool, targets: list[dict[str, Any]], **figures: Any) -> None:
    """Print the targets, and write all figures to a file. A short run has another file: it never replaces the
    figures of a full one.
    """
    report = {
        "bench": name,
        "what": what,
        "short": short,
        "taken_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ"),
        "machine": described(),
        "targets": targets,
        **figures,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / (f"{name}.short.json" if short else f"{name}.json")
    path.write_text(json.dumps(report, indent=1, default=_shown) + "\n", encoding="utf-8")
    for each in targets:
        bound = f">= {each['at_least']:g}" if "at_least" in each else f"<= {each['at_most']:g}"
        print(
            f"  {'met   ' if each['met'] else 'MISSED'} {each['what']}: {each['figure']:g} (target {bound})"
        )
    print(f"  → {path.relative_to(RESULTS.parent.parent)}")


def _shown(value: Any) -> Any:
    """What JSON has no form for: what was measured, as an object of its fields."""
    return msgspec.to_builtins(value)


def _rounded(value: float) -> float:
    """Four significant digits: the rounds differ by more."""
    return float(f"{value:.4g}") if abs(value) < 10_000 else round(value)
