"""What a process holds of reports in memory is what the store holds, whatever moved meanwhile."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.clock import DAY
from callboard.model.directory import Space
from callboard.query.metrics import BY_NAME
from callboard.query.reports import views as bounds
from callboard.query.reports.period import Period
from callboard.query.reports.query import SeriesQuery
from callboard.query.reports.scope import report_scope
from callboard.query.reports.series import series
from callboard.query.reports.views import Views
from tests import events
from tests.events import send
from tests.property.lengths import examples_on
from tests.property.plain_reports import ZONES, crowd_calls, crowd_tasks, with_times
from tests.property.test_report_series import questions, scopes
from tests.property.worlds import World, Worlds
from tests.stores import NOW, STORES, behind, compact_at

KEPT = [kind for kind in STORES if kind != "memory"]
"""The model holds nothing that could be held beside it."""
CALLS, TASKS = 5, 3
"""So many are told of again and again."""

steps = st.lists(
    st.one_of(
        st.tuples(st.just("call"), crowd_calls),
        st.tuples(st.just("call"), crowd_calls),
        st.tuples(st.just("task"), crowd_tasks),
        st.tuples(st.just("ask"), st.integers(0, 2)),
        st.tuples(st.just("ask"), st.integers(0, 2)),
        st.tuples(st.just("zone"), st.sampled_from([None, *ZONES])),
        st.tuples(st.just("organization_zone"), st.sampled_from(ZONES)),
        st.tuples(st.just("content"), st.sampled_from(["contact", "email"])),
        st.tuples(st.just("withdraw"), crowd_calls),
        st.tuples(st.just("repair"), st.none()),
    ),
    min_size=6,
    max_size=20,
)


class Going:
    """A world that goes on, and one set of views all the while."""

    def __init__(self, world: World, asked: list[dict[str, Any]]) -> None:
        self.world, self.asked = world, asked
        self.views = Views()
        self.acme = world.organizations[0]
        self._told = 0

    def call(self, fields: dict[str, Any], **batch: Any) -> None:
        """Of one of a few calls: what was known of it may move."""
        drawn = with_times(fields)
        space, status = self.world.spaces[drawn.pop("space")], drawn.pop("call_status")
        self._told += 1
        told = events.call(f"c{self._told % CALLS}", status, at=self._told, **drawn)
        send(self.world.store, space, told, **batch)

    def task(self, fields: dict[str, Any]) -> None:
        """Of one of a few tasks."""
        drawn = dict(fields)
        space, status = self.world.spaces[drawn.pop("space")], drawn.pop("status")
        self._told += 1
        told = events.task(f"t{self._told % TASKS}", status, at=self._told, **drawn)
        send(self.world.store, space, told)

    def zone(self, name: str | None) -> None:
        """The hours and days of a space are rebuilt; without a zone of its own, by its organization's."""
        space = self._now("summer")
        self.world.store.update_space(self.acme.id, space.id, {"settings": {"timezone": name}})

    def organization_zone(self, name: str) -> None:
        """So are those of all spaces without a zone of their own."""
        self.world.store.set_organization_zone(self.acme.id, name)

    def content(self, kind: str) -> None:
        """A space comes among the contact spaces, or leaves them."""
        space = self._now("letters")
        self.world.store.update_space(self.acme.id, space.id, {"content_type": kind})

    def withdraw(self, fields: dict[str, Any]) -> None:
        """What an import brought is asked for, and goes again."""
        store = self.world.store
        brought = store.begin_import(self.acme.id, f"some {self._told}", NOW)
        self.call({**fields, "space": "spring"}, import_no=brought.batch_no)
        self.ask(0)
        store.withdraw(self.acme.id, brought.batch_no, NOW)

    def repair(self, _: None) -> None:
        """Wrong numbers are held, and made right behind that."""
        with behind(self.world.store) as db:
            db.run(
                "UPDATE cell SET items = items + 1 WHERE org_id = :id AND counter = 1", {"id": self.acme.id}
            )
        for which in range(len(self.asked)):
            self.ask(which, check=False)
        self.world.store.verify(repair=True)

    def ask(self, which: int, *, check: bool = True) -> None:
        """Held, and from rows alone."""
        asked = self.asked[which % len(self.asked)]
        for scope, _ in scopes(self.world):
            question = SeriesQuery(scope=scope, **asked)
            told = series(self.world.store, question, self.views)
            if check:
                rows = SeriesQuery(scope=scope, counters=False, **asked)
                assert told == series(self.world.store, rows)

    def _now(self, name: str) -> Space:
        """The space as it is now."""
        return next(each for each in self.world.store.spaces(self.acme.id) if each.name == name)


