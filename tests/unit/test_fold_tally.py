"""Row and row' make counter differences: what leaves is taken off, what comes is added."""

from itertools import pairwise

import pytest
from msgspec import structs

from callboard.clock import MINUTE, SECOND
from callboard.fold.call import fold_call
from callboard.fold.catalogue import CATALOGUE
from callboard.fold.tally import Tally, add_totals, as_tuple
from callboard.fold.task import fold_task
from callboard.model.totals import TOTALS_FIELDS, Totals, mean_seconds, success_rate, sum_totals
from tests.events import call, task
from tests.stores import NOW

DONE = fold_call([call("c", duration_ms=1500, call_type="inbound", agent="ann", end_reason="hangup")])
WAITING = fold_task([task("t", "pending", run_id="r1")])

CALLS = [
    None,
    DONE,
    structs.replace(DONE, void=True),
    structs.replace(DONE, duration_ms=None),
    structs.replace(DONE, duration_ms=0),
    structs.replace(DONE, start_time=NOW, duration_ms=0),
    structs.replace(DONE, start_time=NOW + 7 * SECOND),
    structs.replace(DONE, start_time=NOW - 7 * SECOND),
    structs.replace(DONE, creation_time=NOW + 16 * MINUTE),
    structs.replace(DONE, call_status="failed", end_reason=None, agent=None, call_type=None),
    structs.replace(DONE, call_status="queued", duration_ms=None),
]
TASKS = [
    None,
    WAITING,
    structs.replace(WAITING, void=True),
    structs.replace(WAITING, status="failed"),
    structs.replace(WAITING, run_id="r2"),
    structs.replace(WAITING, run_id=None, created=NOW + 20 * MINUTE),
]


def counted(tally):
    return tally.totals(), tally.cells("Asia/Kolkata")


def of_call(row):
    tally = Tally()
    tally.move_call(None, row)
    return counted(tally)


@pytest.mark.parametrize("old", CALLS)
@pytest.mark.parametrize("new", CALLS)
def test_a_calls_difference_is_what_it_is_less_what_it_was(old, new):
    """In every total and every cell; and a call that did not change makes none."""
    tally = Tally()
    tally.move_call(old, new)
    totals, cells = counted(tally)
    (old_totals, old_cells), (new_totals, new_cells) = of_call(old), of_call(new)
    assert totals == [after - before for before, after in zip(old_totals, new_totals, strict=True)]
    for key in old_cells.keys() | new_cells.keys():
        before, after = old_cells.get(key, [0] * 5), new_cells.get(key, [0] * 5)
        expected = [one - other for one, other in zip(after, before, strict=True)]
        assert cells.get(key, [0] * 5) == expected
    assert cells.keys() <= old_cells.keys() | new_cells.keys()
    assert all(any(measures) for measures in cells.values())


def test_a_completed_call_is_counted_in_every_counter_at_every_grain():
    """Items, answered, timed, talk time."""
    totals, cells = of_call(DONE)
    assert totals[TOTALS_FIELDS.index("calls_completed")] == 1
    assert totals[TOTALS_FIELDS.index("completed_talk_ms")] == 1500
    kept_at = {(key[0], key[1]) for key in cells}
    assert kept_at == {
        (counter.code, grain) for counter in CATALOGUE if counter.of == "call" for grain in counter.grains
    }
    assert all(measures == [1, 1, 1, 1500, 0] for measures in cells.values())


@pytest.mark.parametrize("row", [None, structs.replace(DONE, void=True)])
def test_no_row_and_a_void_one_count_for_nothing(row):
    """In no total and no cell."""
    totals, cells = of_call(row)
    assert not any(totals)
    assert cells == {}


def test_only_completed_calls_of_known_length_make_the_average():
    """A failed call's talk time is in its cells, not in the average of the completed."""
    failed, _ = of_call(structs.replace(DONE, call_status="failed"))
    unknown, _ = of_call(structs.replace(DONE, duration_ms=None))
    for name in ("completed_timed", "completed_talk_ms"):
        assert failed[TOTALS_FIELDS.index(name)] == 0
        assert unknown[TOTALS_FIELDS.index(name)] == 0


def test_there_and_back_is_no_difference():
    """However long the way."""
    tally = Tally()
    for rows in (CALLS, CALLS[::-1]):
        for old, new in pairwise(rows):
            tally.move_call(old, new)
    for tasks in (TASKS, TASKS[::-1]):
        for before, after in pairwise(tasks):
            tally.move_task(before, after)
    totals, cells = counted(tally)
    assert not any(totals)
    assert cells == {}
    assert not any(any(run.counts.values()) for run in tally.runs.values())


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        (None, WAITING, False),
        (WAITING, structs.replace(WAITING, status="running"), False),
        (WAITING, structs.replace(WAITING, modified=NOW + 9), False),
        (WAITING, structs.replace(WAITING, created=NOW - 9), False),
        (WAITING, structs.replace(WAITING, created=NOW + 9), True),
        (WAITING, structs.replace(WAITING, modified=NOW - 9), True),
        (WAITING, structs.replace(WAITING, run_id="r2"), True),
        (WAITING, structs.replace(WAITING, void=True), True),
        (WAITING, None, True),
    ],
)
def test_a_run_knows_when_its_times_may_rest_on_what_is_gone(old, new, left):
    """Then, and only then, its tasks have to be looked at."""
    tally = Tally()
    tally.move_task(old, new)
    assert tally.runs["r1"].bounds_left is left


def test_totals_add_up():
    """Field by field; the sum of none is nothing."""
    one = Totals(**{name: place + 1 for place, name in enumerate(TOTALS_FIELDS)})
    assert add_totals(one, [-value for value in as_tuple(one)]) == Totals()
    assert sum_totals(iter([one, one])) == add_totals(one, list(as_tuple(one)))
    assert sum_totals(iter([])) == Totals()


@pytest.mark.parametrize(
    ("total_ms", "count", "seconds"),
    [
        (0, 0, 0.0),
        (0, 3, 0.0),
        (145_300, 1, 145.3),
        (1, 3, 0.0),
        (2, 3, 0.001),
        (1, 2, 0.0),  # half: to the even 0
        (3, 2, 0.002),  # half: to the even 2
        (5, 2, 0.002),
        (10**15 + 1, 2, 500_000_000_000.0),
    ],
)
def test_an_average_is_rounded_half_even_by_integers(total_ms, count, seconds):
    """To three decimals of a second."""
    assert mean_seconds(total_ms, count) == seconds


def test_queued_calls_are_not_made():
    """Nor part of the success rate."""
    totals = Totals(calls_queued=5, calls_ringing=1, calls_completed=3, calls_missed=2)
    assert totals.total_calls == 6
    assert success_rate(totals) == 50.0
    assert success_rate(Totals(calls_queued=5)) is None
