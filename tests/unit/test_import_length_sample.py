"""Where the lengths of a file begin to be in another unit."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from callboard.ingest.sources.length_sample import MAX_LENGTHS, LengthJump, LengthSample
from callboard.model.event import CallEvent

UNITS = (1 / 60, 60, 1_000, 1 / 1_000)


def jump_in(lengths: Sequence[float]) -> LengthJump | None:
    sample = LengthSample()
    for number, seconds in enumerate(lengths, 1):
        sample.add(
            number,
            CallEvent(
                call_id=str(number), call_status="completed", standing=2, duration_ms=round(seconds * 1_000)
            ),
        )
    assert sample.count < MAX_LENGTHS
    return sample.jump()


def drawn(random: Random, many: int) -> list[int]:
    """Talk times as they vary: half between 40 and 200 s."""
    return [max(1, round(random.lognormvariate(4.5, 1.2))) for _ in range(many)]


@pytest.mark.parametrize("seed", range(40))
def test_a_unit_that_changes_is_found_where_it_does(seed: int) -> None:
    """Drawn: the unit, the number of rows and the place; in long files to some rows of the sample."""
    random = Random(seed)
    many = random.choice((60, 400, 5_000))
    talks = drawn(random, many)
    at = random.randint(many // 4, 3 * many // 4)
    factor = random.choice(UNITS)
    found = jump_in([*talks[:at], *(each * factor for each in talks[at:])])
    assert found is not None
    assert abs(found.row - at - 1) <= max(3, many // 50)
    assert (found.after_s > found.before_s) == (factor > 1)


def test_lengths_of_one_unit_have_no_jump() -> None:
    """Calls as they came, or by their lengths;."""
    found = 0
    for seed in range(300):
        random = Random(seed)
        talks = drawn(random, random.choice((8, 20, 100)))
        found += jump_in(talks) is not None
        assert jump_in(sorted(talks)) is None
        assert jump_in(sorted(talks, reverse=True)) is None
        assert jump_in([*(each / 2 for each in talks), *(each * 2 for each in talks)]) is None
    assert found <= 1


def test_calls_without_a_length_and_those_that_nobody_answered_tell_nothing() -> None:
    sample = LengthSample()
    for number in range(30):
        sample.add(number, CallEvent(call_id="a", call_status="missed", standing=2, duration_ms=number))
        sample.add(number, CallEvent(call_id="b", call_status="completed", standing=2))
    assert (sample.count, sample.usual(), sample.jump()) == (0, None, None)
    assert jump_in([0] * 20 + [90] * 20) is None
