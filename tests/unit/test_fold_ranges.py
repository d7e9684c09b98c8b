"""Which ranges hold a value, found by bisection, is what comparing with each of them finds."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from callboard.fold.ranges import indexes_containing

few = st.integers(-6, 6)
"""Of so few values that ranges touch, overlap, repeat, are empty and run backwards."""


@given(ranges=st.lists(st.tuples(few, few), max_size=5))
def test_every_range_that_holds_a_value_is_found_and_no_other(ranges):
    """Whatever their order; the places are those in the list as it was given."""
    places = indexes_containing(ranges)
    for value in range(-8, 9):
        expected = [place for place, (begin, end) in enumerate(ranges) if begin <= value < end]
        assert sorted(places(value)) == expected


@given(bounds=st.lists(few, unique=True, min_size=2, max_size=6).map(sorted), data=st.data())
def test_of_ranges_side_by_side_at_most_one_holds_a_value(bounds, data):
    """The case of nearly every report, which never compares with each range."""
    ranges = data.draw(st.permutations(list(pairwise(bounds))))
    places = indexes_containing(ranges)
    for value in range(-8, 9):
        expected = [place for place, (begin, end) in enumerate(ranges) if begin <= value < end]
        assert places(value) == expected
        assert len(expected) <= 1
