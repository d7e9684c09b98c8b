"""How a file is written: its format, its encoding, its separator, and where its header and its rows are."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from callboard.ingest.sources.files.delimited import RARE_SEPARATORS, SEPARATOR_LINE, SEPARATORS
from callboard.ingest.sources.files.dump import dump_cells, is_continued, is_dump
from callboard.ingest.sources.files.encoding import encoding_of, text_of, text_of_head
from callboard.ingest.sources.files.first_row import is_data, is_row
from callboard.ingest.sources.files.formats import Format, kind_of_file
from callboard.ingest.sources.files.furniture import is_types
from callboard.ingest.sources.files.layouts import layout_of
from callboard.ingest.sources.files.odd_quotes import rewriting
from callboard.ingest.sources.files.opening import Opened, open_file, reading_errors
from callboard.ingest.sources.files.quoting import lenient_cells
from callboard.ingest.sources.files.records import UnreadableFileError
from callboard.ingest.sources.files.sql_rows import SqlRows

if TYPE_CHECKING:
    from callboard.ingest.sources.plan import ImportPlan

SAMPLE_BYTES = 256 << 10
SAMPLE_ROWS = 300
_LEAST_WIDTH = 3
MAX_TITLE_ROWS = 50
"""A header is looked for in so many first rows."""


@dataclass(frozen=True)
class Dialect:
    """How a delimited file is written."""

    separator: str | None
    """None where it is one of SQL statements."""
    header: tuple[str, ...] | None = None
    """The names of the columns, where the file has no header line."""
    skip_lines: int = 0
    """The lines above the header (or above the first row) that are no rows."""


@dataclass
class Examined:
    """What a look at a file tells."""

    kind: Format
    encoding: str | None
    """None: UTF-8, or what the byte-order mark says."""
    dialect: Dialect | None
    """Of delimited files."""
    layout: str | None = None
    """The known layout of a file without a header, as `Asterisk CDR`."""
    above: list[str] = field(default_factory=list)
    """The lines above the header, as they may say the zone of the times."""
    units: dict[str, str] = field(default_factory=dict)
    """Column → what a line below the header says of it, as `[min]` or `(UTC)`."""
    is_unnamed: bool = False
    """It has no header and no layout that is known: its columns are only counted."""


class _Row(NamedTuple):
    line: int
    """The lines of the file above it."""
    cells: list[str]


def examine(plan: ImportPlan) -> Examined:
    """Look at the file of a plan. What the plan says is kept.

    Raises `UnreadableFileError`, `ImportOptionError`.
    """
    kind, encoding, head = _look(plan)
    if kind == "parquet":
        return Examined(kind, plan.encoding, None)
    if kind == "sql":
        return _of_statements(plan, encoding)
    if kind != "delimited":
        return Examined(kind, encoding, None)
    text = text_of_head(head, encoding)
    text = _with_usual_quotes(text, plan)
    separator = plan.separator or separator_of_sample(text)
    return _header_of(plan, Examined(kind, encoding, Dialect(separator)), _rows(text, separator))


def kind_and_encoding(plan: ImportPlan) -> tuple[Format, str | None]:
    """The format and the encoding of a plan's file. Raises `UnreadableFileError`."""
    kind, encoding, _ = _look(plan)
    return kind, encoding


def _look(plan: ImportPlan) -> tuple[Format, str | None, bytes]:
    with open_file(plan.file, plan.spool) as opened:
        if not opened.head:
            raise UnreadableFileError(f"{opened.name} is empty")
        head, encoding = _sample(opened, plan.encoding)
    return kind_of_file(head, encoding), encoding, head


def _of_statements(plan: ImportPlan, encoding: str | None) -> Examined:
    """What the first rows of SQL statements tell, where nothing names their columns."""
    with open_file(plan.file, plan.spool) as opened:
        rows = SqlRows(text_of(opened.stream, opened.head, encoding)[0], opened.name, plan.header, plan.table)
        some = [each.cells for each in itertools.islice(rows, SAMPLE_ROWS) if each.problem is None]
    found = Examined("sql", encoding, Dialect(None, plan.header))
    return _without_header(found, None, 0, some) if rows.is_unnamed and some else found


def _sample(opened: Opened, encoding: str | None) -> tuple[bytes, str | None]:
    """The first bytes and the encoding. A file may be plain ASCII for a long time: then the first bytes that
    are not decide.
    """
    if encoding is not None:
        with reading_errors(opened.name):
            return opened.stream.read(SAMPLE_BYTES), encoding
    head, judged, is_end = _first_bytes(opened)
    return head, encoding_of(judged, whole=is_end)


def first_bytes(plan: ImportPlan) -> tuple[bytes, bytes]:
    """The first bytes of a plan's file, and the first ones that tell its encoding."""
    with open_file(plan.file, plan.spool) as opened:
        head, judged, _ = _first_bytes(opened)
    return head, judged


