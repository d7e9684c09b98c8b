"""Drawn events of a few calls and their groups, by drawn ways: live, by imports of several readings that
outweigh and replace each other, again by other ways; some withdrawn, at any place. All that is kept and
answered is the same for two drawn orders, and where the rule is plain, what the plain fold makes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct, field, structs

from callboard.model.directory import Space
from callboard.model.event import CallEvent, Entry, Event, canonical
from callboard.store.importing import ImportClaim, ImportOwner, Reading
from callboard.store.interface import Batch, ImportStep, Store
from callboard.store.questions import CallFilter, Scope, Window
from tests.events import send
from tests.property.histories import call_event, call_fields, group_ends, named, names, receipt_of
from tests.property.lengths import examples_on, long_examples
from tests.property.plain_fold import PlainSpace, SentEvent, plain_dump
from tests.stores import NOW, STORES, bits, dump, make_organization, make_space, make_store

numbers = count(1)
WAYS = ("archive", "events", "hook", "zulu")
CALLS = ("c1", "c2", "c3")


class Sender(Struct):
    """Somebody that sends some of the events: live, or an import."""

    events: list[int]
    way: str
    """Of a live one, or of an import that says nothing of how it reads."""
    reading: Reading | None = None
    is_import: bool = False
    parts: int = 1
    withdrawn: bool = False


class History(Struct):
    """Events, and who sends them; the imports are begun in this order."""

    events: list[Event]
    senders: list[Sender]

    @property
    def is_plain(self) -> bool:
        """Whether each import that reads is one of a series by options of its own: the last has the say."""
        readings = [each.reading for each in self.senders if each.reading is not None]
        options = {each.options_digest for each in readings}
        return all(each.mapping for each in readings) and len(options) == len(readings)


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Some of them equal in all but one field, so that what outweighs is now greater and now less."""
    drawn: list[Event] = []
    for _ in range(draw(st.integers(2, 8))):
        kind = draw(st.integers(0, 7))
        if kind == 7:
            drawn.append(draw(group_ends))
        elif kind > 4 and drawn and isinstance(drawn[-1], CallEvent):
            drawn.append(
                structs.replace(drawn[-1], event_id=draw(st.just(None)), sequence=draw(st.integers(0, 9)))
            )
        else:
            drawn.append(named(call_event(draw(call_fields)), draw(names)))
    return [*{canonical(each): each for each in drawn}.values()]


