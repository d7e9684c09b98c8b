"""Uploads of files: opened, filled in any order, changed by compare-and-set, deleted in pieces, forgotten."""

from __future__ import annotations

import pytest
from msgspec import structs

from callboard.clock import DAY, HOUR
from callboard.errors import InvalidInputError, NotFoundError, UploadChangedError, UploadsFullError
from callboard.model.directory import Organization, Space
from callboard.store.importing import ImportOwner
from callboard.store.interface import Store
from callboard.store.uploads import FINISHED_UPLOADS_MAX, OPEN_UPLOADS_MAX, Upload
from tests.stores import NOW

OWNER = ImportOwner(nonce="a" * 32, host="one", pid=7, since=NOW)
OTHER = structs.replace(OWNER, nonce="b" * 32)


def upload(of: Space, number: int = 1, *, size: int = 10, at: int = NOW) -> Upload:
    return Upload(
        upload_id=f"{number:032x}",
        space_id=of.id,
        name="calls.csv",
        record_type="call",
        size=size,
        part_bytes=4,
        created_at=at,
        used_at=at,
    )


def test_parts_come_in_any_order_and_more_than_once(store: Store, acme: Organization, space: Space) -> None:
    opened = store.open_upload(acme.id, upload(space))
    assert opened.parts == 3
    for part, body in ((2, b"ij"), (0, b"abcd"), (0, b"ABCD"), (2, b"ij")):
        assert store.put_part(acme.id, opened.upload_id, part, body, NOW + HOUR).used_at == NOW + HOUR
    assert store.upload_parts(acme.id, opened.upload_id) == [0, 2]
    assert store.part_body(acme.id, opened.upload_id, 0) == b"ABCD"
    assert store.part_body(acme.id, opened.upload_id, 1) is None
    found = store.find_upload(acme.id, opened.upload_id)
    assert found == structs.replace(opened, used_at=NOW + HOUR)


@pytest.mark.parametrize(("part", "body"), [(0, b"abc"), (0, b"abcde"), (2, b"ijk"), (2, b""), (3, b"")])
def test_a_part_of_another_size_or_past_the_end_is_refused(
    store: Store, acme: Organization, space: Space, part: int, body: bytes
) -> None:
    opened = store.open_upload(acme.id, upload(space))
    with pytest.raises(InvalidInputError):
        store.put_part(acme.id, opened.upload_id, part, body, NOW)
    assert store.upload_parts(acme.id, opened.upload_id) == []


def test_what_was_read_does_not_change_any_more(store: Store, acme: Organization, space: Space) -> None:
    opened = store.open_upload(acme.id, upload(space, size=4))
    store.put_part(acme.id, opened.upload_id, 0, b"abcd", NOW)
    store.save_upload(acme.id, opened, structs.replace(opened, state="reading"))
    assert store.put_part(acme.id, opened.upload_id, 0, b"abcd", NOW).state == "reading"
    with pytest.raises(UploadChangedError):
        store.put_part(acme.id, opened.upload_id, 0, b"dcba", NOW)
    assert store.part_body(acme.id, opened.upload_id, 0) == b"abcd"


def test_of_two_changes_of_one_record_the_second_fails(
    store: Store, acme: Organization, space: Space
) -> None:
    opened = store.open_upload(acme.id, upload(space))
    owned = store.save_upload(acme.id, opened, structs.replace(opened, state="reading", owner=OWNER, runs=1))
    assert owned.revision == opened.revision + 1
    with pytest.raises(UploadChangedError):
        store.save_upload(acme.id, opened, structs.replace(opened, state="reading", owner=OTHER))
    read = structs.replace(
        owned, state="asking", owner=None, found="{}", report="{}", message="m", work="{}", batch_no=3
    )
    done = store.save_upload(acme.id, owned, read)
    assert store.find_upload(acme.id, opened.upload_id) == done
    with pytest.raises(NotFoundError):
        store.save_upload(acme.id, upload(space, 2), upload(space, 2))


def test_only_the_owner_gives_signs_of_life(store: Store, acme: Organization, space: Space) -> None:
    opened = store.open_upload(acme.id, upload(space))
    owned = store.save_upload(acme.id, opened, structs.replace(opened, owner=OWNER))
    store.beat_upload(acme.id, owned, 500, NOW + HOUR)
    store.beat_upload(acme.id, structs.replace(owned, owner=OTHER), 900, NOW + DAY)
    found = store.find_upload(acme.id, opened.upload_id)
    assert found == structs.replace(owned, heartbeat=1, row_count=500, used_at=NOW + HOUR)
    saved = store.save_upload(acme.id, owned, structs.replace(owned, state="ready"))
    after = store.find_upload(acme.id, opened.upload_id)
    assert after is not None
    assert (after.heartbeat, after.revision) == (1, saved.revision)


