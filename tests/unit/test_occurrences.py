"""Counting keys, in memory and in the temporary table behind it."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.store.occurrences import KEY_BYTES, Occurrences


def key(number: int) -> bytes:
    return blake2b(number.to_bytes(8, "little"), digest_size=KEY_BYTES).digest()


@given(numbers=st.lists(st.integers(0, 30)), most=st.integers(1, 8))
def test_each_key_is_counted_exactly(numbers: list[int], most: int) -> None:
    """However many keys are in memory at once."""
    found, seen = Occurrences(most), Counter[int]()
    for number in numbers:
        seen[number] += 1
        assert found.count(key(number)) == seen[number]
    found.clear()
    assert [found.count(key(number)) for number in set(numbers)] == [1] * len(set(numbers))


@pytest.mark.parametrize("most", [100, 100_000])
def test_repeats_far_apart_are_found(most: int) -> None:
    """Many more keys than there is room for."""
    found = Occurrences(most)
    assert {found.count(key(number)) for number in range(20_000)} == {1}
    assert {found.count(key(number)) for number in reversed(range(20_000))} == {2}


def test_keys_that_the_filter_cannot_tell_apart_are() -> None:
    """Only the whole key makes two keys one."""
    first, second = b"\0" * KEY_BYTES, b"\0" * (KEY_BYTES - 1) + b"\1"
    found = Occurrences(1)
    assert [found.count(each) for each in (first, second, first, second)] == [1, 1, 2, 2]
