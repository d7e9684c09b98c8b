"""The numbers of one table are of one moment, also those of the period before and of tasks beside calls."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from callboard.clock import DAY
from callboard.query.metrics import BY_NAME
from callboard.query.reports.period import Period
from callboard.query.reports.query import SeriesQuery
from callboard.query.reports.scope import ReportScope
from callboard.query.reports.series import series
from tests.events import call, send, task
from tests.model import MemoryStore
from tests.stores import NOW, make_organization, make_space


class Busy(MemoryStore):
    """Another writer commits a call and a task after each read."""

    space: Any = None

    def sums_since(self, org_id, scans, since):
        found = super().sums_since(org_id, scans, since)
        self.commit()
        return found

    def commit(self):
        self.count = getattr(self, "count", 0) + 1
        send(
            self,
            self.space,
            call(f"c-{self.count}", creation_time=NOW + 10),
            task(f"t-{self.count}", created=NOW + 10),
        )


def test_a_table_is_of_one_snapshot():
    """All sums are of one read: there are as many calls as tasks, and none that were committed after it."""
    store = Busy()
    acme = make_organization(store)
    store.space = make_space(store, acme)
    for _ in range(3):
        store.commit()
    query = SeriesQuery(
        scope=ReportScope(acme.id, (store.space,)),
        period=Period(NOW, NOW + DAY),
        interval="day",
        zone=ZoneInfo("UTC"),
        metrics=(BY_NAME["total_calls"], BY_NAME["total_tasks"]),
        compare=True,
    )
    (answer,) = series(store, query).series
    assert answer.totals == {"total_calls": 3, "total_tasks": 3}
    assert store.count == 4, "one read"
