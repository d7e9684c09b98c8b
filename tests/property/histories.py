"""What property tests draw: events of a few calls and tasks, and the ways they may arrive.

Few ids, few instants and few values, so that events meet: equal times, equal everything but one field, the
same id in two spaces and two tenants. A field is absent, null or one of its values, each about as often.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from zlib import crc32

from hypothesis import strategies as st
from msgspec import UNSET, structs

from callboard.clock import DAY, HOUR, MINUTE, SECOND
from callboard.model.event import CallEvent, Entry, Event, GroupEnd, TaskEvent, canonical
from callboard.model.fields import ROUGH_NAMES, log_fields
from callboard.model.words import CALL_RANK, FINAL_CALL, FINAL_TASK, TASK_WORDS
from tests.stores import NOW

ZONES = ("UTC", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Cairo")
HALF_HOUR_CHANGE = 1_775_314_800_000_000
"""2026-04-04T15:00Z: Lord Howe's clocks go back by half an hour."""

INSTANTS = (
    *(NOW + step * SECOND for step in (0, 0.000_001, 1, 1.5, 60, 61)),
    *(NOW + step * MINUTE for step in (14, 15, 29, 45)),
    NOW + 18 * HOUR + 30 * MINUTE,  # midnight in India
    NOW + DAY - 1,
    NOW - 40 * DAY,  # a clock that is wrong
    946_684_800_000_000,  # one that was never set: the year 2000
    *(HALF_HOUR_CHANGE + step * MINUTE for step in (-45, -30, -15, 0, 15)),
    1_777_068_000_000_000,  # 2026-04-24T22:00Z, when Cairo skips its midnight
)


def one_of(*values: Any, absent: Any = UNSET) -> st.SearchStrategy[Any]:
    """A third absent, a third null, a third one of the values: one choice, where nested ones draw slowly."""
    return st.sampled_from([absent] * len(values) + [None] * len(values) + list(values))


