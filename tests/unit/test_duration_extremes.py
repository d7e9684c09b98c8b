"""The very greatest is looked up on its day and in its space, however many calls lie elsewhere."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callboard.clock import DAY
from callboard.query.reports import durations as module
from callboard.query.reports.durations import durations
from callboard.query.reports.period import Period
from callboard.query.reports.query import Query
from callboard.query.reports.scope import report_scope
from tests.events import call, send
from tests.stores import NOW, make_organization, make_space, make_store, on_postgres


@pytest.mark.parametrize("kind", ["memory", "sqlite", pytest.param("postgres", marks=on_postgres)])
def test_the_greatest_is_exact_beside_any_number_of_other_calls(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty calls a day may not be looked at here; those of one space on one day are five."""
    monkeypatch.setattr(module, "EXTREME_ROWS", 5)
    store = make_store(kind, tmp_path)
    organization = make_organization(store, "acme.example")
    busy, quiet = make_space(store, organization), make_space(store, organization)
    for day in range(3):
        for number in range(20):
            at = day * 86_400 + number * 600
            send(store, busy, call(f"b-{day}-{number}", at=at, duration_ms=1000 * (60 + number)))
        for number in range(5):
            at = day * 86_400 + number * 600
            send(store, quiet, call(f"q-{day}-{number}", at=at, duration_ms=900_003 + 100_000 * day))
    scope = report_scope(organization.id, [busy, quiet], None, all_content=False)
    asked = Query(scope=scope, period=Period(NOW, NOW + 3 * DAY), zone=ZoneInfo("UTC"))
    [told] = durations(store, asked).durations
    assert told.talk_time.max == 1100.003
    store.close()
