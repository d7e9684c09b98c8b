"""Files in which each row is an event of a call: the INVITE and the BYE of a SIP proxy's accounting."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.durations import doubt_without_length
from callboard.ingest.sources.guessing.event_evidence import shared_id
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.guessing.joined_times import are_days, with_clock
from callboard.ingest.sources.guessing.time_sources import TimeSource
from callboard.ingest.sources.guessing.times import time_column
from callboard.ingest.sources.guessing.zones import choose_zones
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.words import BY_TALK, reading

_METHODS: Final = frozenset({"INVITE", "BYE", "CANCEL", "ACK", "PRACK", "UPDATE", "REFER", "INFO", "NOTIFY"})
_CODE_HEADINGS: Final = frozenset({"sip_code", "code", "status_code", "response_code", "sip_status"})
_SUCCESS: Final = "2*"
_TIMES: Final = ("occurred_at", "creation_time", "start_time", "end_time")


def choose_sip_rows(draft: Draft) -> bool:
    """Say what the rows of a SIP accounting mean; False for any other file, which is left as it is.

    Source: the `acc` module of Kamailio and OpenSIPS: a row for each accounted request with its final
    response.
    """
    if draft.plan.options.record_type != "call" or draft.plan.options.when:
        return False
    method = next((each for each in draft.sample.columns if _holds_methods(draft, each)), None)
    code = next((each for each in draft.sample.columns if heading(each) in _CODE_HEADINGS), None)
    if method is None or code is None or not _has_several_methods(draft, method):
        return False
    found = id_and_time(draft)
    if found is None:
        return False
    call_id, at = found
    has_byes = "BYE" in draft.sample.words(method)
    invite, bye = condition_text((method, "=", "INVITE")), condition_text((method, "=", "BYE"))
    answered = condition_text((method, "=", "INVITE"), (code, "=", _SUCCESS))
    draft.when += [
        (invite, f"creation_time={at}"),
        (answered, f"start_time={at}"),
        (bye, "call_status=completed"),
        (condition_text((method, "=", "CANCEL")), "call_status=missed"),
        (condition_text((code, "=", _SUCCESS)), f"call_status={'in_progress' if has_byes else 'completed'}"),
        (bye, f"end_time={at}"),
    ]
    unknown = []
    for word, meaning in reading("call_status", draft.sample.words(code), code).meanings.items():
        if word.startswith("2"):
            continue
        if not meaning or meaning == BY_TALK:
            unknown.append(word)
        else:
            draft.when.append((condition_text((code, "=", word)), f"call_status={meaning}"))
    draft.when = [each for each in draft.when if not draft.is_settled(each[1].partition("=")[0])]
    unknown += reading("call_status", draft.sample.words(code), code).unknown
    if unknown:
        draft.doubt("status", f"{', '.join(unknown)} of {code!r} has no meaning that is known", code)
    if not has_byes:
        told = f"No row of {method!r} is a BYE: nothing says how long the calls were"
        doubt_without_length(draft, told, method)
    if not draft.is_settled("call_id"):
        draft.doubt(
            "legs",
            f"The INVITE and the BYE of one {call_id!r} are taken as one call, answered with {code!r} 200 of "
            "the INVITE; its duration is the time between them",
            call_id,
            Answer("--map", f"call_id={call_id}", f"rows of one {call_id!r} are one call"),
        )
    return True


def id_and_time(draft: Draft) -> tuple[str, str] | None:
    """The column of the id that the events of a call share, and the place of when each occurred; both are
    chosen. None if one is missing.
    """
    found, times = shared_id(draft), row_times(draft)
    if times is None or found is None:
        return None
    shared, _ = found
    choose_zones(draft, dict.fromkeys(_TIMES, times))
    draft.chosen.setdefault("call_id", shared)
    draft.chosen["occurred_at"] = times.source
    draft.formats |= dict.fromkeys(_TIMES, times.times.formats[0])
    return shared, times.source if "{" in times.source else f"{{{times.source}}}"


def _has_several_methods(draft: Draft, method: str) -> bool:
    """Whether rows are events of calls. Where all are INVITEs, as OpenSIPS writes them with the duration of
    the dialog, each row is a call.
    """
    return len({word.upper() for word in draft.sample.words(method)}) > 1


def _holds_methods(draft: Draft, column: str) -> bool:
    words = {word.upper() for word in draft.sample.words(column)}
    return "INVITE" in words and words <= _METHODS


def row_times(draft: Draft) -> TimeSource | None:
    """The times of the rows: of a column that is called so, else of the first in which each row has one."""
    sample = draft.sample
    given = [each for each in [draft.given.get("occurred_at")] if each in sample.columns]
    named = [*given, *draft.open_candidates("occurred_at"), *draft.open_candidates("creation_time")]
    for column in dict.fromkeys([*named, *sample.columns]):
        values = sample.values(column)
        found = time_column(values, column) if len(values) == len(sample) else None
        if found is None or (column not in named and found.fits < len(values)):
            continue
        if are_days(found, values):
            joined = with_clock(draft, column)
            if joined is not None:
                return joined
            continue
        return TimeSource(column, found)
    return None
