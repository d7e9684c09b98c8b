"""The rules of the design, a second time, the slow and obvious way, straight from its table.

Nothing of `callboard.fold` is used here: what two independent readings of the table agree on is probably it.
A *told* event is (event, when it occurred, the door it came by).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from msgspec import UNSET

from callboard.model.call import Call
from callboard.model.event import CallEvent, Event, GroupEnd, TaskEvent, canonical
from callboard.model.run import Run
from callboard.model.task import Task
from callboard.model.totals import Totals
from callboard.model.words import FINAL_TASK
from tests.groups import plain_groups, too_many

RANKS = {
    "": -1, "queued": 0, "ringing": 1, "in_progress": 2, "completed": 3, "missed": 3, "failed": 3,
}  # fmt: skip
TASK_RANKS = {"pending": 0, "running": 1, "completed": 2, "failed": 2}
QUARTER_HOUR = 15 * 60 * 1_000_000
CENTURIES = 20_000 * 365 * 24 * 3600 * 1_000_000
SKETCHES = (5, 6)
"""Counters by buckets of a duration: by UTC days alone, as all others are not."""


class SentEvent(NamedTuple):
    event: Any
    occurred_at: int
    source: str


def place(told: SentEvent) -> tuple[Any, ...]:
    """(attempt for tasks, standing, occurred_at, sequence or -1, rank, status, digest)"""
    event = told.event
    is_task = isinstance(event, TaskEvent)
    sequence = event.sequence
    status = event.status if is_task else event.call_status
    return (
        event.attempt if is_task else 0,
        event.standing,
        told.occurred_at - (CENTURIES if gives_way(told) else 0),
        -1 if sequence is UNSET or sequence is None else sequence,
        TASK_RANKS[status] if is_task else RANKS[status],
        status,
        blake2b(canonical(event), digest_size=16).digest(),
    )


def gives_way(told: SentEvent) -> bool:
    """An end said of a group that stands above 0 comes before the call's own events of its standing."""
    return isinstance(told.event, GroupEnd) and told.event.standing > 0


def the_greatest(events: list[SentEvent], carrying: str) -> Any:
    """The value of the greatest event that carries a field; `None` when none does, or when it is null."""
    carriers = [told for told in events if getattr(told.event, carrying, UNSET) is not UNSET]
    carriers = [told for told in carriers if not is_rough(told, carrying)] or carriers
    return getattr(max(carriers, key=place).event, carrying) if carriers else None


def is_rough(told: SentEvent, field: str) -> bool:
    """Whether the event knows a field only roughly: it then counts where no other event knows it better."""
    rough = getattr(told.event, "rough", UNSET)
    return rough not in (UNSET, None) and field in rough


def words_of_the_source(events: list[SentEvent]) -> Any:
    """The source's own word for the end that the greatest event which carries one speaks of."""
    carriers = [told for told in events if told.event.source_end_reason is not UNSET]
    if not carriers:
        return None
    status = max(carriers, key=place).event.call_status
    return the_greatest([told for told in carriers if told.event.call_status == status], "source_end_reason")


def key_by_key(events: list[SentEvent], field: str) -> dict[str, Any] | None:
    """Each key's value is that of the greatest event that says something of it; a null field does of all."""
    carriers = [told for told in events if getattr(told.event, field, UNSET) is not UNSET]
    every_key = {key for told in carriers for key in (getattr(told.event, field) or {})}
    result = {}
    for key in sorted(every_key):
        saying = [
            told
            for told in carriers
            if getattr(told.event, field) is None or key in getattr(told.event, field)
        ]
        value = getattr(max(saying, key=place).event, field)
        if value is not None and value[key] is not None:
            result[key] = value[key]
    return result or None


SEVEN_DAYS = 7 * 24 * 3600 * 1_000_000
FINAL_AND_LIVE = [status for status in RANKS if status]
FINAL = ("completed", "missed", "failed")


