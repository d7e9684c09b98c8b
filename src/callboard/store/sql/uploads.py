"""Uploads of files that are imported over HTTP, and their parts."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import structs

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.store.importing import ImportOwner
from callboard.store.sql.database import Database
from callboard.store.sql.save import read_clock, write_clock
from callboard.store.uploads import (
    DROPPED,
    Upload,
    check_part,
    check_revision,
    check_room,
    check_uploading,
)


def open_upload(db: Database, org_id: int, upload: Upload) -> Upload:
    """See `Store.open_upload`. Takes the organization's lock, under which open uploads are counted."""
    clock = read_clock(db, org_id)
    check_room(every(db, org_id), upload.created_at)
    db.change("import_upload.insert", {"org_id": org_id, **_values(upload)})
    write_clock(db, clock)
    return upload


def put_part(db: Database, org_id: int, upload_id: str, part: int, body: bytes, now: Micros) -> Upload:
    """See `Store.put_part`."""
    clock = read_clock(db, org_id)
    upload = find(db, org_id, upload_id)
    if upload is None or upload.state == DROPPED:
        raise NotFoundError("Import not found.")
    check_part(upload, part, body)
    if upload.state != "uploading":
        check_uploading(upload, part_body(db, org_id, upload_id, part), body)
        return upload
    key = {"org_id": org_id, "upload_id": upload_id}
    db.change("import_part.put", {**key, "part": part, "body": body})
    # The revision stays: parts may come at once, and none of them changes what the others depend on.
    upload = structs.replace(upload, used_at=now)
    db.change("import_upload.save", {**key, **_values(upload)})
    write_clock(db, clock)
    return upload


def parts(db: Database, org_id: int, upload_id: str) -> list[int]:
    """See `Store.upload_parts`."""
    return [row[0] for row in db.rows("import_part.list", {"org_id": org_id, "upload_id": upload_id})]


def part_body(db: Database, org_id: int, upload_id: str, part: int) -> bytes | None:
    """See `Store.part_body`."""
    found: bytes | None = db.value(
        "import_part.find", {"org_id": org_id, "upload_id": upload_id, "part": part}
    )
    return found


def drop_part(db: Database, org_id: int, upload_id: str, part: int) -> None:
    """Delete one part."""
    clock = read_clock(db, org_id)
    db.change("import_part.drop", {"org_id": org_id, "upload_id": upload_id, "part": part})
    write_clock(db, clock)


def every(db: Database, org_id: int) -> list[Upload]:
    """See `Store.uploads`."""
    return [_upload(row) for row in db.rows("import_upload.list", {"org_id": org_id})]


def find(db: Database, org_id: int, upload_id: str) -> Upload | None:
    """An upload, also one that is being deleted."""
    row = db.row("import_upload.find", {"org_id": org_id, "upload_id": upload_id})
    return None if row is None else _upload(row)


def save(db: Database, org_id: int, before: Upload, after: Upload) -> Upload:
    """See `Store.save_upload`."""
    clock = read_clock(db, org_id)
    check_revision(find(db, org_id, before.upload_id), before)
    saved = structs.replace(after, revision=before.revision + 1)
    db.change("import_upload.save", {"org_id": org_id, **_values(saved)})
    write_clock(db, clock)
    return saved


def beat(db: Database, org_id: int, upload: Upload, row_count: int, now: Micros) -> None:
    """See `Store.beat_upload`. Takes no organization lock: a heartbeat must not wait for a long commit."""
    values = {"org_id": org_id, "upload_id": upload.upload_id, "row_count": row_count, "now": now}
    db.change("import_upload.beat", {**values, "owner": _owner_text(upload)})


def begin_drop(db: Database, org_id: int, upload_id: str) -> None:
    """The first commit of a deletion. Raises `NotFoundError` without such an upload."""
    clock = read_clock(db, org_id)
    found = find(db, org_id, upload_id)
    if found is None:
        raise NotFoundError("Import not found.")
    gone = structs.replace(found, state=DROPPED, revision=found.revision + 1, owner=None, found=None)
    db.change("import_upload.save", {"org_id": org_id, **_values(gone)})
    write_clock(db, clock)


def end_drop(db: Database, org_id: int, upload_id: str) -> None:
    """The last commit of a deletion."""
    clock = read_clock(db, org_id)
    db.change("import_upload.drop", {"org_id": org_id, "upload_id": upload_id})
    write_clock(db, clock)


def _values(upload: Upload) -> dict[str, Any]:
    return {**structs.asdict(upload), "owner": _owner_text(upload)}


def _owner_text(upload: Upload) -> str | None:
    return None if upload.owner is None else msgspec.json.encode(upload.owner).decode()


def _upload(row: tuple[Any, ...]) -> Upload:
    values = dict(zip(Upload.__struct_fields__, row, strict=True))
    owner = values["owner"]
    return Upload(
        **{**values, "owner": None if owner is None else msgspec.json.decode(owner, type=ImportOwner)}
    )
