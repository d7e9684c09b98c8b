"""Logs in which each row is an event of a call: `call.initiated`, `call.answered`, `call.hangup`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.durations import choose_duration
from callboard.ingest.sources.guessing.event_rows import id_and_time
from callboard.ingest.sources.guessing.event_words import ANSWERS, core, kind_of_event
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.mapping import joined
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.words import BY_TALK, reading

_HEADINGS: Final = frozenset(
    ("event", "event_type", "event_name", "eventtype", "call_event", "action", "activity", "type", "state",
     "status", "call_status", "call_state", "evento", "ereignis", "evenement", "name", "topic", "kind")
)  # fmt: skip
_LIVE: Final = frozenset({"queued", "ringing", "in_progress"})
_ENDS: Final = frozenset({"over", "completed", "missed", "failed"})
_SEVERAL: Final = 0.5
_KNOWN_SHARE: Final = 0.8


def choose_event_log(draft: Draft) -> bool:
    """Say what the rows of an event log mean; False for any other file, which is left as it is."""
    options = draft.plan.options
    if options.record_type != "call" or options.when or draft.is_settled("call_status"):
        return False
    event = next((each for each in draft.sample.columns if _holds_events(draft, each)), None)
    if event is None or not _share_ids(draft, event):
        return False
    found = id_and_time(draft)
    if found is None:
        return False
    call_id, at = found
    words = {word: kind_of_event(word) for word in draft.sample.words(event)}
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
        ("end_time", [word for word, kind in words.items() if kind in _ENDS]),
    ):
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
            Answer("--map", f"call_id={call_id}", f"rows of one {call_id!r} are one call"),
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
    words = draft.sample.words(column)
    kinds = {word: kind_of_event(word) for word in words}
    known = sum(many for word, many in words.items() if kinds[word])
    said = set(kinds.values())
    return known >= words.total() * _KNOWN_SHARE and bool(said & _LIVE) and bool(said & _ENDS)


def _share_ids(draft: Draft, event: str) -> bool:
    """Whether most calls have several rows, of different events."""
    for column in draft.open_candidates("call_id"):
        of_id: dict[str, list[str]] = {}
        for call, word in zip(draft.sample.texts(column), draft.sample.texts(event), strict=True):
            of_id.setdefault(call, []).append(word)
        if len(of_id) < len(draft.sample):
            several = sum(len(set(words)) > 1 for words in of_id.values())
            return several > len(of_id) * _SEVERAL
    return False


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
