"""Columns whose cells are others in each export of the same call, by their headings.

The place of a row in its file, the time of the export, and what people fill in afterwards are no part of
what makes a call the same one tomorrow.
"""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words import words_of

_FILLED_LATER: Final = frozenset(
    ("tag", "tags", "note", "notes", "comment", "comments", "remark", "remarks", "memo", "rating",
     "recording", "transcript", "voicemail", "label", "labels")
)  # fmt: skip
"""Words in headings of columns that people fill after the call: tomorrow's export says otherwise of it."""
_OF_THE_EXPORT: Final = frozenset(
    ("export", "exported", "exportiert", "exportado", "exporte", "esportato", "exporttime", "download",
     "downloaded", "generated", "printed", "snapshot", "extracted", "extract", "refreshed", "synced")
)  # fmt: skip
"""Words in headings of columns that say when, or by what, the file was made."""
_PLACES: Final = frozenset(
    ("", "row", "row_no", "row_nr", "row_num", "row_number", "row_id", "rownum", "rownumber", "line",
     "line_no", "line_nr", "line_number", "record_no", "record_number", "zeile", "zeilennummer",
     "zeilen_nr", "lfd", "lfd_nr", "lfdnr", "laufende_nummer", "laufnummer", "index", "idx", "sr", "sr_no",
     "sl_no", "s_no", "sno", "serial_no", "serial_number", "seq", "seq_no", "sequence", "fila", "linea",
     "ligne", "riga", "linha", "unnamed_0", "_")
)  # fmt: skip
"""Headings of columns that count the rows of a file. `#` has no word at all."""


def is_of_the_export(heading: str) -> bool:
    """Whether a column counts the rows of its file, or says when the file was made, by its heading."""
    words = words_of(heading)
    is_place = words in _PLACES and heading.isascii()
    return is_place or not _OF_THE_EXPORT.isdisjoint(words.split("_"))


def is_passing(heading: str) -> bool:
    """Whether the cells under a heading are others in each export: of the export, or filled in later."""
    return is_of_the_export(heading) or not _FILLED_LATER.isdisjoint(words_of(heading).split("_"))
