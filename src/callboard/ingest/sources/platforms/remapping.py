"""Correct calls that ended for a reason that was not known, once the table of their platform knows the word.

The event that said the word stays in the log, and a correcting event is put beside it: of the same time
and the next sequence, so that it outweighs this event, however often and by whichever version that is
read again, and no other. It says the status and the reason, and repeats when the call ended. So it is a
function of that event and the table: numbers are the same whenever it arrives, and a second run finds
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec import UNSET, Struct

from callboard.clock import Micros
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import source_of
from callboard.ingest.sources.platforms.word_table import Meaning
from callboard.model.event import CallEvent, Entry, canonical
from callboard.model.words import FINAL_CALL
from callboard.store.hooks import Hook
from callboard.store.interface import Batch, Progress, Receipt, Store

CALLS_PER_COMMIT: Final = 250
"""So that a live delivery waits for one such commit at most."""
WORDS_SHOWN: Final = 1_000
"""Words of one run that are told one by one."""


class RemappedWord(Struct):
    """A word that the table knows now."""

    word: str
    call_status: str
    end_reason: str | None
    calls: int = 0
    """Calls that ended with it."""


class Remapped(Struct):
    """What a run did, or would do."""

    calls: int = 0
    """Calls that are corrected."""
    not_corrected: int = 0
    """Calls whose correction was rejected, as they have no room for another event."""
    events: int = 0
    """Correcting events: of a call that said its end twice there are two."""
    applied: int = 0
    duplicate: int = 0
    stale: int = 0
    rejected: int = 0
    """What became of them; all 0 of a dry run."""
    still_unknown: int = 0
    """Calls with a word that the table lacks, or whose end was said of their group."""
    words: list[RemappedWord] = []
    """By word, status and reason; at most `WORDS_SHOWN`."""

    def add(self, receipt: Receipt, entries: Sequence[Entry]) -> None:
        """Add what became of these events."""
        failed = len({entries[each.index].event.item_id for each in receipt.rejections})
        self.calls -= failed
        self.not_corrected += failed
        self.applied += receipt.applied
        self.duplicate += receipt.duplicate
        self.stale += receipt.stale
        self.rejected += receipt.rejected


def remap(
    store: Store, hook: Hook, now: Micros, *, dry_run: bool = False, progress: Progress | None = None
) -> Remapped:
    """Correct the calls of the hook's platform in its space, also those that another hook of this platform
    took, legs and withdrawn ones too. Called again after an interruption it continues.
    """
    done = Remapped()
    named: dict[tuple[str, str, str | None], RemappedWord] = {}
    waiting: list[list[Entry]] = []
    for seen, corrections in enumerate(_corrections(store, hook, now), 1):
        if not corrections:
            done.still_unknown += 1
            continue
        done.calls += 1
        done.events += len(corrections)
        for told in {(word, *_said(entry)) for word, entry in corrections}:
            named.setdefault(told, RemappedWord(*told)).calls += 1
        waiting.append([entry for _, entry in corrections])
        if len(waiting) == CALLS_PER_COMMIT:
            _commit(store, hook, waiting, now, done, dry_run=dry_run)
            if progress is not None:
                progress(seen, seen)
    _commit(store, hook, waiting, now, done, dry_run=dry_run)
    words = sorted(named.values(), key=lambda each: (-each.calls, each.word))
    done.words = words[:WORDS_SHOWN]
    return done


def correction(entry: Entry, platform: Platform, now: Micros) -> Entry | None:
    """The event that corrects one that gave a word as `unknown`; None where there is nothing to correct."""
    event = entry.event
    if not isinstance(event, CallEvent) or event.end_reason != "unknown":
        return None
    meaning = _meaning(event, platform)
    if meaning is None or not _tells_more(meaning, event):
        return None
    at = entry.occurred_at
    # An event that says nothing about when the call ended is corrected by one that does not, either.
    began: dict[str, Any] = {
        name: at
        for name in ("start_time", "creation_time")
        if event.end_time is UNSET and event.duration_ms is UNSET and getattr(event, name) == at
    }
    # An end is that of its status: where other events weigh more, it would be lost with the one of before.
    names = ("end_time",) if meaning.status == "missed" else ("end_time", "duration_ms")
    ended = {name: value for name in names if isinstance(value := getattr(event, name), int)}
    told = began | ended
    named = {"occurred_at", *told, *(("call_duration",) if "duration_ms" in told else ())}
    if rough := tuple(name for name in event.rough or () if name in named):
        told["rough"] = rough
    corrected = CallEvent(
        call_id=event.call_id,
        call_status=meaning.status,
        standing=event.standing,
        occurred_at=at,
        sequence=(event.sequence if isinstance(event.sequence, int) else -1) + 1,
        end_reason=meaning.end_reason,
        **told,
    )
    source = entry.least_source or entry.source
    return Entry(corrected, canonical(corrected), now, source)


def _corrections(store: Store, hook: Hook, now: Micros) -> Iterator[list[tuple[str, Entry]]]:
    """Of each call that ended for an unknown reason: words, and events that correct them and are not there
    yet.
    """
    platform, source = PLATFORMS[hook.platform], source_of(hook)
    after: int | None = 0
    while after is not None:
        found, after = store.unknown_ends(hook.org_id, hook.space_id, after)
        for end in found:
            entries = store.call_entries(hook.org_id, hook.space_id, end.call_id)
            ours = [each for each in entries if source in (each.source, each.least_source)]
            if ours:
                known = {each.body for each in entries}
                yield [
                    (str(each.event.source_end_reason), made)  # type: ignore[union-attr]
                    for each in ours
                    if (made := correction(each, platform, now)) is not None and made.body not in known
                ]


def _said(entry: Entry) -> tuple[str, str | None]:
    event = entry.event
    assert isinstance(event, CallEvent)
    return event.call_status, event.end_reason if isinstance(event.end_reason, str) else None


def _meaning(event: CallEvent, platform: Platform) -> Meaning | None:
    """What the word of an end means by now; None where it is in no table."""
    word, answered = event.source_end_reason, _was_answered(event)
    if not isinstance(word, str):
        return None
    if platform.reason_of is not None:
        reason = platform.reason_of(word, answered)
        return None if reason is None else Meaning(event.call_status, reason)
    tables = (platform.words.get("end_reason"), platform.kinds)
    found = (table.look_up(word, answered=answered) for table in tables if table is not None)
    return next((meaning for meaning in found if meaning is not None), None)


def _was_answered(event: CallEvent) -> bool:
    """As the translation decided when it read the event: an answered call ended `completed`, or has a start
    or a length.
    """
    length = event.duration_ms
    started = isinstance(event.start_time, int) or (isinstance(length, int) and length > 0)
    return started or event.call_status == "completed"


def _tells_more(meaning: Meaning, event: CallEvent) -> bool:
    """Whether a word that ends a call says of its end what the event does not: a reason, or a status."""
    is_known = meaning.end_reason != "unknown" or meaning.status != event.call_status
    return meaning.status in FINAL_CALL and is_known


def _commit(
    store: Store, hook: Hook, waiting: list[list[Entry]], now: Micros, done: Remapped, *, dry_run: bool
) -> None:
    """Commit what waits, and empty it."""
    entries = [entry for of_call in waiting for entry in of_call]
    waiting.clear()
    if dry_run or not entries:
        return
    source = source_of(hook)
    batch = Batch(org_id=hook.org_id, space_id=hook.space_id, entries=entries, source=source, received_at=now)
    [receipt] = store.ingest([batch])
    if isinstance(receipt, Exception):
        raise receipt
    done.add(receipt, entries)
