"""Calls that share group ids are one call: the head counts, the others are its legs."""

from __future__ import annotations

import pytest
from msgspec import structs

from callboard.clock import SECOND
from callboard.fold import groups
from callboard.fold.event_quota import ENDS_PER_GROUP
from callboard.model.call import LEG, NO_STATUS, WITHDRAWN, WITHDRAWN_WITH_HEAD, Call
from callboard.model.directory import Organization, Space
from callboard.model.event import Entry, GroupEnd
from callboard.store.interface import Store
from callboard.store.questions import CallFilter, Scope, Window
from callboard.store.sql import grouping
from callboard.store.sql.store import SqlStore
from tests import groups as plain
from tests.events import call, ended, entry, send
from tests.stores import NOW, behind, bits, dump

ALL = Window(limit=1_000)
G, H = ("g",), ("h",)


def end(
    group_id: str, status: str = "completed", *, at: float = 60, standing: int = 1, **more: object
) -> Entry:
    """An end said of a group, `at` seconds after `NOW`."""
    return entry(GroupEnd(group_id, status, standing, NOW + round(at * SECOND), **more))  # type: ignore[arg-type]


def counted(store: Store, space: Space, **where: object) -> list[str]:
    """The ids of the calls in lists; as many as the totals say."""
    found = store.calls(Scope(space.org_id, space.id), CallFilter(**where), ALL)  # type: ignore[arg-type]
    if not where:
        totals = store.changes_since(space.org_id, -1).totals[space.id]
        assert sum(getattr(totals, f"calls_{each}") for each in plain_statuses()) == len(found)
    return sorted(each.call.call_id for each in found)


def plain_statuses() -> list[str]:
    return ["queued", "ringing", "in_progress", "completed", "missed", "failed"]


def rows(store: Store, acme: Organization) -> dict[str, Call]:
    assert store.verify(deep=True).differences == []
    return {call_id: row for (_, call_id), row in dump(store, acme.id)["calls"].items()}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> int:
    """Groups of at most three rows."""
    for module in (groups, grouping):
        monkeypatch.setattr(module, "GROUP_ROWS", 3)
    monkeypatch.setattr(plain, "most_rows", [3])
    return 3


def test_of_rows_that_share_a_group_id_the_head_counts(store, acme, space):
    """Whichever came first: more than queued, then rank, then creation, then id."""
    send(store, space, call("b", at=1, group_ids=G))
    assert counted(store, space) == ["b"]
    send(store, space, call("c", at=0, group_ids=G))
    assert counted(store, space) == ["c"]
    send(store, space, call("a", at=0, group_ids=G))
    assert counted(store, space) == ["a"]
    send(store, space, call("d", at=9, group_ids=G, group_rank=2))
    assert counted(store, space) == ["d"]
    send(store, space, call("e", "queued", at=0, group_ids=G, group_rank=2))
    assert counted(store, space) == ["d"]
    found = rows(store, acme)
    assert {each: found[each].leg_of for each in "abce"} == dict.fromkeys("abce", "d")
    assert [leg.call_id for leg in store.legs(acme.id, space.id, "d")] == ["a", "c", "e", "b"]
    leg = store.call(acme.id, space.id, "c")
    assert leg is not None
    assert (leg.void, leg.leg_of) == (LEG, "d")


def test_chains_are_one_group_until_a_link_goes(store, acme, space):
    """A row that names two groups joins them; when it names one alone, they part."""
    send(store, space, call("a", at=0, group_ids=G), call("b", at=1, group_ids=H))
    assert counted(store, space) == ["a", "b"]
    send(store, space, call("c", at=2, group_ids=("g", "h")))
    assert counted(store, space) == ["a"]
    send(store, space, call("c", at=3, group_ids=H))
    assert counted(store, space) == ["a", "b"]
    assert rows(store, acme)["c"].leg_of == "b"
    send(store, space, call("c", at=4, group_ids=None))
    assert counted(store, space) == ["a", "b", "c"]


def test_a_chain_of_rows_that_are_there_is_followed(store, acme, space):
    """A row that joins at one end speaks for the other end too."""
    send(store, space, call("a", at=0, group_ids=G), call("b", at=1, group_ids=("g", "h")))
    send(store, space, call("c", at=2, group_ids=H, group_rank=2))
    assert counted(store, space) == ["c"]
    assert rows(store, acme)["a"].leg_of == "c"


def test_a_head_that_leaves_its_group_leaves_it_another(store, acme, space):
    """What it left is settled as well as what it comes to."""
    send(store, space, call("a", at=0, group_ids=G), call("b", at=1, group_ids=G))
    assert counted(store, space) == ["a"]
    send(store, space, call("a", at=2, group_ids=H))
    assert counted(store, space) == ["a", "b"]
    assert rows(store, acme)["b"].leg_of is None