def test_no_more_than_some_may_be_open(store: Store, acme: Organization, space: Space) -> None:
    for number in range(OPEN_UPLOADS_MAX):
        store.open_upload(acme.id, upload(space, number, at=NOW + number))
    with pytest.raises(UploadsFullError):
        store.open_upload(acme.id, upload(space, 99))
    last = store.uploads(acme.id)[-1]
    store.save_upload(acme.id, last, structs.replace(last, state="done"))
    store.open_upload(acme.id, upload(space, 99, at=NOW + 99))
    numbers = [int(each.upload_id, 16) for each in store.uploads(acme.id)]
    assert numbers == [99, 4, 3, 2, 1, 0]  # newest first


def test_of_the_finished_ones_the_oldest_are_forgotten(
    store: Store, acme: Organization, space: Space
) -> None:
    for number in range(FINISHED_UPLOADS_MAX + 2):
        opened = store.open_upload(acme.id, upload(space, number, at=NOW + number))
        store.save_upload(acme.id, opened, structs.replace(opened, state="done"))
    store.open_upload(acme.id, upload(space, 999, at=NOW + 999))
    kept = [int(each.upload_id, 16) for each in store.uploads(acme.id)]
    assert kept == [999, *range(FINISHED_UPLOADS_MAX + 1, 1, -1)]


def test_a_dropped_upload_is_gone_with_its_parts(store: Store, acme: Organization, space: Space) -> None:
    opened = store.open_upload(acme.id, upload(space))
    store.put_part(acme.id, opened.upload_id, 0, b"abcd", NOW)
    store.drop_upload(acme.id, opened.upload_id)
    assert store.find_upload(acme.id, opened.upload_id) is None
    assert store.uploads(acme.id) == []
    assert store.part_body(acme.id, opened.upload_id, 0) is None
    for again in (
        lambda: store.drop_upload(acme.id, opened.upload_id),
        lambda: store.put_part(acme.id, opened.upload_id, 0, b"abcd", NOW),
    ):
        with pytest.raises(NotFoundError):
            again()


def test_parts_go_a_day_after_the_last_use(store: Store, acme: Organization, space: Space) -> None:
    old = store.open_upload(acme.id, upload(space, 1))
    used = store.open_upload(acme.id, upload(space, 2))
    store.put_part(acme.id, old.upload_id, 0, b"abcd", NOW)
    store.put_part(acme.id, used.upload_id, 0, b"abcd", NOW + HOUR)
    assert store.purge_uploads(acme.id, NOW + DAY - 1) == 0
    assert store.purge_uploads(acme.id, NOW + DAY) == 1
    assert [each.upload_id for each in store.uploads(acme.id)] == [used.upload_id]
    assert store.upload_parts(acme.id, old.upload_id) == []
    assert store.upload_parts(acme.id, used.upload_id) == [0]


def test_a_deletion_that_was_interrupted_is_carried_on(
    store: Store, acme: Organization, space: Space
) -> None:
    opened = store.open_upload(acme.id, upload(space))
    store.put_part(acme.id, opened.upload_id, 0, b"abcd", NOW)
    store.save_upload(acme.id, opened, structs.replace(opened, state="dropped"))
    assert store.find_upload(acme.id, opened.upload_id) is None
    with pytest.raises(NotFoundError):
        store.put_part(acme.id, opened.upload_id, 0, b"abcd", NOW)
    assert store.purge_uploads(acme.id, NOW) == 1
    assert store.uploads(acme.id) == []
    assert store.upload_parts(acme.id, opened.upload_id) == []


def test_an_organization_sees_its_own_uploads_alone(
    store: Store, acme: Organization, globex: Organization, space: Space
) -> None:
    opened = store.open_upload(acme.id, upload(space))
    store.put_part(acme.id, opened.upload_id, 0, b"abcd", NOW)
    assert store.uploads(globex.id) == []
    assert store.find_upload(globex.id, opened.upload_id) is None
    assert store.part_body(globex.id, opened.upload_id, 0) is None
    with pytest.raises(NotFoundError):
        store.put_part(globex.id, opened.upload_id, 0, b"dcba", NOW)
    with pytest.raises(NotFoundError):
        store.drop_upload(globex.id, opened.upload_id)
    assert store.part_body(acme.id, opened.upload_id, 0) == b"abcd"
