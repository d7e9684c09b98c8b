"""Bringing a file to this version: numbered migrations, forward only, under the write lock."""

from __future__ import annotations

import apsw

from callboard.errors import StoreFileError, StoreVersionError
from callboard.store.sql.copying import UNFINISHED
from callboard.store.sql.refill import refill_cells
from callboard.store.sqlite.connection import store_errors, transaction
from callboard.store.sqlite.database import SqliteDatabase
from callboard.store.sqlite.statements import migrations

APPLICATION_ID = 0x43414C42
"""Tells a file of ours from another program's: "CALB"."""

_EMPTY_CELLS = {2}
"""Migrations that empty the table of cells: cells are made of rows by the catalogue, not by a script."""


def newest_version() -> int:
    """The version this program writes."""
    return migrations()[-1][0]


def migrate(db: apsw.Connection, path: str, *, copying: bool = False) -> int:
    """Apply what is missing; how many were applied. A newer file, or another program's, is refused. A store
    that is made for a copy says so from its first commit on.
    """
    with store_errors(path):
        if _version(db, path) == newest_version():
            return 0
        with transaction(db, "IMMEDIATE"):
            version = _version(db, path)  # another process may have been first
            missing = [each for each in migrations() if each[0] > version]
            for number, script in missing:
                db.execute(script)
                db.execute(f"PRAGMA user_version = {number}")
            if any(number in _EMPTY_CELLS for number, _ in missing):
                refill_cells(SqliteDatabase(db))
            if copying and version == 0:
                db.execute("INSERT INTO meta (name, value) VALUES (?, 1)", (UNFINISHED,))
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        return len(missing)


def _version(db: apsw.Connection, path: str) -> int:
    version = int(db.pragma("user_version"))
    application = int(db.pragma("application_id"))
    tables = int(db.execute("SELECT count(*) FROM sqlite_schema").get)
    if tables and application != APPLICATION_ID:
        raise StoreFileError(f"{path} is a database of another program, not Callboard's.")
    if version > newest_version():
        raise StoreVersionError(
            f"{path} was written by a newer version of Callboard (its schema is {version}, this program "
            f"knows {newest_version()}): use that version, or restore a backup."
        )
    return version
