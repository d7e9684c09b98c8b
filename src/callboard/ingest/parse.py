"""Parse request bodies into the events that are accepted and the rejections of the others.

A valid body is decoded in one call. Only if that fails is it split and decoded event by event, which is
slower but keeps the valid events.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, Struct, structs

from callboard.clock import Micros
from callboard.errors import BodyTooLargeError, UnreadableBodyError
from callboard.ingest.documents import DOCUMENTS
from callboard.ingest.explain import explain, explain_json, need_all, repeated_key
from callboard.ingest.instants import EARLIEST
from callboard.ingest.items import items, too_many_events
from callboard.ingest.normalise import log_entry, normalised
from callboard.ingest.rejected import RejectedEvent, shown
from callboard.ingest.shape import WINDOW, count_byte, first_of
from callboard.ingest.slices import SLICE_BYTES, cut_lines, cut_list
from callboard.ingest.texts import tidy
from callboard.ingest.wire import EventIn
from callboard.model.event import (
    CURRENT_ATTEMPT,
    CURRENT_STATUS,
    LEFT_ATTEMPT,
    LEFT_OCCURRED_AT,
    LEFT_STATUS,
    Entry,
    TaskEvent,
)
from callboard.model.words import RejectReason
from callboard.store.interface import Rejection

VALUES_MAX: Final = 2_000_000
"""Most values in one body: bounds the memory that a small body of many tiny values takes once decoded."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ENVELOPE = re.compile(rb'\s*\{\s*"events"')


class _Envelope(Struct, forbid_unknown_fields=True):
    events: list[EventIn]


_one = msgspec.json.Decoder(EventIn)
_many = msgspec.json.Decoder(list[EventIn])
_enveloped = msgspec.json.Decoder(_Envelope)
_encode = msgspec.json.Encoder().encode


class Parsed(Struct, frozen=True):
    """The events of a body: every one is either an entry or a rejection."""

    entries: list[Entry]
    indexes: list[int]
    """The place of each entry in the body, from 0."""
    rejections: list[Rejection]
    """The rejected events, in order of their place."""

    @property
    def received(self) -> int:
        return len(self.entries) + len(self.rejections)


def parse_events(
    body: bytes, *, ndjson: bool, now: Micros, max_events: int, source: str = "events"
) -> Parsed:
    """The events of a body: one event, an array, `{"events": [...]}`, or one event per line (`ndjson`).

    Raises `UnreadableBodyError`, which says at which byte, `InvalidInputError` for a wrong object around the
    events, and `BodyTooLargeError` for more than `max_events` events or `VALUES_MAX` values.
    """
    body = _text_of(body)
    sent = (
        _decode_whole(body, ndjson)
        if len(body) <= SLICE_BYTES
        else _decode_in_slices(body, ndjson, max_events)
    )
    if sent is None:
        one_by_one = map(_decoded_event, items(body, ndjson, max_events))
        return _parsed(one_by_one, now, source, plain=False)
    if len(sent) > max_events:
        raise too_many_events(max_events)
    return _parsed(sent, now, source, plain=_is_plain(body))


def parse_valid(
    body: bytes, *, ndjson: bool, now: Micros, max_events: int, source: str = "events"
) -> Parsed | None:
    """As `parse_events` for a small body that decodes in one call; None for any other.

    Such a body is fast enough to parse on the event loop; others are parsed on a thread.
    """
    body = _text_of(body)
    sent = _decode_whole(body, ndjson)
    if sent is None or len(sent) > max_events:
        return None
    return _parsed(sent, now, source, plain=_is_plain(body))


def event_from_mapping(
    raw: Mapping[str, Any], *, now: Micros, source: str, earliest: Micros = EARLIEST, whole: bool = False
) -> Entry:
    """The entry of one event given as a mapping of fields: a row of a file, or the object of a request.

    The rules are those for JSON. `earliest`: the earliest time that is accepted. `whole`: every required
    field must be there, so that a row whose status is empty is no fact. Raises `RejectedEvent`.
    """
    if whole:
        need_all(raw)
    return log_entry(normalised(_event_in(raw), now, earliest), now, source)


