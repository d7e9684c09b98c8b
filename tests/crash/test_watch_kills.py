"""A watch never loses a row: killed at any moment while its file grows and is rotated, and begun again, it
holds each row that was written exactly once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.crash.sending import the_seed
from tests.watching import Followers


def check_kills(folder: Path, record: Callable[[str, object], None], *, kills: int) -> None:
    """Runs that are killed, so many, while the file is written, renamed and packed beside them."""
    random = Random(f"{the_seed()}")
    followers = Followers(folder)
    log = followers.log
    log.write(1)
    followers.once()  # what was rotated before anybody followed the file is not read
    for _ in range(kills):
        process = followers.start()
        until = time.monotonic() + random.uniform(0.5, 2.5)
        while time.monotonic() < until:
            log.write(random.choice((1, 3, 100, 900)))
            if random.random() < 0.3:
                rest = log.write_half()
                time.sleep(random.uniform(0, 0.05))
                rest()
            if random.random() < 0.3:
                log.rotate(packed=random.random() < 0.3)
                log.write(2)
            time.sleep(random.uniform(0, 0.2))
        process.kill()
        process.communicate()
    last = followers.once()
    assert (last["rejected"], last["cuts"], last["lost_bytes"]) == (0, 0, 0)
    followers.check()
    record("seed", the_seed())
    record("rows", log.written)
    record("duplicates of the last run", last["duplicate"])


def test_a_watch_that_is_killed_goes_on_without_loss(tmp_path, record_property):
    check_kills(tmp_path, record_property, kills=5)


@pytest.mark.long
@pytest.mark.timeout(400)
def test_a_watch_that_is_killed_often_goes_on_without_loss(tmp_path, record_property):
    """Sixty times, or as many as N says (SHORT=1: fifteen)."""
    kills = int(os.environ.get("N") or ("15" if os.environ.get("SHORT") else "60"))
    check_kills(tmp_path, record_property, kills=kills)