def test_a_withdrawn_head_withdraws_its_group_and_a_leg_only_itself(store, acme, space):
    """And each comes back."""
    send(store, space, *(call(each, at=at, group_ids=G) for at, each in enumerate("abc")))
    send(store, space, call("b", at=9, void=True))
    assert counted(store, space) == ["a"]
    assert [leg.call_id for leg in store.legs(acme.id, space.id, "a")] == ["c"]
    send(store, space, call("a", at=9, void=True))
    assert counted(store, space) == []
    assert {each: row.void for each, row in rows(store, acme).items()} == {
        "a": WITHDRAWN,
        "b": WITHDRAWN,
        "c": WITHDRAWN_WITH_HEAD,
    }
    assert store.call(acme.id, space.id, "c") is None
    send(store, space, call("a", at=10, void=False))
    assert counted(store, space) == ["a"]


def test_an_import_that_goes_takes_its_part_of_a_group_along(store, acme, space):
    """The head that it brought, and an end that it brought."""
    begun = store.begin_import(acme.id, "calls.csv", NOW).batch_no
    send(store, space, call("b", "in_progress", at=1, group_ids=G))
    send(store, space, call("a", at=0, group_ids=G), import_no=begun)
    assert counted(store, space) == ["a"]
    store.withdraw(acme.id, begun, NOW)
    assert counted(store, space) == ["b"]
    again = store.begin_import(acme.id, "ends.csv", NOW).batch_no
    send(store, space, end("g"), import_no=again)
    assert rows(store, acme)["b"].call_status == "completed"
    store.withdraw(acme.id, again, NOW)
    assert rows(store, acme)["b"].call_status == "in_progress"


@pytest.mark.usefixtures("small")
def test_a_group_of_too_many_rows_is_none(store, acme, space):
    """Each row counts, an end said of it changes nothing; and it is one again when it has fewer."""
    live = [call(each, "in_progress", at=at, group_ids=G) for at, each in enumerate("abc")]
    send(store, space, *live, end("g"))
    assert counted(store, space) == ["a"]
    assert counted(store, space, call_status="completed") == ["a"]
    send(store, space, call("d", "in_progress", at=7, group_ids=G))
    assert counted(store, space, call_status="in_progress") == ["a", "b", "c", "d"]
    assert store.beside_calls(acme.id, [space.id]).oversized == 4
    assert store.verify(deep=True).differences == []
    send(store, space, call("b", "in_progress", at=8, group_ids=H))
    assert counted(store, space) == ["a", "b"]
    assert counted(store, space, call_status="completed") == ["a"]
    assert store.beside_calls(acme.id, [space.id]).oversized == 0
    assert store.verify(deep=True).differences == []


@pytest.mark.usefixtures("small")
def test_a_chain_of_too_many_rows_is_none(store, acme, space):
    """Two groups that a row joins to one of too many: all of them count, and part again with it."""
    send(store, space, call("a", at=0, group_ids=G), call("b", at=1, group_ids=G))
    send(store, space, call("c", at=2, group_ids=H), call("d", at=3, group_ids=H))
    assert counted(store, space) == ["a", "c"]
    send(store, space, call("e", at=4, group_ids=("g", "h")))
    assert counted(store, space) == ["a", "b", "c", "d", "e"]
    send(store, space, call("e", at=5, group_ids=None))
    assert counted(store, space) == ["a", "c", "e"]
    assert store.verify(deep=True).differences == []


def test_an_end_said_of_a_group_ends_its_rows_before_and_after_it_came(store, acme, space):
    """It makes no row, and never ends a row of another group or one that only facts are known of."""
    assert ended(send(store, space, end("g", end_reason="hangup"))) == (1, 0, 0, 0)
    assert rows(store, acme) == {}
    send(store, space, call("a", "in_progress", at=1, group_ids=G), call("x", "in_progress", at=1))
    send(store, space, structs.replace(call("f", "", at=2, standing=2, group_ids=G)))
    found = rows(store, acme)
    assert (found["a"].call_status, found["a"].end_reason) == ("completed", "hangup")
    assert (found["a"].end_time, found["x"].call_status) == (NOW + 60 * SECOND, "in_progress")
    assert found["f"].void == NO_STATUS
    assert ended(send(store, space, end("g", end_reason="hangup"))) == (0, 1, 0, 0)
    shown = store.call_entries(acme.id, space.id, "a")
    assert [type(each.event).__name__ for each in shown].count("GroupEnd") == 1
    # A stated end outweighs it.
    send(store, space, call("a", "missed", at=3, end_reason="busy"))
    assert rows(store, acme)["a"].call_status == "missed"


def test_an_end_said_of_a_group_gives_way_to_an_end_that_explains_nothing(store, acme, space):
    """A participant left for no reason, then the room was closed: the call was over when he left."""
    send(store, space, call("a", "in_progress", at=1, group_ids=G))
    send(store, space, end("g", "failed", at=65, end_reason="hangup"), end("g", "failed", at=2))
    send(store, space, call("a", "completed", at=63, standing=1, end_reason="unknown"))
    row = rows(store, acme)["a"]
    assert (row.call_status, row.end_reason, row.end_time) == ("completed", "unknown", NOW + 63 * SECOND)


