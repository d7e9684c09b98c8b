"""Drawn readings of the same calls, each imported as the command does it: what it contradicts is looked for
and replaced. Undone in any order, each call is always as the last import reads it that is left and names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from callboard.errors import ImportsChangedError
from callboard.model.directory import Space
from callboard.model.event import Entry
from callboard.store.importing import (
    ImportBatch,
    ImportClaim,
    ImportOwner,
    Reading,
    Seen,
    rivals,
    seen_beside,
)
from callboard.store.interface import Batch, ImportStep, Store
from tests.events import call
from tests.stores import NOW, STORES, make_organization, make_space, make_store

numbers = count(1)
UNITS = {"ms": 1, "seconds": 1_000, "minutes": 60_000, "hours": 3_600_000}


class Drawn(Struct):
    """A file, and how it is read."""

    calls: set[int]
    unit: str
    mapping: str | None
    looks_first: bool
    """Looks for what it contradicts before the import before it has begun."""


imports = st.lists(
    st.builds(
        Drawn,
        calls=st.sets(st.integers(1, 4), min_size=1),
        unit=st.sampled_from(list(UNITS)),
        mapping=st.sampled_from([None, None, "m"]),
        looks_first=st.booleans(),
    ),
    min_size=3,
    max_size=6,
)


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = make_store(request.param, Path(tmp_path_factory.mktemp("undone")))
    yield made
    assert made.verify(deep=True).drift == 0
    made.close()


@given(drawn=imports, seed=st.integers(0, 2**32))
def test_each_call_is_as_the_last_import_left_reads_it(store: Store, drawn: list[Drawn], seed: int) -> None:
    space = make_space(store, make_organization(store, f"u{next(numbers)}.example"))
    left: dict[int, Drawn] = {}
    early: Seen | None = None
    for place, each in enumerate(drawn):
        seen, early = early, None
        if place + 1 < len(drawn) and drawn[place + 1].looks_first:
            every = store.earlier_imports(space.org_id, "call")
            early = seen_beside(every, reading(drawn[place + 1]), "")
        record = imported(store, space, each, seen)
        for number in record.replaces:
            found = store.find_import(space.org_id, number)
            if found is not None and found.withdrawn_at is not None:
                left.pop(number, None)
        left[record.batch_no] = each
        check(store, space, left)
    order = list(left)
    Random(seed).shuffle(order)
    for number in order:
        store.withdraw(space.org_id, number, NOW)
        del left[number]
        check(store, space, left)


def reading(each: Drawn) -> Reading:
    return Reading(
        file_digest=" ".join(map(str, sorted(each.calls))),
        options_digest=each.unit,
        record_type="call",
        place="space spring",
        mapping=each.mapping,
    )


def imported(store: Store, space: Space, each: Drawn, early: Seen | None) -> ImportBatch:
    read, label = reading(each), f"file {next(numbers)}"
    entries = [call(f"c{number}", duration_ms=number * UNITS[each.unit]) for number in sorted(each.calls)]
    seen = early
    while True:
        every = store.earlier_imports(space.org_id, "call")
        if seen is None:
            seen = seen_beside(every, read, label)
        against = rivals(every, read, None, in_parts=False)
        over = store.contradicted_imports(space.org_id, against, {space.id: entries})
        try:
            begun = store.begin_import(
                space.org_id, label, NOW, read, replace=True, overlapping=over, seen=seen
            )
        except ImportsChangedError:
            assert early is not None
            seen = None
            continue
        break
    nonce = f"n{begun.batch_no}"
    owner = ImportOwner(nonce=nonce, host="web1", pid=4711, since=NOW)
    record = store.claim_import(space.org_id, begun.batch_no, ImportClaim(owner=owner, instead_of=None))
    commit(store, space, record, entries)
    for number in record.replaces:
        found = store.find_import(space.org_id, number)
        if found is not None and found.withdrawn_at is not None:
            store.withdraw(space.org_id, number, NOW)
    return store.finish_import(space.org_id, record.batch_no, NOW, nonce)


def commit(store: Store, space: Space, record: ImportBatch, entries: Sequence[Entry]) -> None:
    batch = Batch(
        org_id=space.org_id,
        space_id=space.id,
        entries=list(entries),
        source="import",
        received_at=NOW,
        import_no=record.batch_no,
    )
    step = ImportStep(
        org_id=space.org_id,
        batch_no=record.batch_no,
        owner=f"n{record.batch_no}",
        from_row=0,
        to_row=len(entries),
        received_at=NOW,
        batches=[batch],
        without_space=[],
    )
    store.import_rows(step)


def check(store: Store, space: Space, left: dict[int, Drawn]) -> None:
    for number in range(1, 5):
        row = store.call(space.org_id, space.id, f"c{number}")
        naming = [batch for batch, each in left.items() if number in each.calls]
        right = number * UNITS[left[max(naming)].unit] if naming else None
        assert (None if row is None else row.duration_ms) == right
