"""A mistake of ours, or of the schema, is one request's alone: the others of its commit are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callboard.errors import CallboardError
from callboard.ingest.commit.isolate import ingest_all
from callboard.store.interface import Batch, Receipt, Store
from callboard.store.postgres.store import PostgresStore
from tests.events import call
from tests.http.board import ADDRESS, Board
from tests.http.board import call as sent_call
from tests.stores import ENGINES, NOW, behind, make_organization, make_space, make_store


def poison(store: Store) -> None:
    """From now on the schema refuses calls of some ids."""
    sql = (
        "ALTER TABLE call ADD CONSTRAINT no_poison CHECK (call_id NOT LIKE 'poison%')"
        if isinstance(store, PostgresStore)
        else "CREATE TRIGGER no_poison BEFORE INSERT ON call WHEN NEW.call_id LIKE 'poison%' "
        "BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: call.no_poison'); END"
    )
    heal(store)
    with behind(store) as db:
        db.run(sql)


def heal(store: Store) -> None:
    """What `poison` did is undone: one database may be the store of many tests."""
    if isinstance(store, PostgresStore):
        with behind(store) as db:
            db.run("ALTER TABLE call DROP CONSTRAINT IF EXISTS no_poison")


@pytest.mark.parametrize("kind", ENGINES)
@settings(max_examples=15, deadline=None)
@given(drawn=st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=12))
def test_the_others_of_a_commit_are_kept(
    kind: str, drawn: list[tuple[int, bool]], tmp_path_factory: pytest.TempPathFactory
):
    """Drawn batches of three organizations, some of them refused by the schema: each of the others has its
    receipt, applied once; each refused one an error that is no error of the store's.
    """
    store = make_store(kind, tmp_path_factory.mktemp("store"))
    spaces = [make_space(store, make_organization(store, f"{name}.example")) for name in "abc"]
    poison(store)
    batches = [
        Batch(
            org_id=spaces[of].org_id,
            space_id=spaces[of].id,
            entries=[call(f"{'poison' if refused else 'c'}-{number}")],
            received_at=NOW,
        )
        for number, (of, refused) in enumerate(drawn)
    ]
    results = ingest_all(store, batches)
    for result, (_, refused) in zip(results, drawn, strict=True):
        if refused:
            assert isinstance(result, Exception)
            assert not isinstance(result, CallboardError)
        else:
            assert isinstance(result, Receipt)
            assert result.applied == 1
    assert store.verify(deep=True).drift == 0
    heal(store)
    store.close()


def test_it_is_500_and_tells_no_tables_name(tmp_path: Path):
    """Neither 503, which says that waiting helps, nor anything of how the store is made."""
    with Board(tmp_path) as board:
        poison(board.store)
        with behind(board.store) as db:
            db.run("ALTER TABLE verification RENAME TO verification_of_before")
        refused = board.ask(
            "POST",
            f"spaces/{board.spring.token}/events/",
            token=board.admin,
            json=[sent_call("poison-1")],
            address=ADDRESS,
        )
        assert (refused.status_code, refused.json()["message"]) == (500, "Internal server error.")
        assert "Retry-After" not in refused.headers
        assert board.send(sent_call("c-1"))["applied"] == 1
        refused = board.get("organisation/analytics/trust/")
        assert (refused.status_code, refused.json()["message"]) == (500, "Internal server error.")