def test_a_group_has_a_bounded_number_of_ends(store, acme, space):
    """More of them are rejected, and the calls take as many events as ever."""
    send(store, space, call("a", "in_progress", group_ids=G))
    said = [end("g", at=number) for number in range(ENDS_PER_GROUP + 2)]
    receipt = send(store, space, *said)
    assert ended(receipt) == (ENDS_PER_GROUP, 0, 0, 2)
    assert {each.reason for each in receipt.rejections} == {"too_many_events"}
    assert rows(store, acme)["a"].end_time == NOW


def test_facts_alone_are_no_call(store, acme, space):
    """They are kept, and show once there is one; they decide neither its status nor its times."""
    fact = call("a", "", at=50, standing=2, metadata={"recording": "r1"}, cost_micros=5, cost_currency="USD")
    assert ended(send(store, space, fact)) == (1, 0, 0, 0)
    send(store, space, call("a", "", at=-50, standing=2, agent="ann"))
    assert counted(store, space) == []
    assert store.call(acme.id, space.id, "a") is None
    assert store.beside_calls(acme.id, [space.id]).facts_without_call == 1
    assert store.verify(deep=True).differences == []
    send(store, space, call("a", "in_progress", at=3))
    found = rows(store, acme)["a"]
    assert (found.call_status, found.creation_time, found.end_time) == ("in_progress", NOW + 3 * SECOND, None)
    assert (found.metadata, found.cost_micros) == ({"recording": "r1"}, 5)
    assert store.beside_calls(acme.id, [space.id]).facts_without_call == 0


def test_a_call_is_found_by_an_id_of_any_row_of_its_group(store, acme, space):
    """The head is answered, also for an id of a leg; and calls are found by whether they have legs."""
    send(
        store,
        space,
        call("a", at=0, group_ids=G, external_ids={"crm": "x1"}),
        call("b", at=1, group_ids=G, external_ids={"twilio": "CA1"}),
        call("c", at=2, external_ids={"twilio": "CA2"}),
    )
    assert counted(store, space, external_id="CA1") == ["a"]
    assert counted(store, space, external_id="x1") == ["a"]
    assert counted(store, space, external_id="CA2") == ["c"]
    assert counted(store, space, external_id="CA3") == []
    assert counted(store, space, has_legs=True) == ["a"]
    assert counted(store, space, has_legs=False) == ["c"]
    send(store, space, call("b", at=3, external_ids={"twilio": None}))
    assert counted(store, space, external_id="CA1") == []


def test_the_source_is_the_least_way_of_the_greatest_event(store, acme, space):
    """Whichever was first; and without a withdrawn one, as if it had never been."""
    said = call("a")
    send(store, space, said)
    assert rows(store, acme)["a"].source == "events"
    begun = store.begin_import(acme.id, "calls.csv", NOW).batch_no
    assert ended(send(store, space, structs.replace(said, source="archive"), import_no=begun)) == (0, 1, 0, 0)
    assert rows(store, acme)["a"].source == "archive"
    send(store, space, structs.replace(said, source="hook"), call("a", "ringing", at=-5))
    assert rows(store, acme)["a"].source == "archive"
    store.withdraw(acme.id, begun, NOW)
    assert rows(store, acme)["a"].source == "events"


def drifting(store: Store, space: Space) -> Store:
    """A head with two legs and an end, one of the legs of another id too."""
    if not isinstance(store, SqlStore):
        pytest.skip("what is planted lies in tables")
    send(
        store,
        space,
        *(call(each, "in_progress", at=at, group_ids=G) for at, each in enumerate("abc")),
        call("b", "in_progress", at=5, external_ids={"crm": "x"}),
        end("g"),
    )
    return store


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE call SET void = 0, leg_of = NULL WHERE call_id = 'b'",
        "UPDATE call SET void = 3, leg_of = 'b' WHERE call_id = 'a'",
        "UPDATE call SET leg_of = 'c' WHERE call_id = 'b'",
        "UPDATE call SET time_marks = time_marks + 16 WHERE call_id = 'b'",
        "DELETE FROM call_link WHERE value = 'x'",
        "DELETE FROM call_link WHERE value = 'g' AND no = 2",
        "UPDATE call_link SET value = 'y' WHERE value = 'x'",
    ],
)
def test_a_wrong_place_and_a_wrong_link_are_found_and_repaired(store, acme, space, wrong):
    """Also by a verification that reads no events."""
    store = drifting(store, space)
    before = bits(dump(store, acme.id))
    with behind(store) as db:
        db.run(wrong)
    assert store.verify().drift > 0
    store.verify(repair=True)
    assert bits(dump(store, acme.id)) == before
    assert store.verify(deep=True).differences == []
    assert counted(store, space, external_id="x") == ["a"]


def test_the_ends_of_a_group_are_no_orphans_and_found_when_they_are_gone(store, acme, space):
    """A deep verification refolds with them, and makes their row anew."""
    store = drifting(store, space)
    with behind(store) as db:
        db.run("DELETE FROM group_end")
    found = store.verify(deep=True, repair=True)
    assert found.drift > 0
    assert rows(store, acme)["a"].call_status == "completed"
