"""Following the links of a report: each leads to a list whose `count` is the number it stands behind."""

from __future__ import annotations

from typing import Any

from tests.http.board import Board


def count(board: Board, link: str, **bounds: str) -> int:
    """The count of the list that a link leads to, filled with the bounds of a bucket."""
    path = link
    for name, value in bounds.items():
        path = path.replace("{" + name + "}", value)
    assert "{" not in path, path
    answer = board.get(path)
    assert answer.status_code == 200, (path, answer.text)
    counted: int = answer.json()["count"]
    return counted


def is_counted(metric: str) -> bool:
    """Whether the number itself is the count; of the others the list is what they are over."""
    return metric not in ("avg_duration_seconds", "success_rate", "answer_rate", "talk_seconds")


def over(metric: str, numbers: dict[str, Any]) -> int | None:
    """What a ratio or mean is over, where the other numbers say it."""
    if metric == "success_rate":
        return int(numbers["total_calls"])
    if metric == "answer_rate":
        return int(numbers["completed_calls"] + numbers["missed_calls"] + numbers["failed_calls"])
    return None
