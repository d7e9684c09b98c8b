"""Whether a file is written as the files of its saved mapping: another separator, encoding or decimal sign,
lines above the header.
"""

from __future__ import annotations

import codecs
from dataclasses import replace
from itertools import islice
from typing import Final

from callboard.ingest.sources.files.delimited import SEPARATORS
from callboard.ingest.sources.files.dialect import examine, first_bytes
from callboard.ingest.sources.files.encoding import encoding_of, marked_encoding, unmarked_utf16
from callboard.ingest.sources.files.records import ImportOptionError, RowError, UnreadableFileError
from callboard.ingest.sources.guessing.doubts import Answer, Doubt
from callboard.ingest.sources.mapping import RowMapping, Template, assignments
from callboard.ingest.sources.mapping.options import DEFAULT_UNIT
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.values.lengths import LengthReader
from callboard.ingest.sources.values.nulls import is_null

_FIRST_ROWS: Final = 20
COMPARED_ROWS: Final = 2_000


def dialect_doubts(plan: ImportPlan) -> tuple[list[Doubt], ImportPlan]:
    """A doubt for each option by which the file is read where the mapping's do not read it, and the plan with
    all of them; none, and the plan itself, where the mapping's do or no others help.
    """
    if plan.format is not None:
        return [], plan
    told = _encoding_told(plan)
    may_read = _fits(plan)
    if may_read and told is None and not (plan.header and plan.skip_lines):
        return [], plan
    other = replace(plan, encoding=told or plan.encoding)
    if not may_read or plan.header:
        other = _with_dialect(other, plan)
    if other == plan or not _fits(other):
        return [], plan
    for name in ("separator", "skip_lines"):
        as_saved = replace(other, **{name: getattr(plan, name)})
        if not plan.header and as_saved != other and _fits(as_saved):
            other = as_saved
    return [_doubt(plan, name, answer) for name, answer in _answers(plan, other)], other


def decimal_answers(plan: ImportPlan) -> tuple[Answer, ...]:
    """The answer that lengths have the other decimal sign, where all that cannot be read are read so."""
    column = assignments(plan.options.map, "--map").get("call_duration")
    if column is None:
        return ()
    cell = Template(column if "{" in column else f"{{{column}}}").reader(whole=True)
    now = plan.options.decimal or "point"
    unit, other = plan.options.duration_unit or DEFAULT_UNIT, {"point": "comma", "comma": "point"}[now]
    helped = 0
    with open_rows(plan, None) as (_, rows):
        for record in islice(rows, COMPARED_ROWS):
            try:
                value = None if record.problem else cell(record.row)
            except RowError:
                continue
            if value is None or is_null(str(value)):
                continue
            reads = [_reads(LengthReader(unit, decimal), value) for decimal in (now, other)]
            if reads == [True, False]:
                return ()
            helped += reads == [False, True]
    return (Answer("--decimal", other, f"a {other} stands before fractions"),) if helped else ()


def _reads(reader: LengthReader, value: object) -> bool:
    try:
        reader(value)
    except RowError:
        return False
    return True


def _encoding_told(plan: ImportPlan) -> str | None:
    """The encoding that the bytes of a file tell, where they cannot be in that of the mapping."""
    head, judged = first_bytes(plan)
    marked = marked_encoding(head) or unmarked_utf16(head)
    if plan.encoding is None:
        return None if marked else encoding_of(judged)
    if marked is None and judged.isascii():
        return "utf-8" if _is_unicode(plan.encoding) not in ("", "utf-8") else None
    told = marked or encoding_of(judged) or "utf-8"
    # Two encodings of single bytes are told apart by words alone: that is no certainty.
    return told if _is_unicode(told) != _is_unicode(plan.encoding) else None


def _is_unicode(encoding: str) -> str:
    """The Unicode encoding that this is, whatever its byte order; empty for others."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        return ""
    return next((each for each in ("utf-8", "utf-16", "utf-32") if name.startswith(each)), "")


def _with_dialect(plan: ImportPlan, saved: ImportPlan) -> ImportPlan:
    try:
        seen = examine(replace(plan, separator=None, skip_lines=None)).dialect
    except (ImportOptionError, UnreadableFileError):
        return plan
    if seen is None:
        return plan
    if saved.header and _fits(saved):
        # Lines that are skipped where none stand above would be rows.
        return replace(plan, skip_lines=min(seen.skip_lines, saved.skip_lines or 0))
    return replace(plan, separator=seen.separator, skip_lines=seen.skip_lines)


def _fits(plan: ImportPlan) -> bool:
    """Whether the plan's columns are in the file, and its first rows can be cut into them."""
    try:
        with open_rows(plan, None) as (_, rows):
            RowMapping(plan.options).check(rows.columns)
            if plan.space_from is not None and plan.space_from not in rows.columns:
                return False
            some = list(islice(rows, _FIRST_ROWS))
            return not some or any(each.problem is None for each in some)
    except (ImportOptionError, UnreadableFileError):
        return False


def _answers(plan: ImportPlan, other: ImportPlan) -> list[tuple[str, Answer]]:
    found = []
    if other.separator not in (plan.separator, None):
        name = SEPARATORS.get(other.separator, other.separator)
        found.append(("separator", Answer("--separator", name, f"its cells are separated by {name}")))
    if (other.skip_lines or 0) != (plan.skip_lines or 0):
        lines = str(other.skip_lines or 0)
        found.append(
            ("lines above the table", Answer("--skip-lines", lines, f"{lines} lines stand above it"))
        )
    if other.encoding not in (plan.encoding, None):
        found.append(("encoding", Answer("--encoding", other.encoding, f"it is in {other.encoding}")))
    return found


def _doubt(plan: ImportPlan, what: str, answer: Answer) -> Doubt:
    message = f"the file does not fit the mapping {plan.mapping!r}: it has another {what}; {answer.meaning}"
    return Doubt("header", message.replace("another lines", "other lines"), answers=(answer,))
