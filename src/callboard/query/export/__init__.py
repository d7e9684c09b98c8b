"""Exports: all rows of a list, streamed in pieces, as CSV, NDJSON or Parquet."""
