"""Logs in which each row is an event of a call: `call.initiated`, `call.answered`, `call.hangup`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.durations import choose_duration
from callboard.ingest.sources.guessing.event_evidence import ENDS, LIVE, are_events, shared_id
from callboard.ingest.sources.guessing.event_rows import id_and_time, row_times
from callboard.ingest.sources.guessing.event_words import ANSWERS, core, kind_of_event
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.guessing.time_sources import instants_of
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.words import BY_TALK, reading

_HEADINGS: Final = frozenset(
    ("event", "event_type", "event_name", "eventtype", "call_event", "action", "activity", "type", "state",
     "status", "call_status", "call_state", "evento", "ereignis", "evenement", "name", "topic", "kind")
)  # fmt: skip
_KNOWN_SHARE: Final = 0.8
_HALF: Final = 0.5


def choose_event_log(draft: Draft) -> bool:
    """Say what the rows of an event log mean; False for any other file, which is left as it is."""
    options = draft.plan.options
    if options.record_type != "call" or options.when or draft.is_settled("call_status"):
        return False
    event = next((each for each in draft.sample.columns if _holds_events(draft, each)), None)
    if event is None or not _are_events(draft, event):
        return False
    found = id_and_time(draft)
    if found is None:
        return False
    call_id, at = found
    words = _kinds(draft, event)
    draft.chosen["call_status"] = event
    draft.mean(
        "call_status", ((word, _status(kind)) for word, kind in words.items() if _status(kind) != word)
    )
    begins = [word for word, kind in words.items() if kind == "queued"] or [
        word for word, kind in words.items() if kind == "ringing"
    ]
    for target, of in (
        ("creation_time", begins),
        ("start_time", [word for word in words if core(word) in ANSWERS]),
        ("end_time", [word for word, kind in words.items() if kind in ENDS]),
    ):
        if not draft.is_settled(target):
            draft.when += [(_is(event, word), f"{target}={at}") for word in of]
    over = [word for word, kind in words.items() if kind == "over"]
    if over:
        _say_over(draft, event, over)
    if not draft.is_settled("call_id"):
        draft.doubt(
            "legs",
            f"Each row is an event of a call by {event!r}; those of one {call_id!r} are taken as one call, "
            "which lasted from its answer to its end",
            call_id,
            Answer("--map", joined([f"call_id={call_id}"]), f"rows of one {call_id!r} are one call"),
            *(
                []
                if _begin(draft, event, call_id, begins)
                else [Answer("--id-from", "*", "each row is a call")]
            ),
        )
    unknown = [word for word, kind in words.items() if kind is None]
    if unknown:
        draft.doubt(
            "status",
            f"{', '.join(map(repr, unknown))} of {event!r} is no event that is known",
            event,
            Answer("--values", joined([f"call_status:{escaped(unknown[0])}=in_progress"]), "it goes on"),
        )
    if not any(core(word) in ANSWERS for word in words):
        choose_duration(draft, [None] * len(draft.sample))
    return True


def _holds_events(draft: Draft, column: str) -> bool:
    """Whether a column's words are events, of the beginning of calls and of their end."""
    if heading(column) not in _HEADINGS:
        return False
    words, kinds = draft.sample.words(column), _kinds(draft, column)
    known = sum(many for word, many in words.items() if kinds[word])
    said = set(kinds.values())
    return known >= words.total() * _KNOWN_SHARE and bool(said & LIVE) and bool(said & ENDS)


def _begin(draft: Draft, event: str, call_id: str, begins: Sequence[str]) -> bool:
    """Whether most calls have a row of their beginning, which is no call by itself."""
    words = draft.sample.words(event)
    return sum(words[word] for word in begins) > len(draft.sample.words(call_id)) * _HALF


def _kinds(draft: Draft, column: str) -> dict[str, str | None]:
    """What each word of the events says of its call; in the person's words where there are some."""
    table = draft.tables.get("call_status")
    return {
        word: table.meaning(word)
        if table and draft.is_explained("call_status", word)
        else kind_of_event(word)
        for word in draft.sample.words(column)
    }


def _are_events(draft: Draft, event: str) -> bool:
    found, times = shared_id(draft), row_times(draft)
    if found is None or times is None:
        return False
    kinds = _kinds(draft, event)
    at = instants_of(draft, times.source, times.times.formats[0], None)
    return are_events(draft, found[1], at, [kinds.get(word) for word in draft.sample.texts(event)])


def _say_over(draft: Draft, event: str, over: Sequence[str]) -> None:
    """Say what an end means that is as well of calls that nobody answered: what its reason says."""
    causes = [each for each in draft.open_candidates("end_reason") if each != event]
    cause = next(iter(causes), None)
    if cause is None:
        draft.doubt(
            "status",
            f"{', '.join(map(repr, over))} of {event!r} says that a call is over, not whether it was "
            "answered; taken as completed",
            event,
            Answer("--values", joined([f"call_status:{escaped(over[0])}=completed"]), "all were answered"),
        )
        return
    found = reading("call_status", draft.sample.words(cause), cause)
    for word, meaning in found.meanings.items():
        if meaning and meaning not in (BY_TALK, "completed"):
            draft.when += [
                (
                    condition_text((event, "=", escaped(end)), (cause, "=", escaped(word))),
                    f"call_status={meaning}",
                )
                for end in over
            ]
    if found.unknown:
        draft.doubt(
            "status",
            f"{', '.join(map(repr, found.unknown))} of {cause!r} has no meaning that is known",
            cause,
        )


def _status(kind: str | None) -> str:
    return {"over": "completed", None: "in_progress"}.get(kind, kind or "")


def _is(column: str, word: str) -> str:
    return condition_text((column, "=", escaped(word)))
