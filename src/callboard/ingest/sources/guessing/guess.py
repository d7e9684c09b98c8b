"""Guess the options of an import from its file, and say what the file does not tell.

An import runs on explicit options, never on a guess: what is found is a complete plan, which
`ImportPlan.command` prints as a command line. What a person gives beside a guess is kept, and settles what it
names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final

from callboard.clock import Clock, system_clock
from callboard.ingest.sources.fields import NEEDED
from callboard.ingest.sources.files.dialect import Dialect, examine
from callboard.ingest.sources.files.records import ImportOptionError, Record, UnreadableFileError
from callboard.ingest.sources.files.sql_tables import SqlTable
from callboard.ingest.sources.guessing.checks import accepting, number_doubts, rows
from callboard.ingest.sources.guessing.contradicted import Silent
from callboard.ingest.sources.guessing.day_and_month import ask_day_and_month
from callboard.ingest.sources.guessing.doubts import About, Answer, Doubt
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.durations import choose_duration
from callboard.ingest.sources.guessing.event_logs import choose_event_log
from callboard.ingest.sources.guessing.event_rows import choose_sip_rows
from callboard.ingest.sources.guessing.facts import choose_facts
from callboard.ingest.sources.guessing.ids import choose_id
from callboard.ingest.sources.guessing.lists_inside import doubt_lists_inside
from callboard.ingest.sources.guessing.moments import choose_times
from callboard.ingest.sources.guessing.own_objects import doubt_other_objects, own_objects
from callboard.ingest.sources.guessing.rejected_times import reading_rejected
from callboard.ingest.sources.guessing.retries import are_attempts
from callboard.ingest.sources.guessing.row_checks import RowChecks, doubt_rows, total_column
from callboard.ingest.sources.guessing.sample import SAMPLE_ROWS, Sample
from callboard.ingest.sources.guessing.serial_days import ask_serial
from callboard.ingest.sources.guessing.status_choice import status_column
from callboard.ingest.sources.guessing.statuses import choose_status, row_meanings
from callboard.ingest.sources.guessing.strangers import doubt_strangers, without_rejected
from callboard.ingest.sources.guessing.tables import with_table
from callboard.ingest.sources.guessing.units import left_out
from callboard.ingest.sources.guessing.unnamed import names_of
from callboard.ingest.sources.guessing.usual_length import usual_doubt
from callboard.ingest.sources.guessing.whole import Rejected, Whole, read_whole
from callboard.ingest.sources.guessing.zone_above import ZoneSaid, zone_said
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.preview import Numbers

ROUNDS: Final = 4
"""How often a file is read at most: rows that contradict a guess join its sample, and it is made again."""
MAX_COLUMNS: Final = 5_000
"""Columns that a guess compares with each other."""
_LOGGED: Final = frozenset(
    {"creation_time", "start_time", "end_time", "occurred_at", "created", "call_duration"}
)
"""A table of a dump without any of these fields is a list of something else, as of agents."""
_ENDED: Final = frozenset({"call_status", "status", "call_duration"})
_JSON_BEGINS: Final = ("[", "{")
_ANSWERED: Final[Mapping[str, bool]] = {"completed": True, "missed": False, "failed": False}
_ABOUT: Final[Mapping[str, About]] = {
    "invalid_time": "time",
    "time_out_of_range": "time",
    "invalid_duration": "unit",
    "invalid_status": "status",
    "invalid_id": "id",
}


@dataclass
class Guess:
    """The options of an import, complete, and what is doubtful about them."""

    plan: ImportPlan
    doubts: list[Doubt]
    columns: list[str]
    sample: list[Record]
    """The first rows."""
    preview: Numbers
    """What the import would bring."""
    whole: Whole
    missing: list[str] = field(default_factory=list)
    """Fields that every event needs and no column seems to hold; the plan cannot be run then."""


def guess(plan: ImportPlan, clock: Clock = system_clock, progress: Callable[[], None] | None = None) -> Guess:
    """Guess the options that the plan leaves open. Reads the whole file, and writes nothing.

    Raises `UnreadableFileError`, `ImportOptionError`.
    """
    plan, doubts = with_table(plan, _may_be_log)
    examined = examine(plan)
    plan = _with_dialect(plan, examined.encoding, examined.dialect)
    first, columns = _first_rows(plan)
    if len(columns) > MAX_COLUMNS:
        raise ImportOptionError(
            f"The file has {len(columns):,} columns, and a guess looks at no more than {MAX_COLUMNS:,}; "
            "say with --map which column fills which field"
        )
    if examined.is_unnamed:
        plan = replace(plan, header=names_of(plan, Sample(first, columns)))
        first, columns = _first_rows(plan)
        doubts.append(_header_doubt(columns))
    _check_rows(plan, first, columns)
    more: dict[int, Record] = {}
    zone = zone_said(examined.above)
    draft = _propose(plan, first, columns, zone, examined.units)
    whole = _read(draft, clock, progress)
    for _ in range(ROUNDS - 1):
        zone = zone_said([*examined.above, *whole.remarks])
        new = [each for each in (*whole.counterexamples, *whole.spread) if each.line not in more]
        if whole.received <= len(first) and not whole.counterexamples and zone == draft.zone:
            break
        more |= {each.line: each for each in new}
        known = {each.line for each in first}
        sample = [*first, *(each for each in more.values() if each.line not in known)]
        again = _propose(plan, sample, columns, zone, examined.units)
        if again.complete() == draft.complete():
            draft = again
            break
        draft = again
        whole = _read(draft, clock, progress)
    draft.rivals = whole.rivals
    ask_day_and_month(draft)
    ask_serial(draft)
    _doubt_numbers(draft, whole)
    return Guess(
        plan=draft.complete(),
        doubts=[*doubts, *draft.doubts],
        columns=columns,
        sample=first,
        preview=whole.numbers,
        whole=whole,
        missing=_missing(draft),
    )


def _check_rows(plan: ImportPlan, first: list[Record], columns: Sequence[str]) -> None:
    if not first and "".join(columns[:1]).startswith(_JSON_BEGINS):
        raise UnreadableFileError(
            f"{plan.file} begins as JSON does, and is no list of objects that can be read: it may be cut "
            "off, or nested too deep"
        )
    if not first:
        raise UnreadableFileError(f"{plan.file} has a header and no rows: there is nothing to import")
    problem = first[0].problem
    if problem is not None and all(each.problem for each in first):
        raise ImportOptionError(
            "There is no row that can be read, so nothing to guess from; "
            f"line {first[0].line:,}: {problem.message}"
        )


def _first_rows(plan: ImportPlan) -> tuple[list[Record], list[str]]:
    with open_rows(plan, None) as (_, file):
        return list(islice(file, SAMPLE_ROWS)), file.columns


def _header_doubt(columns: Sequence[str]) -> Doubt:
    named = [f"{number} {name}" for number, name in enumerate(columns, 1) if not name.startswith("column_")]
    told = (
        f"its columns are named by what they hold: {', '.join(named)}"
        if named
        else "its columns have no names"
    )
    return Doubt(
        "header",
        f"The first line seems to be a row and no header; {told}. --header says what they are called",
        None,
        (Answer("--header", joined(columns), "these are their names"),),
    )


def _with_dialect(plan: ImportPlan, encoding: str | None, dialect: Dialect | None) -> ImportPlan:
    plan = replace(plan, encoding=encoding)
    if dialect is None:
        return plan
    return replace(
        plan, separator=dialect.separator, header=dialect.header, skip_lines=dialect.skip_lines or None
    )


def _propose(
    plan: ImportPlan,
    records: list[Record],
    columns: list[str],
    zone: ZoneSaid | None,
    units: Mapping[str, str],
) -> Draft:
    """The options that the sample suggests. `zone`, `units`: what lines beside the table say."""
    sample = Sample(records, columns)
    own = own_objects(sample, columns, plan.options.record_type)
    draft = Draft(plan, sample, zone, units, own)
    if not choose_sip_rows(draft) and not choose_event_log(draft):
        choose_times(draft)
        status = status_column(draft)
        choose_duration(draft, [_ANSWERED.get(each or "") for each in row_meanings(draft, status)])
        choose_status(draft, status)
    choose_id(draft)
    choose_facts(draft)
    doubt_other_objects(draft)
    doubt_strangers(draft)
    return draft


def _may_be_log(plan: ImportPlan, table: SqlTable) -> bool:
    """Whether a table of a dump looks like a log of calls, or of tasks."""
    if not table.first:
        return False
    try:
        draft = _propose(plan, table.first, table.columns, None, {})
    except ImportOptionError:
        return False  # it lacks a column that an option names
    # How its rows ended is said by a column, or by a length: otherwise it is a list of something else.
    ended = bool(_ENDED & draft.chosen.keys() or draft.when)
    return not _missing(draft) and ended and bool(_LOGGED & draft.chosen.keys())


def _missing(draft: Draft) -> list[str]:
    record_type = draft.plan.options.record_type
    has_id = draft.id_from or draft.plan.options.id_from
    return [
        each
        for each in NEEDED[record_type]
        if each not in draft.chosen
        and each not in draft.constants
        and not draft.is_settled(each)
        and not (each.endswith("_id") and has_id)
        and not any(target.startswith(f"{each}=") for _, target in draft.when)
    ]


def _read(draft: Draft, clock: Clock, progress: Callable[[], None] | None) -> Whole:
    if _missing(draft):
        return Whole(Numbers(draft.plan.options.record_type))
    checks = RowChecks(total_column(draft), silent=Silent(draft.chosen.get("call_status")))
    return read_whole(draft.complete(), draft.rivals, clock, progress, checks)


def _about(reason: str, rejected: Rejected) -> About:
    """What rejected rows are asked about; a field that is missing is asked about by its name."""
    missing = rejected.message.partition(":")[0] if reason == "missing_field" else ""
    return "status" if missing in ("call_status", "status") else _ABOUT.get(reason, "rows")


def _are_one_task(draft: Draft) -> bool:
    """Whether it is said, or asked about, that rows of one id are one task."""
    if draft.plan.options.record_type != "task":
        return False
    asked = any(each.about == "legs" for each in draft.doubts)
    return asked or draft.is_settled("task_id") or are_attempts(draft)


def _doubt_numbers(draft: Draft, whole: Whole) -> None:
    """Doubt what must never happen silently: rows that are lost, undated or one, calls without duration."""
    is_known = "rejected_rows" in draft.plan.accept
    for reason, rejected in () if is_known else whole.rejected.items():
        draft.doubt(
            _about(reason, rejected),
            f"{rows(rejected.rows)} cannot be read and would be rejected, the first in line "
            f"{rejected.line:,}: {rejected.message}",
            None,
            *(reading_rejected(draft, rejected) if reason == "invalid_time" else ()),
            *without_rejected(draft, rejected),
            accepting("rejected_rows"),
        )
    if not whole.received:
        return
    doubt_lists_inside(draft, whole.received)
    doubt_rows(draft, whole.checks)
    options = draft.plan.options
    for doubt in number_doubts(
        whole.numbers,
        rows_may_share=bool(draft.legs or options.legs or draft.when or options.when) or _are_one_task(draft),
        id_column=draft.chosen.get(NEEDED[options.record_type][0]),
        duration_column=draft.chosen.get("call_duration"),
        # Chats have no talk time: what is asked of them is whether they are calls.
        is_length_left_out=draft.is_length_asked
        or left_out(draft)
        or 0 < whole.numbers.without_duration <= draft.media_rows,
        is_id_said=draft.is_settled(NEEDED[options.record_type][0]),
        accepted=draft.plan.accept,
    ):
        draft.doubt(doubt.about, doubt.message, doubt.column, *doubt.answers)
    if unusual := usual_doubt(draft.complete(), whole.numbers):
        draft.doubt(unusual.about, unusual.message, unusual.column, *unusual.answers)
