"""What an ended call's times say, on every store: calls at once, averages, the list of what contradicts."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from callboard.clock import DAY, HOUR, MINUTE, SECOND
from callboard.fold.grain import Grain
from callboard.model.call import Call
from callboard.model.directory import Organization, Space
from callboard.query.reports.concurrency import ConcurrencyData, ConcurrencyQuery, concurrency
from callboard.query.reports.period import Period
from callboard.query.reports.scope import report_scope
from callboard.store.interface import Store
from callboard.store.questions import Aggregate, CallFilter, Scan, Scope, Sum, Window
from tests.events import call, send
from tests.stores import NOW

IN_2000 = 946_684_800_000_000
ALL = Window(limit=1_000)


def at_once(store: Store, acme: Organization, kind: str, period: Period) -> ConcurrencyData:
    scope = report_scope(acme.id, store.spaces(acme.id), None, all_content=False)
    return concurrency(
        store,
        ConcurrencyQuery(
            scope=scope,
            period=period,
            interval="total",
            zone=ZoneInfo("UTC"),
            kind=kind,  # type: ignore[arg-type]
            where=(),
            now=period.end,
        ),
    )


def listed(store: Store, scope: Scope, **asked: bool) -> list[Call]:
    return [each.call for each in store.calls(scope, CallFilter(**asked), ALL)]  # type: ignore[arg-type]


def test_calls_one_after_another_are_one_at_once_however_late_their_notes(
    store: Store, acme: Organization, space: Space
) -> None:
    """240 calls of a minute, each annotated an hour later: a peak of 1, where it was 31."""
    calls = [
        call(f"c{number}", at=60 * number + 60, start_time=NOW + number * MINUTE, duration_ms=60_000)
        for number in range(240)
    ]
    notes = [call(f"c{number}", at=60 * number + 3660, metadata={"score": number}) for number in range(240)]
    send(store, space, *calls)
    send(store, space, *notes)
    for kind in ("talk", "offered"):
        found = at_once(store, acme, kind, Period(NOW, NOW + 6 * HOUR))
        assert (found.peak, found.unplaced) == (1, 0)
        assert found.values["mean"] == [240 / 360]


def test_a_call_whose_end_is_unknown_is_unplaced_and_not_under_way(
    store: Store, acme: Organization, space: Space
) -> None:
    """It has ended, so it is not open either: not for the four hours that a live call may take."""
    send(
        store,
        space,
        call("c1", at=0, start_time=NOW, creation_time=NOW),
        call("c2", "missed", at=0, creation_time=NOW),
    )
    period = Period(NOW - HOUR, NOW + 6 * HOUR)
    talked, offered = (at_once(store, acme, kind, period) for kind in ("talk", "offered"))
    assert (talked.peak, talked.open_calls, talked.unplaced) == (0, 0, 1)
    assert (offered.peak, offered.open_calls, offered.unplaced) == (0, 0, 2)
    scope = Scope(acme.id, space.id)
    for kind, count in (("talk", 1), ("offered", 2)):
        assert store.count_calls(scope, CallFilter(unplaced=kind)) == count
    assert store.count_calls(scope, CallFilter(talking_at=(NOW, NOW + HOUR))) == 0


def test_contradicting_times_are_counted_as_their_list_and_in_no_average(
    store: Store, acme: Organization, space: Space, other_space: Space, foreign_space: Space
) -> None:
    """A start in 2000, an end before its start: for the organization and for a space, void ones never."""
    sound = [
        call(f"ok{number}", at=60, creation_time=NOW, start_time=NOW, duration_ms=30_000)
        for number in range(9)
    ]
    in_2000 = call("y2k", at=60, start_time=IN_2000, end_time=NOW + MINUTE)
    turned = call("turned", at=60, start_time=NOW + 2 * MINUTE, end_time=NOW + MINUTE, creation_time=NOW)
    send(store, space, *sound, in_2000, call("gone", at=60, start_time=IN_2000, end_time=NOW, void=True))
    send(store, other_space, turned)
    send(store, foreign_space, in_2000, turned)

    both = Aggregate(
        spaces=(space.id, other_space.id),
        sums=(Sum("timed"), Sum("talk_ms"), Sum("wait_ms")),
        counter="calls",
    )
    scan = Scan(aggregate=both, grain=Grain.DAY, ranges=((-(2**40), 2**40),))
    [[row]] = store.sums(acme.id, [scan])
    assert row[1:] == (9, 9 * 30_000, 0)

    spaces = store.spaces(acme.id)
    for space_id, names in ((None, ["y2k", "turned"]), (space.id, ["y2k"]), (other_space.id, ["turned"])):
        scope = report_scope(acme.id, spaces, space_id, all_content=False)
        asked = Scope(acme.id, space_id)
        found = listed(store, asked, contradicting=True)
        assert sorted(each.call_id for each in found) == sorted(names)
        assert store.count_calls(scope.list_scope, CallFilter(contradicting=True)) == len(names)
        assert all(each.duration_ms is None and each.wait_ms is None for each in found)
        everything = store.count_calls(asked, CallFilter())
        assert store.count_calls(asked, CallFilter(contradicting=False)) == everything - len(names)
    assert at_once(store, acme, "talk", Period(NOW - DAY, NOW + DAY)).unplaced == 2
    # Corrected, it contradicts nothing any more.
    send(store, space, call("y2k", at=61, start_time=NOW))
    assert listed(store, Scope(acme.id, space.id), contradicting=True) == []
    assert store.verify(deep=True).drift == 0


def test_a_creation_that_moves_moves_its_counters(store: Store, acme: Organization, space: Space) -> None:
    """Once in the event with the end, then in the event with the start."""
    day = NOW // DAY

    def days() -> dict[int, int]:
        scan = Scan(
            aggregate=Aggregate(spaces=(space.id,), sums=(Sum("items"),), counter="calls"),
            grain=Grain.DAY,
            ranges=tuple(((day + each) * 96, (day + each + 1) * 96) for each in range(3)),
        )
        return dict(store.sums(acme.id, [scan])[0])

    send(store, space, call("c", at=DAY / SECOND, end_time=NOW + DAY))
    assert days() == {1: 1}
    send(store, space, call("c", "in_progress", at=DAY / SECOND + 1, start_time=NOW + DAY - HOUR))
    assert days() == {0: 1}
    assert store.verify(deep=True).drift == 0
