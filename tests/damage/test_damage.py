"""What a deep verification says of single damages, and what a repair makes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from callboard.errors import StoreDamagedError
from callboard.store.interface import NewRun, Store
from callboard.store.sql import checksum
from callboard.store.sql.save import compact_now
from callboard.store.sqlite.store import SqliteStore
from tests.contract.drift import plant
from tests.events import call, send, task
from tests.stores import NOW, behind, bits, dump, make_organization, make_space, make_store, on_postgres

ENGINES = ("sqlite", pytest.param("postgres", marks=on_postgres))


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """One organization, one space, calls of one and of several events, a task and a registered run."""
    made = make_store(request.param, tmp_path)
    space = make_space(made, make_organization(made))
    send(made, space, call("c1", "ringing", event_id="e1"), call("c2", duration_ms=2000))
    send(made, space, call("c1", at=5, duration_ms=1000), call("c3", "missed"))
    send(made, space, task("t1", run_id="r1"), run=NewRun("r1", NOW, "documents", "now"))
    yield made
    made.close()


def body_of(store: Store, seq: int) -> bytes:
    with behind(store) as db:
        return bytes(db.select_value("SELECT body FROM event WHERE seq = :seq", {"seq": seq}))


def change(store: Store, sql: str, **values: Any) -> None:
    with behind(store) as db:
        db.run(sql, values)


def damage_event(store: Store, seq: int) -> None:
    """One digit of an event's body: c2's length, 2,000 ms, becomes another number."""
    body = body_of(store, seq)
    place = body.index(b"\x07\xd0") + 1
    change(
        store,
        "UPDATE event SET body = :body WHERE seq = :seq",
        seq=seq,
        body=body[:place] + bytes([body[place] ^ 8]) + body[place + 1 :],
    )


def test_a_flipped_digit_in_an_event_never_becomes_a_number(store: Store) -> None:
    """The row is kept as it is and named, whatever is repaired around it, and however often."""
    before = bits(dump(store, 1))
    damage_event(store, 2)
    plant(store, "totals")
    for _ in range(2):
        found = store.verify(deep=True, repair=True)
        assert ("event", 1, 1, "2") in {
            (each.what, each.org_id, each.space_id, each.key) for each in found.differences
        }
        [kept] = [each for each in found.differences if each.what == "call"]
        assert (kept.key, "event 2 fails its checksum" in kept.expected) == ("c2", True)
        assert bits(dump(store, 1)) == before


def test_a_wrong_row_beside_a_failing_event_is_repaired_all_the_same(store: Store) -> None:
    """Only what the event may belong to is kept."""
    before = bits(dump(store, 1))
    damage_event(store, 2)
    change(store, "UPDATE call SET duration_ms = 77 WHERE call_id = 'c1'")
    assert store.verify(deep=True, repair=True).repaired > 0
    assert bits(dump(store, 1)) == before


def test_a_row_is_not_made_anew_without_an_event_that_may_be_its_own(store: Store) -> None:
    """The item number of an event may itself be damaged, and an event may be missing."""
    before = bits(dump(store, 1))
    [no] = _number(store, "c1")
    [other] = _number(store, "c3")
    change(store, "UPDATE event SET item_no = :other WHERE item_no = :no AND seq = 3", no=no, other=other)
    found = store.verify(deep=True, repair=True)
    assert {each.key for each in found.differences if each.what == "call"} == {"c1", "c3"}
    assert bits(dump(store, 1)) == before
    change(store, "DELETE FROM event WHERE seq = 3")
    found = store.verify(deep=True, repair=True)
    assert "3" in {each.key for each in found.differences if each.what == "event"}
    assert bits(dump(store, 1)) == before


def _number(store: Store, call_id: str) -> list[int]:
    with behind(store) as db:
        return [row[0] for row in db.select("SELECT no FROM call WHERE call_id = :id", {"id": call_id})]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE event SET received_at = received_at + 1 WHERE seq = 1",
        "UPDATE event SET source = 'import' WHERE seq = 1",
        "UPDATE event SET space_id = 7 WHERE seq = 1",
        "UPDATE event SET batch_no = 7 WHERE seq = 1",
        "UPDATE event SET withdrawn = 1 WHERE seq = 1",
        "UPDATE event SET event_key = NULL WHERE seq = 1",
        "UPDATE event SET checksum = NULL WHERE seq = 1",
        "UPDATE event SET seq = 99 WHERE seq = 1",
        "DELETE FROM event WHERE seq = 1",
        "UPDATE delta SET talk_ms = talk_ms + 1 WHERE no = 1",
        "UPDATE delta SET checksum = NULL WHERE no = 1",
        "UPDATE run SET batch_count = 5",
        "UPDATE run SET collection_ref = 'others'",
        "UPDATE run SET registered_at = registered_at + 1",
        "UPDATE call SET space_id = 9 WHERE call_id = 'c1'",
        "UPDATE call SET metadata = '{' WHERE call_id = 'c1'",
        "UPDATE totals SET space_id = 9",
        "UPDATE space SET settings = '{\"timezone\": 5}'",
    ],
)
def test_what_decides_a_number_is_held_to_what_was_once_kept(store: Store, sql: str) -> None:
    """Every column of an event and of a difference, what was registered of a run, and what rows belong to."""
    assert store.verify(deep=True).drift == 0
    change(store, sql)
    found = store.verify(deep=True)
    assert found.drift > 0
    assert sql.split()[1 if sql.startswith("UPDATE") else 2] in {each.what for each in found.differences}


def test_a_withdrawn_event_is_held_to_its_checksum_too(store: Store) -> None:
    """Withdrawing, and handing over to another batch that brought the same, leave every checksum right."""
    space = store.spaces(1)[0]
    first = send(store, space, call("c5", event_id="e5"))
    send(store, space, call("c5", event_id="e5"), received_at=NOW + 5)
    send(store, space, call("c6"))
    for batch_no in (first.batch_no, first.batch_no + 2):
        store.withdraw(1, batch_no, NOW)
    assert store.verify(deep=True).drift == 0
    assert store.call(1, space.id, "c5") is not None
    change(store, "UPDATE event SET withdrawn = 0 WHERE withdrawn = 1")
    assert "event" in {each.what for each in store.verify(deep=True).differences}


def test_a_damaged_event_that_is_handed_over_stays_damaged(store: Store) -> None:
    """Another batch brought what its event was: the receipt is the heir's, the checksum stays what it was."""
    space = store.spaces(1)[0]
    first = send(store, space, call("c5", event_id="e5"))
    send(store, space, call("c5", event_id="e5"), received_at=NOW + 5)
    with behind(store) as db:
        db.run("UPDATE event SET source = 'damage' WHERE batch_no = :no", {"no": first.batch_no})
    store.withdraw(1, first.batch_no, NOW)
    assert "event" in {each.what for each in store.verify(deep=True).differences}


