"""A range of time and the cells that make it up: each quarter-hour counts once, after subtraction."""

from __future__ import annotations

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from callboard.fold.grain import QUARTER_HOUR_US, Grain, bucket_of
from callboard.query.reports.tiles import tiles_of

ZONES = ("UTC", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Jerusalem", "America/Havana", "Australia/Lord_Howe")
FIRST = 1_700_000_000_000_000 // QUARTER_HOUR_US
YEAR = 366 * 96

instants = st.one_of(
    st.integers(FIRST * QUARTER_HOUR_US, (FIRST + YEAR) * QUARTER_HOUR_US),
    st.integers(FIRST, FIRST + YEAR).map(lambda quarter: quarter * QUARTER_HOUR_US),
    st.integers(FIRST // 4, (FIRST + YEAR) // 4).map(lambda hour: hour * 4 * QUARTER_HOUR_US),
)
lengths = st.one_of(
    st.integers(1, 40 * 96 * QUARTER_HOUR_US),
    st.integers(1, 40 * 96).map(lambda quarters: quarters * QUARTER_HOUR_US),
    st.integers(1, 40).map(lambda days: days * 96 * QUARTER_HOUR_US),
)


@given(instants, lengths, st.sampled_from(ZONES))
@example(FIRST * QUARTER_HOUR_US, 24 * 4 * QUARTER_HOUR_US, "Australia/Lord_Howe")
def test_cells_and_edges_count_every_instant_once(begin: int, length: int, zone: str) -> None:
    end = begin + length
    tiles = tiles_of(begin, end, zone)
    for grain, first, last, _ in tiles.cells:
        assert first < last
        # What is read is whole buckets: the range begins with one, and ends where one does.
        assert bucket_of(first, grain, zone) == first
        assert bucket_of(last, grain, zone) == last
    cells = [(first * QUARTER_HOUR_US, last * QUARTER_HOUR_US, sign) for _, first, last, sign in tiles.cells]
    pieces = [*cells, *((*edge, sign) for edge, sign in tiles.edges)]
    points = sorted({begin, end, *(at for piece in pieces for at in piece[:2])})
    for one, other in itertools.pairwise(points):
        counted = sum(sign for first, last, sign in pieces if first <= one and other <= last)
        assert counted == (begin <= one and other <= end)


@given(instants, lengths, st.sampled_from(ZONES))
def test_rows_are_counted_for_half_a_quarter_at_most(begin: int, length: int, zone: str) -> None:
    """Unless no whole quarter lies within: then for that quarter, or the parts of two."""
    tiles = tiles_of(begin, begin + length, zone)
    rows = [last - first for (first, last), _ in tiles.edges]
    assert all(first // QUARTER_HOUR_US == (last - 1) // QUARTER_HOUR_US for (first, last), _ in tiles.edges)
    assert len(rows) <= 2
    assert all(each <= (QUARTER_HOUR_US // 2 if tiles.cells else QUARTER_HOUR_US) for each in rows)


def test_a_day_of_another_zone_is_a_day_here_and_a_few_hours() -> None:
    midnight = FIRST - FIRST % 96
    for behind in range(1, 24):
        begin = (midnight - 4 * behind) * QUARTER_HOUR_US
        tiles = tiles_of(begin, begin + 96 * QUARTER_HOUR_US, "UTC")
        hours = sum((last - first) // 4 for grain, first, last, _ in tiles.cells if grain == Grain.HOUR)
        days = sum((last - first) // 96 for grain, first, last, _ in tiles.cells if grain == Grain.DAY)
        assert hours <= 2 * min(behind, 24 - behind)
        assert days == (0 if behind == 12 else 1)
