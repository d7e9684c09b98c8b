"""The plot of a store that grows, as SVG: measured points, their curves, and dashed where those lead."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

PANELS = (
    ("size of a call, bytes", "bytes_a_call"),
    ("events a second, over HTTP", "events_per_s"),
    ("a single event, p99, ms", "single_p99_ms"),
    ("analytics, median, ms", "analytics_p50_ms"),
    ("30 days by day and status, ms", "month_by_day_p50_ms"),
    ("backup, s", "backup_s"),
)
COLOURS = {"sqlite": "#0b6e4f", "postgres": "#3454d1"}
COLUMNS, WIDTH, HEIGHT, LEFT, TOP, GAP = 3, 200, 120, 44, 44, 64
STYLE = (
    "text{font:11px sans-serif;fill:#666}.t{font-size:12px;font-weight:600}"
    "path{fill:none;stroke-width:1.5}.a{stroke:#888;stroke-width:.5}.d{stroke-dasharray:3 3}"
)


def plot(report: dict[str, Any], names: Mapping[str, str], most_off: float) -> str:
    """The picture. Calls run to the right, both axes by powers of ten."""
    rows = -(-len(PANELS) // COLUMNS)
    width, height = LEFT + COLUMNS * (WIDTH + GAP), TOP + rows * (HEIGHT + GAP)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f"<style>{STYLE}</style>{''.join(_legend(names))}{''.join(_panels(report, most_off))}</svg>\n"
    )


def _legend(names: Mapping[str, str]) -> Iterator[str]:
    for place, (engine, name) in enumerate(names.items()):
        x = LEFT + place * 110
        yield f'<circle cx="{x}" cy="12" r="4" fill="{COLOURS[engine]}"/>'
        yield f'<text x="{x + 8}" y="16">{name}</text>'
    yield f'<text x="{LEFT + len(names) * 110}" y="16">dashed: extrapolated, not measured</text>'


def _panels(report: dict[str, Any], most_off: float) -> Iterator[str]:
    for place, (title, figure) in enumerate(PANELS):
        left = LEFT + place % COLUMNS * (WIDTH + GAP)
        top = TOP + place // COLUMNS * (HEIGHT + GAP)
        yield f'<g transform="translate({left} {top})"><text class="t" y="-8">{title}</text>'
        yield from _panel(report, figure, most_off)
        yield "</g>"


def _panel(report: dict[str, Any], figure: str, most_off: float) -> Iterator[str]:
    lines = {
        engine: _line(found, figure, report["extrapolated_to"], most_off)
        for engine, found in report["engines"].items()
        if found["steps"]
    }
    every = [point for measured, led in lines.values() for point in (*measured, *led)]
    calls, values = [point[0] for point in every], [point[1] for point in every]
    x = _Axis(min(calls), max(calls), WIDTH)
    y = _Axis(min(values) / 1.3, max(values) * 1.3, HEIGHT)
    yield f'<path class="a" d="M0 0V{HEIGHT}H{WIDTH}"/>'
    for many in x.tens():
        yield f'<text x="{x.place(many):.0f}" y="{HEIGHT + 14}" text-anchor="middle">{many / 1e6:g} M</text>'
    for value in (min(values), max(values)):
        yield f'<text x="-4" y="{HEIGHT - y.place(value) + 4:.0f}" text-anchor="end">{_short(value)}</text>'
    for engine, (measured, led) in lines.items():
        for points, kind in ((measured, ""), (led, ' class="d"')):
            if points:
                path = " ".join(f"{x.place(at):.1f} {HEIGHT - y.place(value):.1f}" for at, value in points)
                yield f'<path{kind} stroke="{COLOURS[engine]}" d="M{path}"/>'
        for at, value in measured:
            across, up = x.place(at), HEIGHT - y.place(value)
            yield f'<circle cx="{across:.1f}" cy="{up:.1f}" r="2.5" fill="{COLOURS[engine]}"/>'


Points = Sequence[tuple[float, float]]


def _line(found: dict[str, Any], figure: str, until: int, most_off: float) -> tuple[Points, Points]:
    """The measured points, and the curve from the last of them on."""
    measured = [(each["calls"], each[figure]) for each in found["steps"]]
    curve = found["curves"].get(figure)
    if curve is None or curve["worst"] > most_off:
        return measured, ()
    last = measured[-1][0]
    ends = (last, until) if until > last else ()
    return measured, [(at, curve["factor"] * at ** curve["power"]) for at in ends]


class _Axis:
    """Powers of ten over a length."""

    def __init__(self, low: float, high: float, length: int) -> None:
        self._low, self._high = math.log10(low), math.log10(high)
        self._length = length

    def place(self, value: float) -> float:
        return (math.log10(value) - self._low) / ((self._high - self._low) or 1) * self._length

    def tens(self) -> list[int]:
        """The powers of ten in between."""
        return [10**each for each in range(math.ceil(self._low), math.floor(self._high) + 1)]


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
