"""A process that is killed while it merges deltas into cells leaves numbers that equal a recount."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from callboard.settings import Settings
from callboard.store.open import open_store
from tests.crash.sending import the_seed
from tests.stores import ENGINES, kept_at, make_organization, make_space

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("N", "5"))


@pytest.mark.parametrize("kind", ENGINES)
def test_a_process_killed_while_it_merges_leaves_exact_numbers(kind: str, tmp_path: Path) -> None:
    """Each next process goes on with what the one before it left."""
    with kept_at(kind, tmp_path) as url:
        _check_kills(url, Random(f"{the_seed()}/{kind}"))


def _check_kills(url: str, random: Random) -> None:
    store = open_store(Settings(db=url))
    make_space(store, make_organization(store))
    store.close()
    committed = 0
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.crash.merging", url, str(random.random())],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            for _ in range(random.randrange(5, 60)):
                committed += int(process.stdout.readline())
            time.sleep(random.uniform(0, 0.05))
            process.kill()
        store = open_store(Settings(db=url))
        found = store.verify(deep=True)
        store.close()
        assert (found.drift, found.differences) == (0, [])
    assert committed >= 5 * KILLS
