"""Opens the store that the settings name."""

from __future__ import annotations

from callboard.errors import StoreFileError
from callboard.settings import Settings
from callboard.store.sql.copying import UNFINISHED_COPY
from callboard.store.sql.refold import UpgradeObserver
from callboard.store.sql.store import SqlStore
from callboard.store.sqlite.store import SqliteStore


def open_store(
    settings: Settings,
    *,
    upgrade: bool | None = False,
    copying: bool = False,
    observer: UpgradeObserver | None = None,
) -> SqlStore:
    """The store that the settings name. A file is created or migrated when needed, a database only on
    request: `upgrade=True` brings it to this version, `None` creates the schema in a database that has
    none. `observer` is informed when that takes long, because calls and tasks have to be refolded. The
    unfinished target of a copy opens only with `copying`, because it holds only part of its source;
    otherwise it raises `StoreFileError`.
    """
    store: SqlStore
    if settings.in_file:
        store = SqliteStore(settings.sqlite_path, settings, copying=copying, observer=observer)
    else:
        # Importing psycopg is slow; a store in a file does not need it.
        from callboard.store.postgres.store import PostgresStore  # noqa: PLC0415

        store = PostgresStore(settings.db, settings, upgrade=upgrade, copying=copying, observer=observer)
    if not copying and store.is_unfinished_copy():
        store.close()
        raise StoreFileError(UNFINISHED_COPY)
    return store
