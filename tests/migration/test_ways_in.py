"""It was forgotten by which ways events came where they do not count: an upgrade finds it in the log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import structs

from callboard.settings import Settings
from callboard.store.open import open_store
from callboard.store.sql.store import SqlStore
from tests import cluster
from tests.contract.test_replacing import begun, reading, rows
from tests.events import call, send
from tests.stores import ENGINES, NOW, behind, make_organization, make_space


@pytest.fixture(params=ENGINES)
def name(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """What opens a store."""
    if request.param == "sqlite":
        yield str(tmp_path / "calls.db")
        return
    url = cluster.new_database()
    yield url
    cluster.drop(url)


def opened(name: str) -> SqlStore:
    return open_store(Settings(db=name), upgrade=True)


def test_a_call_of_before_has_the_least_of_its_ways(name: str) -> None:
    """Of an import that another outweighs, and that stands; of one that is withdrawn, nothing comes back."""
    with closing(opened(name)) as store:
        space = make_space(store, make_organization(store))
        begun_first = []
        for number, mapping in enumerate(("m", "n"), 1):
            word = call(f"c{number}", duration_ms=1_000, sequence=1)
            first = begun(store, space, reading(file=f"a{number}", mapping=mapping))
            begun_first.append(first.batch_no)
            rows(store, space, first, structs.replace(word, source="import"))
            second = begun(store, space, reading(file=f"b{number}", mapping=mapping))
            rows(store, space, second, call(f"c{number}", duration_ms=60_000))
            send(store, space, structs.replace(word, source="zulu"))
        store.withdraw(space.org_id, begun_first[-1], NOW)
        with behind(store) as db:
            for sql in (
                "DELETE FROM event_repeat",
                "UPDATE call SET source = 'zulu'",
                "UPDATE meta SET value = 3 WHERE name = 'fold_rules'",
            ):
                db.run(sql)
    with closing(opened(name)) as store:
        found = [store.call(space.org_id, space.id, f"c{number}") for number in (1, 2)]
        assert [None if row is None else row.source for row in found] == ["import", "zulu"]
        assert store.verify(deep=True).differences == []
