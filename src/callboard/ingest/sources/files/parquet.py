"""Read Parquet files with pyarrow, an extra that is imported only for such a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from callboard.errors import ParquetMissingError
from callboard.ingest.sources.files.records import Record, RowError, UnreadableFileError

ROWS_AT_ONCE = 2_000
_READ_BYTES = 1 << 16
"""What is read of a column at once. Most writers put a million rows into one row group."""


class ParquetRows:
    """The rows of a Parquet file; only the columns asked for are read. A value that Python cannot hold, such
    as a time in the year 20000, makes its row a problem.
    """

    kind = "parquet"

    def __init__(self, file: BinaryIO, name: str, columns: list[str] | None) -> None:
        """`columns`: the columns to read; names that the file lacks are ignored. None means all columns.

        Raises `UnreadableFileError`, `ParquetMissingError`.
        """
        try:
            import pyarrow as pa  # noqa: PLC0415 - see below
            import pyarrow.parquet as pq  # noqa: PLC0415 - 60 ms that only Parquet files should cost

            from callboard.ingest.sources.files import arrow_values  # noqa: PLC0415 - see above
        except ModuleNotFoundError as error:
            raise ParquetMissingError from error
        self.left_out: dict[str, int] = {}
        self.mended = 0
        self.done = 0
        self._name = name
        self._arrow = arrow_values
        try:
            # Otherwise a whole row group is kept in memory, and what is freed of it is kept too.
            pa.set_memory_pool(pa.system_memory_pool())
            self._file = pq.ParquetFile(
                file, buffer_size=_READ_BYTES, pre_buffer=False, page_checksum_verification=True
            )
            self.total: int = self._file.metadata.num_rows
            fields = [(field.name, field.type) for field in self._file.schema_arrow]
        except Exception as error:
            # At damaged bytes pyarrow raises whatever comes up: ArrowException, OSError, ValueError…
            raise UnreadableFileError(f"{name} is not a Parquet file that can be read: {error}") from error
        names = Counter(name for name, _ in fields)
        if twice := next((each for each, count in names.items() if count > 1), None):
            raise UnreadableFileError(f"{name}: the column {twice!r} stands twice")
        self.columns = list(
            dict.fromkeys(each for field in fields for each in arrow_values.columns_of(*field))
        )
        # A dotted name is a field inside a column, which is read whole; or a column with a dot in its name.
        wanted = names if columns is None else {start for each in columns for start in _starts(each)}
        self._read = [each for each in names if each in wanted]

    def __iter__(self) -> Iterator[Record]:
        # So few rows are read as fast by one thread, and each would have memory of its own.
        batches = self._file.iter_batches(batch_size=ROWS_AT_ONCE, columns=self._read, use_threads=False)
        while (rows := self._next_rows(batches)) is not None:
            for cells in rows:
                self.done += 1
                yield self._record(cells)
        if self.done != self.total:
            raise UnreadableFileError(
                f"{self._name}: {self.done:,} rows, and its index says {self.total:,}: it is damaged"
            )

    def _next_rows(self, batches: Iterator[Any]) -> list[tuple[Any, ...]] | None:
        try:
            batch = next(batches, None)
            if batch is None:
                return None
            # By name: pyarrow adds the column `a.b` where `a` is asked for.
            columns = [self._arrow.values_of(batch.column(each)) for each in self._read]
        except Exception as error:  # see `__init__`
            raise UnreadableFileError(f"{self._name}: behind row {self.done}: {error}") from error
        return list(zip(*columns, strict=True)) if columns else [()] * batch.num_rows

    def _record(self, cells: Sequence[Any]) -> Record:
        row = dict(zip(self._read, cells, strict=True))
        if self._arrow.UNREADABLE not in cells:
            return Record(self.done, row, list(cells))
        bad = [name for name, cell in row.items() if cell is self._arrow.UNREADABLE]
        rest = json.dumps({name: row[name] for name in row if name not in bad}, default=str)
        problem = RowError(
            "invalid_value", f"{bad[0]}: a value that cannot be read, such as a time out of range"
        )
        return Record(self.done, {}, [rest], problem)


def _starts(dotted: str) -> Iterator[str]:
    parts = dotted.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))
