"""Which objects of a nested row are the call or task itself, by what its rows say of them.

A row may hold its call as `call`, `phoneCall` or `voice`, beside an agent, a customer and a campaign that
have an id, a status and times of their own. A name that is known decides; of others, what the object says:
words for how calls ended, a length, a beginning and an end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from callboard.ingest.sources.guessing.doubts import About, Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import HEADINGS, heading, object_of
from callboard.ingest.sources.guessing.lengths import length_column
from callboard.ingest.sources.guessing.sample import Sample
from callboard.ingest.sources.guessing.times import time_column
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.words import reading, words_of

_NAMED: Final[Mapping[str, frozenset[str]]] = {
    "call": frozenset(
        ("call", "calls", "phonecall", "leg", "conversation", "interaction", "session", "dial", "voice",
         "telephony", "engagement", "communication", "cdr", "anruf", "gesprach", "verbindung", "llamada",
         "chamada", "ligacao", "appel", "chiamata", "gesprek", "rozmowa", "polaczenie", "samtal", "opkald",
         "anrop", "cagri", "zvonok")
    ),
    "task": frozenset(
        ("task", "job", "work", "run", "execution", "unit", "step", "workflow", "aufgabe", "auftrag", "tarea",
         "tarefa", "tache", "attivita", "taak", "zadanie")
    ),
}  # fmt: skip
"""The last words of names that say that an object is the call or task."""
_OTHERS: Final = frozenset(
    ("agent", "agents", "customer", "user", "users", "contact", "campaign", "recording", "recordings", "lead",
     "ticket", "queue", "number", "trunk", "team", "company", "account", "employee", "owner", "operator",
     "device", "client", "organization", "organisation", "list", "tag", "tags", "note", "notes", "voicemail",
     "transcript", "billing", "payment", "order", "worker", "parent", "previous", "original", "related",
     "transfer", "assistant", "caller", "callee", "person", "people", "opportunity", "deal", "case",
     "workspace", "project", "group", "member", "participant", "supervisor", "manager", "creator", "author",
     "assignee", "host", "node", "server", "machine", "pool", "schedule", "trigger", "subscription", "plan",
     "mitarbeiter", "kunde", "kontakt", "kampagne", "aufnahme", "agente", "cliente", "contacto", "contato",
     "campana", "grabacion", "gravacao", "usuario", "utilisateur", "enregistrement", "utente",
     "registrazione", "medewerker", "klant")
)  # fmt: skip
"""The last words of names of what has to do with calls or tasks, and is none."""
_TIMES: Final[Mapping[str, tuple[str, ...]]] = {
    "call": ("creation_time", "start_time", "end_time"),
    "task": ("created", "scheduled_at", "occurred_at"),
}
_STATUS: Final = {"call": "call_status", "task": "status"}
_KNOWN_SHARE: Final = 0.9
_LIKE_A_CALL: Final = 4
_AHEAD: Final = 2
_SHOWN: Final = 3
_ABOUT: Final[Mapping[str, About]] = {
    "call_status": "status",
    "status": "status",
    "creation_time": "time",
    "created": "time",
    "call_duration": "unit",
}
"""The fields of numbers."""


def own_objects(sample: Sample, columns: Sequence[str], record_type: str) -> tuple[str, ...]:
    """The object, beside those whose names are known, that is the call or task by what the rows say; empty
    where there is none, or two are as likely.
    """
    of_object: dict[str, list[str]] = {}
    for column in columns:
        if (around := object_of(column, columns)) is not None and sample.is_filled(column):
            of_object.setdefault(around, []).append(column)
    scores = {
        each: _likeness(sample, inside, record_type) + _LIKE_A_CALL * is_named(each, record_type)
        for each, inside in of_object.items()
        if not is_of_another(each)
    }
    ranked = sorted(scores, key=lambda each: -scores[each])
    if not ranked or scores[ranked[0]] < _LIKE_A_CALL:
        return ()
    if len(ranked) > 1 and scores[ranked[0]] - scores[ranked[1]] < _AHEAD:
        return ()
    return (ranked[0],)


def is_named(path: str, record_type: str) -> bool:
    """Whether the name of an object says that it is the call or task."""
    return _last_word(path) in _NAMED[record_type]


def is_of_another(path: str) -> bool:
    """Whether the name of an object says that it is something else."""
    return _last_word(path) in _OTHERS


def _last_word(path: str) -> str:
    return words_of(path.rpartition(".")[2]).split("_")[-1]


def _likeness(sample: Sample, inside: Sequence[str], record_type: str) -> int:
    """How much of what is said of calls or tasks the columns of an object say."""
    headings = HEADINGS[record_type]

    def called(field: str) -> list[str]:
        return [each for each in inside if heading(each.rpartition(".")[2]) in headings.get(field, ())]

    ends = any(_says_ends(sample, each, record_type) for each in called(_STATUS[record_type]))
    times = {each for of in _TIMES[record_type] for each in called(of) if _are_times(sample, each)}
    lengths = record_type == "call" and any(
        length_column(sample.values(each), each) is not None for each in called("call_duration")
    )
    facts = [field for field in ("source_number", "destination_number", "call_type") if called(field)]
    ids = any(len(set(sample.texts(each))) == len(sample) for each in called(f"{record_type}_id"))
    return 3 * ends + min(len(times), 2) + 2 * lengths + min(len(facts), 2) + ids


def _says_ends(sample: Sample, column: str, record_type: str) -> bool:
    """Whether words tell in several ways how calls or tasks ended."""
    words = sample.words(column)
    found = reading(_STATUS[record_type], words, column.rpartition(".")[2]).meanings
    ways = {meaning for meaning in found.values() if meaning}
    known = sum(many for word, many in words.items() if found.get(word))
    telling = {"missed", "failed"} if record_type == "call" else {"completed", "failed"}
    return len(ways) > 1 and not ways.isdisjoint(telling) and known >= words.total() * _KNOWN_SHARE


def _are_times(sample: Sample, column: str) -> bool:
    return time_column(sample.values(column), column) is not None


def doubt_other_objects(draft: Draft) -> None:
    """Doubt numbers that are taken from inside an object which is named as something else, or beside another
    object that says such a thing too.
    """
    asked = {each.column for each in draft.doubts}
    for target, about in _ABOUT.items():
        column = draft.chosen.get(target)
        if column is None or column not in draft.of_others or draft.is_settled(target) or column in asked:
            continue
        around = object_of(column, draft.sample.columns) or ""
        rivals = [
            each
            for each in draft.open_candidates(target)
            if each in draft.of_others and object_of(each, draft.sample.columns) != around
        ]
        # A length that says whose it is, as Agent.AgentInteractionDuration, is that of the talk with them.
        is_specific = target == "call_duration" and "_" in heading(column.rpartition(".")[2])
        if not rivals and (is_specific or not is_of_another(around)):
            continue
        noun = draft.plan.options.record_type
        draft.doubt(
            about,
            f"{column!r} may be said of {around!r} and not of the {noun}",
            column,
            *(
                Answer("--map", joined([f"{target}={each}"]), f"{each!r} is said of the {noun}")
                for each in (column, *rivals[:_SHOWN])
            ),
        )
