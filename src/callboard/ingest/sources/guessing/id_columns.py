"""Columns of ids that need not be those of calls: of customers, of orders, running numbers.

In one file each row may have another; in tomorrow's, the same customer calls again and the rows are counted
anew. Taken as the id of the call, they would make one call of two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from callboard.ingest.sources.files.json_array import KEY_COLUMN
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.guessing.sample import SAMPLE_ROWS
from callboard.ingest.sources.guessing.written_ids import is_nothing
from callboard.ingest.sources.words import words_of

_NEVER: Final = frozenset(
    ("contact", "contacts", "kontakt", "contacto", "contatto", "contato", "customer", "kunde", "kunden",
     "client", "clients", "cliente", "klient", "klant", "kund", "lead", "prospect", "person", "people",
     "patient", "member", "user", "account", "company", "order", "bestellung", "pedido", "commande", "ordine",
     "booking", "invoice", "phone", "telephone", "telefon", "telefono", "telefone", "extension", "campaign",
     "queue", "agent", "list", "ticket", "case", "deal", "message", "request", "key", "activity", "attivita",
     "vorgang", "vorgangs", "vorgangsnummer", "folio", "protocolo", "codice")
)  # fmt: skip
"""Words of headings whose ids are of somebody or something that may come with several calls."""
_UNLESS_OF_CALLS: Final = frozenset(
    ("session", "sitzung", "sesion", "sessao", "sessione", "conversation", "konversation", "conversacion",
     "conversa", "conversazione", "reference", "ref", "referenz", "referencia", "riferimento")
)  # fmt: skip
"""Those that may, unless the heading says that it is a call's."""
_OF_A_CALL: Final = frozenset(
    ("call", "calls", "cdr", "telephony", "anruf", "gesprach", "gesprachs", "llamada", "chamada", "ligacao",
     "appel", "chiamata", "sip")
)  # fmt: skip
_PUBLISHED: Final[Mapping[str, frozenset[str]]] = {
    "contact_id": frozenset({"initiation_timestamp", "initiation_method", "master_contact_id"}),
    "conversation_id": frozenset({"call_duration_secs", "conversation_start", "total_alert", "media_type"}),
    "session_id": frozenset(
        {"session_direction", "call_length", "session_outcome", "session_time", "acct_session_time"}
    ),
}
"""Ids of calls in exports of Amazon Connect, NICE, ElevenLabs, Genesys, RingCentral, Retell and RADIUS: what
is beside."""
_OF_CONTACTS: Final = frozenset({"contact", "conversation", "session"})
_LEAST_DIGITS: Final = 5
_IDS: Final = frozenset(
    ("id", "uuid", "guid", "sid", "uniqueid", "callid", "anrufid", "uid", "identifier", "identifiant",
     "identificador", "identificativo", "kennung", "identyfikator", "kimlik", "идентификатор")
)  # fmt: skip
_BESIDE_IDS: Final = _OF_A_CALL | frozenset(
    ("de", "do", "da", "la", "l", "unique", "polaczenia", "samtal", "samtals", "opkald", "anrop", "gesprek",
     "gesprekken", "oproep", "звонка", "вызова", "cagri", "arama")
)  # fmt: skip
_COUNTERS: Final = frozenset(
    ("no", "nr", "n", "num", "column", "number", "nummer", "numero", "row", "rows", "line", "zeile", "fila",
     "index", "idx", "s", "sr", "sl", "serial", "seq", "sequence", "lfd", "laufende", "pos", "position",
     "item", "entry", "record", "rec", "unnamed", "call", "calls", "anruf", "llamada", "chamada", "appel",
     "chiamata")
)  # fmt: skip
"""Words of headings of columns that count."""
_A_NUMBER: Final = re.compile(r"[#№\s(]*(\d+|\d{1,3}(?:,\d{3})+)(?:\.0*)?[)\s]*")
_A_FEW: Final = 3


def why_not_of_calls(draft: Draft, column: str) -> str | None:
    """Why a column may hold other ids than those of the calls, though each row has another; None if not."""
    around, _, last = column.rpartition(".")
    named = last if around in draft.own else column
    words = frozenset(words_of(named).split("_"))
    if column == KEY_COLUMN:
        return None  # ours: the key under which a record lies
    if _is_published(draft, named) or (words & _OF_CONTACTS and _differs_for_one_pair(draft, column)):
        return None
    if words & _NEVER or (words & _UNLESS_OF_CALLS and not words & _OF_A_CALL):
        return f"{column!r} may come with several calls: by its name it is no id of a call"
    # Numbers from 1 that a column called the id of the call holds are those of a young table.
    if not is_id_of_call(column) and is_running_number(draft, column):
        return f"{column!r} counts the rows of this file, and another file counts its own anew"
    return None


def _is_published(draft: Draft, named: str) -> bool:
    """Whether a platform is known to call the id of its calls so, by another column of its export."""
    beside = _PUBLISHED.get(words_of(named), frozenset())
    return any(words_of(each.rpartition(".")[2]) in beside for each in draft.sample.columns)


def _differs_for_one_pair(draft: Draft, column: str) -> bool:
    """Whether rows of the same two numbers have different ids: then these are of no person."""
    sides = [draft.open_candidates(each)[:1] for each in ("source_number", "destination_number")]
    if not all(sides):
        return False
    seen: dict[tuple[str, str], str] = {}
    rows = zip(*(draft.sample.texts(each) for (each,) in sides), draft.sample.texts(column), strict=True)
    for source, destination, found in rows:
        pair = (source, destination)
        if any(sum(map(str.isdigit, each)) < _LEAST_DIGITS for each in pair) or source == destination:
            continue
        if seen.setdefault(pair, found) != found:
            return True
    return False


def is_id_of_call(column: str) -> bool:
    """Whether a heading says "id" alone, or "id of the call"."""
    words = frozenset(heading(column).split("_"))
    return bool(words & _IDS) and (words <= _IDS | _BESIDE_IDS or not words.isdisjoint(_OF_A_CALL))


def is_running_number(draft: Draft, column: str) -> bool:
    """Whether a column counts the rows of the file, from its first row or from its last."""
    matches = [_A_NUMBER.fullmatch(str(each)) for each in draft.sample.values(column)[:SAMPLE_ROWS]]
    # Behind the first rows, the sample has some of the others.
    numbers = [int(each[1].replace(",", "")) if each else -1 for each in matches]
    if len(numbers) < _A_FEW or abs(numbers[1] - numbers[0]) != 1 or -1 in numbers:
        return False
    step = numbers[1] - numbers[0]
    if numbers != list(range(numbers[0], numbers[0] + step * len(numbers), step)):
        return False
    # An export in pages counts on; a column that is only called a number has no other meaning.
    return min(numbers[0], numbers[-1]) <= 1 or _is_counter(column)


def _is_counter(column: str) -> bool:
    words = set(filter(str.isalpha, words_of(column).lower().split("_")))
    return words <= _COUNTERS


def nothings(draft: Draft, column: str) -> list[str]:
    """The words in a column of ids that say that there is none: `N/A`, `-`, 0."""
    words = [each for each in draft.sample.words(column) if is_nothing(each)]
    return [] if is_running_number(draft, column) else words
