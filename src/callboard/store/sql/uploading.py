"""The uploads of a store on a SQL engine, with the kind of transaction that each operation needs."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.store.sql import uploads
from callboard.store.sql.reporting import SqlReporting
from callboard.store.uploads import DROPPED, Upload, is_over, oldest_finished

T = TypeVar("T")


class SqlUploading(SqlReporting):
    """See `Store` and `Uploads`."""

    @abstractmethod
    def _read(self, query: Callable[..., T], *args: Any) -> T:
        """A query without a transaction, each statement in its own snapshot, within the query time. `query`
        may be called again.
        """

    def open_upload(self, org_id: int, upload: Upload) -> Upload:
        opened = self._write(lambda db: uploads.open_upload(db, org_id, upload))
        for each in oldest_finished(self.uploads(org_id)):
            with suppress(NotFoundError):  # another request deletes it as well
                self.drop_upload(org_id, each.upload_id)
        return opened

    def put_part(self, org_id: int, upload_id: str, part: int, body: bytes, now: Micros) -> Upload:
        return self._write(lambda db: uploads.put_part(db, org_id, upload_id, part, body, now))

    def upload_parts(self, org_id: int, upload_id: str) -> list[int]:
        return self._read(uploads.parts, org_id, upload_id)

    def part_body(self, org_id: int, upload_id: str, part: int) -> bytes | None:
        return self._read(uploads.part_body, org_id, upload_id, part)

    def drop_parts(self, org_id: int, upload_id: str) -> None:
        for part in self.upload_parts(org_id, upload_id):
            self._write(partial(uploads.drop_part, org_id=org_id, upload_id=upload_id, part=part))

    def uploads(self, org_id: int) -> list[Upload]:
        return self._read(uploads.every, org_id)

    def find_upload(self, org_id: int, upload_id: str) -> Upload | None:
        found = self._read(uploads.find, org_id, upload_id)
        return None if found is None or found.state == DROPPED else found

    def save_upload(self, org_id: int, before: Upload, after: Upload) -> Upload:
        return self._write(lambda db: uploads.save(db, org_id, before, after))

    def beat_upload(self, org_id: int, upload: Upload, row_count: int, now: Micros) -> None:
        self._write(lambda db: uploads.beat(db, org_id, upload, row_count, now))

    def drop_upload(self, org_id: int, upload_id: str) -> None:
        self._write(lambda db: uploads.begin_drop(db, org_id, upload_id))
        self.drop_parts(org_id, upload_id)
        self._write(lambda db: uploads.end_drop(db, org_id, upload_id))

    def purge_uploads(self, org_id: int, now: Micros) -> int:
        over = [each.upload_id for each in self.uploads(org_id) if is_over(each, now)]
        for upload_id in over:
            with suppress(NotFoundError):  # another process deletes it as well
                self.drop_upload(org_id, upload_id)
        return len(over)