def _first_bytes(opened: Opened) -> tuple[bytes, bytes, bool]:
    with reading_errors(opened.name):
        head = opened.stream.read(SAMPLE_BYTES)
        judged, more = head, head
        while more and judged.isascii() and b"\0" not in head:
            # From one piece to the next the end of a line is kept, in which a word may begin.
            judged = more[-64:] + (more := opened.stream.read(SAMPLE_BYTES))
        return head, judged, len(more) < SAMPLE_BYTES


def _with_usual_quotes(text: str, plan: ImportPlan) -> str:
    """The text as it is read, where quotes are odd. The first two lines of the table tell; a title may stand
    above them, with quotes of its own.
    """
    every = text.splitlines(keepends=True)
    lines = [each for each in enumerate(every) if each[1].strip() and each[0] >= (plan.skip_lines or 0)]
    may_begin = MAX_TITLE_ROWS if plan.skip_lines is None else 1
    for (number, first), (_, second) in itertools.islice(itertools.pairwise(lines), may_begin):
        if (rewrite := rewriting(first, second)) is not None:
            rewritten = "".join(map(rewrite, every))
            if plan.skip_lines is not None or _begins_at(number, rewritten, plan.separator):
                return rewritten
    return text


def _begins_at(line: int, text: str, separator: str | None) -> bool:
    """Whether the table begins behind so many lines."""
    rows = _rows(text, separator or separator_of_sample(text))
    return bool(rows) and rows[_begin(rows)].line == line


def separator_of_sample(text: str) -> str:
    """The separator that splits the first lines most evenly and into most cells."""
    lines = text.splitlines()[:SAMPLE_ROWS]
    # The last line may be cut off by the end of the sample.
    lines = [line for line in (lines[:-1] if len(lines) > 2 else lines) if line.strip()]
    if lines and (told := SEPARATOR_LINE.match(lines[0])):
        return told[1]

    def fitness(separator: str) -> float:
        counts = Counter(len(row) for row in _reader(lines, separator) if row)
        width, share = max(
            ((width, count / counts.total()) for width, count in counts.items() if width > 1),
            key=lambda each: each[1] * (1 - 1 / each[0]),
            default=(1, 0.0),
        )
        return share * (1 - 1 / width)

    best = max((",", *SEPARATORS), key=fitness)
    if not fitness(best):
        best = (
            max((best, *(each for each in RARE_SEPARATORS if each in lines[0])), key=fitness)
            if lines
            else best
        )
    return best


def _reader(lines: list[str], separator: str) -> Any:
    """The rows of the lines, read leniently. A backslash before a quote belongs to it."""
    if any('\\"' in line for line in lines):
        return csv.reader(
            lines, delimiter=separator, skipinitialspace=True, doublequote=False, escapechar="\\"
        )
    return csv.reader(lines, delimiter=separator, skipinitialspace=True)


def _rows(text: str, separator: str) -> list[_Row]:
    """The first rows, leniently read, without blank ones."""
    lines = text.splitlines(keepends=True)
    if len(text) >= SAMPLE_BYTES // 4:
        lines = lines[:-1]
    lines = lines[: 4 * SAMPLE_ROWS]
    rows: list[_Row] = []
    if separator == "\t" and is_dump(text):
        return _dumped(lines)
    reader = _reader(lines, separator)
    above = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_Row(above, cells))
            above = reader.line_num
            if len(rows) >= SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return _as_wide_as_header(rows, lines, separator)


def _as_wide_as_header(rows: list[_Row], lines: list[str], separator: str) -> list[_Row]:
    """The rows, those with quotes inside their quotes read to as many cells as the first has, where only one
    reading has so many.
    """
    width = len(rows[0].cells) if rows else 0
    if width < _LEAST_WIDTH:
        return rows
    found = []
    for row in rows:
        line = lines[row.line]
        mended = lenient_cells(line, separator, width) if len(row.cells) > width and '"' in line else None
        found.append(row if mended is None else _Row(row.line, mended))
    return found


def _dumped(lines: list[str]) -> list[_Row]:
    rows: list[_Row] = []
    whole, above = "", 0
    for number, line in enumerate(lines):
        whole, above = whole + line, above if whole else number
        if not is_continued(line):
            if whole.strip():
                rows.append(_Row(above, dump_cells(whole)))
            whole = ""
    return rows[:SAMPLE_ROWS]


