"""Several rows of one task are its attempts: it was made when the earliest of them was."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callboard.clock import EPOCH, Micros, iso
from callboard.fold.task import fold_task
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.plan import ImportPlan
from tests.stores import NOW

HEADER = "task_id,state,try_number,start_date,end_date\n"
MAPPED = MapOptions(
    record_type="task",
    map=("task_id=id,status=state,attempt=try,created=start,occurred_at=end",),
    values=("status:success=completed,up_for_retry=failed",),
    legs=True,
)


def at(minutes: int) -> str:
    return str(iso((NOW - 86_400_000_000) + minutes * 60_000_000))


@given(
    starts=st.lists(st.integers(0, 900), min_size=1, max_size=5, unique=True).map(sorted),
    lengths=st.lists(st.integers(0, 30), min_size=5, max_size=5),
    known=st.sets(st.integers(0, 4), min_size=1),
    order=st.randoms(use_true_random=False),
)
def test_a_task_was_made_when_its_earliest_known_attempt_was(
    starts: list[int], lengths: list[int], known: set[int], order: object
) -> None:
    """In any order of rows, also where the first attempt's is missing; the last one says how it is."""
    mapping = RowMapping(MAPPED)
    last = len(starts) - 1
    some = sorted(each for each in known if each <= last) or [last]
    rows = [
        {
            "id": "t",
            "try": str(n + 1),
            "state": "success" if n == last else "up_for_retry",
            "start": at(starts[n]),
            "end": at(starts[n] + lengths[n]),
        }
        for n in some
    ]
    order.shuffle(rows)  # type: ignore[attr-defined]
    task = fold_task([event_from_mapping(mapping.event(row), now=NOW, source="import") for row in rows])
    made: Micros = (NOW - 86_400_000_000) + starts[some[0]] * 60_000_000
    assert task.created == made
    assert (task.attempt, task.status) == (some[-1] + 1, "completed" if some[-1] == last else "failed")


def guessed(folder: Path, rows: list[str]) -> ImportPlan:
    path = folder / "task_instances.csv"
    path.write_text(HEADER + "".join(f"{each}\n" for each in rows))
    found = guess(
        ImportPlan(str(path), "acme.com", options=MapOptions(record_type="task", timezone=("UTC",)))
    )
    assert not [each for each in found.doubts if each.about == "legs"]
    return found.plan


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.randoms(use_true_random=False))
def test_a_guess_sees_that_each_attempt_has_a_creation_of_its_own(tmp_path: Path, order: object) -> None:
    """As Airflow's history of task instances."""
    day = EPOCH + timedelta(days=20_500)
    rows = [
        f"t{task},{'success' if number == 3 else 'failed'},{number},"
        f"{day + timedelta(hours=task, minutes=10 * number):%Y-%m-%d %H:%M:%S},"
        f"{day + timedelta(hours=task, minutes=10 * number + 5):%Y-%m-%d %H:%M:%S}"
        for task in range(8)
        for number in range(1, 4)
    ]
    order.shuffle(rows)  # type: ignore[attr-defined]
    plan = guessed(tmp_path, rows)
    assert plan.options.legs
    assert "--legs" in plan.command()


def test_attempts_of_a_composed_id(tmp_path: Path) -> None:
    """Airflow's: of DAG, run and task."""
    rows = [
        f"calls,{name},manual__{day},{'success' if number == 3 else 'failed'},{number},"
        f"2026-03-0{day} 10:{number}1:36,2026-03-0{day} 10:{number}5:00"
        for day in range(1, 4)
        for name in ("clean", "report")
        for number in (3, 1, 2)
    ]
    path = tmp_path / "task_instance_history.csv"
    path.write_text("dag_id,task_id,run_id,state,try_number,start_date,end_date\n" + "\n".join(rows) + "\n")
    options = MapOptions(record_type="task", timezone=("UTC",))
    found = guess(ImportPlan(str(path), "acme.com", options=options))
    assert (found.doubts, found.plan.options.legs) == ([], True)
    assert found.preview.as_json()["first"] == "2026-03-01T10:11:36Z"


def test_a_creation_that_all_attempts_share_is_the_tasks(tmp_path: Path) -> None:
    """Nothing has to be said of the rows."""
    rows = [
        f"t{task},{'success' if number == 3 else 'failed'},{number},2026-02-16 0{task}:00:00,"
        f"2026-02-16 0{task}:{number}5:00"
        for task in range(8)
        for number in range(1, 4)
    ]
    assert all(one != other for one, other in pairwise(rows))
    assert not guessed(tmp_path, rows).options.legs
