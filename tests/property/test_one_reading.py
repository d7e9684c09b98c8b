"""Drawn imports that read the same calls otherwise, committed in any order, some never ended: each call is
always what one reading says of it, and which one depends on the numbers of the imports alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, field, structs

from callboard.model.directory import Space
from callboard.model.event import Entry
from callboard.store.importing import ImportBatch, ImportClaim, ImportOwner, Reading
from callboard.store.interface import Batch, ImportStep, Store
from tests.events import call, send
from tests.property.plain_fold import SentEvent, place
from tests.stores import NOW, make_organization, make_space, make_store

numbers = count(1)
Row = tuple[int, int]
"""The call, and which of eight things is said of it: two of each of two times, live ones and ends."""
LIVE_FEED = 0
WAYS = ("events", "zulu", "zulu")
"""Of the live feed: before that of an import by name, and behind it."""


def time_of(word: int) -> int:
    return word // 2 % 2


def is_end(word: int) -> bool:
    return word >= 4


class Expected(Struct):
    """What must stand, worked out from sets: for each call, all that each sender ever said of it."""

    said: dict[int, dict[int, set[int]]] = field(default_factory=dict)
    """Call → batch number → what it said."""
    series: dict[int, str | None] = field(default_factory=dict)
    options: dict[int, str] = field(default_factory=dict)
    replaces: dict[int, set[int]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    live_ways: dict[Row, set[str]] = field(default_factory=dict)

    def arrive(self, batch: int, rows: list[Row]) -> None:
        """Rows of one commit."""
        for number, word in rows:
            self.said.setdefault(number, {}).setdefault(batch, set()).add(word)

    @property
    def limbo(self) -> set[int]:
        """Those on record as withdrawn, though not all of their events are yet."""
        return set().union(*self.replaces.values()) - self.gone

    def forget(self, batch: int) -> None:
        """The import is withdrawn."""
        self.gone.add(batch)
        for said in self.said.values():
            said.pop(batch, None)

    def source(self, number: int) -> str | None:
        """The least of the ways by which the greatest word came, where nothing is half replaced."""
        standing = self.standing(number, set())
        if not standing:
            return None
        greatest = max((place(_sent(number, word)), word) for word in standing)[1]
        ways = self.live_ways.get((number, greatest), set())
        by_import = any(
            batch != LIVE_FEED and greatest in words for batch, words in self.said[number].items()
        )
        return min(ways | ({"import"} if by_import else set()))

    def standing(self, number: int, limbo: set[int]) -> set[int]:
        said = self.said.get(number, {})
        return {
            word for batch, words in said.items() for word in words if self.stands(said, batch, word, limbo)
        }

    def stands(self, said: dict[int, set[int]], batch: int, word: int, limbo: set[int]) -> bool:
        """Whether nobody outweighs what this import said."""
        if batch == LIVE_FEED:
            return True
        speaking = said.keys() - limbo - {LIVE_FEED, batch}
        if batch in limbo:
            return not any(
                batch in self.replaces[k] or self.is_related(batch, k) or self.disputes(said, k, batch, word)
                for k in speaking
            )
        return not any(
            self.outweighs(k, said[k], batch, word) or self.disputes(said, k, batch, word)
            for k in speaking
            if k > batch
        )

    def disputes(self, said: dict[int, set[int]], other: int, batch: int, word: int) -> bool:
        """Whether another import contradicts this one: read alike, this word of it."""
        mine, theirs = said[batch] - said[other], said[other] - said[batch]
        if self.options[batch] == self.options[other]:
            # Of one moment and one status.
            return word in mine and any(each // 2 == word // 2 for each in theirs)
        return any(
            time_of(one) == time_of(each) or is_end(one) == is_end(each) for one in mine for each in theirs
        )

    def outweighs(self, later: int, words: set[int], batch: int, word: int) -> bool:
        if batch in self.replaces[later]:
            return True
        if not self.is_related(batch, later):
            return False
        return self.options[batch] != self.options[later] or any(
            time_of(each) == time_of(word) or (is_end(each) and is_end(word)) for each in words
        )

    def is_related(self, one: int, other: int) -> bool:
        return self.series[one] is not None and self.series[one] == self.series[other]


class Drawn(Struct):
    """One import as drawn."""

    file: str
    options: str
    mapping: str | None
    rows: list[Row]
    cuts: int
    ends: bool


row = st.tuples(st.integers(0, 2), st.integers(0, 7))
imports = st.lists(
    st.builds(
        Drawn,
        file=st.sampled_from("fg"),
        options=st.sampled_from("ab"),
        mapping=st.sampled_from([None, "m", "m"]),
        rows=st.lists(row, min_size=1, max_size=6),
        cuts=st.integers(1, 3),
        ends=st.booleans(),
    ),
    min_size=2,
    max_size=5,
)


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = make_store(request.param, Path(tmp_path_factory.mktemp("readings")))
    yield made
    assert made.verify(deep=True).drift == 0
    made.close()


@given(
    drawn=imports,
    live=st.lists(st.tuples(row, st.sampled_from(WAYS)), max_size=5),
    seed=st.integers(0, 2**32),
    undone=st.integers(0, 4),
)
def test_each_call_is_one_reading(
    store: Store, drawn: list[Drawn], live: list[tuple[Row, str]], seed: int, undone: int
) -> None:
    """Imports are begun in turn, committed and undone in any order; some stop for good, as when they are
    killed. Where nothing is half replaced, the store holds what the sets come to.
    """
    random = Random(seed)
    acme = make_organization(store, f"r{next(numbers)}.example")
    space = make_space(store, acme)
    expected = Expected()
    open_: list[tuple[ImportBatch, list[list[Row]], bool]] = []
    waiting, left = list(drawn), list(live)

    def withdraw(batch_no: int) -> None:
        store.withdraw(acme.id, batch_no, NOW)
        expected.forget(batch_no)

    while waiting or open_ or left or undone:
        acts = ["begin"] * bool(waiting) + ["rows"] * 2 * bool(open_) + ["live"] * bool(left)
        act = random.choice(acts + ["undo"] * bool(undone))
        if act == "live":
            word, way = left.pop()
            # Half of them are what an import says, too.
            word = random.choice([word, random.choice([each for file in drawn for each in file.rows])])
            send(store, space, structs.replace(said(*word), source=way))
            expected.live_ways.setdefault(word, set()).add(way)
            expected.arrive(LIVE_FEED, [word])
        elif act == "begin":
            each = waiting.pop(0)
            record = begin(store, space, each)
            expected.series[record.batch_no] = each.mapping
            expected.options[record.batch_no] = each.options
            expected.replaces[record.batch_no] = set(record.replaces)
            # What was replaced is refused from now on: it goes no further.
            open_ = [other for other in open_ if other[0].batch_no not in record.replaces]
            steps = split(each.rows, each.cuts)
            open_.append(
                (record, steps if each.ends else steps[: random.randrange(len(steps)) + 1], each.ends)
            )
        elif act == "undo":
            undone -= 1
            begun = expected.series.keys() - expected.gone - expected.limbo
            if begun:
                number = random.choice(sorted(begun))
                open_ = [other for other in open_ if other[0].batch_no != number]
                withdraw(number)
        else:
            record, steps, ends = random.choice(open_)
            if steps:
                rows = steps.pop(0)
                commit(store, space, record, rows)
                expected.arrive(record.batch_no, rows)
            else:
                open_ = [other for other in open_ if other[0].batch_no != record.batch_no]
                for batch_no in record.replaces if ends else ():
                    withdraw(batch_no)
        check(store, space, expected)
    # Whatever was left half replaced: when that is taken up and ends, the store holds what the sets come to.
    for batch_no in sorted(expected.limbo):
        withdraw(batch_no)
    check(store, space, expected)


def _sent(number: int, word: int) -> SentEvent:
    entry = said(number, word)
    return SentEvent(entry.event, entry.occurred_at, "")


def said(number: int, word: int) -> Entry:
    if is_end(word):
        return call(f"c{number}", at=time_of(word), duration_ms=word)
    return call(f"c{number}", "ringing", at=time_of(word), agent=f"agent {word}")


def begin(store: Store, space: Space, each: Drawn) -> ImportBatch:
    read = Reading(
        file_digest=each.file,
        options_digest=each.options,
        record_type="call",
        place="space spring",
        mapping=each.mapping,
    )
    label = f"file {next(numbers)}"
    record = store.begin_import(space.org_id, label, NOW, read, replace=True)
    owner = ImportOwner(nonce=f"n{record.batch_no}", host="web1", pid=4711, since=NOW)
    return store.claim_import(space.org_id, record.batch_no, ImportClaim(owner=owner, instead_of=None))


def split(rows: list[Row], cuts: int) -> list[list[Row]]:
    size = -(-len(rows) // cuts)
    return [rows[place : place + size] for place in range(0, len(rows), size)]


def commit(store: Store, space: Space, record: ImportBatch, rows: list[Row]) -> None:
    found = store.find_import(space.org_id, record.batch_no)
    assert found is not None
    batch = Batch(
        org_id=space.org_id,
        space_id=space.id,
        entries=[structs.replace(said(*each), source="import") for each in rows],
        source="import",
        received_at=NOW,
        import_no=record.batch_no,
    )
    store.import_rows(
        ImportStep(
            org_id=space.org_id,
            batch_no=record.batch_no,
            owner=f"n{record.batch_no}",
            from_row=found.position,
            to_row=found.position + len(rows),
            received_at=NOW,
            batches=[batch],
            without_space=[],
        )
    )


def check(store: Store, space: Space, expected: Expected) -> None:
    for number in range(3):
        there = {entry.body for entry in store.call_entries(space.org_id, space.id, f"c{number}")}
        now = {said(number, word).body for word in expected.standing(number, expected.limbo)}
        if expected.limbo:
            # Which reading shows until those that leave are gone is not promised; that no word is made up and
            # no call is lost, is.
            every = {
                said(number, word).body for words in expected.said.get(number, {}).values() for word in words
            }
            assert there <= every
            assert there or not expected.said.get(number, {}).keys() - expected.limbo
        else:
            assert there == now
            row = store.call(space.org_id, space.id, f"c{number}")
            assert (None if row is None else row.source) == expected.source(number)
