"""Whether a file fits a saved mapping: what must be decided before it is imported by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from callboard.ingest.sources.guessing.checks import accepting, number_doubts, to_accept
from callboard.ingest.sources.guessing.dialect_fit import decimal_answers
from callboard.ingest.sources.guessing.doubts import About, Answer, Doubt
from callboard.ingest.sources.guessing.units import LEFT_OUT
from callboard.ingest.sources.guessing.usual_length import usual_doubt
from callboard.ingest.sources.mapping import MapOptions, RowMapping, Template, assignments, joined
from callboard.ingest.sources.mapping.closed import UnknownWord
from callboard.ingest.sources.mapping.passing import CHANGING_FIELDS
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.preview import Numbers
from callboard.model.words import FINAL_CALL, FINAL_TASK

_ABOUT: Mapping[str, About] = {
    "invalid_status": "status",
    "invalid_time": "time",
    "invalid_duration": "unit",
}


def row_doubts(
    plan: ImportPlan,
    received: int,
    rejected: Mapping[str, tuple[int, int, str]],
    words: Iterable[UnknownWord],
) -> list[Doubt]:
    """Rows that the plan's mapping cannot take. `rejected`: reason → rows, the first line of them, and its
    message.
    """
    if "rejected_rows" in plan.accept:
        return []
    answers = {"invalid_status": word_answers(words)}
    if "invalid_duration" in rejected:
        answers["invalid_duration"] = decimal_answers(plan)
    to_reject = (accepting("rejected_rows"),)
    return [
        Doubt(
            _ABOUT.get(reason, "rows"),
            f"{rows:,} of {received:,} rows do not fit the mapping {plan.mapping!r}: {reason}, as line "
            f"{line}: {message}",
            answers=answers.get(reason) or to_reject,
        )
        for reason, (rows, line, message) in sorted(rejected.items(), key=lambda pair: -pair[1][0])
    ]


def word_answers(words: Iterable[UnknownWord]) -> tuple[Answer, ...]:
    """An option for each word of a status that nobody knows, with `…` for its meaning."""
    return tuple(
        Answer("--values", value, f"what {each.word!r} means")
        for each in words
        if each.rejects and (value := each.value) is not None
    )


def fit_doubts(plan: ImportPlan, numbers: Numbers) -> list[Doubt]:
    """What must never happen silently, also by a mapping that was right before, unless it was accepted."""
    options = plan.options
    mapped = assignments(options.map, "--map")
    found = number_doubts(
        numbers,
        rows_may_share=rows_may_share(options),
        id_column=mapped.get("call_id") or mapped.get("task_id"),
        duration_column=mapped.get("call_duration"),
        is_length_left_out=LEFT_OUT in options.null,
        is_id_said="call_id" in mapped or "task_id" in mapped,
        accepted=plan.accept,
    )
    more = (unfinished_doubt(plan, numbers), usual_doubt(plan, numbers))
    return [*found, *filter(None, more)]


def unfinished_doubt(plan: ImportPlan, numbers: Numbers) -> Doubt | None:
    """The doubt about rows that are not over, where the ids of the mapping are made of what says how they
    end: those of a later file would be others.
    """
    options = plan.options
    if not options.id_from or "unfinished_ids" in plan.accept:
        return None
    over = FINAL_CALL | FINAL_TASK
    unfinished = sum(many for status, many in numbers.statuses.items() if status not in over)
    if not unfinished:
        return None
    fields = RowMapping(options).fields_by_column()
    changing = [each for each in options.id_from if not CHANGING_FIELDS.isdisjoint(fields.get(each, ()))]
    if not changing:
        return None
    staying = [each for each in options.id_from if each not in changing]
    noun = numbers.record_type
    return Doubt(
        "id",
        f"{unfinished:,} {noun}{'' if unfinished == 1 else 's'} not over yet, and ids are made of "
        f"{', '.join(map(repr, changing))}, which a later file says otherwise: they would count twice",
        None,
        (
            *((Answer("--id-from", joined(staying), "these columns stay"),) if staying else ()),
            accepting("unfinished_ids"),
        ),
    )


def accepted_by(plan: ImportPlan, numbers: Numbers) -> tuple[str, ...]:
    """What a mapping accepts that is saved by the import of a file with these numbers: what was accepted
    before, and what is odd about this file.
    """
    found = to_accept(numbers, rows_may_share=rows_may_share(plan.options))
    if plan.options.record_type == "call" and not _has_length(plan.options):
        found.append("most_without_length")
    if unfinished_doubt(plan, numbers) is not None:
        found.append("unfinished_ids")
    return tuple(sorted({*plan.accept, *found}))


def rows_may_share(options: MapOptions) -> bool:
    """Whether it is said how several rows are one call."""
    return bool(options.legs or options.when)


def _has_length(options: MapOptions) -> bool:
    """Whether a call's length, or the end that it has without one, is in the file."""
    named = {*assignments(options.map, "--map"), *assignments(options.set, "--set")}
    named |= {assignment.partition("=")[0].strip() for _, assignment in options.when}
    return not named.isdisjoint({"call_duration", "end_time"})


def gone_fields(options: MapOptions, columns: list[str]) -> list[str]:
    """The fields whose columns, by the options, are not in the file."""
    return [
        field
        for field, source in assignments(options.map, "--map").items()
        if any(name not in columns for name in Template(source).columns)
    ]


def column_doubt(name: str | None, message: str, fields: Iterable[str]) -> Doubt:
    """The doubt about a file whose columns are not those of the mapping of this name."""
    answers = (Answer("--map", f"{field}=…", f"the column that holds {field} now") for field in fields)
    return Doubt("header", f"the file does not fit the mapping {name!r}: {message}", answers=tuple(answers))
