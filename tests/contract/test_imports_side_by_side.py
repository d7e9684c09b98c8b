"""Imports that run at once: one that may contradict another waits for it, or is refused; others do not."""

from __future__ import annotations

import subprocess
import sys

import pytest
from msgspec import structs

from callboard.errors import ImportsChangedError, ImportTakenError
from callboard.ingest.sources.overlaps import Overlaps
from callboard.ingest.sources.ownership import owned_import
from callboard.ingest.sources.process import this_process
from callboard.ingest.sources.running import LOOKS, wait_for_running, with_overlaps
from callboard.store.importing import ImportBatch, ImportClaim, ImportOwner
from callboard.store.interface import Store
from tests.contract.test_replacing import imported, minutes, reading, seconds
from tests.stores import NOW


def running(store: Store, org_id: int, owner: ImportOwner, **read: str) -> ImportBatch:
    record = store.begin_import(org_id, "other.csv", NOW, reading(**read))
    return store.claim_import(org_id, record.batch_no, ImportClaim(owner=owner, instead_of=None))


def test_an_import_waits_for_one_that_reads_otherwise(store, space):
    """Until that has ended; where nobody can wait it is refused, and told which process runs that."""
    owner = this_process(NOW)
    record = running(store, space.org_id, owner, options="minutes")
    told = []

    def waiting(each: ImportBatch) -> None:
        told.append(each.batch_no)
        store.finish_import(space.org_id, record.batch_no, NOW, owner.nonce)

    read = reading(file="f2")
    with pytest.raises(ImportTakenError, match=f"b{record.batch_no}: process {owner.pid} "):
        wait_for_running(store, space.org_id, read, "new.csv")
    wait_for_running(store, space.org_id, read, "new.csv", waiting)
    assert told == [record.batch_no]
    wait_for_running(store, space.org_id, read, "new.csv")


def test_imports_that_cannot_contradict_run_side_by_side(store, space):
    """Read alike, in another space, of another type, of the same series; and its own, carried on."""
    running(store, space.org_id, this_process(NOW), options="minutes", mapping="m")
    for read, label in (
        (reading(file="f2", options="minutes"), "new.csv"),
        (reading(file="f2", place="space summer"), "new.csv"),
        (reading(file="f2", record_type="task"), "new.csv"),
        (reading(file="f2", mapping="m"), "new.csv"),
        (reading(file="f2"), "other.csv"),
    ):
        wait_for_running(store, space.org_id, read, label)


def test_an_import_whose_process_has_ended_is_not_waited_for(store, space):
    """It was killed: nothing of it comes any more until somebody starts it again."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    owner = structs.replace(this_process(NOW), pid=process.pid)
    running(store, space.org_id, owner, options="minutes")
    wait_for_running(store, space.org_id, reading(file="f2"), "new.csv")


def test_an_import_that_is_overtaken_looks_again():
    """A bounded number of times; one that cannot read its rows again not at all."""
    looks = 0

    def look() -> Overlaps:
        nonlocal looks
        looks += 1
        return Overlaps({looks: 1})

    def run(found: Overlaps) -> dict[int, int]:
        if 3 not in found.rows:
            raise ImportsChangedError
        return dict(found.rows)

    assert with_overlaps(look, run, again=True) == {3: 1}
    for again, times in ((False, 1), (True, LOOKS)):
        looks = 10
        with pytest.raises(ImportsChangedError):
            with_overlaps(look, run, again=again)
        assert looks == 10 + times


def test_what_a_replaced_import_had_still_to_take_away_is_taken_away(store, space):
    """The second stopped before it had withdrawn all of the first; the third replaces it."""
    first = imported(store, space, reading(), *seconds(1, 2, 3))
    store.begin_import(space.org_id, "minutes.csv", NOW, reading(options="minutes"), replace=True)
    third = owned_import(
        store,
        space.org_id,
        "hours.csv",
        lambda: NOW,
        from_start=True,
        reading=reading(options="hours"),
        replace=True,
    )
    with third as owned:
        owned.finish(NOW)
    assert owned.withdrawn == [first.batch_no + 1, first.batch_no]
    assert store.call(space.org_id, space.id, "c1") is None
    assert store.verify(deep=True).drift == 0
    imported(store, space, reading(options="minutes"), *minutes(1), replace=True)
