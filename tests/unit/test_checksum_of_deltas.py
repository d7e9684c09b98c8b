"""A difference's checksum covers each dimension by which calls are told apart, those that were added too."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callboard.store.sql.checksum import delta_checksum

ROW = (1, 2, 3, "call", 4, 5, 6, "inbound", "completed", "", "ann", "", "", "", 1, 1, 1, 60_000, 2_000)
TEXTS = st.lists(st.text(max_size=3), max_size=4)


def _kept(added: list[str]) -> tuple[str, ...]:
    """What is said: empty ends are of dimensions that were added later."""
    while added and not added[-1]:
        added = added[:-1]
    return tuple(added)


@given(TEXTS, TEXTS)
def test_an_added_dimension_is_in_the_checksum(one: list[str], other: list[str]) -> None:
    """Two differences that an added dimension tells apart have two checksums, two that none does the same."""
    same = delta_checksum(ROW, one) == delta_checksum(ROW, other)
    assert same is (_kept(one) == _kept(other))


def test_a_difference_of_before_keeps_its_checksum() -> None:
    """What was written before a dimension was added holds nothing there."""
    assert delta_checksum(ROW, ("", "")) == delta_checksum(ROW, ("",)) == delta_checksum(ROW, ())
