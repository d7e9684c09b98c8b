"""The table of fields: each field of calls and tasks, defined once.

The columns of the stores, the fields of events and their bounds, filters and groups, the fields that an
import fills, the fields of answers and exports, and the tables of the reference are derived from it. Structs
are generated into the source by `make generate`; code that needs no struct reads this table.

The order is that of the fields in answers and exports.
"""

from __future__ import annotations

from typing import Final

from callboard.model.field import SECONDS_MAX, Field
from callboard.model.words import (
    ANSWERED_BY,
    CALL_STATUSES,
    CALL_TYPES,
    END_REASONS,
    TASK_STATUSES,
    TASK_WORDS,
)

KIB: Final = 1024
SEQUENCE_MAX: Final = 2**63 - 1
ROUGH_NAMES: Final = (
    "occurred_at", "call_type", "source_number", "destination_number", "end_reason", "source_end_reason",
    "answered_by", "agent", "outcome", "creation_time", "start_time", "end_time",
    "call_duration",
)  # fmt: skip
"""What an event may know only roughly: when it occurred, words that another may tell finer, times that were
derived from others, and a length that start and end may tell otherwise."""

CALL: Final[tuple[Field, ...]] = (
    Field(
        name="call_id", kind="id", log=(1, "i"), required=True, may_lack=True,
        description="The call's id at its source. Only an [end said of a group](#groups) has none.",
    ),
    Field(name="space_token", kind="id", in_events=False, in_rows=False, always_set=True),
    Field(
        name="event_id", kind="id", log=(5, "e"), in_rows=False, in_answers=False,
        description="The source's own id of this event. Where it is given, it alone decides what is a "
        "repeat.",
    ),
    Field(
        name="occurred_at", kind="time", log=(4, "o"), in_rows=False, in_answers=False,
        description="When it happened at the source, kept to the microsecond.",
    ),
    Field(
        name="sequence", kind="whole", log=(6, "q"), maximum=SEQUENCE_MAX, in_rows=False, in_answers=False,
        description="From 0: orders events of the same moment.",
    ),
    Field(
        name="standing", kind="whole", log=(3, "g"), maximum=2, in_rows=False, in_answers=False,
        description="0, 1 or 2: how much this word weighs on how the call ended. See [Standing](#standing).",
    ),
    Field(
        name="rough", kind="names", log=(28, "rn"), in_rows=False, in_answers=False,
        description="Which of these fields the event knows only roughly. See [Rough words](#rough-words).",
    ),
    Field(
        name="source_number", kind="phone", log=(8, "sn"), maximum=64, fold="greatest",
        description="The number it came from.",
        filters="The number it came from.",
        option=(90, "--source-number"),
        option_help='Only from that number; "unknown": only those without one.',
    ),
    Field(
        name="destination_number", kind="phone", log=(9, "dn"), maximum=64, fold="greatest",
        description="The number it went to.",
        filters="The number it went to.",
        option=(100, "--destination-number"),
        option_help='Only to that number; "unknown": only those without one.',
    ),
    Field(
        name="call_type", kind="word", log=(7, "y"), words=CALL_TYPES, fold="greatest",
        description="`inbound`, `outbound` or `web`.",
        filters="Direction.", groups=True,
        option=(20, "--type"), listed=True,
        option_help="Only that direction.",
    ),
    Field(
        name="call_status", kind="word", log=(2, "s"), words=CALL_STATUSES, required=True, may_lack=True,
        description="See below. Without it an event only [adds facts](#facts).",
        filters="How the call stands.", groups=True,
        option=(10, "--status"), listed=True,
        option_help="Only these; repeatable.",
    ),
    Field(
        name="creation_time", kind="time", log=(10, "c"), fold="greatest",
        description="When the call came to be.",
    ),
    Field(
        name="start_time", kind="time", log=(11, "b"), fold="greatest",
        description="When it was answered.",
    ),
    Field(
        name="end_time", kind="time", log=(12, "f"),
        description="When it ended.",
    ),
    Field(
        name="call_duration", kind="duration", log=(13, "d"), maximum=SECONDS_MAX, column="duration_ms",
        description="Talk time in seconds, answer to end, 0 to 604,800 (7 days). Never ringing or billing "
        "time.",
    ),
    Field(
        name="end_reason", kind="text", log=(14, "r"), words=END_REASONS,
        description="One of the [end reasons](#end-reasons). Another word is kept as `source_end_reason`, "
        "under `unknown`.",
        filters="Why it ended. `unknown`: no reason, or one not in this list.", groups=True,
        option=(40, "--end-reason"), listed=True,
        option_help='Only those that ended so; "unknown": only those without a reason.',
    ),
    Field(
        name="source_end_reason", kind="text", log=(15, "sr"), maximum=1000,
        description="The platform's own word.",
    ),
    Field(
        name="answered_by", kind="word", log=(16, "ab"), words=ANSWERED_BY, fold="greatest",
        description="`human` or `machine`.",
        filters="Who answered.", groups=True,
        option=(60, "--answered-by"),
        option_help="Only those answered by that.",
    ),
    Field(
        name="agent", kind="text", log=(17, "a"), fold="greatest",
        description="Who or what talked.",
        filters="Who or what talked.", groups=True,
        option=(30, "--agent"), listed=True,
        option_help='Only that agent\'s; "unknown": only those without one.',
    ),
    Field(
        name="task_id", kind="id", log=(18, "t"), fold="greatest",
        description="The task it was made for.",
        filters="Calls made for this task.",
    ),
    Field(
        name="outcome", kind="text", log=(22, "oc"), maximum=64, fold="greatest", exported_since=3,
        description="What the call came to, in the words of the business: `interested`, `call_back`. Not how "
        "the call ended: that is `call_status`.",
        filters="What the call came to, in the words of the business.",
        option=(65, "--outcome"), listed=True,
        option_help='Only those that came to that; "unknown": only those without an outcome.',
    ),
    Field(
        name="group_id", kind="ids", log=(26, "gi"), column="group_ids", fold="greatest", in_answers=False,
        description="Which call it is a part of: calls that share one of these ids are one call. See "
        "[Groups](#groups).",
    ),
    Field(
        name="group_rank", kind="whole", log=(27, "gr"), maximum=2, fold="greatest", in_answers=False,
        description="0, 1 or 2: how much this call speaks for its group. Left out: 1.",
    ),
    Field(
        name="cost", kind="money", in_rows=False, exported_since=4,
        description="What the platform charges for it: `{\"amount\": 0.0123, \"currency\": \"USD\"}`. "
        "Kept in whole millionths, rounded half-even; from 0 to 1,000,000. The currency is three letters.",
    ),
    Field(
        name="cost_micros", kind="whole", log=(23, "cm"), fold="greatest", in_events=False, in_answers=False
    ),
    Field(
        name="cost_currency", kind="text", log=(24, "cu"), maximum=3, fold="greatest", in_events=False,
        in_answers=False,
    ),
    Field(
        name="billed_seconds", kind="duration", log=(25, "bs"), maximum=SECONDS_MAX, column="billed_ms",
        fold="greatest", exported_since=4,
        description="The length in seconds that the platform charges for, 0 to 604,800. Never talk time.",
    ),
    Field(
        name="external_ids", kind="texts", log=(19, "x"), maximum=16 * KIB, fold="keys",
        description="Ids of the call elsewhere. Joined key by key over its events.",
    ),
    Field(
        name="metadata", kind="document", log=(20, "m"), maximum=16 * KIB, fold="keys",
        description="Anything else. Joined key by key over its events.",
    ),
    Field(
        name="void", kind="flag", log=(21, "v"), fold="greatest", always_set=True, in_answers=False,
        in_rows=False,
        description="`true` withdraws the call from lists and numbers; a later `false` brings it back.",
    ),
    Field(name="source", kind="text", in_events=False, always_set=True),
    # Where the row is counted, if anywhere: see `Call.void`.
    Field(name="place", kind="whole", column="void", in_events=False, in_answers=False, always_set=True),
    Field(name="leg_of", kind="id", in_events=False, in_answers=False),
    # From the row's `time_marks`. In an exported file it names the times of a row that no event stated.
    Field(name="inferred", kind="names", in_events=False, in_rows=False, exported_since=2),
    Field(name="time_marks", kind="whole", in_events=False, in_answers=False, always_set=True),
)  # fmt: skip

