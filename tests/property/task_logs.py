"""Logs of tasks, drawn: the tasks, and the file that a task runner writes of them."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

STATES: Final = ("pending", "running", "completed", "failed")
UNIX: Final = "%s"


@dataclass(frozen=True)
class Runner:
    """The headings and words of a task runner's export."""

    id: str
    status: str
    created: str
    ended: str
    attempt: str
    words: tuple[str, str, str, str]
    """Of `STATES`."""
    beside: str


RUNNERS: Final = {
    "Celery": Runner(
        "task_id",
        "state",
        "received",
        "succeeded_at",
        "retries",
        ("PENDING", "STARTED", "SUCCESS", "FAILURE"),
        "worker",
    ),
    "Airflow": Runner(
        "run_id",
        "state",
        "queued_dttm",
        "end_date",
        "try_number",
        ("queued", "running", "success", "failed"),
        "operator",
    ),
    "RQ": Runner(
        "job_id",
        "status",
        "enqueued_at",
        "ended_at",
        "attempt",
        ("queued", "started", "finished", "failed"),
        "origin",
    ),
    "Sidekiq": Runner(
        "jid", "state", "created_at", "completed_at", "attempt", ("enqueued", "busy", "done", "dead"), "queue"
    ),
    "Prefect": Runner(
        "flow_run_id",
        "state_type",
        "created",
        "end_time",
        "run_count",
        ("SCHEDULED", "RUNNING", "COMPLETED", "CRASHED"),
        "deployment",
    ),
    "Dagster": Runner(
        "run_id",
        "status",
        "create_timestamp",
        "end_time",
        "attempt",
        ("QUEUED", "STARTED", "SUCCESS", "FAILURE"),
        "job",
    ),
    "plain": Runner(
        "id",
        "status",
        "created_at",
        "finished_at",
        "attempt",
        ("pending", "running", "completed", "failed"),
        "assignee",
    ),
}


@dataclass(frozen=True)
class TaskLog:
    """A drawn log, and what is true of it."""

    runner: str
    content: bytes
    described: str
    tasks: int
    statuses: Counter[str]


@st.composite
def task_logs(draw: st.DrawFn) -> TaskLog:
    """Tasks of any state, some with several attempts, in any dialect. What is drawn is a seed: a choice among
    few is drawn far from evenly.
    """
    chance = random.Random(draw(st.integers(0, 2**32)))
    name = chance.choice(sorted(RUNNERS))
    runner = RUNNERS[name]
    separator, null = chance.choice(",;\t|"), chance.choice(["", "", "None", "NULL", "-"])
    encoding = chance.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    form = chance.choice(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S+00:00", UNIX])
    has_retries, has_end = chance.random() < 0.5, chance.random() < 0.7
    columns = [runner.id, runner.created, runner.status, runner.beside]
    columns += [runner.ended] if has_end else []
    columns += [runner.attempt] if has_retries else []
    if chance.random() < 0.5:
        chance.shuffle(columns)
    begin, rows, statuses = datetime(2026, 3, 17, 8, tzinfo=UTC), list[dict[str, str]](), Counter[str]()
    many = chance.randint(8, 40)
    for n in range(many):
        created = begin + timedelta(minutes=7 * n, seconds=chance.randint(0, 59))
        last = chance.choices(STATES, (1, 1, 6, 2))[0]
        statuses[last] += 1
        retries = chance.choice([0, 0, 1, 2]) if has_retries else 0
        for attempt in range(1, retries + 2):
            state = last if attempt == retries + 1 else "failed"
            ended = created + timedelta(seconds=40 * attempt) if state in STATES[2:] else None
            rows.append(
                {
                    runner.id: f"{chance.getrandbits(48):012x}" if attempt == 1 else rows[-1][runner.id],
                    runner.created: _written(created, form),
                    runner.status: runner.words[STATES.index(state)],
                    runner.beside: f"dial-{n % 3}",
                    runner.ended: null if ended is None else _written(ended, form),
                    runner.attempt: str(attempt),
                }
            )
    if chance.random() < 0.3:
        chance.shuffle(rows)
    lines = [separator.join(columns), *(separator.join(row[each] for each in columns) for row in rows)]
    content = chance.choice(["\n", "\r\n"]).join([*lines, ""]).encode(encoding)
    described = f"{name} {separator!r} {encoding} {form!r} null={null!r}\n" + "\n".join(lines[:30])
    return TaskLog(name, content, described, many, statuses)


def _written(at: datetime, form: str) -> str:
    return str(int(at.timestamp())) if form == UNIX else at.strftime(form)
