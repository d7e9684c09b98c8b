"""The rows of an import are counted once, whichever process sends them: its position and its owner are
compared and set in the commit of the rows, in any store.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from callboard.errors import CallerError, ImportTakenError, NotFoundError
from callboard.model.directory import Space
from callboard.store.importing import ImportBatch, ImportClaim, ImportOwner
from callboard.store.interface import Batch, ImportStep, Rejection, Store
from callboard.store.questions import NO_SPACE
from tests.events import call, send
from tests.stores import NOW, bits, dump, make_organization, make_space, make_store


def owner(nonce: str) -> ImportOwner:
    return ImportOwner(nonce=nonce, host="web1", pid=4711, since=NOW)


def opened(store: Store, space: Space, nonce: str = "a", label: str = "calls.csv") -> ImportBatch:
    """An import that belongs to this owner."""
    begun = store.begin_import(space.org_id, label, NOW)
    claim = ImportClaim(owner=owner(nonce), instead_of=None)
    return store.claim_import(space.org_id, begun.batch_no, claim)


def step(
    record: ImportBatch,
    spaces: list[Space],
    rows: range,
    *,
    by: str = "a",
    without_space: int = 0,
    **odd: Any,
) -> ImportStep:
    """Rows of the file as one commit, `without_space` of them without a space, the others a call each."""
    placed = list(rows)[: len(rows) - without_space]
    batches = [
        Batch(
            org_id=spaces[0].org_id,
            space_id=space.id,
            entries=[call(f"c{row}") for row in placed if row % len(spaces) == place],
            source="import",
            received_at=NOW,
            import_no=record.batch_no,
        )
        for place, space in enumerate(spaces)
    ]
    made = ImportStep(
        org_id=spaces[0].org_id,
        batch_no=record.batch_no,
        owner=by,
        from_row=rows.start,
        to_row=rows.stop,
        received_at=NOW,
        batches=[batch for batch in batches if batch.entries],
        without_space=[Rejection(row, "invalid_value", "torn") for row in rows[len(placed) :]],
    )
    return structs.replace(made, **odd)


def whole(store: Store, space: Space, record: ImportBatch) -> Any:
    """All that an import could have changed."""
    kept = store.find_import(space.org_id, record.batch_no)
    return bits(dump(store, space.org_id)), store.outcomes(space.org_id), kept


def test_rows_and_the_position_behind_them_are_one_commit(store, space, other_space):
    """Of several spaces, and of none."""
    record = opened(store, space)
    receipts = store.import_rows(step(record, [space, other_space], range(10), without_space=3))
    assert [receipt.applied for receipt in receipts] == [4, 3]
    kept = store.find_import(space.org_id, record.batch_no)
    assert (kept.position, kept.applied, kept.rejected) == (10, 7, 3)
    store.import_rows(step(record, [space], range(10, 12), without_space=2))
    kept = store.find_import(space.org_id, record.batch_no)
    assert (kept.position, kept.applied, kept.rejected) == (12, 7, 5)
    assert store.outcomes(space.org_id) == {("applied", ""): 7, ("rejected", "invalid_value"): 5}
    assert store.outcomes(space.org_id, space.id) == {("applied", ""): 4}
    known = store.arrivals(space.org_id, [space.id, other_space.id, NO_SPACE], NOW, 10)
    assert known.outcomes == store.outcomes(space.org_id)
    assert store.verify(deep=True).drift == 0


def test_rows_sent_again_count_nothing(store, space):
    """The position is not where they begin: not one is counted, not as a duplicate either."""
    record = opened(store, space)
    first = step(record, [space], range(10))
    store.import_rows(first)
    before = whole(store, space, record)
    for rows in (range(10), range(5, 15), range(11, 20)):
        with pytest.raises(ImportTakenError):
            store.import_rows(step(record, [space], rows))
    assert whole(store, space, record) == before


def test_a_wrong_owner_can_count_nothing(store, space):
    """Neither rows, nor the end, nor a sign of life; and events that name the import are refused."""
    record = opened(store, space)
    store.import_rows(step(record, [space], range(10)))
    before = whole(store, space, record)
    with pytest.raises(ImportTakenError):
        store.import_rows(step(record, [space], range(10, 20), by="b"))
    for other in ("b", None):
        with pytest.raises(ImportTakenError):
            store.finish_import(space.org_id, record.batch_no, NOW, other)
    store.heartbeat_import(space.org_id, record.batch_no, owner("b"))
    with pytest.raises(ImportTakenError):
        send(store, space, call("c99"), import_no=record.batch_no)
    assert whole(store, space, record) == before
    assert store.finish_import(space.org_id, record.batch_no, NOW, "a").finished_at == NOW


def test_an_import_taken_over_is_carried_on_by_the_new_owner_alone(store, space):
    """The old one, woken up, is refused from then on."""
    record = opened(store, space)
    store.import_rows(step(record, [space], range(10)))
    found = store.find_import(space.org_id, record.batch_no)
    claim = ImportClaim(owner=owner("b"), instead_of="a", heartbeat=found.heartbeat)
    taken = store.claim_import(space.org_id, record.batch_no, claim)
    assert (taken.position, taken.owner) == (10, owner("b"))
    with pytest.raises(ImportTakenError):
        store.import_rows(step(record, [space], range(10, 20)))
    store.import_rows(step(record, [space], range(10, 20), by="b"))
    finished = store.finish_import(space.org_id, record.batch_no, NOW, "b")
    assert (finished.position, finished.applied, finished.owner) == (20, 20, None)


def test_an_owner_that_gives_a_sign_of_life_is_not_replaced(store, space):
    """A commit is one, and so is a beat; who saw the owner before that is refused."""
    record = opened(store, space)
    for sign in (
        lambda: store.heartbeat_import(space.org_id, record.batch_no, owner("a")),
        lambda: store.import_rows(step(record, [space], range(10))),
    ):
        seen = store.find_import(space.org_id, record.batch_no)
        sign()
        claim = ImportClaim(owner=owner("b"), instead_of="a", heartbeat=seen.heartbeat)
        with pytest.raises(ImportTakenError):
            store.claim_import(space.org_id, record.batch_no, claim)
    assert store.find_import(space.org_id, record.batch_no).owner == owner("a")


def test_an_import_has_one_owner(store, space):
    """Of eight that claim it at once, one gets it."""
    begun = store.begin_import(space.org_id, "calls.csv", NOW)

    def claim(nonce: str) -> str | None:
        try:
            mine = ImportClaim(owner=owner(nonce), instead_of=None, heartbeat=begun.heartbeat)
            store.claim_import(space.org_id, begun.batch_no, mine)
        except ImportTakenError:
            return None
        return nonce

    with ThreadPoolExecutor(8) as pool:
        got = [nonce for nonce in pool.map(claim, "abcdefgh") if nonce]
    assert len(got) == 1
    assert store.find_import(space.org_id, begun.batch_no).owner == owner(got[0])


def test_a_finished_or_withdrawn_import_cannot_be_claimed(store, space):
    """It has ended; begun again it is another."""
    for label, end in (("one", store.finish_import), ("two", store.withdraw)):
        begun = store.begin_import(space.org_id, label, NOW)
        end(space.org_id, begun.batch_no, NOW)
        with pytest.raises(ImportTakenError):
            store.claim_import(space.org_id, begun.batch_no, ImportClaim(owner=owner("a"), instead_of=None))
        assert store.begin_import(space.org_id, label, NOW).batch_no != begun.batch_no


def test_one_batch_of_a_commit_that_fails_undoes_the_others(store, space, other_space, foreign_space):
    """A commit of several spaces is whole or not there: rows, counters and position."""
    record = opened(store, space)
    before = whole(store, space, record)
    wrong = step(record, [space, other_space], range(10))
    wrong.batches[1].space_id = foreign_space.id
    with pytest.raises(NotFoundError):
        store.import_rows(wrong)
    assert whole(store, space, record) == before
    store.import_rows(step(record, [space, other_space], range(10)))
    assert store.find_import(space.org_id, record.batch_no).position == 10


def test_an_import_read_from_its_start_again_counts_its_rows_anew(store, space):
    """What is there are duplicates then; the numbers are those of the file, once."""
    record = opened(store, space)
    store.import_rows(step(record, [space], range(10)))
    claim = ImportClaim(owner=owner("b"), instead_of="a", from_start=True)
    again = store.claim_import(space.org_id, record.batch_no, claim)
    assert (again.position, again.applied) == (0, 0)
    store.import_rows(step(record, [space], range(12), by="b"))
    kept = store.find_import(space.org_id, record.batch_no)
    assert (kept.position, kept.applied, kept.duplicate) == (12, 2, 10)
    assert store.withdraw(space.org_id, record.batch_no, NOW).events == 12


def test_the_position_is_data_and_not_what_was_counted(store, space):
    """Events sent for an import by another way move its counts, and not where it stands in its file."""
    begun = store.begin_import(space.org_id, "calls.csv", NOW)
    for _ in range(2):
        send(store, space, call("c0"), call("c1"), import_no=begun.batch_no)
    again = store.begin_import(space.org_id, "calls.csv", NOW)
    assert (again.applied, again.duplicate, again.position) == (2, 2, 0)


def test_imports_of_another_tenant_are_not_reached(store, acme, globex, space, foreign_space):
    """Neither claimed nor moved: the same number is another import."""
    opened(store, space)
    theirs = opened(store, foreign_space, "b")
    store.import_rows(step(theirs, [foreign_space], range(5), by="b"))
    assert store.find_import(acme.id, 1).position == 0
    with pytest.raises(CallerError):
        store.claim_import(acme.id, 2, ImportClaim(owner=owner("a"), instead_of=None))


numbers = count(1)
Act = tuple[str, str, int]
acts = st.lists(
    st.tuples(
        st.sampled_from(["claim", "send", "send again", "send ahead", "beat", "finish"]),
        st.sampled_from("abc"),
        st.integers(1, 4),
    ),
    max_size=25,
)


@pytest.fixture(scope="module")
def kept_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = make_store(request.param, tmp_path_factory.mktemp("steps"))
    yield made
    made.close()


@pytest.mark.parametrize("kept_store", ["memory", "sqlite"], indirect=True)
@given(acts=acts)
def test_whoever_sends_and_however_often_each_row_is_counted_once(kept_store: Store, acts: list[Act]) -> None:
    """Drawn owners claim, send, send again what is behind or ahead, and end an import: its counts are those
    of the first rows of the file, as many as its position says, each once.
    """
    store = kept_store
    acme = make_organization(store, f"h{next(numbers)}.example")
    space = make_space(store, acme)
    begun = store.begin_import(acme.id, "calls.csv", NOW)
    for act, nonce, rows in acts:
        found = store.find_import(acme.id, begun.batch_no)
        assert found is not None
        place = found.position + {"send again": -1, "send ahead": 1}.get(act, 0)
        try:
            if act == "claim":
                seen = None if found.owner is None else found.owner.nonce
                store.claim_import(acme.id, begun.batch_no, ImportClaim(owner=owner(nonce), instead_of=seen))
            elif act == "beat":
                store.heartbeat_import(acme.id, begun.batch_no, owner(nonce))
            elif act == "finish":
                store.finish_import(acme.id, begun.batch_no, NOW, nonce)
            else:
                store.import_rows(step(begun, [space], range(max(place, 0), place + rows), by=nonce))
        except ImportTakenError:
            continue
        kept = store.find_import(acme.id, begun.batch_no)
        assert kept is not None
        assert (kept.applied, kept.duplicate, kept.stale, kept.rejected) == (kept.position, 0, 0, 0)
    kept = store.find_import(acme.id, begun.batch_no)
    assert kept is not None
    assert len(dump(store, acme.id)["calls"]) == kept.position
