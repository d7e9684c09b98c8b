"""Lists to take along: all of a list, in pieces, as CSV, NDJSON or Parquet."""
