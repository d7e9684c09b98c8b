"""Uploads of files in the in-memory store."""

from __future__ import annotations

from msgspec import structs

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.store.uploads import (
    DROPPED,
    Upload,
    check_part,
    check_revision,
    check_room,
    check_uploading,
    is_over,
    oldest_finished,
)
from tests.model.state import StateMixin


class Uploads(StateMixin):
    """Uploads opened, filled, changed and deleted. Nothing interrupts a deletion here."""

    def open_upload(self, org_id: int, upload: Upload) -> Upload:
        with self.state.lock:
            if org_id not in self.state.organizations:
                raise NotFoundError("Organization not found.")
            check_room(self.uploads(org_id), upload.created_at)
            self.state.uploads[org_id, upload.upload_id] = upload
            self.state.commits += 1
            for each in oldest_finished(self.uploads(org_id)):
                self.drop_upload(org_id, each.upload_id)
            return upload

    def put_part(self, org_id: int, upload_id: str, part: int, body: bytes, now: Micros) -> Upload:
        with self.state.lock:
            upload = self.find_upload(org_id, upload_id)
            if upload is None:
                raise NotFoundError("Import not found.")
            check_part(upload, part, body)
            kept = self.state.upload_parts.setdefault((org_id, upload_id), {})
            if upload.state != "uploading":
                check_uploading(upload, kept.get(part), body)
                return upload
            kept[part] = body
            self.state.uploads[org_id, upload_id] = upload = structs.replace(upload, used_at=now)
            self.state.commits += 1
            return upload

    def upload_parts(self, org_id: int, upload_id: str) -> list[int]:
        with self.state.lock:
            return sorted(self.state.upload_parts.get((org_id, upload_id), {}))

    def part_body(self, org_id: int, upload_id: str, part: int) -> bytes | None:
        with self.state.lock:
            return self.state.upload_parts.get((org_id, upload_id), {}).get(part)

    def drop_parts(self, org_id: int, upload_id: str) -> None:
        with self.state.lock:
            self.state.upload_parts.pop((org_id, upload_id), None)
            self.state.commits += 1

    def uploads(self, org_id: int) -> list[Upload]:
        with self.state.lock:
            found = [upload for (org, _), upload in self.state.uploads.items() if org == org_id]
            return sorted(found, key=lambda each: (-each.created_at, each.upload_id))

    def find_upload(self, org_id: int, upload_id: str) -> Upload | None:
        with self.state.lock:
            found = self.state.uploads.get((org_id, upload_id))
            return None if found is None or found.state == DROPPED else found

    def save_upload(self, org_id: int, before: Upload, after: Upload) -> Upload:
        with self.state.lock:
            found = self.find_upload(org_id, before.upload_id)
            check_revision(found, before)
            assert found is not None
            saved = structs.replace(after, revision=before.revision + 1, heartbeat=found.heartbeat)
            self.state.uploads[org_id, before.upload_id] = saved
            self.state.commits += 1
            return saved

    def beat_upload(self, org_id: int, upload: Upload, row_count: int, now: Micros) -> None:
        with self.state.lock:
            found = self.find_upload(org_id, upload.upload_id)
            if found is not None and upload.owner is not None and found.owner == upload.owner:
                self.state.uploads[org_id, upload.upload_id] = structs.replace(
                    found, heartbeat=found.heartbeat + 1, row_count=row_count, used_at=now
                )
                self.state.commits += 1

    def drop_upload(self, org_id: int, upload_id: str) -> None:
        with self.state.lock:
            if self.state.uploads.pop((org_id, upload_id), None) is None:
                raise NotFoundError("Import not found.")
            self.drop_parts(org_id, upload_id)

    def purge_uploads(self, org_id: int, now: Micros) -> int:
        with self.state.lock:
            over = [each for each in self.uploads(org_id) if is_over(each, now)]
            for each in over:
                self.drop_upload(org_id, each.upload_id)
            return len(over)
