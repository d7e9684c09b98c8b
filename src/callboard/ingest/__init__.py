"""Ingest: bytes become events that are validated, normalised and written together.

`compression` → `parse` (`wire`, `items`, `explain`) → `normalise` (`texts`, `instants`, `documents`)
→ `commit`, which writes them. `sources` reads files of records into the same events.
"""
