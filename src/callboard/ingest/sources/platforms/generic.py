"""The generic hook: events in our own shapes, bare or in an envelope, or any JSON that a template reads."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from callboard.clock import exact
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Translation, Unfit
from callboard.ingest.sources.platforms.generic_template import STATUSES, Template, paths_read, template_of
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import (
    HALF_A_CHARACTER,
    json_value,
    json_values,
    readable,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.values import is_unfilled, text
from callboard.ingest.sources.platforms.signatures.standard import STANDARD
from callboard.model.words import CALL_STATUSES, TASK_WORDS

_IDS: Final = {"call_id", "task_id", "run_id", "group_id", "event_id"}
_WORDS: Final = ("type", "call_status", "status")
"""What an event is and says: unfilled, they are unknown words and not left out."""
CLOUD_EVENT: Final = "application/cloudevents"
_SETUP: Final = """\
Send events in Callboard's own shapes (one, a list, `{"events": [...]}`, or one a line) by `POST` to

    {url}

signed by *Standard Webhooks* with the secret `{secret}`: the headers `webhook-id`, `webhook-timestamp`
(Unix time in seconds) and `webhook-signature` (`v1,` and the base64 of HMAC-SHA256 over
`id.timestamp.body`). Libraries for it are listed at standardwebhooks.com. `{"type", "timestamp", "data"}` and
CloudEvents (structured, batch and binary) are unwrapped. Of other JSON, say in the hook's `template` where
each field lies: `{"call_id": "data.id", "call_status": "data.state"}`.
"""


class _Envelope(Struct, frozen=True):
    """What stands around the events of one message."""

    time: Any = None
    id: Any = None


_BARE: Final = _Envelope()


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The events of one delivery, each checked by itself."""
    found = Translation()
    with found.record():
        template = template_of(settings.template) if settings.template is not None else None
        for part, (each, around) in enumerate(_messages(delivery, template)):
            with found.record(part):
                value = readable(each)
                if template is not None:
                    found.events.append(_identified(template.event(value, settings, found)))
                else:
                    found.events.append(_identified(_own(value, around, settings)))
        if not found.events and not found.quarantined:
            found.ignored.append("empty")
    return found


def _messages(delivery: Delivery, template: Template | None) -> Iterator[tuple[Any, _Envelope]]:
    """Each event, or record of a template, with what stands around it."""
    says_so = delivery.content_type.startswith(CLOUD_EVENT)
    for value in _values(delivery, template, says_so=says_so):
        if isinstance(value, Unfit):
            yield value, _BARE
            continue
        # A CloudEvent in binary mode has its attributes in headers. The signature does not cover them, so
        # they are ignored: a captured delivery could be sent again with another time or id.
        is_cloud = _is_cloud(value, says_so=says_so)
        inner, around = _unwrapped(value, is_cloud=is_cloud)
        if template is not None:
            # It is about the whole body, except that a CloudEvent is about what it carries.
            yield from ((each, around) for each in template.records(inner if is_cloud else value))
        elif isinstance(inner, dict) and isinstance(inner.get("events"), list):
            yield from ((each, around) for each in inner["events"])
        else:
            yield from ((each, around) for each in (inner if isinstance(inner, list) else [inner]))


def _values(delivery: Delivery, template: Template | None, *, says_so: bool) -> Iterator[Any]:
    """The messages of a body: CloudEvents of a batch one by one, and lists of a template whole."""
    for value in json_values(delivery.body, "events" if template is None else template.list_under):
        if isinstance(value, list) and any(_is_cloud(each, says_so=says_so) for each in value):
            yield from value
        else:
            yield value


def _is_cloud(value: Any, *, says_so: bool) -> bool:
    """Whether a value is a CloudEvent. Where the content type says so, its own attributes may be named as
    fields of ours.
    """
    return (
        isinstance(value, dict)
        and "specversion" in value
        and (says_so or not {"call_id", "task_id"} & value.keys())
    )


def _unwrapped(value: Any, *, is_cloud: bool) -> tuple[Any, _Envelope]:
    if is_cloud:
        return _data_of(value), _Envelope(value.get("time"), value.get("id"))
    if _is_message(value):
        return value["data"], _Envelope(value.get("timestamp"))
    return value, _BARE


def _is_message(value: Any) -> bool:
    """Whether a value is `{type, timestamp, data}` of Standard Webhooks."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("data"), dict | list)
        and not {"call_id", "task_id", "group_id"} & value.keys()
    )


def _data_of(event: Mapping[str, Any]) -> Any:
    packed = event.get("data_base64")
    if not isinstance(packed, str):
        return event.get("data")
    try:
        return json_value(base64.b64decode(packed, validate=True))
    except (Unfit, binascii.Error, ValueError):
        return packed  # which is no event, and is told so with its place


def _own(value: Any, around: _Envelope, settings: HookSettings) -> dict[str, Any]:
    """One event in our own shape. The route checks its fields as those of the API."""
    if not isinstance(value, dict):
        raise Unfit("unreadable", "An event is no JSON object.")
    event = {name: each for name, each in map(_filled, value.items()) if not is_unfilled(each)}
    event |= {name: value[name] for name in _WORDS if name in value}
    event.setdefault(
        "type", "task" if "task_id" in event and not {"call_id", "group_id"} & event.keys() else "call"
    )
    _check(event)
    at = moment(around.time, "time of the envelope", settings.timezone)
    if at is not None and event.get("occurred_at") is None:
        event["occurred_at"] = exact(at)
    if settings.envelope_ids and "event_id" not in event and (own := text(around.id)) is not None:
        event["event_id"] = own
    return event


def _identified(event: dict[str, Any]) -> dict[str, Any]:
    """The event. Raises `Unfit` where an id of it holds half a character, and so may be any."""
    for name in _IDS & event.keys():
        ids = event[name] if isinstance(event[name], list) else [event[name]]
        if any(isinstance(each, str) and HALF_A_CHARACTER in each for each in ids):
            raise Unfit("missing_id", f"{name} holds half a character.")
    return event


def _filled(field: tuple[str, Any]) -> tuple[str, Any]:
    """A field without those of its values that a template left unfilled."""
    name, value = field
    if isinstance(value, dict):
        value = {key: each for key, each in value.items() if not is_unfilled(each)}
    elif isinstance(value, list):
        value = [each for each in value if not is_unfilled(each)]
    return name, value


def _check(event: Mapping[str, Any]) -> None:
    kind = event["type"]
    if kind not in ("call", "task"):
        raise Unfit("invalid", f"The type {str(kind)[:100]!r} is neither call nor task.")
    ids = ("call_id", "group_id") if kind == "call" else ("task_id",)
    if not any(_is_id(event.get(name)) for name in ids):
        raise Unfit("missing_id", f"The event has no {' or '.join(ids)}.")
    word = event.get("call_status") if kind == "call" else event.get("status")
    known = CALL_STATUSES if kind == "call" else TASK_WORDS
    if isinstance(word, str) and word and word not in known:
        raise Unfit(
            "unknown_status", f"The status {word[:1000]!r} is none of {', '.join(known)}.", word[:1000]
        )


def _is_id(value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(each, str) and text(each) is not None for each in texts)


GENERIC: Final = Platform(
    name="generic",
    title="Any sender",
    sends_events=True,
    weighs_itself=True,
    signature=STANDARD,
    translate=translate,
    words={"call_status": STATUSES},
    setup=_SETUP,
    reads=paths_read,
)
