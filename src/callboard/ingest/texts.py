"""Checks of texts that msgspec cannot make: size in bytes, NUL, surrogates, empty. Skipped for plain
bodies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from callboard.ingest.rejected import RejectedEvent, shown
from callboard.ingest.wire import CallIn, EventIn
from callboard.model.field import TEXT_BYTES
from callboard.model.fields import event_fields
from callboard.model.words import RejectReason

_CONTROL = re.compile("[\0-\x1f\x7f-\x9f]")


def _texts(of: str) -> tuple[tuple[str, int, bool], ...]:
    return tuple(
        (field.name, field.maximum, field.kind == "id")
        for field in event_fields(of)
        if field.kind in ("id", "text", "phone")
    )


# Field, maximum bytes, whether it is an id.
CALL_TEXTS: Final = _texts("call")
TASK_TEXTS: Final = _texts("task")


def tidy(wire: EventIn) -> None:
    """Check every text of an event and set empty ones to null, in place; raises `RejectedEvent`."""
    for field, bytes_max, is_id in CALL_TEXTS if wire.__class__ is CallIn else TASK_TEXTS:
        text = getattr(wire, field)
        if text.__class__ is not str:
            continue
        if not text:
            setattr(wire, field, None)
        elif not (text.isascii() and text.isprintable()):
            check_text(field, text, bytes_max, is_id=is_id)
    if wire.__class__ is CallIn and wire.group_id:
        _check_ids("group_id", [wire.group_id] if isinstance(wire.group_id, str) else wire.group_id)


def _check_ids(field: str, ids: Iterable[str]) -> None:
    for each in ids:
        if not (each.isascii() and each.isprintable()):
            check_text(field, each, TEXT_BYTES, is_id=True)


def check_text(field: str, text: str, bytes_max: int, *, is_id: bool) -> None:
    """Raise `RejectedEvent` for a text that is too long or cannot be stored."""
    reason: RejectReason = "invalid_id" if is_id else "invalid_value"
    if "\0" in text:
        raise RejectedEvent(reason, field, "holds a NUL or half a surrogate pair, which cannot be kept")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise RejectedEvent(reason, field, "holds half a surrogate pair, which cannot be kept") from None
    if size > bytes_max:
        too_long: RejectReason = "invalid_id" if is_id else "too_large"
        raise RejectedEvent(too_long, field, f"{size:,} bytes; at most {bytes_max:,}")
    if is_id and _CONTROL.search(text):
        raise RejectedEvent(reason, field, f"{shown(text)} holds a control character")