TASK: Final[tuple[Field, ...]] = (
    Field(
        name="task_id", kind="id", log=(1, "i"), required=True,
        description="The task's id.",
    ),
    Field(
        name="event_id", kind="id", log=(7, "e"), in_rows=False, in_answers=False,
        description="The source's own id of this event.",
    ),
    Field(
        name="occurred_at", kind="time", log=(6, "o"), in_rows=False, in_answers=False,
        description="When it happened.",
    ),
    Field(
        name="sequence", kind="whole", log=(8, "q"), maximum=SEQUENCE_MAX, in_rows=False, in_answers=False,
        description="From 0: orders events of the same moment.",
    ),
    Field(name="standing", kind="whole", log=(5, "g"), in_events=False, in_rows=False, in_answers=False),
    Field(
        name="run_id", kind="id", log=(9, "u"), fold="greatest",
        description="The run it belongs to.",
        filters="Tasks of one run.",
        option=(30, "--run"), listed=True,
        option_help="Only those of one run.",
    ),
    Field(name="space_token", kind="id", in_events=False, in_rows=False, always_set=True),
    Field(
        name="assignee", kind="text", log=(10, "a"), fold="greatest",
        description="Who or what carries it out.",
        filters="Who or what carries it out.",
        option=(40, "--assignee"),
        option_help='Only that one\'s; "unknown": only those without one.',
    ),
    Field(
        name="status", kind="word", log=(2, "s"), words=tuple(TASK_WORDS), row_words=TASK_STATUSES,
        required=True,
        description="See below.",
        filters="How the task stands.", groups=True,
        option=(20, "--status"), listed=True,
        option_help="Only these; repeatable.",
    ),
    Field(name="source_status", kind="text", log=(3, "w"), in_events=False, always_set=True),
    Field(
        name="execution_type", kind="text", log=(11, "y"), fold="greatest",
        description="What kind of work it is.",
    ),
    Field(
        name="attempt", kind="whole", log=(4, "n"), minimum=1, maximum=1_000_000, always_set=True,
        description="Which attempt it is about, from 1 to 1,000,000. Left out: 1.",
        filters="Tasks at this attempt.",
    ),
    Field(
        name="input", kind="document", log=(15, "p"), maximum=64 * KIB, fold="greatest",
        description="What it was given.",
    ),
    Field(
        name="output", kind="document", log=(16, "z"), maximum=64 * KIB, fold="attempt",
        description="What came of this attempt.",
    ),
    Field(
        name="failure_reason", kind="text", log=(14, "r"), maximum=1000,
        description="Why this attempt failed.",
        filters="Why it failed.", groups=True,
        option=(50, "--failure-reason"),
        option_help='Only those that failed so; "unknown": only those without a reason.',
    ),
    Field(
        name="scheduled_at", kind="time", log=(13, "h"), fold="attempt",
        description="When this attempt is due. It may lie in the future.",
    ),
    Field(
        name="created", kind="time", log=(12, "c"), fold="greatest",
        description="When the task was made.",
    ),
    Field(name="modified", kind="time", in_events=False),
    Field(
        name="void", kind="flag", log=(17, "v"), fold="greatest", always_set=True, in_answers=False,
        description="`true` withdraws the task from lists and numbers.",
    ),
    # Which fields an update left out: see `TaskEvent`.
    Field(name="left", kind="whole", log=(18, "l"), in_events=False, in_rows=False, in_answers=False),
    Field(name="status_since", kind="time", in_events=False, in_answers=False),
    Field(name="waiting_since", kind="time", in_events=False, in_answers=False),
)  # fmt: skip