def task_event(raw: Mapping[str, Any], *, task_id: str, now: Micros, source: str = "events") -> Entry:
    """The entry of an update of one task: the fields of a task event, all optional.

    Without `attempt` it is about the task's current attempt, without `status` it keeps the current status;
    both are filled in under the space's lock (`fold/update.py`). Without `occurred_at` it happened now.
    Raises `RejectedEvent`.
    """
    if raw.get("type", "task") != "task":
        raise RejectedEvent("invalid_type", "type", f"{shown(raw['type'])} is not task")
    if raw.get("task_id", task_id) != task_id:
        raise RejectedEvent("invalid_id", "task_id", f"{shown(raw['task_id'])} is not the task of the path")
    # A task event needs a status to be valid: a placeholder, replaced by CURRENT_STATUS below.
    event = normalised(_event_in({"status": "pending", **raw, "type": "task", "task_id": task_id}), now)
    assert isinstance(event, TaskEvent)
    has_attempt, has_time = raw.get("attempt") is not None, raw.get("occurred_at") is not None
    has_status = "status" in raw
    left = (
        (0 if has_attempt else LEFT_ATTEMPT)
        | (0 if has_status else LEFT_STATUS)
        | (0 if has_time else LEFT_OCCURRED_AT)
    )
    event = structs.replace(
        event,
        status=event.status if has_status else CURRENT_STATUS,
        source_status=event.source_status if has_status else CURRENT_STATUS,
        attempt=event.attempt if has_attempt else CURRENT_ATTEMPT,
        occurred_at=event.occurred_at if has_time else now,
        # Under an `event_id` what was left out is compared too, so "nothing" is recorded as well. Without
        # one, an update that states everything has the bytes of that event of `events/`: its duplicate.
        left=left if left or isinstance(event.event_id, str) else UNSET,
    )
    return log_entry(event, now, source)


def _event_in(raw: Mapping[str, Any]) -> EventIn:
    """The wire form of a mapping, with its texts checked."""
    sent = dict(raw)
    for field in DOCUMENTS:
        if field in sent:
            sent[field] = _as_json(field, sent[field])
    try:
        event: EventIn = msgspec.convert(sent, EventIn)
    except msgspec.ValidationError:
        raise explain(raw) from None
    tidy(event)
    return event


def _as_json(field: str, value: Any) -> Raw:
    try:
        return Raw(_encode(value))
    except (TypeError, ValueError, RecursionError):
        raise RejectedEvent("invalid_value", field, "is not an object of JSON values") from None


def _text_of(body: bytes) -> bytes:
    """The body without byte-order mark, checked: UTF-8, not empty, a bounded number of values."""
    body = body.removeprefix(_BYTE_ORDER_MARK)
    if not body.isascii():
        _check_utf8(body)
    if not body or (body[:1].isspace() and first_of(body) == len(body)):
        raise UnreadableBodyError("The body is empty.")
    # Commas in texts count too, which is faster; the bound is far above what batches of events hold.
    if len(body) > VALUES_MAX and count_byte(body, b",") > VALUES_MAX:
        raise BodyTooLargeError(f"The body holds more than {VALUES_MAX:,} values; send it in parts.")
    return body


