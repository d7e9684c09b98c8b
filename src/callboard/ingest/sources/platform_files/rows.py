"""The records of a file that a platform exported, each translated as one delivery of the platform."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from callboard.ingest.sources.files.lines import Lines
from callboard.ingest.sources.files.opening import READING_FAULTS, broken_off
from callboard.ingest.sources.files.records import ImportOptionError, Record, RowError
from callboard.ingest.sources.platform_files.documents import Documents
from callboard.ingest.sources.platform_files.exports import ExportRows
from callboard.ingest.sources.platform_files.table import NEVER_CLOSED, Columns, body_of, is_never_closed
from callboard.ingest.sources.platform_files.translator import Translator
from callboard.ingest.sources.platforms.reading.tables import SEPARATORS, Cut, cut_row, separator_of

FIRST_ROWS: Final = 200
"""Rows of a table without a header by which its layouts are known."""
REMEMBERED_MAX: Final = 50_000
"""Channels whose earlier rows are remembered at once; of the longest known ones they are forgotten."""
REMEMBERED_ROWS_MAX: Final = 10
"""Rows that are remembered of one channel."""
FRAME_LINES_MAX: Final = 1_000
_DBTEXT: Final = re.compile(r"\s*\w+\((?:int|string|double|str)[,)]")


class PlatformRows:
    """A file of a platform, record by record. See `Rows`."""

    def __init__(
        self, lines: Lines, head: str, name: str, translator: Translator, zone: str | None = None
    ) -> None:
        """`head`: the first characters of the text. `zone`: of times that name none; None where nobody said
        it. Raises `ImportOptionError` for a table that is none of the platform.
        """
        self._lines = lines
        self._name = name
        self._translator = translator
        self._zone = zone
        self.mended = 0
        self._repeated = 0
        self.kind, self.columns = "documents", list[str]()
        begin = head.lstrip("\ufeff \t\r\n")
        self._records: Iterator[Record]
        if begin[:1] in ("{", "["):
            self._records = self._of_documents()
        elif begin[:6].lower() == "event:":
            self._records = self._of_frames()
        elif begin.startswith("cdr="):
            self._records = self._of_lines("")
        elif _DBTEXT.match(begin):
            self._records = self._of_lines(lines.next_line() or "")
        else:
            self._records = self._of_table()

    @property
    def left_out(self) -> dict[str, int]:
        """The records so far that are no calls, and repeated headers."""
        found = {f"no call: {reason}": count for reason, count in self._translator.ignored.items()}
        return found | ({"repeated header": self._repeated} if self._repeated else {})

    def __iter__(self) -> Iterator[Record]:
        return self._records

    def _of_documents(self) -> Iterator[Record]:
        try:
            for line, text in Documents(self._lines.read, self._name):
                body = text.encode("utf-8", "surrogateescape")
                yield from self._translator.records(line, body, [], text=text)
        except READING_FAULTS as error:
            raise broken_off(self._name, error) from error

    def _of_lines(self, heading: str) -> Iterator[Record]:
        while (line := self._lines.next_line()) is not None:
            if line.strip():
                body = (heading + line.rstrip("\r\n") + "\n").encode("utf-8", "surrogateescape")
                yield from self._translator.records(self._lines.number, body, [], text=line.rstrip("\r\n"))

    def _of_frames(self) -> Iterator[Record]:
        frame: list[str] = []
        while True:
            line = self._lines.next_line()
            if line is not None and line.strip() and len(frame) < FRAME_LINES_MAX:
                frame.append(line)
                continue
            if frame:
                text, first = "".join(frame), self._lines.number - len(frame) + (line is None)
                frame = [line] if line is not None and line.strip() else []
                yield from self._translator.records(
                    first, text.encode("utf-8", "surrogateescape"), [], text=text
                )
            if line is None:
                return

    def _of_table(self) -> Iterator[Record]:
        platform = self._translator.platform
        table: TableRows | ExportRows
        if platform.tables:
            table = TableRows(self._translator)
        elif platform.export is not None:
            table = ExportRows(self._translator, platform.export, self._name, self._zone)
        else:
            raise ImportOptionError(
                f"{self._name} is no JSON, and Callboard knows no tables of {platform.title}: export JSON, "
                "or read the file by --map or --guess."
            )
        cuts = self._cuts()
        first = [cut for _, cut in zip(range(FIRST_ROWS), cuts, strict=False)]
        table.begin([cut.cells for _, cut in first if not cut.is_broken])
        self.kind, self.columns = "delimited", table.shown

        def records() -> Iterator[Record]:
            for some in (first, cuts):
                for line, cut in some:
                    if table.is_header(cut):
                        self._repeated += line > first[0][0]
                        continue
                    yield from table.records(line, cut)

        return records()

    def _cuts(self) -> Iterator[tuple[int, Cut]]:
        lines: deque[str] = deque()
        separator: str | None = None
        is_end = False
        while True:
            if not lines and not is_end:
                is_end = not self._next(lines)
            if not lines:
                return
            separator = separator or separator_of(lines[0])
            by_line = self._translator.platform.rows_are_lines
            cut = cut_row(lines, separator or SEPARATORS[0], is_end=is_end, by_line=by_line)
            if cut is None:
                is_end = not self._next(lines)
                continue
            begin = self._lines.number - len(lines) + 1
            for _ in range(cut.lines):
                lines.popleft()
            if any(map(str.strip, cut.cells)):
                yield begin, cut

    def _next(self, lines: deque[str]) -> bool:
        line = self._lines.next_line()
        if line is None:
            return False
        lines.append(line)
        return True


class TableRows:
    """Rows of one table, translated one at a time; what follows from earlier rows is remembered."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self.columns = Columns(translator.platform.tables, translator.platform.title)
        self._remembered: dict[str, list[Sequence[str]]] = {}

    def begin(self, rows: Sequence[Sequence[str]]) -> None:
        """Learn the columns from the first rows. Raises `ImportOptionError`."""
        self.columns.learn(rows)

    @property
    def shown(self) -> list[str]:
        """The columns of the widest rows."""
        return self.columns.shown

    def needs_earlier_rows(self, rows: Sequence[Sequence[str]]) -> bool:
        """Whether one of these rows tells how a later one is to be read."""
        return any(self._about(self.columns.of(each) or (), each) is not None for each in rows)

    def is_header(self, cut: Cut) -> bool:
        """Whether a row is the header of the table."""
        return not cut.is_broken and self.columns.is_header(cut.cells)

    def records(self, line: int, cut: Cut) -> Iterator[Record]:
        """What a row says."""
        if is_never_closed(cut):
            yield Record(line, {}, cut.cells, RowError("invalid_value", NEVER_CLOSED))
            return
        heading = self.columns.of(cut.cells)
        if heading is None:
            message = f"{len(cut.cells)} cells, and no known layout has these"
            yield Record(line, {}, cut.cells, RowError("invalid_value", message))
            return
        before = self._before(heading, cut.cells)
        body = body_of(heading, *before, cut.cells)
        records = list(self._translator.records(line, body, cut.cells, known=len(before)))
        self._remember(heading, cut.cells, is_read=any(each.problem is None for each in records))
        yield from records

    def _before(self, heading: Sequence[str], cells: Sequence[str]) -> list[Sequence[str]]:
        """The earlier rows that are needed to read this one."""
        about = self._about(heading, cells)
        return self._remembered.pop(about[0], []) if about is not None and about[1] else []

    def _remember(self, heading: Sequence[str], cells: Sequence[str], *, is_read: bool) -> None:
        about = self._about(heading, cells)
        if about is None or about[1] or not is_read:
            return
        while len(self._remembered) >= REMEMBERED_MAX:
            del self._remembered[next(iter(self._remembered))]
        kept = self._remembered.setdefault(about[0], [])
        if len(kept) < REMEMBERED_ROWS_MAX:
            kept.append(cells)

    def _about(self, heading: Sequence[str], cells: Sequence[str]) -> tuple[str, bool] | None:
        remembers = self._translator.platform.remembers
        if remembers is None or len(cells) != len(heading):
            return None
        return remembers(dict(zip(heading, cells, strict=True)))
