"""Drawn imports that read the same calls otherwise and put them into other groups, beside a live feed that
comes by several ways. They replace each other and are undone in any order: rows, legs and counters are always
those of what is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Struct, field, structs

from callboard.clock import SECOND
from callboard.model.directory import Space
from callboard.model.event import Entry, GroupEnd
from callboard.store.importing import ImportBatch, ImportClaim, ImportOwner, Reading, rivals, seen_beside
from callboard.store.interface import Batch, ImportStep, Store
from tests.events import call, entry, send
from tests.property.lengths import examples_on
from tests.property.plain_fold import PlainSpace, SentEvent, plain_dump
from tests.stores import NOW, STORES, bits, dump, make_organization, make_space, make_store

numbers = count(1)
READINGS = ("a", "b", "c")
CALLS = (1, 2, 3, 4)
WAYS = ("events", "hook", "zulu")
"""Two before that of an import by name, and one behind it."""
Named = tuple[str, str]


class Drawn(Struct):
    """A file, how it is read, and what is said live before its rows, between them and behind."""

    calls: set[int]
    reading: str
    mapping: str | None
    ends: str | None
    """The id of a group of which it says an end."""
    live: list[Entry]


@st.composite
def live_words(draw: st.DrawFn) -> Entry:
    """A word of a call, facts, an end of a group, or what an import says too; each by some way."""
    number = draw(st.sampled_from(CALLS))
    group_ids = draw(st.sampled_from([UNSET, UNSET, ("g1",), ("g2",), ("g1", "g2"), None]))
    at = draw(st.sampled_from([-5, 5, 95]))
    by = draw(st.sampled_from(WAYS))
    kind = draw(st.sampled_from(["live", "fact", "end", "void"]))
    if kind == "end":
        return end_of(draw(st.sampled_from(["g1", "g2", "g3"])), at=at, by=by, reason="hangup")
    more: dict[str, Any] = {"group_ids": group_ids, "group_rank": draw(st.sampled_from([UNSET, 0, 2]))}
    if kind == "void":
        more["void"] = draw(st.booleans())
    status = "" if kind == "fact" else draw(st.sampled_from(["queued", "in_progress"]))
    told = call(f"c{number}", status, at=at, standing=0 if status else 2, **more)
    return structs.replace(told, source=by)


readings = st.fixed_dictionaries(
    {
        (reading, number): st.fixed_dictionaries(
            {
                "group_ids": st.sampled_from([UNSET, ("g1",), ("g2",), ("g3",), ("g1", "g3")]),
                "group_rank": st.sampled_from([UNSET, UNSET, 0, 2]),
                "call_status": st.sampled_from(["completed", "missed", "queued"]),
            }
        )
        for reading in READINGS
        for number in CALLS
    }
)
imports = st.lists(
    st.builds(
        Drawn,
        calls=st.sets(st.sampled_from(CALLS), min_size=1),
        reading=st.sampled_from(READINGS),
        mapping=st.sampled_from([None, None, "m"]),
        ends=st.sampled_from([None, None, "g1", "g2"]),
        live=st.lists(live_words(), max_size=3),
    ),
    min_size=2,
    max_size=5,
)


class Told(Struct):
    """What must stand, as sets: of each call, and each group's end, what the last import left says of it, and
    all that was said live.
    """

    space: Space
    imports: dict[int, dict[Named, Entry]] = field(default_factory=dict)
    live: dict[bytes, list[Entry]] = field(default_factory=dict)

    def standing(self) -> list[SentEvent]:
        """The events that count, each by the least of its ways."""
        last: dict[Named, Entry] = {}
        for _, said in sorted(self.imports.items()):
            last |= said
        ways = {body: [each.source for each in told] for body, told in self.live.items()}
        events = {each.body: each for told in self.live.values() for each in told}
        events |= {each.body: each for each in last.values()}
        for said in self.imports.values():
            for each in said.values():
                ways.setdefault(each.body, []).append(each.source)
        return [
            SentEvent(each.event, each.occurred_at, min(ways[body])) for body, each in sorted(events.items())
        ]

    def dump(self) -> object:
        plain = PlainSpace(self.space.id, "UTC", self.standing())
        return bits(plain_dump([plain], [plain]))


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = make_store(request.param, Path(tmp_path_factory.mktemp("groups")))
    yield made
    assert made.verify(deep=True).differences == []
    made.close()


def test_rows_legs_and_counters_are_those_of_what_is_left(store: Store, request: Any) -> None:
    """After each import, and each that is undone; half an import replaced is taken up to its end first."""

    @examples_on(request.node.callspec.params["store"], 1)
    @given(drawn=imports, read=readings, seed=st.integers(0, 2**32))
    def holds(drawn: list[Drawn], read: dict[tuple[str, int], dict[str, Any]], seed: int) -> None:
        random = Random(seed)
        told = Told(make_space(store, make_organization(store, f"g{next(numbers)}.example"), timezone="UTC"))
        for each in drawn:
            imported(store, told, each, rows_of(each, read), random)
            assert bits(dump(store, told.space.org_id)) == told.dump()
        order = list(told.imports)
        random.shuffle(order)
        for batch_no in order:
            withdraw(store, told, batch_no)
            assert bits(dump(store, told.space.org_id)) == told.dump()

    holds()


def rows_of(each: Drawn, read: dict[tuple[str, int], dict[str, Any]]) -> list[Entry]:
    """A file's rows as it is read: of each call one word, and perhaps an end of a group."""
    length = (READINGS.index(each.reading) + 1) * 1_000
    rows = [
        structs.replace(
            call(
                f"c{number}",
                read[each.reading, number]["call_status"],
                at=number,
                duration_ms=number * length,
                group_ids=read[each.reading, number]["group_ids"],
                group_rank=read[each.reading, number]["group_rank"],
            ),
            source="import",
        )
        for number in sorted(each.calls)
    ]
    if each.ends is not None:
        rows.append(
            end_of(
                each.ends,
                at=90 + READINGS.index(each.reading) % 2,
                by="import",
                reason=f"said by {each.reading}",
            )
        )
    return rows


