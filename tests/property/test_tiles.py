"""A range of time and the cells that make it up: each quarter once, whatever is taken off."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import example, given
from hypothesis import strategies as st

from callboard.fold.grain import QUARTER_US, Grain, bucket_of
from callboard.query.reports.tiles import tiles_of

ZONES = ("UTC", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Jerusalem", "America/Havana", "Australia/Lord_Howe")
FIRST = 1_700_000_000_000_000 // QUARTER_US
YEAR = 366 * 96

instants = st.one_of(
    st.integers(FIRST * QUARTER_US, (FIRST + YEAR) * QUARTER_US),
    st.integers(FIRST, FIRST + YEAR).map(lambda quarter: quarter * QUARTER_US),
    st.integers(FIRST // 4, (FIRST + YEAR) // 4).map(lambda hour: hour * 4 * QUARTER_US),
)
lengths = st.one_of(
    st.integers(1, 40 * 96 * QUARTER_US),
    st.integers(1, 40 * 96).map(lambda quarters: quarters * QUARTER_US),
    st.integers(1, 40).map(lambda days: days * 96 * QUARTER_US),
)


@given(instants, lengths, st.sampled_from(ZONES))
@example(FIRST * QUARTER_US, 24 * 4 * QUARTER_US, "Australia/Lord_Howe")
def test_cells_and_edges_count_every_instant_once(begin: int, length: int, zone: str) -> None:
    end = begin + length
    tiles = tiles_of(begin, end, zone)
    counted: Counter[int] = Counter()
    for grain, first, last, sign in tiles.cells:
        assert first < last
        # What is read is whole buckets: the range begins with one, and ends where one does.
        assert bucket_of(first, grain, zone) == first
        assert bucket_of(last, grain, zone) == last
        for quarter in range(first, last):
            counted[quarter] += sign
    found = sorted(quarter for quarter, times in counted.items() if times)
    assert set(counted.values()) <= {0, 1}
    edges = sorted([*tiles.edges, *((at * QUARTER_US, (at + 1) * QUARTER_US) for at in found)])
    assert edges[0][0] == begin
    assert edges[-1][1] == end
    assert all(one[1] == other[0] for one, other in itertools.pairwise(edges))
    assert all(one // QUARTER_US == (other - 1) // QUARTER_US for one, other in tiles.edges)


def test_a_day_of_another_zone_is_a_day_here_and_a_few_hours() -> None:
    midnight = FIRST - FIRST % 96
    for behind in range(1, 24):
        begin = (midnight - 4 * behind) * QUARTER_US
        tiles = tiles_of(begin, begin + 96 * QUARTER_US, "UTC")
        hours = sum((last - first) // 4 for grain, first, last, _ in tiles.cells if grain == Grain.HOUR)
        days = sum((last - first) // 96 for grain, first, last, _ in tiles.cells if grain == Grain.DAY)
        assert hours <= 2 * min(behind, 24 - behind)
        assert days == (0 if behind == 12 else 1)
