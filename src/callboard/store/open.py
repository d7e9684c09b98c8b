"""Settings → store."""

from __future__ import annotations

from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.sqlite.store import SqliteStore


def open_store(settings: Settings) -> Store:
    """The store that the settings name; made or migrated when need be."""
    return SqliteStore(settings.sqlite_path, settings)