def _check_utf8(body: bytes) -> None:
    """Check that the body is UTF-8, window by window: decoded whole, the text could take four times the bytes
    of the body.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    for begin in range(0, len(body), WINDOW):
        # The first bytes of a character that the end of the last window cut.
        cut = len(decoder.getstate()[0])
        try:
            decoder.decode(body[begin : begin + WINDOW], begin + WINDOW >= len(body))
        except UnicodeDecodeError as error:
            place = begin - cut + error.start
            raise UnreadableBodyError(f"The body is not UTF-8: {error.reason} at byte {place}.") from None


def _is_plain(body: bytes) -> bool:
    """Whether texts need no check but that of their length, which the decoder makes: only printable ASCII, no
    escapes, no empty text. True for nearly all bodies, and much faster than checking each text.
    """
    return body.isascii() and b"\\" not in body and b'""' not in body and b"\x7f" not in body


def _decode_whole(body: bytes, ndjson: bool) -> Sequence[EventIn] | None:
    """All events of a body that msgspec accepts as a whole; None when it must be looked at event by event."""
    try:
        if ndjson:
            sent = _one.decode_lines(body)
            if len(sent) != body.count(b"\n") + (body[-1:] != b"\n"):
                return None  # there are blank lines, or an event over several lines
        elif body[:1] == b"[":
            sent = _many.decode(body)
        elif _ENVELOPE.match(body):
            sent = _enveloped.decode(body).events
            return sent if _has_no_repeated_key(body, sent, extra=b'"events"') else None
        else:
            sent = [_one.decode(body)]
    except (msgspec.DecodeError, RecursionError):
        return None
    return sent if _has_no_repeated_key(body, sent) else None


def _decode_in_slices(body: bytes, ndjson: bool, max_events: int) -> Sequence[EventIn] | None:
    """As `_decode_whole` for a large body, slice by slice: a decode holds the GIL, and other threads wait.

    A slice is cut where an event seems to end. A wrong cut cannot go unnoticed: a text that starts at an
    event decodes as a list of events only if it ends with a whole one. A body of too many events is decoded
    to its end, without keeping the rest, so that one that is not JSON gets that error first.
    """
    found: list[EventIn] = []
    received = 0
    for slice_ in cut_lines(body) if ndjson else cut_list(body):
        sent = _decode_whole(slice_, ndjson)
        if sent is None:
            return None
        received += len(sent)
        if received <= max_events:
            found += sent
    if received > max_events:
        raise too_many_events(max_events)
    return found or None


def _has_no_repeated_key(body: bytes, sent: Sequence[EventIn] | EventIn, extra: bytes = b"") -> bool:
    r"""Whether the body certainly has no repeated key. False may also mean that this is unknown.

    msgspec silently keeps the last of two equal keys. Encoding the events again shows it: every field is kept
    in the wire form and every document as it was sent, so the result has as many quotes as the body, two for
    each key and text and those escaped inside. A dropped key takes at least two away. Only a quote written as
    `\u0022` changes the number, so bodies with that escape are looked at event by event.
    """
    quotes = _encode(sent).count(b'"') + extra.count(b'"')
    return quotes == body.count(b'"') and (b"\\" not in body or b"\\u0022" not in body)


class _Refused(Struct, frozen=True):
    """Reason and message of a rejected event. The exception itself is not kept: its traceback refers to the
    frames it passed through, and so to the whole request, until a garbage collection.
    """

    reason: RejectReason
    message: str


def _refused(fault: RejectedEvent) -> _Refused:
    return _Refused(fault.reason, fault.message)


def _decoded_event(item: bytes | RejectedEvent) -> EventIn | _Refused:
    if isinstance(item, RejectedEvent):
        return _refused(item)
    try:
        event: EventIn = _one.decode(item)
    except (msgspec.ValidationError, RecursionError):
        return _refused(explain_json(item))
    if _has_no_repeated_key(item, event):
        return event
    repeated = repeated_key(item)
    return event if repeated is None else _refused(repeated)


def _parsed(sent: Iterable[EventIn | _Refused], now: Micros, source: str, *, plain: bool) -> Parsed:
    entries: list[Entry] = []
    indexes: list[int] = []
    rejections: list[Rejection] = []
    for index, event in enumerate(sent):
        if isinstance(event, _Refused):
            rejections.append(Rejection(index, event.reason, event.message))
            continue
        try:
            if not plain:
                tidy(event)
            entries.append(log_entry(normalised(event, now), now, source))
            indexes.append(index)
        except RejectedEvent as fault:
            rejections.append(Rejection(index, fault.reason, fault.message))
    return Parsed(entries, indexes, rejections)