def plain_call(events: list[SentEvent]) -> Call:
    own = [told for told in events if isinstance(told.event, CallEvent)]
    of_a_call = [told for told in events if told.event.call_status]
    if of_a_call:
        winner = max(of_a_call, key=place)
        of_status = [told for told in events if told.event.call_status == winner.event.call_status]
        how: dict[str, Any] = {
            "call_status": winner.event.call_status,
            "end_reason": the_greatest(of_status, "end_reason"),
            "source": winner.source,
            "void": int(the_greatest(events, "void") is True),
            **plain_times(of_a_call, winner, of_status),
        }
    else:
        how = {"call_status": "queued", "creation_time": 0, "source": "", "void": 2}
    return Call(
        call_id=own[0].event.call_id,
        call_type=the_greatest(events, "call_type"),
        source_number=the_greatest(events, "source_number"),
        destination_number=the_greatest(events, "destination_number"),
        source_end_reason=words_of_the_source(events),
        answered_by=the_greatest(events, "answered_by"),
        agent=the_greatest(events, "agent"),
        task_id=the_greatest(events, "task_id"),
        outcome=the_greatest(events, "outcome"),
        cost_micros=the_greatest(events, "cost_micros"),
        cost_currency=the_greatest(events, "cost_currency"),
        billed_ms=the_greatest(events, "billed_ms"),
        external_ids=key_by_key(events, "external_ids"),
        metadata=key_by_key(events, "metadata"),
        group_ids=the_greatest(events, "group_ids"),
        group_rank=the_greatest(events, "group_rank"),
        **how,
    )


def grouped(of: dict[tuple[type, str], dict[bytes, SentEvent]]) -> list[Call]:
    """All calls of a space, with the ends that were said of their groups, each where it stands."""
    own = {item_id: [*said.values()] for (kind, item_id), said in of.items() if kind is CallEvent}
    ends = {item_id: [*said.values()] for (kind, item_id), said in of.items() if kind is GroupEnd}
    alone = {item_id: plain_call(said) for item_id, said in own.items()}
    oversized = too_many(alone.values())
    rows = []
    for item_id, row in alone.items():
        folds_ends = row.void != 2 and item_id not in oversized
        said = [told for each in row.group_ids or () for told in ends.get(each, ())] if folds_ends else []
        rows.append(plain_call([*own[item_id], *said]) if said else row)
    return plain_groups(rows)


def plain_times(events: list[SentEvent], winner: SentEvent, of_status: list[SentEvent]) -> dict[str, Any]:
    status, standing = winner.event.call_status, winner.event.standing
    other_finals = [
        told
        for told in events
        if status in FINAL
        and told.event.call_status in FINAL
        and told.event.call_status != status
        and told.event.standing == standing
    ]
    told_start = the_greatest(events, "start_time")
    start = None if status == "missed" else told_start
    step_1 = told_end(of_status) if status in FINAL else the_greatest(of_status, "end_time")
    length = told_length(of_status, status)
    not_missed = [told for told in other_finals if told.event.call_status != "missed"]
    if length is None:
        length = told_length(not_missed, status)
        is_theirs = rough_length(of_status) is None and rough_length(not_missed) is not None
        if step_1 is None and (length is not None or is_theirs):
            # So that a word that is silent on both moves neither: the end told with that length.
            carriers = [each for each in not_missed if each.event.duration_ms is not UNSET]
            sure = [each for each in carriers if not is_rough(each, "call_duration")]
            told_it = max(sure or carriers, key=place)
            of_its_status = [each for each in events if each.event.call_status == told_it.event.call_status]
            step_1 = told_end(of_its_status)
    step_3 = told_end(other_finals)
    for roughly in (of_status, other_finals):
        if step_3 is None and status in FINAL and knows_only_roughly(roughly):
            step_3 = the_greatest(roughly, "end_time")

    stated_end = step_1 if step_1 is not None else step_3
    span = None if told_start is None or stated_end is None else stated_end - told_start
    contradicts = span is not None and not 0 <= span <= SEVEN_DAYS
    if length is None:
        length = fitting(rough_length(of_status), rough_length(not_missed), None if contradicts else span)
    contradicting = contradicts and length is None and status != "missed"

    end, end_is_inferred = step_1, False
    if end is None and status in FINAL:
        if start is not None and length is not None:
            end = start + length * 1000
        elif step_3 is not None:
            end = step_3
        else:
            end = first_of_the_last_row(events, standing)
            end_is_inferred = end is not None

    stated_creation = told_creation(events)
    creation = stated_creation
    if creation is None:
        creation = earliest(events, None if contradicts else told_start)
    has_only_start = stated_creation is None and creation == start
    waited = None if start is None or start < creation else start - creation
    wait_unknown = waited is not None and (has_only_start or contradicting or waited > SEVEN_DAYS)
    return {
        "creation_time": creation,
        "start_time": start,
        "end_time": end,
        "duration_ms": plain_duration(events, status, length, span),
        "time_marks": (stated_creation is None) + 2 * end_is_inferred + 4 * contradicting + 8 * wait_unknown,
    }


