"""An import never loses a row: killed at any moment, alone or beside another run of the same file, and begun
again, it holds the rows of the file exactly.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.open import open_store
from tests.crash.importing import KilledImport
from tests.crash.sending import the_seed
from tests.stores import ENGINES, kept_at


@pytest.fixture(params=ENGINES)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, str]]:
    """A store on each engine, and its name on a command line."""
    with kept_at(request.param, tmp_path) as url:
        store = open_store(Settings(db=url))
        yield store, url
        store.close()


def check_kills(
    kept: tuple[Store, str], folder: Path, record: Callable[[str, object], None], *, kills: int, a_file: int
) -> None:
    """Files of some commits each, two runs at once and one alone in turn, until so many were killed."""
    seed = the_seed()
    store, db = kept
    done = refused = files = 0
    while done < kills or files < 2:
        random = Random(f"{seed}/{files}")
        # The one that runs alone replaces an import of the same file that was read otherwise.
        each = KilledImport(
            store,
            db,
            folder / f"f{files}",
            random,
            name=f"f{files}c",
            chunks=2 * a_file + 1,
            replacing=files % 2 == 1,
        )
        each.run(a_file, at_once=2 - files % 2)
        done, refused, files = done + each.kills, refused + each.refused, files + 1
    assert store.verify(deep=True).drift == 0
    record("drawn", f"{done} kills in {files} imports, {refused} second runs refused")


@pytest.mark.timeout(300)
def test_an_import_killed_and_restarted_has_the_rows_of_its_file(
    kept: tuple[Store, str], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A few kills on each engine: two runs at once, then one alone."""
    check_kills(kept, tmp_path, record_property, kills=2, a_file=1)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_an_import_killed_many_times_holds_the_rows_of_its_file(
    kept: tuple[Store, str], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Fifty on each engine, or as many as N says (SHORT=1: ten)."""
    kills = int(os.environ.get("N") or ("10" if os.environ.get("SHORT") else "50"))
    check_kills(kept, tmp_path, record_property, kills=kills, a_file=5)
