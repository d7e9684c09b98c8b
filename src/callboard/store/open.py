"""Settings → store."""

from __future__ import annotations

from callboard.errors import StoreFileError
from callboard.settings import Settings
from callboard.store.sql.copying import UNFINISHED_COPY
from callboard.store.sql.refold import Watch
from callboard.store.sql.store import SqlStore
from callboard.store.sqlite.store import SqliteStore


def open_store(
    settings: Settings,
    *,
    upgrade: bool | None = False,
    copying: bool = False,
    watch: Watch | None = None,
) -> SqlStore:
    """The store that the settings name. A file is made or migrated when need be; a database only when
    asked: `upgrade=True` brings it to this version, `None` makes the store in a database that has none.
    `watch` is told when that takes long, because calls and tasks have to be folded anew.
    A store that is being copied into opens only with `copying`: what it holds is a part of something.
    """
    store: SqlStore
    if settings.in_file:
        store = SqliteStore(settings.sqlite_path, settings, copying=copying, watch=watch)
    else:
        # The driver takes a while to load, which whoever keeps a file need not wait for.
        from callboard.store.postgres.store import PostgresStore  # noqa: PLC0415

        store = PostgresStore(settings.db, settings, upgrade=upgrade, copying=copying, watch=watch)
    if not copying and store.is_unfinished_copy():
        store.close()
        raise StoreFileError(UNFINISHED_COPY)
    return store
