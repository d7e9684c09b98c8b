"""Events as they are sent, with the rules that msgspec checks while it decodes, at C speed.

`normalise` checks the rest (bytes of a text, times, documents). A field that was left out is `UNSET`.
`explain` has the same rules with messages; a test compares the two.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from callboard.model.field import TEXT_BYTES
from callboard.model.fields import ROUGH_NAMES, SEQUENCE_MAX, field
from callboard.model.words import CallStatus

ID_BYTES = TEXT_BYTES
NUMBER_BYTES = field("call", "source_number").maximum
REASON_BYTES = field("call", "source_end_reason").maximum
GROUPS_MAX = 3
"""Most groups that a call may name."""
TIME_CHARACTERS = 64
"""Longer than any ISO 8601 time; a bound on what the parser gets."""
ATTEMPT_MAX = field("task", "attempt").maximum
STANDING_MAX = field("call", "standing").maximum

# msgspec counts characters, the bounds are bytes. A text within its bytes never has more characters than
# that, and for ASCII the two are equal; `texts` checks the bytes of others.
RequiredId = Annotated[str, Meta(min_length=1, max_length=ID_BYTES)]
Id = Annotated[str, Meta(max_length=ID_BYTES)] | None | UnsetType
Text = Annotated[str, Meta(max_length=TEXT_BYTES)] | None | UnsetType
Number = Annotated[str, Meta(max_length=NUMBER_BYTES)] | None | UnsetType
Reason = Annotated[str, Meta(max_length=REASON_BYTES)] | None | UnsetType
Time = Annotated[str, Meta(max_length=TIME_CHARACTERS)] | None | UnsetType
Seconds = int | float | None | UnsetType
Sequence = Annotated[int, Meta(ge=0, le=SEQUENCE_MAX)] | None | UnsetType
Attempt = Annotated[int, Meta(ge=1, le=ATTEMPT_MAX)] | None | UnsetType
Standing = Annotated[int, Meta(ge=0, le=STANDING_MAX)] | None | UnsetType
Name = Literal[
    "occurred_at",
    "call_type",
    "source_number",
    "destination_number",
    "end_reason",
    "source_end_reason",
    "answered_by",
    "agent",
    "outcome",
    "creation_time",
    "start_time",
    "end_time",
    "call_duration",
]
"""One of `ROUGH_NAMES`."""
Names = Annotated[list[Name], Meta(max_length=len(ROUGH_NAMES))] | None | UnsetType
Flag = bool | None | UnsetType


class CostIn(Struct, forbid_unknown_fields=True, gc=False):
    """What a call costs, as sent."""

    amount: int | float
    currency: Annotated[str, Meta(pattern="^[A-Za-z]{3}$")]


Ids = RequiredId | Annotated[list[RequiredId], Meta(min_length=1, max_length=GROUPS_MAX)] | UnsetType | None
Cost = CostIn | UnsetType | None
# Not decoded until its size and depth are checked: a small body can describe a very large tree of objects.
Document = Raw | UnsetType


class CallIn(Struct, tag_field="type", tag="call", forbid_unknown_fields=True, gc=False):
    """A call event as sent."""

    call_id: RequiredId | UnsetType = UNSET
    call_status: CallStatus | UnsetType = UNSET
    event_id: Id = UNSET
    occurred_at: Time = UNSET
    sequence: Sequence = UNSET
    standing: Standing = UNSET
    rough: Names = UNSET
    # fields: event as sent of a call
    call_type: Literal["inbound", "outbound", "web"] | UnsetType | None = UNSET
    source_number: Number = UNSET
    destination_number: Number = UNSET
    creation_time: Time = UNSET
    start_time: Time = UNSET
    end_time: Time = UNSET
    call_duration: Seconds = UNSET
    end_reason: Text = UNSET
    source_end_reason: Reason = UNSET
    answered_by: Literal["human", "machine"] | UnsetType | None = UNSET
    agent: Text = UNSET
    task_id: Id = UNSET
    external_ids: Document = UNSET
    metadata: Document = UNSET
    void: Flag = UNSET
    outcome: Annotated[str, Meta(max_length=64)] | UnsetType | None = UNSET
    billed_seconds: Seconds = UNSET
    group_id: Ids = UNSET
    group_rank: Annotated[int, Meta(ge=0, le=2)] | UnsetType | None = UNSET
    cost: Cost = UNSET
    # end of fields


class TaskIn(Struct, tag_field="type", tag="task", forbid_unknown_fields=True, gc=False):
    """A task event as sent."""

    task_id: RequiredId
    status: str
    event_id: Id = UNSET
    occurred_at: Time = UNSET
    sequence: Sequence = UNSET
    attempt: Attempt = UNSET
    # fields: event as sent of a task
    run_id: Id = UNSET
    assignee: Text = UNSET
    execution_type: Text = UNSET
    created: Time = UNSET
    scheduled_at: Time = UNSET
    failure_reason: Reason = UNSET
    input: Document = UNSET
    output: Document = UNSET
    void: Flag = UNSET
    # end of fields


EventIn = CallIn | TaskIn
