"""Any log of tasks, in any dialect, imported by `--guess`: the numbers are right, or it asked."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from callboard.errors import CallerError
from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan
from tests.property.lengths import examples
from tests.property.task_logs import TaskLog, task_logs


def test_any_task_log_is_right_or_asked_about(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """In every file drawn."""
    check(tmp_path, examples(0.08), record_property)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_any_task_log_at_length(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """The same for 2,000 files (`N` says how many, `SHORT=1` asks for 500)."""
    most = int(os.environ.get("N") or (500 if os.environ.get("SHORT") else 2_000))
    check(tmp_path, settings(max_examples=most), record_property)


def check(folder: Path, how_many: Any, record_property: Callable[[str, object], None]) -> None:
    """Draw logs and read each. Every fault shows its file and what was found."""
    counted: Counter[str] = Counter()
    number = itertools.count()

    @how_many
    @given(task_logs())
    def each(log: TaskLog) -> None:
        file = folder / f"{next(number)}.csv"
        file.write_bytes(log.content)
        plan = ImportPlan(str(file), "acme.example", space="any", options=MapOptions(timezone=("UTC",)))
        plan = replace(plan, options=replace(plan.options, record_type="task"))
        try:
            found = guess(plan)
        except CallerError as error:
            raise AssertionError(f"refused: {error}\n{log.described}") from error
        counted["files"] += 1
        counted["asked"] += bool(found.doubts)
        if not found.doubts:
            got = found.preview.items, found.preview.statuses
            assert got == (log.tasks, dict(log.statuses)), (
                f"imported wrong, and nobody was asked: {got}\n{found.plan.command()}\n{log.described}"
            )
        file.unlink()

    each()
    record_property("drawn", dict(counted))
    assert counted["asked"] < counted["files"], "no file drawn is right unasked"