def told_end(events: list[SentEvent]) -> int | None:
    """The end that the greatest event which carries one tells, and not roughly."""
    return the_greatest([told for told in events if not is_rough(told, "end_time")], "end_time")


def told_length(events: list[SentEvent], status: str) -> int | None:
    """The length that the greatest event which carries one tells, and not roughly; of a live call, else
    roughly.
    """
    carriers = [told for told in events if told.event.duration_ms is not UNSET]
    sure = [told for told in carriers if not is_rough(told, "call_duration")]
    length: int | None = the_greatest(sure or (carriers if status not in FINAL else []), "duration_ms")
    return length


def rough_length(events: list[SentEvent]) -> int | None:
    """The length that the greatest event which carries one tells, where all of them know it only roughly."""
    carriers = [told for told in events if told.event.duration_ms is not UNSET]
    if not all(is_rough(told, "call_duration") for told in carriers):
        return None
    length: int | None = the_greatest(carriers, "duration_ms")
    return length


def fitting(first: int | None, second: int | None, span: int | None) -> int | None:
    """The first of two rough lengths that is known, unless start and end are of a talk of another length."""
    found = second if first is None else first
    if found is None or span is None or abs(span - found * 1000) <= 1_000_000:
        return found
    return None


def earliest(events: list[SentEvent], start: int | None) -> int:
    """When the first of them happened, or the call was answered."""
    return min([*(told.occurred_at for told in events), *([] if start is None else [start])])


def told_creation(events: list[SentEvent]) -> int | None:
    """Of the greatest event that tells it; of those that know it only roughly, the earliest."""
    carriers = [told for told in events if getattr(told.event, "creation_time", UNSET) is not UNSET]
    if carriers and all(is_rough(told, "creation_time") for told in carriers):
        known = [told.event.creation_time for told in carriers if told.event.creation_time is not None]
        return min(known, default=None)
    creation: int | None = the_greatest(events, "creation_time")
    return creation


def knows_only_roughly(events: list[SentEvent]) -> bool:
    return all(is_rough(told, "end_time") for told in events if told.event.end_time is not UNSET)


def plain_duration(events: list[SentEvent], status: str, length: int | None, span: int | None) -> int | None:
    """Stated, or else derived, or else 0 where nothing was connected."""
    if status == "missed":
        return 0
    if length is not None:
        return length
    if span is not None:
        return span // 1000 if 0 <= span <= SEVEN_DAYS else None
    return 0 if status == "failed" and never_began(events) else None


def never_began(events: list[SentEvent]) -> bool:
    """No event carries a start, and no final one tells a length."""
    carries_a_start = [each for each in events if each.event.start_time is not UNSET]
    lengths = [
        each
        for each in events
        if each.event.call_status in FINAL and each.event.duration_ms not in (UNSET, None)
    ]
    return not carries_a_start and not lengths


def first_of_the_last_row(events: list[SentEvent], standing: int) -> int | None:
    """Walk down from the greatest event for as long as they are final and of its standing."""
    row = []
    for told in sorted(events, key=place, reverse=True):
        if told.event.call_status not in FINAL or told.event.standing != standing:
            break
        row.append(told)
    if not gives_way(row[0]):
        # Then its own end decides, and ends of its group that gave way do not say when.
        row = [told for told in row if not gives_way(told)]
    first = min(told.occurred_at for told in row)
    if all(only_its_own_begin(told) for told in row if told.occurred_at == first):
        return None
    return first


