"""From a delivery to a batch: translated, checked by the rules of events, what does not fit set apart."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct, structs

from callboard.clock import Micros
from callboard.errors import BodyTooLargeError, InvalidInputError, NotFoundError
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.platforms.batches import Read, of_records_at_fault
from callboard.ingest.sources.platforms.delivery import (
    Delivery,
    HookSettings,
    Quarantined,
    QuarantineReason,
    Translation,
    UnknownWord,
)
from callboard.ingest.sources.platforms.platform import Platform, translated
from callboard.ingest.sources.platforms.reading.bodies import has_few_values
from callboard.ingest.sources.platforms.reading.values import cut, storable
from callboard.ingest.sources.platforms.redaction import redacted
from callboard.ingest.sources.platforms.secret_values import has_cut
from callboard.ingest.sources.platforms.sparing import spared_entry
from callboard.model.event import Entry
from callboard.store.hooks import (
    QUARANTINED_BYTES_MAX,
    WORD_BYTES_MAX,
    WORDS_MAX,
    Hook,
    HookDelivery,
    QuarantinedDelivery,
)
from callboard.store.interface import Batch, Receipt

FAULTS_MAX: Final = 100
"""Records at fault of one delivery whose reasons are kept; the others are counted."""
FAULTS_BYTES_MAX: Final = 16 << 10
"""Bytes of these reasons, as they are kept."""
MESSAGE_BYTES_MAX: Final = 500
"""Bytes of one of them."""
NEEDED: Final = (
    "Something that it needs was cut out before it was kept, as a secret or a link: send it again from the "
    "platform."
)
_OPEN: Final = frozenset({"metadata", "input", "output"})
"""Fields of events that hold what users say of their own."""
_BAD_TIMES: Final = ("invalid_time", "time_out_of_range")
_NUMBERS: Final = re.compile(r"\d[\d\-. ()]{5,}\d")
"""What may be a telephone number, anywhere in a word."""


class Faults(Struct, frozen=True):
    """Why records of a delivery are in quarantine, as a store keeps it."""

    count: int
    """Of all records at fault."""
    records: list[Quarantined]
    """The first of them."""


class Taken(Struct, frozen=True, kw_only=True):
    """What a hook makes of one delivery."""

    delivery: Delivery
    entries: list[Entry]
    places: list[int]
    """Of each entry its place among the events that the delivery was translated to."""
    at_fault: list[Quarantined]
    quarantined: QuarantinedDelivery | None
    ignored: int
    """Records that are known to be no calls."""
    unknown_words: tuple[tuple[str, str, int], ...]
    """Field, word, and how often it is in the delivery: cut, and without what may be a telephone number."""

    @property
    def is_ignored(self) -> bool:
        """Whether it says nothing of a call or task."""
        return self.ignored > 0 and not self.entries and self.quarantined is None


def settings_of(hook: Hook) -> HookSettings:
    """What is set of a hook."""
    return msgspec.json.decode(hook.settings, type=HookSettings)


def source_of(hook: Hook) -> str:
    """What the events of a hook have as their source."""
    return f"hook:{hook.platform}"


def take(
    platform: Platform, delivery: Delivery, hook: Hook, max_events: int, *, is_redacted: bool = False
) -> Taken:
    """Translate a delivery whose signature was checked. Pure: nothing is kept yet. `is_redacted`: of what was
    kept of it.

    Raises `BodyTooLargeError` for more than `max_events` events.
    """
    found = _translated(platform, delivery, hook, is_redacted=is_redacted)
    if len(found.events) > max_events:
        raise BodyTooLargeError(f"The delivery holds more than {max_events:,} events.")
    entries, places = _entries(platform, found, delivery.received_at, source_of(hook))
    read = Read(entries, found.quarantined, len(found.ignored))
    return Taken(
        delivery=delivery,
        entries=entries,
        places=places,
        at_fault=read.at_fault,
        quarantined=_set_apart(platform, delivery, hook, read, is_redacted=is_redacted)
        if read.at_fault
        else None,
        ignored=read.ignored,
        unknown_words=counted_words(found.unknown_words),
    )


def hook_that_reads(find: Callable[[int], Hook | None], kept: QuarantinedDelivery, other: int | None) -> Hook:
    """The hook that a quarantined delivery is read by: the one that it came to, revoked or not, because it
    was proved when it came; or another one of the same platform and space, whose settings may be right where
    those were not. Raises `InvalidInputError`, and `NotFoundError`.
    """
    own = find(kept.hook_id)
    if own is None:
        raise NotFoundError("Hook not found.")
    if other is None:
        return own
    found = find(other)
    if found is None or (found.platform, found.space_id) != (own.platform, own.space_id):
        why = f"must be a hook of the same platform and space as hook {own.id}, which the delivery came to"
        raise InvalidInputError(f"hook_id: {why}", [("hook_id", why)])
    return found


def take_again(
    platform: Platform, kept: QuarantinedDelivery, hook: Hook, now: Micros, max_events: int
) -> Taken:
    """Translate a quarantined delivery anew, as if it had been read at its first receipt."""
    delivery = Delivery(
        method=kept.method,
        query=kept.query,
        headers=msgspec.json.decode(kept.headers, type=dict[str, str]),
        body=kept.body,
        received_at=kept.received_at,
    )
    taken = take(platform, delivery, hook, max_events, is_redacted=True)
    if taken.quarantined is None:
        return taken
    return structs.replace(taken, quarantined=structs.replace(taken.quarantined, **_names(kept, now)))


def batch_of(hook: Hook, taken: Taken, received_at: Micros, *, replays: str | None = None) -> Batch:
    """What is committed of a delivery, all or nothing."""
    is_read = replays is None or taken.quarantined is None
    return Batch(
        org_id=hook.org_id,
        space_id=hook.space_id,
        entries=taken.entries,
        indexes=taken.places,
        source=source_of(hook),
        received_at=received_at,
        delivery=HookDelivery(
            hook_id=hook.id,
            quarantined=taken.quarantined,
            replays=replays,
            is_ignored=taken.is_ignored,
            # A replay that stays in quarantine is read again: its words would be counted each time.
            unknown_words=taken.unknown_words if is_read else (),
        ),
    )


def batch_of_rejected(
    platform: Platform,
    hook: Hook,
    taken: Taken,
    receipt: Receipt,
    *,
    replayed: QuarantinedDelivery | None = None,
    now: Micros = 0,
) -> Batch | None:
    """What is to be committed after `batch_of` and before the delivery is answered, where its events could be
    read and were not taken, as those beyond the bound of a call: it goes into quarantine, with why. None
    where all were taken. `replayed`: the quarantined delivery that it is.
    """
    if not receipt.rejections:
        return None
    rejected = [
        Quarantined("rejected", f"{each.reason}: {each.message}", part=each.index)
        for each in receipt.rejections
    ]
    read = Read(taken.entries, taken.at_fault, taken.ignored)
    of_rejected = {each.index for each in receipt.rejections}
    entries = {number for number, place in enumerate(taken.places) if place in of_rejected}
    kept = _set_apart(
        platform, taken.delivery, hook, read, rejected, entries, is_redacted=replayed is not None
    )
    if replayed is not None:
        kept = structs.replace(kept, **_names(replayed, now))
    elif taken.quarantined is not None:
        kept = structs.replace(kept, times=0)  # it came once, and is there already
    return Batch(
        org_id=hook.org_id,
        space_id=hook.space_id,
        entries=[],
        source=source_of(hook),
        received_at=taken.delivery.received_at,
        delivery=HookDelivery(
            hook_id=hook.id,
            quarantined=kept,
            replays=None if replayed is None else replayed.quarantine_id,
            follows=True,
        ),
    )


def counted_words(words: Iterable[UnknownWord]) -> tuple[tuple[str, str, int], ...]:
    """How often each unknown word is there. Words beyond `WORDS_MAX` are counted together."""
    counted = Counter(
        (each.field, cut(_NUMBERS.sub("…", storable(each.word)), WORD_BYTES_MAX) or "") for each in words
    ).most_common()
    others = sum(times for _, times in counted[WORDS_MAX:])
    first = [(*each, times) for each, times in counted[:WORDS_MAX]]
    return tuple([*first, ("", "", others)] if others else first)


def _names(kept: QuarantinedDelivery, now: Micros) -> dict[str, Any]:
    """What a replayed delivery keeps: its id was made of the delivery as it came."""
    return {"quarantine_id": kept.quarantine_id, "last_at": now}


def _translated(platform: Platform, delivery: Delivery, hook: Hook, *, is_redacted: bool) -> Translation:
    found = translated(platform, delivery, settings_of(hook))
    if is_redacted:
        _without_cuts(found)
    return found


def _without_cuts(found: Translation) -> None:
    """What was cut out is no value: metadata are left without it, and an event that would say it elsewhere,
    as the id of a call, is none.
    """
    events = []
    for event in found.events:
        for field in _OPEN & event.keys():
            event[field] = _uncut(event[field])
        if _has_cuts(event):
            found.quarantined.append(Quarantined("invalid", NEEDED))
        else:
            events.append(event)
    found.events[:] = events
    found.quarantined[:] = [
        structs.replace(each, message=NEEDED) if has_cut(each.message) else each for each in found.quarantined
    ]


def _uncut(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _uncut(inner) for name, inner in value.items() if not _is_cut(inner)}
    return [_uncut(inner) for inner in value if not _is_cut(inner)] if isinstance(value, list) else value


def _is_cut(value: Any) -> bool:
    return isinstance(value, str) and has_cut(value)


def _has_cuts(event: dict[str, Any]) -> bool:
    return any(has_cut(str(value)) for name, value in event.items() if name not in _OPEN)


def _read(platform: Platform, delivery: Delivery, hook: Hook, *, is_redacted: bool) -> Read:
    found = _translated(platform, delivery, hook, is_redacted=is_redacted)
    entries, _ = _entries(platform, found, delivery.received_at, source_of(hook))
    return Read(entries, found.quarantined, len(found.ignored))


def _entries(
    platform: Platform, found: Translation, received_at: Micros, source: str
) -> tuple[list[Entry], list[int]]:
    entries, places = [], []
    for place, event in enumerate(found.events):
        try:
            entries.append(
                event_from_mapping(event, now=received_at, source=source)
                if platform.sends_events
                else spared_entry(event, found, now=received_at, source=source)
            )
            places.append(place)
        except RejectedEvent as fault:
            reason: QuarantineReason = "bad_time" if fault.reason in _BAD_TIMES else "invalid"
            found.quarantined.append(Quarantined(reason, fault.message, part=place))
    return entries, places


def _set_apart(
    platform: Platform,
    delivery: Delivery,
    hook: Hook,
    read: Read,
    rejected: Sequence[Quarantined] = (),
    entries: Container[int] = (),
    *,
    is_redacted: bool = False,
) -> QuarantinedDelivery:
    """What is kept of a delivery: of a batch, the records at fault. `rejected`: why entries of it were, and
    which.
    """
    at_fault = [*read.at_fault, *rejected]
    plain, size = _plain(platform, delivery, hook, is_redacted=is_redacted)
    named = plain.body if size == len(plain.body) else hashlib.sha256(delivery.body).digest()
    parts = (str(hook.id).encode(), plain.method.encode(), plain.query.encode("utf-8", "replace"), named)
    digest = hashlib.sha256(b"\0".join(parts)).hexdigest()
    part = of_records_at_fault(
        delivery, read, lambda some: _read(platform, some, hook, is_redacted=is_redacted), entries
    )
    if part is not delivery:
        plain, size = _plain(platform, part, hook, is_redacted=is_redacted)
    body = plain.body[:QUARANTINED_BYTES_MAX]
    return QuarantinedDelivery(
        quarantine_id=f"q{digest[:15]}",
        hook_id=hook.id,
        received_at=delivery.received_at,
        reason=at_fault[0].reason,
        faults=msgspec.json.encode(Faults(len(at_fault), _told(at_fault))).decode(),
        method=plain.method,
        query=storable(plain.query),
        headers=msgspec.json.encode(plain.headers).decode(),
        body=body,
        size=size,
        kept_bytes=len(body),
        last_at=delivery.received_at,
    )


def _plain(platform: Platform, delivery: Delivery, hook: Hook, *, is_redacted: bool) -> tuple[Delivery, int]:
    """A delivery without what is cut out of it, and the bytes that it has then. What holds too much to be
    read is not decoded for its secrets, either: these are cut out of its beginning, and the bytes are those
    that came.
    """
    if is_redacted:  # by the hook that it came to; another one may be told to read less
        return delivery, len(delivery.body)
    whole, reads = delivery.body, platform.reads(settings_of(hook))
    if len(whole) <= QUARANTINED_BYTES_MAX or (whole.lstrip()[:1] in (b"{", b"[") and has_few_values(whole)):
        plain = redacted(delivery, platform.redact, reads)
        return plain, len(plain.body)
    beginning = structs.replace(delivery, body=whole[:QUARANTINED_BYTES_MAX])
    return redacted(beginning, platform.redact, reads), len(whole)


def _told(at_fault: list[Quarantined]) -> list[Quarantined]:
    """The first records at fault, within the bounds of what is kept of them: a platform decides what a word
    of it is, and how long.
    """
    told, room = [], FAULTS_BYTES_MAX
    for each in at_fault[:FAULTS_MAX]:
        fault = structs.replace(
            each,
            message=cut(storable(each.message), MESSAGE_BYTES_MAX) or "",
            word=None if each.word is None else cut(storable(each.word), WORD_BYTES_MAX),
        )
        room -= len(msgspec.json.encode(fault)) + 1
        if room < 0:
            break
        told.append(fault)
    return told