def end_of(group_id: str, *, at: float, by: str, reason: str) -> Entry:
    event = GroupEnd(group_id, "completed", 1, NOW + round(at * SECOND), source_end_reason=reason)
    return entry(event, source=by)


def imported(store: Store, told: Told, each: Drawn, rows: list[Entry], random: Random) -> None:
    """Begin an import as the command does, with what it contradicts; commit its rows in two steps, between
    live words; withdraw what is left of those that it replaces.
    """
    space = told.space
    reading = Reading(
        file_digest=" ".join([*map(str, sorted(each.calls)), str(each.ends)]),
        options_digest=each.reading,
        record_type="call",
        place="space spring",
        mapping=each.mapping,
    )
    every = store.earlier_imports(space.org_id, "call")
    label = f"file {next(numbers)}"
    against = rivals(every, reading, None, in_parts=False)
    over = store.contradicted_imports(space.org_id, against, {space.id: rows})
    seen = seen_beside(every, reading, label)
    begun = store.begin_import(space.org_id, label, NOW, reading, replace=True, overlapping=over, seen=seen)
    owner = ImportOwner(nonce=f"n{begun.batch_no}", host="web1", pid=4711, since=NOW)
    record = store.claim_import(space.org_id, begun.batch_no, ImportClaim(owner=owner, instead_of=None))
    told.imports[record.batch_no] = {_name(row): row for row in rows}
    random.shuffle(rows)
    cut = random.randint(0, len(rows))
    # What this import or an earlier one says comes live as well, now and then.
    every_row = [row for some in told.imports.values() for row in some.values()]
    again = [structs.replace(row, source=random.choice(WAYS)) for row in every_row if not random.randrange(6)]
    live = [*each.live, *again]
    random.shuffle(live)
    early, late = sorted(random.randint(0, len(live)) for _ in range(2))
    say(store, told, live[:early])
    commit(store, space, record, 0, rows[:cut])
    say(store, told, live[early:late])
    commit(store, space, record, cut, rows[cut:])
    say(store, told, live[late:])
    for batch_no in record.replaces:
        found = store.find_import(space.org_id, batch_no)
        if found is not None and found.withdrawn_at is not None:
            withdraw(store, told, batch_no)
    store.finish_import(space.org_id, record.batch_no, NOW, owner.nonce)


def say(store: Store, told: Told, live: list[Entry]) -> None:
    """Each a request of its own."""
    for word in live:
        send(store, told.space, structs.replace(word))
        told.live.setdefault(word.body, []).append(word)


def withdraw(store: Store, told: Told, batch_no: int) -> None:
    store.withdraw(told.space.org_id, batch_no, NOW)
    told.imports.pop(batch_no, None)


def commit(store: Store, space: Space, record: ImportBatch, begin: int, rows: list[Entry]) -> None:
    batch = Batch(
        org_id=space.org_id,
        space_id=space.id,
        entries=[structs.replace(row) for row in rows],
        source="import",
        received_at=NOW,
        import_no=record.batch_no,
    )
    store.import_rows(
        ImportStep(
            org_id=space.org_id,
            batch_no=record.batch_no,
            owner=f"n{record.batch_no}",
            from_row=begin,
            to_row=begin + len(rows),
            received_at=NOW,
            batches=[batch],
            without_space=[],
        )
    )


def _name(told: Entry) -> Named:
    return type(told.event).__name__, told.event.item_id