FIELDS: Final = {"call": CALL, "task": TASK}


def log_fields(noun: str) -> list[Field]:
    """The fields of stored events, in the order of their canonical bytes."""
    return sorted((each for each in FIELDS[noun] if each.log), key=lambda each: each.log or (0, ""))


def log_names(noun: str) -> dict[str, str]:
    """Field of a stored event → its short name in the log."""
    return {each.row_name: each.log[1] for each in FIELDS[noun] if each.log}


def event_fields(noun: str) -> list[Field]:
    """The fields that an event may carry: required ones, those of the event itself, those of its item."""
    logged = [each for each in log_fields(noun) if each.in_events]
    every = [*logged, *(each for each in FIELDS[noun] if each.kind == "money" and each.in_events)]
    names = [each for each in every if each.required]
    places = [each for each in FIELDS[noun] if each in logged and not each.in_rows and each.fold == "own"]
    return [*names, *places, *(each for each in every if each not in names and each not in places)]


def row_fields(noun: str) -> dict[str, Field]:
    """Name in the row of a call or task → the field."""
    return {each.row_name: each for each in FIELDS[noun] if each.in_rows}


def folded(noun: str, rule: str) -> tuple[str, ...]:
    """The names, in stored events, of the fields that a fold rule decides."""
    return tuple(each.row_name for each in FIELDS[noun] if each.log and each.fold == rule)


def answer_fields(noun: str) -> list[Field]:
    """The fields of answers and exports, in their order."""
    return [each for each in FIELDS[noun] if each.in_answers]


def filter_fields(noun: str) -> list[Field]:
    """The fields that lists can be filtered by: first those that reports can group by as well."""
    by = group_fields(noun)
    return [*by, *(each for each in FIELDS[noun] if each.filters and each not in by)]


def group_fields(noun: str) -> list[Field]:
    """The fields that reports can group by."""
    return [each for each in FIELDS[noun] if each.groups]


def field(noun: str, name: str) -> Field:
    """The field of that name."""
    return next(each for each in FIELDS[noun] if each.name == name)
