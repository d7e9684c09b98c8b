"""Settings → store."""

from __future__ import annotations

from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.sqlite.store import SqliteStore


def open_store(settings: Settings, *, upgrade: bool | None = False) -> Store:
    """The store that the settings name. A file is made or migrated when need be; a database only when
    asked: `upgrade=True` brings it to this version, `None` makes the store in a database that has none.
    """
    if settings.in_file:
        return SqliteStore(settings.sqlite_path, settings)
    # The driver takes a while to load, which whoever keeps a file need not wait for.
    from callboard.store.postgres.store import PostgresStore  # noqa: PLC0415

    return PostgresStore(settings.db, settings, upgrade=upgrade)
