"""Promise 1, the power: what was acknowledged is there after a cut that forgets all that was not synced."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from callboard.store.interface import Batch, Receipt
from callboard.store.sql import compaction
from callboard.store.sql.ingestion import Arrived
from callboard.store.sqlite.store import SqliteStore
from tests.crash.keeping import Kept
from tests.crash.power_cuts import SETTINGS, Cut, OpenStore, Round, on_disk
from tests.crash.power_vfs import PoweredDisk
from tests.crash.sending import the_seed
from tests.stores import make_organization, make_space


@pytest.fixture(autouse=True)
def compacted_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deltas are merged into cells between commits, and that is not synced: as often as there is a chance."""
    for name, value in {"COMPACT_AT": 6, "SLICE_MAX": 9, "WAITING_MAX": 60, "KEPT": 12}.items():
        monkeypatch.setattr(compaction, name, value)


LIVES = 3
"""Power cuts to one file: each start is on what the last cut left."""


def rounds_of(
    number: int,
    folder: Path,
    open_store: OpenStore = on_disk,
) -> Iterator[Cut]:
    """The cuts of so many rounds, one after the other."""
    seed = the_seed()
    for turn in range(number):
        here = folder / f"round-{turn}"
        here.mkdir()
        one = Round(here, Random(f"{seed}/{turn}"), open_store=open_store)
        for _ in range(LIVES):
            yield one.live()
        shutil.rmtree(here)


def first_loss(cuts: Iterator[Cut]) -> tuple[int, Kept]:
    """The first power cut that loses or damages something, and what; it fails when none does."""
    for place, cut in enumerate(cuts):
        if cut.kept.lost or cut.kept.damage:
            return place + 1, cut.kept
    pytest.fail("nothing was ever lost: this harness would not notice")


def check_rounds(number: int, folder: Path, record) -> None:
    """Every cut of so many rounds leaves what was acknowledged, and a sound file."""
    cuts = acknowledged = unasked = 0
    for cut in rounds_of(number, folder):
        assert not cut.kept.lost, "acknowledged, and lost"
        assert not cut.kept.damage, cut.kept.damage[:10]
        cuts += 1
        acknowledged, unasked = acknowledged + cut.acknowledged, unasked + cut.kept.unasked
    assert acknowledged > number, "nothing was acknowledged: this proves nothing"
    record("drawn", f"{cuts} power cuts, {acknowledged} acknowledged events looked for, {unasked} unasked")


def test_an_acknowledged_event_survives_a_power_cut(tmp_path, record_property):
    """At any moment, whatever of the unsynced the disk has: nothing acknowledged is missing, the file is
    sound, rows and counters are the fold of the events that are there.
    """
    check_rounds(25, tmp_path, record_property)


@pytest.mark.long
@pytest.mark.timeout(0)
def test_an_acknowledged_event_survives_many_power_cuts(tmp_path, record_property):
    """The same at length."""
    check_rounds(60 if os.environ.get("SHORT") else 600, tmp_path, record_property)


def test_a_file_whose_making_loses_its_power_can_be_made_again(tmp_path):
    """At every single operation of the disk: what is left opens, is sound and takes an organization."""
    random = Random(the_seed())
    lasts, powered = 0, False
    while not powered:
        lasts += 1
        folder, left = tmp_path / f"{lasts}", tmp_path / f"{lasts}-left"
        folder.mkdir()
        left.mkdir()
        disk = PoweredDisk(folder, random, lasts)
        on_disk(folder / "calls.db", disk).close()
        powered = disk.powered
        disk.cut()
        disk.unregister()
        disk.leave(left)
        again = PoweredDisk(left, random)
        store = on_disk(left / "calls.db", again)
        make_space(store, make_organization(store))
        assert store.verify(deep=True).drift == 0
        assert store._writer.execute("PRAGMA integrity_check").get == "ok"
        store.close()
        again.unregister()
    assert lasts > 50, "the disk was hardly used: this proves nothing"


def with_synchronous(level: str) -> OpenStore:
    class Careless(SqliteStore):
        """Every commit of it: one that need not be synced ends with the level of all others."""

        @contextmanager
        def _syncing(self, *, synced: bool) -> Iterator[None]:
            self._writer.execute(f"PRAGMA synchronous = {level}")
            yield

    return lambda path, disk: Careless(str(path), SETTINGS, vfs=disk.name)


class AnswersFirst(SqliteStore):
    """Gives receipts for what it writes when the next batches come, trusting in the power till then."""

    _promised: Sequence[Batch] = ()

    def ingest(self, batches: Sequence[Batch], *, waited_s: float = 0.0) -> list[Receipt | Exception]:
        super().ingest(self._promised, waited_s=waited_s)
        self._promised = batches
        return [Receipt(batch_no=1, received=batch.received) for batch in batches]

    def ingest_joined(
        self, batches: Sequence[Batch], arrived: Arrived, *, waited_s: float = 0.0
    ) -> list[Receipt | Exception]:
        return self.ingest(batches, waited_s=waited_s)


def answering_first(path: Path, disk: PoweredDisk) -> SqliteStore:
    return AnswersFirst(str(path), SETTINGS, vfs=disk.name)


def test_a_commit_that_is_not_synced_loses_events_and_this_harness_sees_it(tmp_path, record_property):
    """`synchronous=NORMAL` answers before the WAL is on the disk: events go, though the file stays sound (so
    the disk of these tests takes no more than a real one may).
    """
    place, kept = first_loss(rounds_of(40, tmp_path, open_store=with_synchronous("NORMAL")))
    assert not kept.damage, kept.damage[:10]
    record_property("drawn", f"synchronous=NORMAL: {len(kept.lost)} lost in power cut {place}")


def test_a_store_that_never_syncs_loses_events_and_this_harness_sees_it(tmp_path, record_property):
    """`synchronous=OFF`, under which no number of kills loses anything: the page cache survives them."""
    place, kept = first_loss(rounds_of(40, tmp_path, open_store=with_synchronous("OFF")))
    record_property("drawn", f"synchronous=OFF: {len(kept.lost)} lost in power cut {place}")


def test_an_answer_before_the_commit_loses_events_and_this_harness_sees_it(tmp_path, record_property):
    """An answer is worth what is on the disk when it is given."""
    place, kept = first_loss(rounds_of(40, tmp_path, open_store=answering_first))
    record_property("drawn", f"answered before the commit: {len(kept.lost)} lost in power cut {place}")
