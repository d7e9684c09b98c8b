"""The encoder of each export format, and the name of an exported file."""

from __future__ import annotations

from typing import Any

from callboard.clock import Micros, moment
from callboard.query.export.formats import Encoder, Format
from callboard.query.export.tables import ExportTable
from callboard.query.export.text import CsvEncoder, NdjsonEncoder


def encoder_for(wanted: Format, table: ExportTable[Any]) -> Encoder:
    """An encoder of that format for the rows of a table. Raises `ParquetMissingError`."""
    if wanted.word == "parquet":
        from callboard.query.export.parquet import ParquetEncoder  # noqa: PLC0415 - loads pyarrow

        return ParquetEncoder(table)
    return CsvEncoder(table) if wanted.word == "csv" else NdjsonEncoder(table)


def file_name(table: ExportTable[Any], handle: str, now: Micros, wanted: Format) -> str:
    """The default name of an exported file: `call-logs-acme.example-20260207T061000Z.csv`."""
    return f"{table.name}-{handle}-{moment(now):%Y%m%dT%H%M%SZ}.{wanted.word}"