def field_of(**choices: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Fields, each drawn by itself."""
    return st.fixed_dictionaries(choices)


MOMENTS = [int(instant) for instant in INSTANTS]
times = one_of(*MOMENTS)
documents = one_of(
    {}, {"a": 1}, {"a": 1.0}, {"a": True}, {"a": None, "b": "x"}, {"b": {"deep": 0}}, {"b": None}, {"a": "x"}
)
occurrences = st.sampled_from([*MOMENTS, *[UNSET] * (len(MOMENTS) // 3)])
voids = st.sampled_from([UNSET] * 6 + [True, False])
standings = st.sampled_from([None, None, 0, 1, 2])
"""None: what the edge gives an event that does not say."""
names = st.sampled_from(["no", "null", "yes"])

OF_A_KIND: dict[str, st.SearchStrategy[Any]] = {
    "time": times,
    "duration": one_of(0, 1, 1500, 7 * 24 * 3_600_000),
    "whole": one_of(0, 1, 2),
    "flag": one_of(True, False),
    "document": documents,
    "texts": documents,
}
"""Values of a field that has no choices of its own below, by its kind."""


def fields_of(noun: str, **choices: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """The fields of a stored event, each drawn by itself: from its choices, or from those of its kind."""
    drawn = {
        each.row_name: OF_A_KIND[each.kind]
        if each.kind in OF_A_KIND
        else one_of(*(each.words or ("one", "two")))
        for each in log_fields(noun)
        if each.in_events and each.name not in ("event_id", "status")
    }
    return field_of(**{**drawn, **choices})


call_fields = fields_of(
    "call",
    call_id=st.sampled_from(["c1", "c2", "c3"]),
    call_status=st.sampled_from([*CALL_RANK, ""]),
    standing=standings,
    occurred_at=occurrences,
    sequence=one_of(0, 1, 7),
    call_type=one_of("inbound", "outbound"),
    source_number=one_of("+12025550123", "+12025550124"),
    destination_number=one_of("+12025550125", "+12025550126"),
    end_reason=one_of("busy", "unknown"),
    source_end_reason=one_of("486", "odd"),
    answered_by=one_of("human", "machine"),
    agent=one_of("ann", "bot"),
    task_id=one_of("t1", "t2"),
    outcome=one_of("interested", "call_back"),
    group_ids=st.sampled_from(
        [UNSET] * 9 + [None, ("g1",), ("g1",), ("g2",), ("g3",), ("g1", "g2"), ("g2", "g3")]
    ),
    group_rank=st.sampled_from([UNSET] * 6 + [None, 0, 1, 2]),
    rough=st.one_of(
        st.just(UNSET),
        st.sets(st.sampled_from(ROUGH_NAMES), min_size=1).map(lambda names: tuple(sorted(names))),
    ),
    cost=one_of((12_300, "USD"), (5, "EUR"), (0, "USD")),
    void=voids,
)
task_fields = fields_of(
    "task",
    task_id=st.sampled_from(["t1", "t2", "c1"]),
    source_status=st.sampled_from([*TASK_WORDS]),
    attempt=st.sampled_from([1, 1, 1, 2, 3]),
    standing=standings,
    occurred_at=occurrences,
    sequence=one_of(0, 1, 7),
    run_id=st.sampled_from([UNSET, UNSET, None, "r1", "r1", "r2"]),
    assignee=one_of("ann", "ben"),
    execution_type=one_of("call"),
    failure_reason=one_of("cancelled", "busy"),
    void=voids,
)


def call_event(fields: dict[str, Any]) -> CallEvent:
    status = fields["call_status"]
    standing = fields.pop("standing")
    # Both or none: they come from one field of an event.
    cost = fields.pop("cost")
    fields["cost_micros"], fields["cost_currency"] = cost if isinstance(cost, tuple) else (cost, cost)
    if not status:
        # Only facts: these fields need a status.
        fields |= dict.fromkeys(
            ("creation_time", "start_time", "end_time", "duration_ms", "end_reason"), UNSET
        )
    return CallEvent(standing=_standing(standing, status in FINAL_CALL or not status), **fields)


def task_event(fields: dict[str, Any]) -> TaskEvent:
    status = TASK_WORDS[fields["source_status"]]
    standing = fields.pop("standing")
    return TaskEvent(status=status, standing=_standing(standing, status in FINAL_TASK), **fields)


def _standing(drawn: int | None, final: bool) -> int:
    return (2 if final else 0) if drawn is None else drawn


def named(event: Event, how: str) -> Event:
    """The event's id, where it has one, follows from its content: no two contents share one."""
    if isinstance(event, GroupEnd):
        return event
    if how == "null":
        return structs.replace(event, event_id=None)
    return structs.replace(event, event_id=f"e{fixed(event):x}") if how == "yes" else event


group_ends = st.builds(
    GroupEnd,
    group_id=st.sampled_from(["g1", "g2", "g3"]),
    call_status=st.sampled_from(sorted(FINAL_CALL)),
    standing=st.sampled_from([1, 1, 0]),
    occurred_at=occurrences,
    end_time=times,
    end_reason=one_of("busy", "hangup"),
    source_end_reason=one_of("odd"),
)
plain_events = st.one_of(call_fields.map(call_event), task_fields.map(task_event))


@st.composite
def some_event(draw: st.DrawFn) -> Event:
    """An event of a call or task; one in eight is an end said of a group."""
    if draw(st.integers(0, 7)) == 7:
        return draw(group_ends)
    return named(draw(plain_events), draw(names))


events = some_event()
DOORS = ("import", "events", "hook")


def fixed(event: Event) -> int:
    """A number that follows from an event's content."""
    return crc32(canonical(event))


def receipt_of(event: Event, delivery: int = 0, door: str = "") -> Entry:
    """The event as received.

    An event that says when it happened may come at any time; of one that does not, its receipt decides, so
    it always comes at the same. Without a door, this one follows from the content.
    """
    received_at = NOW + (fixed(event) if event.occurred_at is UNSET else delivery * 7919) % 3600 * SECOND
    return Entry(event, canonical(event), received_at, door or DOORS[fixed(event) % 2])


SPACES = ("spring", "summer", "letters", "hidden")
"""Two contact spaces and one of e-mail, of one tenant; and one of another."""


@dataclass(frozen=True)
class Delivery:
    """An event that arrives in a space."""

    space: str
    event: Event
    door: str = ""
    """Empty: it follows from the content."""


@dataclass
class History:
    """What was said (a set), and how it arrived: in which order, how often, in which batches."""

    zones: dict[str, str]
    said: list[Delivery]
    arrived: list[list[Delivery]] = field(default_factory=list)

    @property
    def held_repeat(self) -> bool:
        return sum(map(len, self.arrived)) > len(self.said)

    @property
    def held_retry(self) -> bool:
        attempts: dict[tuple[str, str], set[int]] = {}
        for each in self.said:
            if isinstance(each.event, TaskEvent):
                attempts.setdefault((each.space, each.event.task_id), set()).add(each.event.attempt)
        return any(len(numbers) > 1 for numbers in attempts.values())

    @property
    def held_late_word(self) -> bool:
        """Something that happened before an end arrived after it: a reorder across a final event."""
        ended: dict[tuple[Any, ...], int] = {}
        for each in (delivery for batch in self.arrived for delivery in batch):
            event = each.event
            key = (each.space, type(event), event.item_id)
            at = receipt_of(event).occurred_at
            if key in ended and at < ended[key]:
                return True
            status = event.status if isinstance(event, TaskEvent) else event.call_status
            if status in FINAL_CALL | FINAL_TASK:
                ended[key] = max(at, ended.get(key, at))
        return False


deliveries = st.builds(Delivery, st.sampled_from(["spring", "spring", *SPACES]), events)


@st.composite
def sets_of_events(draw: st.DrawFn, most: int = 14) -> History:
    """What is said, nothing of how it arrives."""
    said = draw(st.lists(deliveries, min_size=min(5, most), max_size=most))
    said += [draw(retries(each)) for each in said[:2] if isinstance(each.event, TaskEvent)]
    said += [draw(ends(each)) for each in said[:2] if isinstance(each.event, CallEvent)]
    unique = {(each.space, canonical(each.event)): each for each in said}
    zones = {space: draw(st.sampled_from(ZONES)) for space in SPACES}
    return History(zones, [*unique.values()])


@st.composite
def retries(draw: st.DrawFn, told: Delivery) -> Delivery:
    """The same task, tried once more (or said again, where the draw says so)."""
    event = told.event
    assert isinstance(event, TaskEvent)
    more = draw(st.sampled_from([1, 1, 2, 0]))
    return Delivery(told.space, _unnamed(structs.replace(event, attempt=event.attempt + more)))


@st.composite
def ends(draw: st.DrawFn, told: Delivery) -> Delivery:
    """An end of the same call, some time after."""
    event = told.event
    status = draw(st.sampled_from(sorted(FINAL_CALL)))
    at = NOW if event.occurred_at is UNSET else event.occurred_at
    end = structs.replace(
        event, call_status=status, occurred_at=at + draw(st.sampled_from([0, 1, 2])) * MINUTE
    )
    return Delivery(told.space, _unnamed(structs.replace(end, standing=draw(st.sampled_from([2, 1, 0])))))


def _unnamed(event: Event) -> Event:
    assert not isinstance(event, GroupEnd)
    return structs.replace(event, event_id=UNSET)


@st.composite
def histories(draw: st.DrawFn, most: int = 14) -> History:
    """Events shuffled, some repeated, and cut into batches."""
    history = draw(sets_of_events(most))
    repeated = draw(st.lists(st.sampled_from(history.said), max_size=5))
    arriving = draw(st.permutations([*history.said, *repeated]))
    if draw(st.booleans()):
        arriving.sort(key=lambda each: -receipt_of(each.event).occurred_at)
    cuts = draw(st.lists(st.booleans(), min_size=len(arriving), max_size=len(arriving)))
    batches: list[list[Delivery]] = [[]]
    for delivery, cut in zip(arriving, cuts, strict=True):
        if cut:
            batches.append([])
        batches[-1].append(delivery)
    history.arrived = [
        [replace(each, door=door) for each in batch]
        for batch in batches
        if batch
        for door in [draw(st.sampled_from(DOORS))]
    ]
    return history


@dataclass
class Shares:
    """How many histories held what makes them worth drawing."""

    histories: int = 0
    repeat: int = 0
    late_word: int = 0
    retry: int = 0

    def count(self, history: History) -> None:
        self.histories += 1
        self.repeat += history.held_repeat
        self.late_word += history.held_late_word
        self.retry += history.held_retry

    def __str__(self) -> str:
        return (
            f"{self.histories} histories: {self.repeat} held a repeat, {self.late_word} a reorder across a "
            f"final event, {self.retry} a retry"
        )

    def check(self) -> None:
        """Each in at least a tenth of them, else the test proves less than it says."""
        for held in (self.repeat, self.late_word, self.retry):
            assert held * 10 >= self.histories, str(self)