def only_its_own_begin(told: SentEvent) -> bool:
    """It occurred at its own start or creation, or roughly then, and states neither end nor length (null
    states, too).
    """
    event = told.event
    own = told.occurred_at in (event.start_time, event.creation_time) or is_rough(told, "occurred_at")
    return own and event.end_time is UNSET and event.duration_ms is UNSET


def plain_task(events: list[SentEvent]) -> Task:
    winner = max(events, key=place)
    highest = max(told.event.attempt for told in events)
    of_attempt = [told for told in events if told.event.attempt == highest]
    status = winner.event.status
    created = the_greatest(events, "created")
    if created is None:
        created = min(told.occurred_at for told in events)
    scheduled = the_greatest(of_attempt, "scheduled_at")
    since = None if status in FINAL_TASK else when_it_took_its_status(of_attempt, highest, created)
    waiting = since
    if since is not None and status == "pending" and scheduled is not None and scheduled > since:
        waiting = scheduled
    return Task(
        task_id=winner.event.task_id,
        status=status,
        source_status=winner.event.source_status,
        attempt=highest,
        created=created,
        modified=max(told.occurred_at for told in events),
        run_id=the_greatest(events, "run_id"),
        assignee=the_greatest(events, "assignee"),
        execution_type=the_greatest(events, "execution_type"),
        scheduled_at=scheduled,
        failure_reason=the_greatest(
            [told for told in of_attempt if told.event.status == status], "failure_reason"
        ),
        input=the_greatest(events, "input"),
        output=the_greatest(of_attempt, "output"),
        status_since=since,
        waiting_since=waiting,
        void=the_greatest(events, "void") is True,
    )


def when_it_took_its_status(of_attempt: list[SentEvent], attempt: int, created: int) -> int:
    """Cut where another status is said for the last time: the first word behind that cut."""
    in_order = sorted(of_attempt, key=place)
    status = in_order[-1].event.status
    others = [at for at, told in enumerate(in_order) if told.event.status != status]
    if not others and attempt == 1 and status == "pending":
        return created
    return in_order[max(others, default=-1) + 1].occurred_at


