"""Read Parquet files with pyarrow, which is imported only for such a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from callboard.ingest.sources.records import Record, UnreadableFileError

ROWS_AT_ONCE = 2_000


class ParquetRows:
    """The rows of a Parquet file; only the columns asked for are read."""

    kind = "parquet"

    def __init__(self, file: BinaryIO, name: str, columns: list[str] | None) -> None:
        """`columns`: the columns to read; names that the file lacks are ignored. None means all columns."""
        import pyarrow as pa  # noqa: PLC0415 - 60 ms that only Parquet files should cost
        import pyarrow.parquet as pq  # noqa: PLC0415 - see above

        self._name = name
        self._fault = pa.ArrowException
        try:
            self._file = pq.ParquetFile(file)
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFileError(f"{name} is not a Parquet file that can be read: {error}") from error
        self.columns: list[str] = list(self._file.schema_arrow.names)
        # A dotted name is a field inside a column, which is read whole; or a column with a dot in its name.
        roots = None if columns is None else {each.split(".")[0] for each in columns} | set(columns)
        self._read = [name for name in self.columns if roots is None or name in roots]
        self.total: int = self._file.metadata.num_rows
        self.done = 0

    def __iter__(self) -> Iterator[Record]:
        try:
            for batch in self._file.iter_batches(batch_size=ROWS_AT_ONCE, columns=self._read):
                for row in _rows(batch):
                    self.done += 1
                    yield Record(self.done, row, list(row.values()))
        except (self._fault, OSError) as error:
            raise UnreadableFileError(f"{self._name}: behind row {self.done}: {error}") from error


def _rows(batch: Any) -> list[dict[str, Any]]:
    """The rows of a batch as plain Python values. Nanoseconds are truncated to microseconds: Python's types
    have no nanoseconds, and the stores keep microseconds.
    """
    import pyarrow as pa  # noqa: PLC0415 - see ParquetRows

    fields = []
    for each in batch.schema:
        kind = each.type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            kind = pa.timestamp("us", tz=kind.tz)
        elif pa.types.is_duration(kind) and kind.unit == "ns":
            kind = pa.duration("us")
        elif pa.types.is_time64(kind) and kind.unit == "ns":
            kind = pa.time64("us")
        fields.append(pa.field(each.name, kind))
    # safe=False: allow the cast to drop nanoseconds instead of raising.
    arrays = [
        column if column.type == each.type else column.cast(each.type, safe=False)
        for column, each in zip(batch.columns, fields, strict=True)
    ]
    rows: list[dict[str, Any]] = pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields)).to_pylist()
    return rows
