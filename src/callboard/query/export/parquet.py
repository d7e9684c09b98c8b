"""Write exports as Parquet with pyarrow, an extra, one row group at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from callboard.errors import ParquetMissingError
from callboard.query.export.tables import ExportTable

GROUP_ROWS = 65_536
GROUP_BYTES = 8 * 1024 * 1024
"""A row group is written when it has this many rows or bytes, because writer and reader hold a whole one in
memory."""

_json = msgspec.json.Encoder()


class ParquetEncoder:
    """Times become timestamps of microseconds in UTC, durations float seconds, documents JSON texts."""

    def __init__(self, table: ExportTable[Any]) -> None:
        """Raises `ParquetMissingError`."""
        try:
            import pyarrow as pa  # noqa: PLC0415 - 60 ms that only Parquet should cost
            import pyarrow.parquet as pq  # noqa: PLC0415 - see above
        except ModuleNotFoundError as error:
            raise ParquetMissingError from error

        kinds = {
            "text": pa.string(),
            "time": pa.timestamp("us", tz="UTC"),
            "duration": pa.float64(),
            "whole": pa.int64(),
            "flag": pa.bool_(),
            "names": pa.string(),
            "document": pa.string(),
        }
        self._columns = table.columns
        self._values = table.values
        self._pa = pa
        self._schema = pa.schema([pa.field(name, kinds[kind]) for name, kind in table.columns])
        self._sink = _Sink()
        sink: Any = self._sink
        self._writer = pq.ParquetWriter(sink, self._schema, compression="zstd")
        self._pending: list[Any] = []
        self._pending_rows = 0
        self._pending_bytes = 0
        self.row_bytes = 0.0

    def begin(self) -> bytes:
        return self._sink.take()

    def rows(self, rows: Sequence[Any]) -> bytes:
        columns = zip(*map(self._values, rows), strict=True)
        arrays = [
            self._pa.array(_plain(column, kind), type=field.type)
            for column, (_, kind), field in zip(columns, self._columns, self._schema, strict=True)
        ]
        batch = self._pa.record_batch(arrays, schema=self._schema)
        self._pending.append(batch)
        self._pending_rows += batch.num_rows
        self._pending_bytes += batch.nbytes
        self.row_bytes = batch.nbytes / batch.num_rows
        if self._pending_rows >= GROUP_ROWS or self._pending_bytes >= GROUP_BYTES:
            self._write()
        return self._sink.take()

    def end(self) -> bytes:
        self._write()
        self._writer.close()
        return self._sink.take()

    def _write(self) -> None:
        if self._pending:
            self._writer.write_table(
                self._pa.Table.from_batches(self._pending), row_group_size=self._pending_rows
            )
        self._pending, self._pending_rows, self._pending_bytes = [], 0, 0


def _plain(column: Sequence[Any], kind: str) -> Sequence[Any]:
    if kind == "duration":
        return [None if value is None else value / 1000 for value in column]
    if kind == "names":
        return [" ".join(value) or None for value in column]
    if kind == "document":
        return [None if value is None else _json.encode(value).decode() for value in column]
    return column


class _Sink:
    """A write-only file object for pyarrow whose bytes are taken out as they are written: an export is never
    in memory as a whole.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length = 0
        self.closed = False

    def write(self, piece: Any) -> int:
        copy = bytes(piece)
        self._pieces.append(copy)
        self._length += len(copy)
        return len(copy)

    def tell(self) -> int:
        return self._length

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def take(self) -> bytes:
        """The bytes written since the last call."""
        pieces, self._pieces = b"".join(self._pieces), []
        return pieces