def readings(**fixed: Any) -> st.SearchStrategy[Reading]:
    return st.builds(
        Reading,
        file_digest=st.sampled_from(["f1", "f2", "f3"]),
        options_digest=st.sampled_from(["a", "b", "c"]),
        record_type=st.just("call"),
        place=st.just("space spring"),
        mapping=st.sampled_from([None, "m", "m"]),
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    told = draw(events())
    some = st.lists(st.integers(0, len(told) - 1), min_size=1, max_size=5, unique=True)
    senders = []
    is_plain = draw(st.booleans())
    for number in range(draw(st.integers(2, 7))):
        kind = draw(st.sampled_from(["live", "live", "import", "reading", "reading", "reading"]))
        sender = Sender(draw(some), draw(st.sampled_from(WAYS)), withdrawn=draw(st.integers(0, 3)) == 3)
        if kind != "live":
            sender.is_import, sender.parts = True, draw(st.integers(1, 2))
        if kind == "reading":
            sender.reading, sender.way = draw(readings()), "import"
            if is_plain:
                sender.reading = structs.replace(
                    sender.reading, options_digest=f"o{number}", file_digest=f"f{number}", mapping="m"
                )
        senders.append(sender)
    return History(told, senders)


class Told(Struct):
    """One order in which a history is told to a store."""

    store: Store
    history: History
    space: Space
    batches: dict[int, int] = field(default_factory=dict)
    """Sender → its batch, once it has one."""
    sent: dict[int, int] = field(default_factory=dict)
    """Sender → how many of its parts were sent."""
    gone: set[int] = field(default_factory=set)
    replaced: set[int] = field(default_factory=set)
    """Batches that another one replaces as a whole."""

    def tell(self, random: Random) -> None:
        """All of it, in a drawn order: imports are begun in theirs."""
        while acts := [act for number in range(len(self.history.senders)) for act in self.acts(number)]:
            act, number = random.choice(acts)
            getattr(self, act)(number)

    def acts(self, number: int) -> list[tuple[str, int]]:
        """What may be done next about a sender."""
        sender = self.history.senders[number]
        if number not in self.batches:
            before = [
                other for other in range(number) if self.history.senders[other].is_import and sender.is_import
            ]
            return [] if any(other not in self.batches for other in before) else [("begin", number)]
        found = [("rows", number)] * 2 if self.sent[number] < sender.parts else []
        leaves = sender.withdrawn or self.batches[number] in self.replaced
        return [*found, *([("withdraw", number)] if leaves and number not in self.gone else [])]

    def begin(self, number: int) -> None:
        sender = self.history.senders[number]
        self.sent[number] = 0
        if not sender.is_import:
            self.batches[number] = send(self.store, self.space, *self.entries(number)).batch_no
            self.sent[number] = sender.parts
            return
        label, org_id = f"file {next(numbers)}", self.space.org_id
        record = self.store.begin_import(org_id, label, NOW, sender.reading, replace=True)
        self.batches[number] = record.batch_no
        self.replaced |= {*record.replaces}
        owner = ImportOwner(nonce=f"n{record.batch_no}", host="web1", pid=4711, since=NOW)
        self.store.claim_import(org_id, record.batch_no, ImportClaim(owner=owner, instead_of=None))

    def rows(self, number: int) -> None:
        sender, batch_no, org_id = self.history.senders[number], self.batches[number], self.space.org_id
        entries = self.entries(number)
        size = -(-len(entries) // sender.parts)
        at = self.sent[number] * size
        rows = entries[at : at + size]
        self.sent[number] += 1
        batch = Batch(
            org_id=org_id,
            space_id=self.space.id,
            entries=rows,
            source=sender.way,
            received_at=NOW,
            import_no=batch_no,
        )
        self.store.import_rows(
            ImportStep(
                org_id=org_id,
                batch_no=batch_no,
                owner=f"n{batch_no}",
                from_row=self.position(batch_no),
                to_row=self.position(batch_no) + len(rows),
                received_at=NOW,
                batches=[batch],
                without_space=[],
            )
        )

    def position(self, batch_no: int) -> int:
        found = self.store.find_import(self.space.org_id, batch_no)
        assert found is not None
        return found.position

    def withdraw(self, number: int) -> None:
        self.store.withdraw(self.space.org_id, self.batches[number], NOW)
        self.gone.add(number)

    def entries(self, number: int) -> list[Entry]:
        sender = self.history.senders[number]
        return [receipt_of(self.history.events[each], door=sender.way) for each in sender.events]

    def content(self) -> object:
        """All tables of rows and numbers, and what is answered of each call."""
        org_id, space_id = self.space.org_id, self.space.id
        kept = dump(self.store, org_id)
        kept = {
            what: {self.key(key): value for key, value in things.items()} for what, things in kept.items()
        }
        kept["runs"] = {}
        kept["answers"] = {
            call_id: [
                self.store.call(org_id, space_id, call_id),
                self.store.legs(org_id, space_id, call_id),
                sorted(each.body for each in self.store.call_entries(org_id, space_id, call_id)),
            ]
            for call_id in CALLS
        }
        scope, window = Scope(org_id, space_id), Window(limit=100)
        kept["lists"] = {
            "calls": [each.call for each in self.store.calls(scope, CallFilter(), window)],
            "count": self.store.count_calls(scope, CallFilter()),
            "beside": self.store.beside_calls(org_id, [space_id]),
            "first": self.store.first_item_at(org_id, [space_id], "call"),
        }
        return bits(kept)

    def key(self, key: Any) -> Any:
        """Without the number of its space."""
        parts = key if isinstance(key, tuple) else (key,)
        return tuple(
            "space" if place == 0 and part == self.space.id else part for place, part in enumerate(parts)
        )

    def plain(self) -> object:
        """What the plain fold makes of the events that count, each by the least of its ways."""
        last: dict[tuple[type, str], int] = {}
        senders = [
            (number, each) for number, each in enumerate(self.history.senders) if number not in self.gone
        ]
        for number, each in senders:
            if each.reading is not None:
                names_of = {(type(event), event.item_id) for event in self.said(each)}
                last |= dict.fromkeys(names_of, number)
        standing = {
            canonical(event): event
            for number, each in senders
            for event in self.said(each)
            if each.reading is None or last[type(event), event.item_id] == number
        }
        ways = {
            body: min(each.way for _, each in senders if body in map(canonical, self.said(each)))
            for body in standing
        }
        told = [
            SentEvent(event, receipt_of(event).occurred_at, ways[body])
            for body, event in sorted(standing.items())
        ]
        plain = PlainSpace(self.space.id, "UTC", told)
        return bits(plain_dump([plain], [plain]))

    def said(self, sender: Sender) -> list[Event]:
        return [self.history.events[each] for each in sender.events]


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = make_store(request.param, Path(tmp_path_factory.mktemp("ways")))
    yield made
    assert made.verify(deep=True).differences == []
    made.close()


def _hold(store: Store, length: settings) -> None:
    @length
    @given(history=histories(), seed=st.integers(0, 2**32))
    def holds(history: History, seed: int) -> None:
        found = []
        for order in range(2):
            handle = f"w{next(numbers)}.example"
            space = make_space(store, make_organization(store, handle), timezone="UTC")
            told = Told(store, history, space)
            told.tell(Random(seed + order))
            found.append(told.content())
            if history.is_plain:
                assert bits(dump(store, space.org_id)) == told.plain()
        assert found[0] == found[1]

    holds()


def test_rows_numbers_and_answers_are_the_same_in_any_order(store: Store, request: Any) -> None:
    """With all fields of calls and ends of groups; `verify --deep` finds nothing at the end."""
    _hold(store, examples_on(request.node.callspec.params["store"], 1))


@pytest.mark.long
@pytest.mark.timeout(0)
def test_any_order_at_length(store: Store, request: Any) -> None:
    """The same, on many more histories."""
    _hold(store, long_examples(request.node.callspec.params["store"]))