def test_a_batch_with_an_event_that_cannot_be_read_can_be_withdrawn_and_sent_again(store: Store) -> None:
    """The way out: the row follows from what is sent again; the damaged event stays named."""
    space = store.spaces(1)[0]
    receipt = send(store, space, call("c7", duration_ms=3000))
    before = bits(dump(store, 1))
    change(store, "UPDATE event SET body = :body WHERE batch_no = :no", no=receipt.batch_no, body=b"\xc1")
    with pytest.raises(StoreDamagedError, match="c7"):
        send(store, space, call("c7", at=9))
    store.withdraw(1, receipt.batch_no, NOW)
    send(store, space, call("c7", duration_ms=3000))
    assert bits(dump(store, 1)) == before
    assert {each.what for each in store.verify(deep=True).differences} == {"event"}


def test_events_from_before_there_were_checksums_are_counted_and_filled(store: Store) -> None:
    """Until checksums are filled, missing ones are noted and are no drift; after that a missing one is
    damage.
    """
    change(store, "UPDATE event SET checksum = NULL")
    change(store, "UPDATE run SET checksum = NULL")
    change(store, "UPDATE delta SET checksum = NULL")
    change(store, "DELETE FROM meta WHERE name = 'checksums_complete'")
    found = store.verify(deep=True)
    assert (found.drift, found.checked["events_without_checksum"]) == (0, 5)
    with behind(store) as db:
        checksum.fill_event_checksums(db, 1, 1, 2)
        assert db.select_value("SELECT count(checksum) FROM event") == 2
        checksum.fill_event_checksums(db, 1, 1, 100)
        checksum.fill_run_checksums(db, 1)
        compact_now(db, 1)
        checksum.mark_complete(db)
    found = store.verify(deep=True)
    assert (found.drift, found.checked.get("events_without_checksum")) == (0, None)
    change(store, "UPDATE event SET checksum = NULL WHERE seq = 2")
    assert store.verify(deep=True).drift > 0


def test_a_row_that_cannot_be_read_is_made_anew(tmp_path: Path) -> None:
    """Bytes that are no text, a text where a number belongs, and the other way round: named, and mended."""
    store = SqliteStore(str(tmp_path / "callboard.db"))
    space = make_space(store, make_organization(store))
    send(store, space, *[call(f"c{number}", agent="ann") for number in range(50)])
    before = bits(dump(store, 1))
    for number, value in (("c1", "CAST(x'e1ff' AS TEXT)"), ("c2", "7"), ("c3", "x'00'")):
        change(store, f"UPDATE call SET agent = {value} WHERE call_id = '{number}'")
    change(store, "UPDATE call SET creation_time = 'soon' WHERE call_id = 'c4'")
    found = store.verify(deep=True)
    told = {(each.key, each.column) for each in found.differences if each.what == "call"}
    assert {("c2", "agent"), ("c3", "agent"), ("c4", "creation_time")} <= told
    assert "agent" in {column for key, column in told if key not in {"c2", "c3", "c4"}}
    store.verify(deep=True, repair=True)
    assert store.verify(deep=True).drift == 0
    assert bits(dump(store, 1)) == before
    store.close()


def test_an_index_that_leads_astray_is_found_and_made_anew(tmp_path: Path) -> None:
    """Found by SQLite's own check; no row is rebuilt from what such an index finds."""
    store = SqliteStore(str(tmp_path / "callboard.db"))
    space = make_space(store, make_organization(store))
    send(store, space, *[call(f"c{number}") for number in range(9)])
    before = bits(dump(store, 1))
    with behind(store) as db:
        # The rows of the index are taken away behind SQLite's back: as a lost page would.
        db.run("PRAGMA writable_schema = ON")
        db.run(
            "UPDATE sqlite_schema SET sql = replace(sql, 'item_no) WHERE withdrawn = 0', "
            "'item_no) WHERE withdrawn = 5') WHERE name = 'event_by_item'"
        )
    with behind(store) as db:
        db.run("REINDEX event_by_item")
        db.run("PRAGMA writable_schema = ON")
        db.run(
            "UPDATE sqlite_schema SET sql = replace(sql, 'withdrawn = 5', 'withdrawn = 0') "
            "WHERE name = 'event_by_item'"
        )
    store.close()
    store = SqliteStore(str(tmp_path / "callboard.db"))
    found = store.verify(deep=True)
    assert ("file", "event") in {(each.what, each.key) for each in found.differences}
    store.verify(deep=True, repair=True)
    assert store.verify(deep=True).drift == 0
    assert bits(dump(store, 1)) == before
    store.close()