@pytest.mark.parametrize("kind", KEPT)
@pytest.mark.parametrize("most", [bounds.MAX_NUMBERS, 1_500], ids=["roomy", "crowded"])
def test_what_is_held_is_what_the_store_holds(
    worlds: Worlds, kind: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through commits, compactions, changes of zone and of content type, repairs and withdrawals; and where
    there is room for few numbers only.
    """
    monkeypatch.setattr(bounds, "MAX_NUMBERS", most)
    monkeypatch.setattr(bounds, "MAX_NUMBERS_PER_VIEW", most // 2)
    zones = st.fixed_dictionaries({name: st.sampled_from(ZONES) for name in ("spring", "summer")})

    @examples_on(kind, 1)
    @given(
        zones,
        st.lists(questions(tasks_apart=True), min_size=1, max_size=3),
        steps,
        st.sampled_from([1, 4, 12]),
    )
    def holds(zones: dict[str, str], asked: list[dict[str, Any]], going: list[Any], merged_at: int) -> None:
        compact_at(monkeypatch, merged_at)
        world = worlds.make(kind, {"letters": "UTC", "hidden": "UTC", **zones})
        told = Going(world, asked)
        for step, value in going:
            getattr(told, step)(value)
        for which in range(len(asked)):
            told.ask(which)
        worlds.end(world)

    holds()


@pytest.mark.parametrize("kind", KEPT)
def test_numbers_that_were_repaired_are_not_held_any_longer(
    worlds: Worlds, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repair changes cells without a delta that says by how much: views are read again."""
    compact_at(monkeypatch, 1)
    world = worlds.make(kind, dict.fromkeys(("spring", "summer", "letters", "hidden"), "UTC"))
    for number in range(3):
        send(world.store, world.spaces["spring"], events.call(f"c{number}", creation_time=NOW))
    scope, _ = scopes(world)[0]
    asked = SeriesQuery(
        scope=scope,
        period=Period(NOW, NOW + DAY),
        interval="day",
        zone=ZoneInfo("UTC"),
        metrics=(BY_NAME["total_calls"],),
    )
    views = Views()
    with behind(world.store) as db:
        db.run("UPDATE cell SET items = items + 1 WHERE org_id = :id", {"id": world.organizations[0].id})
    assert series(world.store, asked, views).series[0].totals != {"total_calls": 3}
    assert world.store.verify(repair=True).repaired
    assert series(world.store, asked, views).series[0].totals == {"total_calls": 3}
    worlds.end(world)


def test_there_is_a_bound_to_what_is_held(worlds: Worlds, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many questions are asked, of however many periods in which nothing was."""
    monkeypatch.setattr(bounds, "MAX_NUMBERS", 10_000)
    monkeypatch.setattr(bounds, "MAX_NUMBERS_PER_VIEW", 5_000)
    monkeypatch.setattr(bounds, "MAX_VIEWS", 3)
    world = worlds.make("sqlite", dict.fromkeys(("spring", "summer", "letters", "hidden"), "UTC"))
    scope, _ = scopes(world)[0]
    views = Views()
    for week in range(60):
        start = NOW + week * 7 * DAY
        for where in ((), (("call_type", "web"),), (("agent", f"agent {week}"),)):
            question = SeriesQuery(
                scope=scope,
                period=Period(start, start + 2 * DAY),
                interval="hour",
                zone=ZoneInfo("UTC"),
                metrics=(BY_NAME["total_calls"],),
                where=where,
            )
            assert series(world.store, question, views).series[0].totals == {"total_calls": 0}
            held = views._views.values()
            assert len(held) <= 3
            assert sum(len(view._sums) for view in held) * bounds.NUMBERS_PER_RANGE <= 10_000
    worlds.end(world)


def test_tenants_never_share_a_view(worlds: Worlds) -> None:
    """Two organizations ask the same of all their contact spaces, by turns."""
    world = worlds.make("sqlite", dict.fromkeys(("spring", "summer", "letters", "hidden"), "UTC"))
    views = Views()
    for number, name in enumerate(("spring", "summer", "hidden")):
        send(world.store, world.spaces[name], events.call(f"c{number}", creation_time=NOW))
    for _ in range(2):
        for organization, expected in zip(world.organizations, (2, 1), strict=True):
            spaces = world.store.spaces(organization.id)
            question = SeriesQuery(
                scope=report_scope(organization.id, spaces, None, all_content=False),
                period=Period(NOW, NOW + DAY),
                interval="day",
                zone=ZoneInfo("UTC"),
                metrics=(BY_NAME["total_calls"],),
            )
            assert series(world.store, question, views).series[0].totals == {"total_calls": expected}
    worlds.end(world)
