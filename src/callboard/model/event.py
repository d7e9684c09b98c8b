"""Events as they are stored: validated, normalised, times in microseconds, durations in milliseconds.

A field that was left out is `UNSET` (it states nothing); `None` states that there is no value. The canonical
form of an event is its MessagePack encoding under short names: events are equal if these bytes are. The event
log stores it. It contains nothing of the receipt (time, source, batch).
"""

from __future__ import annotations

from typing import Any, ClassVar

from msgspec import UNSET, Struct, UnsetType, msgpack

from callboard.clock import Micros
from callboard.model.fields import log_names

Text = str | None | UnsetType
Instant = int | None | UnsetType
Document = dict[str, Any] | None | UnsetType
Ids = tuple[str, ...] | None | UnsetType
"""Sorted, each once."""


class CallEvent(
    Struct,
    frozen=True,
    omit_defaults=True,
    tag_field="k",
    tag="c",
    gc=False,
    rename=log_names("call"),
):
    """One word about one call."""

    call_id: str
    call_status: str
    """Empty: the event only adds facts, and decides neither status nor times."""
    standing: int
    """0 live or inferred, 1 an end that explains nothing, 2 a stated end. Of facts: 2 unless said."""
    occurred_at: int | UnsetType = UNSET
    """Microseconds; unset when the event carries no time: it then occurred when it was received."""
    event_id: str | UnsetType | None = UNSET
    sequence: int | UnsetType | None = UNSET
    # fields: event of a call
    call_type: Text = UNSET
    source_number: Text = UNSET
    destination_number: Text = UNSET
    creation_time: Instant = UNSET
    start_time: Instant = UNSET
    end_time: Instant = UNSET
    duration_ms: int | UnsetType | None = UNSET
    end_reason: Text = UNSET
    source_end_reason: Text = UNSET
    answered_by: Text = UNSET
    agent: Text = UNSET
    task_id: Text = UNSET
    external_ids: Document = UNSET
    metadata: Document = UNSET
    void: bool | UnsetType = UNSET
    outcome: Text = UNSET
    cost_micros: int | UnsetType | None = UNSET
    cost_currency: Text = UNSET
    billed_ms: int | UnsetType | None = UNSET
    group_ids: Ids = UNSET
    group_rank: int | UnsetType | None = UNSET
    rough: Ids = UNSET
    # end of fields

    @property
    def item_id(self) -> str:
        return self.call_id


class TaskEvent(
    Struct,
    frozen=True,
    omit_defaults=True,
    tag_field="k",
    tag="t",
    gc=False,
    rename=log_names("task"),
):
    """One word about one task."""

    task_id: str
    status: str
    source_status: str
    """The word that was received; `status` is its meaning."""
    attempt: int
    standing: int
    """0 for pending and running, 2 for completed and failed."""
    occurred_at: int | UnsetType = UNSET
    event_id: str | UnsetType | None = UNSET
    sequence: int | UnsetType | None = UNSET
    # fields: event of a task
    run_id: Text = UNSET
    assignee: Text = UNSET
    execution_type: Text = UNSET
    created: Instant = UNSET
    scheduled_at: Instant = UNSET
    failure_reason: Text = UNSET
    input: Document = UNSET
    output: Document = UNSET
    void: bool | UnsetType = UNSET
    left: int | UnsetType = UNSET
    # end of fields

    @property
    def item_id(self) -> str:
        return self.task_id


class GroupEnd(
    Struct,
    frozen=True,
    omit_defaults=True,
    tag_field="k",
    tag="g",
    gc=False,
    rename=log_names("call") | {"group_id": "i"},
):
    """An end that was said of a group: it is folded into every call whose own events name the group."""

    group_id: str
    call_status: str
    """Final."""
    standing: int
    """0 or 1."""
    occurred_at: int | UnsetType = UNSET
    end_time: Instant = UNSET
    end_reason: Text = UNSET
    source_end_reason: Text = UNSET

    # What it never says, but the fold asks.
    event_id: ClassVar[UnsetType] = UNSET
    sequence: ClassVar[UnsetType] = UNSET
    creation_time: ClassVar[UnsetType] = UNSET
    start_time: ClassVar[UnsetType] = UNSET
    duration_ms: ClassVar[UnsetType] = UNSET
    rough: ClassVar[UnsetType] = UNSET
    void: ClassVar[UnsetType] = UNSET

    @property
    def item_id(self) -> str:
        return self.group_id


Event = CallEvent | TaskEvent | GroupEnd

CURRENT_ATTEMPT = 0
"""The attempt of a task event that means "the task's current one"; resolved under the space's lock."""

CURRENT_STATUS = ""
"""The status of a task event that means "the current one"; resolved under the space's lock."""

LEFT_ATTEMPT, LEFT_STATUS, LEFT_OCCURRED_AT = 1, 2, 4
"""The fields that an update of a task may leave out. `left` of the event is the sum of those that were left
out and filled in from the task: it is needed to recognise a repeated sending. Unset when none was."""

_encoder = msgpack.Encoder(order="deterministic")
_decoder = msgpack.Decoder(CallEvent | TaskEvent | GroupEnd)


def canonical(event: Event) -> bytes:
    """The canonical form: equal for events with the same content, whenever they were received."""
    return _encoder.encode(event)


def from_canonical(body: bytes) -> Event:
    """The event of a canonical form."""
    event: Event = _decoder.decode(body)
    return event


class Entry(Struct, gc=False):
    """One event in the log, with its receipt."""

    event: Event
    body: bytes
    """The canonical form."""
    received_at: Micros
    source: str = "events"
    """How it was first received: `events` (HTTP), `import`, or the name of a connector."""
    batch_no: int = 0
    stamp: tuple[int, int, int, int, int, str, bytes] | None = None
    """Cache of its stamp, computed at first use (`fold.stamp`)."""
    least_source: str = ""
    """The least by name of the ways by which the event came, where it came by several: `fold/sources.py`.
    Empty: `source`."""

    @property
    def occurred_at(self) -> Micros:
        """When it happened at its source; when received, if the source did not say."""
        occurred = self.event.occurred_at
        return self.received_at if occurred is UNSET else occurred
