"""Columns whose cells are others in each export of the same call, by their headings.

The place of a row in its file, the time of the export, and what people fill in afterwards are no part of
what makes a call the same one tomorrow.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from callboard.ingest.sources.words import words_of
from callboard.ingest.sources.words.columns import CHANGES, COLUMNS
from callboard.model.fields import event_fields

LATER_FIELDS: Final = frozenset(
    each.name
    for of in ("call", "task")
    for each in event_fields(of)
    if each.kind == "money" or each.name in ("outcome", "billed_seconds", "output")
)
"""Fields of what is rated, reviewed or added after a call or task."""
CHANGING_FIELDS: Final = LATER_FIELDS | frozenset(
    ("call_status", "status", "call_duration", "start_time", "end_time", "end_reason", "source_end_reason",
     "answered_by", "occurred_at", "attempt", "failure_reason")
)  # fmt: skip
"""Fields that say other things of a call or task when it is over."""
_FILLED_LATER: Final = frozenset(
    ("tag", "tags", "note", "notes", "comment", "comments", "remark", "remarks", "memo", "rating",
     "recording", "recordings", "transcript", "transcription", "voicemail", "label", "labels", "summary",
     "sentiment", "feedback", "survey", "csat", "nps", "qa", "review", "reviewed", "crm", "ticket",
     "follow", "followup", "updated", "modified",
     "cost", "costs", "price", "charge", "charges", "charged", "amount", "fee", "fees", "currency", "rate",
     "billing", "billed", "invoice", "invoiced", "tax", "vat", "net", "gross", "margin", "credits",
     "notiz", "notizen", "bemerkung", "bemerkungen", "kommentar", "bewertung", "aufnahme", "aufzeichnung",
     "kosten", "preis", "betrag", "gebuhr", "wahrung", "rechnung", "geandert", "schlagwort",
     "nota", "notas", "comentario", "comentarios", "observaciones", "etiqueta", "etiquetas", "grabacion",
     "coste", "costo", "precio", "importe", "tarifa", "moneda", "actualizado", "valoracion",
     "observacoes", "gravacao", "custo", "preco", "valor", "moeda", "atualizado", "avaliacao",
     "commentaire", "commentaires", "remarque", "enregistrement", "cout", "prix", "montant", "devise",
     "note_interne", "evaluation", "modifie", "commento", "commenti", "registrazione", "prezzo", "importo",
     "valuta", "valutazione", "modificato")
)  # fmt: skip
"""Words in headings of columns that people or systems fill after the call: money, recordings, notes, when
the record was changed. Tomorrow's export says otherwise of it.
"""
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
_LATER_HEADINGS: Final = frozenset(COLUMNS["call"].get("outcome", "").split())
"""Whole headings of what a call came to, which somebody says after it."""


def is_of_the_export(heading: str) -> bool:
    """Whether a column counts the rows of its file, or says when the file was made, by its heading."""
    words = words_of(heading)
    is_place = words in _PLACES and heading.isascii()
    return is_place or not _OF_THE_EXPORT.isdisjoint(words.split("_"))


def is_of_change(heading: str) -> bool:
    """Whether a column says when its row was changed last, by its heading."""
    return words_of(heading.rpartition(".")[2]) in CHANGES


def is_passing(heading: str, fields: Collection[str] = ()) -> bool:
    """Whether the cells under a heading are others in each export: of the export, or filled in later. What is
    filled in later is told by the fields that the column fills, if it fills any, else by its heading.
    """
    if is_of_the_export(heading):
        return True
    # When a row was changed is the moment of what it says, and another one after the next change.
    if fields and not (is_of_change(heading) and set(fields) == {"occurred_at"}):
        return LATER_FIELDS.issuperset(fields)
    words = words_of(heading)
    return words in _LATER_HEADINGS or not _FILLED_LATER.isdisjoint(words.split("_"))
