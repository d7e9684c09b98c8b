"""Uploads in copies of a store and in its deep verification: whole, in small pieces, and damage is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from callboard.store.sql.store import SqlStore
from callboard.store.uploads import Upload
from tests.stores import NOW, behind, make_organization, make_space, make_store, on_postgres

ENGINES = ("sqlite", pytest.param("postgres", marks=on_postgres))
PARTS = 5
PART_BYTES = 300_000


def filled(store: SqlStore) -> tuple[int, str]:
    """A store with one upload that is read: (organization, upload)."""
    acme = make_organization(store)
    space = make_space(store, acme)
    opened = store.open_upload(
        acme.id,
        Upload(
            upload_id="a" * 32,
            space_id=space.id,
            name="calls.csv",
            record_type="call",
            size=PARTS * PART_BYTES,
            part_bytes=PART_BYTES,
            created_at=NOW,
            used_at=NOW,
        ),
    )
    for part in range(PARTS):
        store.put_part(acme.id, opened.upload_id, part, bytes([part, 255]) * (PART_BYTES // 2), NOW)
    store.save_upload(acme.id, opened, structs.replace(opened, state="asking", found='{"ä": 1}'))
    return acme.id, opened.upload_id


@pytest.mark.parametrize("engine", ENGINES)
def test_a_copy_has_the_uploads_with_their_parts(engine: str, tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "to").mkdir()
    source, target = make_store("sqlite", tmp_path / "from"), make_store(engine, tmp_path / "to")
    assert isinstance(source, SqlStore)
    assert isinstance(target, SqlStore)
    try:
        org_id, upload_id = filled(source)
        assert source.copy_to(target) == 0
        assert source.end_copy(target) == 0
        assert target.find_upload(org_id, upload_id) == source.find_upload(org_id, upload_id)
        assert target.upload_parts(org_id, upload_id) == list(range(PARTS))
        for part in range(PARTS):
            assert target.part_body(org_id, upload_id, part) == source.part_body(org_id, upload_id, part)
        assert target.verify(deep=True).drift == 0
    finally:
        source.close()
        target.close()


@pytest.mark.parametrize(
    ("sql", "table", "column"),
    [
        ("UPDATE import_upload SET state = CAST(x'ff' AS TEXT)", "import_upload", "state"),
        ("UPDATE import_upload SET size = 'much'", "import_upload", "size"),
        ("UPDATE import_part SET body = 7 WHERE part = 3", "import_part", "body"),
    ],
)
def test_damage_is_named_by_its_place(tmp_path: Path, sql: str, table: str, column: str) -> None:
    store = make_store("sqlite", tmp_path)
    try:
        filled(store)  # type: ignore[arg-type]
        assert store.verify(deep=True).drift == 0
        with behind(store) as db:
            db.run(sql)
        [found] = store.verify(deep=True).differences
        assert (found.what, column in str(found)) == (table, True)
    finally:
        store.close()