class PlainSpace:
    """One space, folded and counted from nothing."""

    def __init__(self, space_id: int, zone: str, told: list[SentEvent]) -> None:
        self.space_id = space_id
        self.zone = ZoneInfo(zone)
        of: dict[tuple[type, str], dict[bytes, SentEvent]] = {}
        for each in told:
            key = (type(each.event), each.event.item_id)
            of.setdefault(key, {}).setdefault(canonical(each.event), each)
        self.calls = grouped(of)
        self.tasks = [plain_task([*same.values()]) for (kind, _), same in of.items() if kind is TaskEvent]
        self.counted_calls = [call for call in self.calls if not call.void]
        self.counted_tasks = [task for task in self.tasks if not task.void]

    def totals(self) -> Totals:
        calls, tasks = self.counted_calls, self.counted_tasks
        timed = [
            call.duration_ms
            for call in calls
            if call.call_status == "completed" and call.duration_ms is not None
        ]
        return Totals(
            **{
                f"calls_{status}": sum(call.call_status == status for call in calls)
                for status in RANKS
                if status
            },
            **{f"tasks_{status}": sum(task.status == status for task in tasks) for status in TASK_RANKS},
            completed_timed=len(timed),
            completed_talk_ms=sum(timed),
            answered_calls=sum(answered(call) for call in calls if call.call_status != "queued"),
            answered_final=sum(answered(call) for call in calls if RANKS[call.call_status] == 3),
        )

    def cells(self) -> dict[tuple[Any, ...], tuple[int, ...]]:
        cells: dict[tuple[Any, ...], tuple[int, ...]] = {}

        def count(
            counter: int, instant: int, values: tuple[str | None, ...], measures: tuple[int, ...]
        ) -> None:
            named = [value or "" for value in values] + [""] * (3 - len(values))
            for grain, bucket in self.buckets(instant).items():
                if (grain == "utc_day") != (counter in SKETCHES):
                    continue
                key = (self.space_id, counter, grain, bucket, *named)
                sums = zip(cells.get(key, (0, 0, 0, 0, 0)), measures, strict=True)
                cells[key] = tuple(one + other for one, other in sums)

        for call in self.counted_calls:
            timed = call.duration_ms is not None
            answered = call.start_time is not None or (call.duration_ms or 0) > 0
            waited = None
            wait_known = call.time_marks & 8 == 0
            if call.start_time is not None and call.start_time >= call.creation_time and wait_known:
                waited = (call.start_time - call.creation_time) // 1000
            measures = (1, int(answered), int(timed), call.duration_ms or 0, waited or 0)
            pair = (call.call_type, call.call_status)
            count(1, call.creation_time, pair, measures)
            count(2, call.creation_time, (*pair, call.end_reason), measures)
            count(3, call.creation_time, (*pair, call.agent), measures)
            count(5, call.creation_time, (*pair, plain_bucket(call.duration_ms)), measures)
            count(6, call.creation_time, (*pair, plain_bucket(waited)), measures)
        for task in self.counted_tasks:
            count(4, task.created, (task.status,), (1, 0, 0, 0, 0))
        return cells

    def buckets(self, instant: int) -> dict[str, int]:
        """Walk back a quarter-hour at a time while it is the same hour, the same day."""
        quarter = instant // QUARTER_HOUR
        hour = day = quarter
        while self.civil(hour - 1)[:2] == self.civil(quarter)[:2]:
            hour -= 1
        while self.civil(day - 1)[0][:10] == self.civil(quarter)[0][:10]:
            day -= 1
        return {"quarter": quarter, "hour": hour, "day": day, "utc_day": quarter // 96 * 96}

    def civil(self, quarter: int) -> tuple[str, timedelta | None]:
        """(date and hour, offset) in the home zone."""
        utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarter)
        local = utc.astimezone(self.zone)
        return local.strftime("%Y-%m-%d %H"), local.utcoffset()

    def runs(self) -> dict[tuple[int, str], Run]:
        runs = {}
        for run_id in {task.run_id for task in self.counted_tasks if task.run_id is not None}:
            tasks = [task for task in self.counted_tasks if task.run_id == run_id]
            runs[self.space_id, run_id] = Run(
                run_id=run_id,
                space_id=self.space_id,
                created=min(task.created for task in tasks),
                modified=max(task.modified for task in tasks),
                pending=sum(task.status == "pending" for task in tasks),
                running=sum(task.status == "running" for task in tasks),
                completed=sum(task.status == "completed" for task in tasks),
                failed=sum(task.status == "failed" for task in tasks),
            )
        return runs


def answered(call: Call) -> bool:
    """Its start is known, or somebody talked."""
    return call.start_time is not None or (call.duration_ms or 0) > 0


def together(spaces: list[PlainSpace]) -> PlainSpace:
    """Spaces as one, in UTC: how the contact spaces of a tenant are counted."""
    whole = PlainSpace(0, "UTC", [])
    whole.counted_calls = [call for space in spaces for call in space.counted_calls]
    whole.counted_tasks = [task for space in spaces for task in space.counted_tasks]
    return whole


def plain_bucket(duration_ms: int | None) -> str | None:
    """Count up to 200 ms one by one, then in steps of 1.8 %."""
    if duration_ms is None:
        return None
    number = low = 0
    while True:
        high = low + 1 if low < 200 else low + low * 18 // 1000
        if low <= duration_ms < high:
            return str(number)
        number, low = number + 1, high


def plain_dump(spaces: list[PlainSpace], contact: list[PlainSpace]) -> dict[str, dict[Any, Any]]:
    """What a store that was told all this must hold; `contact` are the contact spaces among them."""
    return {
        "calls": {(space.space_id, call.call_id): call for space in spaces for call in space.calls},
        "tasks": {(space.space_id, task.task_id): task for space in spaces for task in space.tasks},
        "cells": {
            key: measures for space in [*spaces, together(contact)] for key, measures in space.cells().items()
        },
        "totals": {space.space_id: space.totals() for space in spaces},
        "runs": {key: run for space in spaces for key, run in space.runs().items()},
    }


def plain_row(events: list[tuple[Event, int, str]]) -> Call | Task:
    """The call or task that told events make."""
    told = [SentEvent(*each) for each in events]
    return plain_task(told) if isinstance(told[0].event, TaskEvent) else plain_call(told)
