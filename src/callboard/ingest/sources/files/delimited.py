"""Delimited text such as CSV: a header, then one record for each row. A bad row does not affect others."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator

from callboard.ingest.sources.files.dump import dump_cells, is_continued
from callboard.ingest.sources.files.furniture import (
    LEARNED_ROWS,
    MARKS_OF_TOTALS,
    TOTALS_BEGIN,
    Totals,
    is_drawn,
    is_types,
)
from callboard.ingest.sources.files.lines import Lines, undecoded
from callboard.ingest.sources.files.odd_quotes import oddly_quoted, rewriting, swapped
from callboard.ingest.sources.files.quoting import (
    cells_with_backslashes,
    has_blanks_before_quotes,
    lenient_cells,
    quoting_fault,
    strict_cells,
    without_blanks_around_quotes,
    without_formula,
)
from callboard.ingest.sources.files.records import Record, RowError, UnreadableFileError
from callboard.ingest.sources.rejects import REJECT_COLUMNS
from callboard.model.exported import (
    CALL_COLUMNS,
    EARLIER_CALL_COLUMNS,
    EARLIER_TASK_COLUMNS,
    TASK_COLUMNS,
    unescape_formula,
)

RARE_SEPARATORS = "^~\x1f\x01\u00a6"
"""Looked for where none of the usual ones splits the lines."""
SEPARATORS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "pipe"}
_EMPTY = ' \t\r\n\v\f"' + "".join(SEPARATORS)
"""What a line of empty cells is made of, whatever separates them."""
_NO_ROW_BEGINS = MARKS_OF_TOTALS | {"", *(chr(code) for code in range(0x3001) if chr(code).isspace())}
"""How the first cell of a line begins that may be blank or of totals."""
_LONG = 1 << 16
"""A line of so many characters is looked at closely: is it cut off?"""
MAX_LINES_OF_A_ROW = 1_000
"""A quoted cell may hold line breaks; a quote that is still open after so many lines is taken for a
mistake."""
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*\Z', re.IGNORECASE)
"""The first line by which a spreadsheet tells the separator."""


class DelimitedRows:
    """The rows of a delimited file."""

    kind = "delimited"

    def __init__(
        self,
        text: io.TextIOWrapper,
        name: str,
        choose: Callable[[str], str],
        *,
        header: tuple[str, ...] | None = None,
        skip_lines: int = 0,
        of_dump: bool = False,
    ) -> None:
        """`choose` returns the separator for the line of the header. `header`: the names of the columns of a
        file without a header line. `skip_lines`: lines above the header that are no rows. `of_dump`: it has
        backslashes and no quotes, if the separator is a tab.

        Raises `UnreadableFileError`.
        """
        self._lines = Lines(text, name)
        self.left_out: dict[str, int] = {}
        self.mended = 0
        told = self._skip(skip_lines)
        first = self._first_line()
        if first is not None and skip_lines == 0 and (found := SEPARATOR_LINE.match(first)):
            told, first = found[1], self._first_line()
        if first is None:
            raise UnreadableFileError(f"{name} is empty: not even a header")
        first = self._with_usual_quotes(first)
        self.separator = choose(first) if told is None else told
        self._of_dump = of_dump and self.separator == "\t"
        self._width: int | None = None
        if header is None:
            self._heading = self._header(first, name)
        else:
            self._lines.put_back([first])
            self._heading = list(header)
        self.columns = distinct(self._heading)
        self._width = len(self.columns)
        self._totals = Totals(self._width)
        self._is_below_blank = False
        # Cells of our own exports are escaped against formulas; those of other files are read unchanged.
        of_rejects = tuple(self.columns[: len(REJECT_COLUMNS)]) == REJECT_COLUMNS
        self._is_escaped = of_rejects or tuple(self.columns) in (
            CALL_COLUMNS,
            *EARLIER_CALL_COLUMNS,
            TASK_COLUMNS,
            *EARLIER_TASK_COLUMNS,
        )

    def _first_line(self) -> str | None:
        """The next line that is not blank."""
        while (line := self._lines.next_line()) is not None:
            if line.strip(_EMPTY):
                return line
        return None

    def _with_usual_quotes(self, first: str) -> str:
        """The first line as it is read. Sees to it that the others are rewritten where quotes are odd."""
        second = self._lines.next_line()
        rewrite = rewriting(first, second or "")
        if rewrite is not None:
            self._lines.rewrite(rewrite)
        self._swapped = rewrite is swapped
        if second is not None:
            self._lines.put_back([rewrite(second) if rewrite else second])
        return rewrite(first) if rewrite else first

    def _skip(self, count: int) -> str | None:
        """Pass over the lines of a title; returns the separator that one of them tells."""
        told = None
        for _ in range(count):
            line = self._lines.next_line()
            if line is None:
                break
            if found := SEPARATOR_LINE.match(line):
                told = found[1]
            elif line.strip(_EMPTY):
                self._leave_out("title")
        return told

    def _header(self, line: str, name: str) -> list[str]:
        number = self._lines.number
        cells = undecoded(line) or self._cells(line)
        if isinstance(cells, RowError):
            raise UnreadableFileError(f"{name}: the header (line {number}): {cells.message}")
        return [without_formula(cell.strip()) for cell in cells]

    def __iter__(self) -> Iterator[Record]:
        columns, width, first_name = self.columns, len(self.columns), self._heading[0]
        names_of_first = {first_name, first_name.lower(), first_name.upper(), first_name.title()}
        separator = self.separator
        is_plain = not (self._of_dump or self._is_escaped or self._swapped)
        held: list[tuple[Record, list[str]]] = []
        below_header = learning = True
        lines, next_line = self._lines, self._lines.next_line
        while (line := next_line()) is not None:
            if not line.strip():
                self._is_below_blank = True
                continue
            number = lines.number
            if is_plain and '"' not in line and "\0" not in line and line.isascii() and len(line) < _LONG:
                cells: list[str] | RowError = line.rstrip("\r\n").split(separator)  # nearly every line
            else:
                cells = undecoded(line) or self._cells(line)
            if isinstance(cells, RowError):
                text = line.rstrip("\r\n")
                yield Record(number, {}, [swapped(text) if self._swapped else text], cells)
                continue
            # Most lines are rows at first sight: neither the header nor blank, nor called totals.
            first = cells[0]
            if (
                learning
                or len(cells) != width
                or first[:1] in _NO_ROW_BEGINS
                or first[:3] in TOTALS_BEGIN
                or first in names_of_first
                or self._is_below_blank
            ):
                if (kind := self._no_row(cells, below_header=below_header)) is not None:
                    self._leave_out(kind)
                    continue
                if learning:
                    below_header = False
                    # What calls itself totals above any row waits until it is known what a row has.
                    if self._totals.learned == 0 and self._totals.names_itself(cells):
                        held.append((self._record(number, cells), cells))
                        continue
                    self._totals.learn(cells)
                    learning = self._totals.learned < LEARNED_ROWS
                    yield from self._judged(held)
            elif is_plain:
                yield Record(number, dict(zip(columns, cells, strict=True)), cells)
                continue
            yield self._record(number, cells)
        yield from (record for record, _ in held)

    def _judged(self, held: list[tuple[Record, list[str]]]) -> Iterator[Record]:
        """The lines that waited, apart from those of totals. None waits then."""
        for record, cells in held:
            if self._totals.lacks_what_rows_have(cells):
                self._leave_out("totals")
            else:
                yield record
        held.clear()

    def _no_row(self, cells: list[str], *, below_header: bool) -> str | None:
        """What a line is that is no row: empty when it is blank; None for a row."""
        if self._is_header(cells):
            return "repeated header"
        if below_header and is_types(cells, self.columns):
            return "types"
        if is_drawn(cells):
            return "drawn"
        if not any(cell.strip() for cell in cells):
            self._is_below_blank = True
            return ""
        totals = self._totals
        if self._is_below_blank:
            self._is_below_blank = totals.learned > 0 and totals.begin_another_table(cells)
            if self._is_below_blank:
                return "totals"
        if totals.learned and totals.names_itself(cells) and totals.lacks_what_rows_have(cells):
            return "totals"
        return None

    def _is_header(self, cells: list[str]) -> bool:
        """Whether a line is the header again, perhaps in other capitals."""
        first, names = cells[0].strip().casefold(), self._heading
        return first == names[0].casefold() and [each.strip().casefold() for each in cells] == [
            each.casefold() for each in names
        ]

    def _leave_out(self, kind: str) -> None:
        if kind:
            self.left_out[kind] = self.left_out.get(kind, 0) + 1

    def _record(self, number: int, cells: list[str]) -> Record:
        if len(cells) > len(self.columns) and not any(cells[len(self.columns) :]):
            del cells[len(self.columns) :]
        if len(cells) != len(self.columns) and (odd := oddly_quoted(cells, self.separator, self._width)):
            self.mended += 1
            cells = odd
        if len(cells) != len(self.columns):
            message = f"{_counted(len(cells), 'cell')} where the header has {len(self.columns)}"
            return Record(number, {}, cells, RowError("invalid_value", message))
        if self._is_escaped:
            cells = [unescape_formula(cell) for cell in cells]
        return Record(number, dict(zip(self.columns, cells, strict=True)), cells)

    def _cells(self, line: str) -> list[str] | RowError:
        cells = self._cells_as_read(line)
        if self._swapped and not isinstance(cells, RowError):
            return [swapped(cell) for cell in cells]
        return cells

    def _cells_as_read(self, line: str) -> list[str] | RowError:
        if self._of_dump:
            return self._dumped(line)
        if '"' not in line:
            return line.rstrip("\r\n").split(self.separator)
        first = self._lines.number
        cells = self._quoted(line)
        may_hold_formulas = '="' in line or self._lines.number != first
        if may_hold_formulas and not isinstance(cells, RowError) and self._width and not self._is_escaped:
            return [without_formula(cell) for cell in cells]
        return cells

    def _dumped(self, line: str) -> list[str] | RowError:
        taken: list[str] = []
        while is_continued(line) and len(taken) < MAX_LINES_OF_A_ROW:
            more = self._lines.next_line()
            if more is None:
                break
            taken.append(more)
            line += more
        return next(filter(None, map(undecoded, taken)), None) or dump_cells(line)

    def _quoted(self, line: str) -> list[str] | RowError:
        """The cells of a row with quotes, which may span several lines."""
        cells = self._strict(line, skip_blanks=has_blanks_before_quotes(line, self.separator))
        if self._width is None or (not isinstance(cells, RowError) and self._fits(cells)):
            return cells
        if '\\"' in line:
            escaped = cells_with_backslashes(line, self.separator)
            if escaped is not None and self._fits(escaped):
                return escaped
        mended = lenient_cells(line, self.separator, self._width)
        if mended is None:
            return cells
        self.mended += 1
        return mended

    def _fits(self, cells: list[str]) -> bool:
        return len(cells) == self._width or (
            len(cells) > (self._width or 0) and not any(cells[self._width :])
        )

    def _strict(self, line: str, *, skip_blanks: bool, without_blanks: bool = False) -> list[str] | RowError:
        """The cells of a row by the rules of CSV.

        If it cannot be read, only the first line is rejected: the others are put back and read as rows.
        """
        taken: list[str] = []

        def lines() -> Iterator[str]:
            yield without_blanks_around_quotes(line, self.separator) if without_blanks else line
            while len(taken) < MAX_LINES_OF_A_ROW and (more := self._lines.next_line()) is not None:
                taken.append(more)
                yield without_blanks_around_quotes(more, self.separator) if without_blanks else more

        try:
            cells = strict_cells(lines(), self.separator, skip_blanks=skip_blanks)
        except csv.Error as error:
            self._lines.put_back(taken)
            if not without_blanks and line != without_blanks_around_quotes(line, self.separator):
                return self._strict(line, skip_blanks=skip_blanks, without_blanks=True)
            if skip_blanks:
                return self._strict(line, skip_blanks=False)
            return RowError("invalid_value", quoting_fault(error))
        if taken and self._width is not None and len(cells) != self._width:
            self._lines.put_back(taken)
            return RowError("invalid_value", "a quote is opened and not closed in its line")
        if taken and (problem := next(filter(None, map(undecoded, taken)), None)):
            return problem
        return cells


def distinct(names: list[str]) -> list[str]:
    """Names of which each stands for one column: those that come more than once are numbered, all of them
    (`Duration (1)`, `Duration (2)`), and one that is empty is called by its place (`column_3`).
    """
    names = [name or f"column_{place}" for place, name in enumerate(names, 1)]
    if len(set(names)) == len(names):
        return names
    taken = set(names)
    found: list[str] = []
    for name in names:
        if names.count(name) > 1:
            number = 1
            while (new := f"{name} ({number})") in taken:
                number += 1
            taken.add(new)
            found.append(new)
        else:
            found.append(name)
    return found


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def separator_for(columns: list[str], separator: str | None) -> Callable[[str], str]:
    """A function that finds the separator of a header: the given one, else the one that yields most of the
    expected columns, and among equals the one that is most frequent in the header.
    """

    def choose(header: str) -> str:
        if separator:
            return separator
        line = header.rstrip("\r\n")

        def fitness(candidate: str) -> tuple[int, int]:
            names = {name.strip().strip('"') for name in line.split(candidate)}
            return sum(name in names for name in columns), line.count(candidate)

        return max(SEPARATORS, key=fitness)

    return choose
