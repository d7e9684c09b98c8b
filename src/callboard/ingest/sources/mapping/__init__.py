"""Map rows to events: columns, conditions, words, ids and legs, compiled once and applied to each row."""

from callboard.ingest.sources.mapping.options import MapOptions, assignments, joined, pieces
from callboard.ingest.sources.mapping.row import RowMapping
from callboard.ingest.sources.mapping.templates import Template, source_of

__all__ = ["MapOptions", "RowMapping", "Template", "assignments", "joined", "pieces", "source_of"]
