"""Tasks that are over by their status, beside another column that says that they failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.files.drawing import COMPLETED, FAILED, PENDING, RUNNING, Seen, Task
from tests.files.layout import cells, lines, objects, reads, table, tasks_layout, utc

EXACT = "%Y-%m-%dT%H:%M:%S.%fZ"
ENDS = {"done": COMPLETED, "failed": FAILED, "running": RUNNING, "queued": PENDING}
MEANT = ["done", "failed", "done", "running", "done", "queued", "done", "failed"]
SAID: dict[str, tuple[str, str, str]] = {
    "done_beside_error.csv": ("error", "", "Connection refused"),
    "done_beside_errors.csv": ("error_count", "0", "3"),
    "done_beside_exit_code.csv": ("exit_code", "0", "137"),
    "done_beside_answer.csv": ("http_status", "200", "502"),
    "done_beside_flag.csv": ("ok", "true", "false"),
    "done_beside_message.csv": ("message", "sent", "Error: disk full"),
    "done_beside_class.csv": ("output", "42 rows", "jobs.RemoteError: gone"),
    "done_beside_grade.csv": ("grade", "pass", "fail"),
    "done_beside_timeout.csv": ("note", "sent", "Timeout after 30 s"),
    "done_beside_failed_at.csv": ("failed_at", "", "2025-03-07T10:00:00Z"),
    "done_beside_fehler.csv": ("Fehlermeldung", "keine", "Frist überschritten"),
}
"""File → the column beside the status, what it says of a task that succeeded, and of one that failed."""


def _states(word: str) -> list[tuple[str, str]]:
    return [(word if each in ("done", "failed") else each, ENDS[each]) for each in MEANT]


def _cell(task: Task, fine: str, failed: str) -> str:
    return {COMPLETED: fine, FAILED: failed}.get(task.status, "")


def _reader(column: str, failed: str) -> Callable[[bytes], list[Seen]]:
    def read(data: bytes) -> list[Seen]:
        return [
            Seen(
                FAILED if row[column] == failed else ENDS.get(row["status"], COMPLETED),
                None,
                utc(row["created_at"]),
            )
            for row in cells(data)
        ]

    return read


for number, (name, (column, fine, failed)) in enumerate(SAID.items()):
    state = ("done", "finished", "completed", "success")[number % 4]

    @tasks_layout(name, _states(state), trap=f"{state} says only that a task is over; {column} tells.")
    def _(tasks: list[Task], column: str = column, fine: str = fine, failed: str = failed) -> str:
        rows = ([f"t{t.n}", t.at(EXACT), t.word, _cell(t, fine, failed)] for t in tasks)
        return table(f"id,created_at,status,{column}", rows, end="\n")

    reads(name)(_reader(column, failed))


@tasks_layout("done_beside_object.ndjson", _states("done"), trap="error is an object, or null.")
def _(tasks: list[Task]) -> str:
    def error(task: Task) -> Any:
        return {"code": 3, "message": "gone"} if task.status == FAILED else None

    return objects(
        {"id": f"t{t.n}", "created_at": t.at(EXACT), "status": t.word, "error": error(t)} for t in tasks
    )


@reads("done_beside_object.ndjson")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(FAILED if row["error"] else ENDS[row["status"]], None, utc(row["created_at"]))
        for row in lines(data)
    ]


PLAIN = [(each, ENDS[each]) for each in MEANT]


@tasks_layout("errors_of_the_failed.csv", PLAIN, asks="", trap="Errors and codes say the same as the status.")
def _(tasks: list[Task]) -> str:
    rows = (
        [f"t{t.n}", t.at(EXACT), t.word, _cell(t, "none", "gone"), _cell(t, "0", "1"), t.n % 3] for t in tasks
    )
    return table("id,created_at,status,error,exit_code,retries", rows, end="\n")


@reads("errors_of_the_failed.csv")
def _(data: bytes) -> list[Seen]:
    return [Seen(ENDS[row["status"]], None, utc(row["created_at"])) for row in cells(data)]