def _header_of(plan: ImportPlan, found: Examined, rows: list[_Row]) -> Examined:
    assert found.dialect is not None
    separator = found.dialect.separator or ""
    told = [row for row in rows if SEPARATOR_LINE.match(separator.join(row.cells))][:1]
    if told and told[0] is rows[0]:
        rows = rows[1:]
    # A sample of blank lines, or of the beginning of one line, has none.
    rows = _without_empty_end(rows) if rows else []
    every = rows
    if plan.skip_lines is not None:
        rows = [row for row in rows if row.line >= plan.skip_lines]
    if not rows:
        found.dialect = Dialect(separator, plan.header, plan.skip_lines or 0)
        return found
    begin = 0 if plan.skip_lines is not None else _begin(rows)
    skip = plan.skip_lines if plan.skip_lines is not None else (rows[begin].line if begin else 0)
    table = rows[begin:]
    found.above = [" ".join(row.cells) for row in every if row.line < table[0].line]
    first, below = table[0].cells, [row.cells for row in table[1:]]
    if plan.header is not None or not is_row(first, _without_types(first, below)):
        found.dialect = Dialect(separator, plan.header, skip)
        if below and plan.header is None and is_types(below[0], first):
            found.units = {
                name.strip(): unit.strip() for name, unit in zip(first, below[0], strict=True) if unit.strip()
            }
        return found
    return _without_header(found, separator, skip, [row.cells for row in table])


def _without_empty_end(rows: list[_Row]) -> list[_Row]:
    """The rows without an empty cell that most of them have behind the last, and the header has not."""
    width = _width([row.cells for row in rows])
    wide = [row for row in rows if len(row.cells) == width]
    if width < _LEAST_WIDTH or len(rows[0].cells) != width - 1 or any(row.cells[-1].strip() for row in wide):
        return rows
    return [_Row(row.line, row.cells[:-1]) if len(row.cells) == width else row for row in rows]


def _without_header(found: Examined, separator: str | None, skip: int, rows: list[list[str]]) -> Examined:
    width = _width(rows)
    whole = [row for row in rows if len(row) == width]
    layout = layout_of(whole)
    if layout is not None:
        found.layout = layout.name
        found.dialect = Dialect(separator, layout.columns, skip)
        return found
    names = tuple(f"column_{number}" for number in range(1, width + 1))
    found.dialect = Dialect(separator, names, skip)
    found.is_unnamed = True
    return found


def _without_types(first: Sequence[str], below: list[list[str]]) -> list[list[str]]:
    return below[1:] if below and is_types(below[0], list(first)) else below


def _width(rows: Sequence[Sequence[str]]) -> int:
    """The width that most rows have, and among equals the largest."""
    counts = Counter(len(row) for row in rows)
    return max(counts, key=lambda width: (counts[width], width))


def _begin(rows: list[_Row]) -> int:
    """The place of the first row of the table: what stands above is a title."""
    body = rows[:SAMPLE_ROWS]
    width = _width([row.cells for row in body if len(row.cells) > 1] or [row.cells for row in body])
    usual = max(_filled(row.cells) for row in body if len(row.cells) == width)
    for place, row in enumerate(body[:MAX_TITLE_ROWS]):
        if not _may_begin(row.cells, width) or _stands_above(row.cells, body[place + 1 : place + 20], width):
            continue
        if _filled(row.cells) * 2 > usual or usual <= 2 or not _is_title(row.cells):
            return place + _is_upper_header(row.cells, body[place + 1 : place + 20])
    return 0


def _stands_above(cells: Sequence[str], below: Sequence[_Row], width: int) -> bool:
    """Whether a row whose last cells are empty stands above a whole line of names: it is a title."""
    if cells[-1].strip():
        return False
    return any(
        len(row.cells) == width and all(cell.strip() and not is_data(cell) for cell in row.cells)
        for row in below
    )


def _is_upper_header(cells: Sequence[str], below: Sequence[_Row]) -> bool:
    """Whether a row groups the names of the next, as `Call, Call, Time` above `ID, Number, Start`: only the
    lower one names each column differently.
    """
    if len(below) < _LEAST_WIDTH or any(is_data(cell) for cell in (*cells, *below[0].cells)):
        return False
    names, lower = ([name.strip() for name in row if name.strip()] for row in (cells, below[0].cells))
    return (
        len(set(names)) < len(names)
        and len(set(lower)) == len(lower) == len(cells)
        and any(is_data(cell) for row in below[1:] for cell in row.cells)
        and not is_types(below[0].cells, list(cells))
    )


def _may_begin(cells: Sequence[str], width: int) -> bool:
    """Whether a row is as wide as the table, apart from empty cells at the end."""
    return len(cells) == width or (len(cells) > width and not any(cells[width:]))


def _is_title(cells: Sequence[str]) -> bool:
    """Whether a row as wide as the table is a title, which spreadsheets fill up with empty cells."""
    filled = [place for place, cell in enumerate(cells) if cell.strip()]
    return filled in ([0], [0, 1])


def _filled(cells: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)
