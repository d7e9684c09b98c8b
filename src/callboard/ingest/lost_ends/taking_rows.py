"""Rows of a list API: translated as deliveries are, and committed where they say something new.

Each question gives every row another sequence, so that what a platform corrects later outweighs what it told
before. A row that would change nothing is therefore left out: otherwise each question would add an event to
each call.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import Struct

from callboard.clock import Micros
from callboard.fold.call import fold_call
from callboard.ingest.lost_ends.asking import AskingError
from callboard.ingest.lost_ends.belonging import Belonging
from callboard.ingest.lost_ends.healing import receipts
from callboard.ingest.lost_ends.tally import Found
from callboard.ingest.sources.platforms.delivery import PULLED, Delivery
from callboard.ingest.sources.platforms.platform import Platform, own_id
from callboard.ingest.sources.platforms.taking import settings_of, source_of, take
from callboard.model.call import COUNTED, NO_STATUS, Call
from callboard.model.event import CallEvent, Entry
from callboard.model.words import FINAL_CALL
from callboard.store.hooks import Hook, HookDelivery, QuarantinedDelivery
from callboard.store.interface import Batch, Store

EVENTS_OF_ROW: Final = 1_000
"""Events that one row may say."""
AskMore = Callable[[str], list[Any]]
"""The rows of the answer about one call, given its id at the platform. Raises `AskingError`."""


class Change(Struct):
    """One call of which the platform tells something new."""

    before: Call | None
    after: Call
    entries: list[Entry]


class RowTaker:
    """Takes the rows that one hook's platform lists."""

    def __init__(
        self,
        store: Store,
        hook: Hook,
        platform: Platform,
        belonging: Belonging,
        found: Found,
        ask_more: AskMore | None,
        *,
        tells_state: bool = True,
    ) -> None:
        self._store, self._hook, self._platform, self._found = store, hook, platform, found
        self._belonging, self._ask_more = belonging, ask_more
        self._tells_state = tells_state
        self.left_out: set[str] = set()
        """Ids of calls that may be another hook's."""

    def own_id(self, call_id: str) -> str:
        """The id that the platform itself has for a call."""
        return own_id(self._platform, settings_of(self._hook), call_id)

    def take(self, rows: Sequence[Any], now: Micros) -> None:
        """Commit what rows say that is new, in one commit, and count it."""
        entries, set_apart = self._translated(rows, now)
        calls: dict[str, list[Entry]] = {}
        others = []
        for entry in entries:
            if isinstance(entry.event, CallEvent):
                calls.setdefault(entry.event.call_id, []).append(entry)
            else:
                others.append(entry)
        changes: dict[str, Change] = {}
        unclear: dict[str, Change] = {}
        for call_id, told in calls.items():
            change = self._change(call_id, told)
            if change is not None and self._ask_more is not None and not self._is_of_another(change):
                change = self._told_whole(call_id, change, now)
            if change is None:
                self._found.tally.unchanged += 1
                continue
            whose = "ours" if change.before is not None else self._belonging.of(change.after)
            if whose == "ours":
                changes[call_id] = change
            elif whose == "unclear":
                unclear[call_id] = change
        self._sort_out(unclear, changes)
        self._commit(
            [each for change in changes.values() for each in change.entries] + others, set_apart, now
        )
        self._count(changes)

    def _translated(self, rows: Sequence[Any], now: Micros) -> tuple[list[Entry], list[QuarantinedDelivery]]:
        entries: list[Entry] = []
        set_apart = []
        for row in rows:
            # Each by itself, so that one that cannot be read goes into quarantine alone.
            body = json.dumps([row], separators=(",", ":")).encode()
            delivery = Delivery(method=PULLED, body=body, received_at=now)
            taken = take(self._platform, delivery, self._hook, EVENTS_OF_ROW)
            entries += taken.entries
            if taken.quarantined is not None:
                set_apart.append(taken.quarantined)
        return entries, set_apart

    def _change(self, call_id: str, told: list[Entry]) -> Change | None:
        """How these events change the row of a call; None if they do not."""
        hook = self._hook
        known = self._store.call_entries(hook.org_id, hook.space_id, call_id)
        bodies = {entry.body for entry in known}
        fresh = [entry for entry in told if entry.body not in bodies]
        own = any(isinstance(entry.event, CallEvent) for entry in known)
        before = fold_call(known) if own else None
        after = fold_call([*known, *fresh]) if fresh else before
        if after is None or after == before:
            if after is not None:
                self._note_alive(call_id, after)
            return None
        return Change(before, after, fresh)

    def _sort_out(self, unclear: dict[str, Change], changes: dict[str, Change]) -> None:
        """Add the rows of calls that are taken, as their legs on the same page; the others are left out."""
        groups = {group for change in changes.values() for group in change.after.group_ids or ()}
        for call_id, change in unclear.items():
            if groups.isdisjoint(change.after.group_ids or ()):
                self.left_out.add(call_id)
            else:
                changes[call_id] = change

    def _is_of_another(self, change: Change) -> bool:
        return change.before is None and self._belonging.of(change.after) == "elsewhere"

    def _told_whole(self, call_id: str, change: Change, now: Micros) -> Change | None:
        """The change by the answer about this call alone, which tells more than the list; None where that is
        of no call, as of a chat.
        """
        assert self._ask_more is not None
        try:
            rows = self._ask_more(self.own_id(call_id))
        except AskingError as error:
            if error.fault != "unknown":
                raise
            return change
        entries, set_apart = self._translated(rows, now)
        if told := [each for each in entries if each.event.item_id == call_id]:
            return self._change(call_id, told)
        is_no_call = bool(rows) and not (entries or set_apart)
        return None if is_no_call else change

    def _commit(self, entries: list[Entry], set_apart: list[QuarantinedDelivery], now: Micros) -> None:
        hook, source = self._hook, source_of(self._hook)
        batches = []
        if entries:
            batches.append(
                Batch(
                    org_id=hook.org_id,
                    space_id=hook.space_id,
                    entries=entries,
                    source=source,
                    received_at=now,
                )
            )
        for kept in set_apart:
            # What is there already came the last time, too.
            if self._store.find_quarantined(hook.org_id, kept.quarantine_id) is None:
                self._found.tally.quarantined += 1
                delivery = HookDelivery(hook_id=hook.id, quarantined=kept, pulled=True)
                batches.append(
                    Batch(
                        org_id=hook.org_id,
                        space_id=hook.space_id,
                        entries=[],
                        source=source,
                        received_at=now,
                        delivery=delivery,
                    )
                )
        if batches:
            self._found.tally.rejected += sum(each.rejected for each in receipts(self._store, batches))

    def _count(self, changes: dict[str, Change]) -> None:
        tally, hook = self._found.tally, self._hook
        for call_id, change in changes.items():
            self._note_alive(call_id, change.after)
            row = self._store.call(hook.org_id, hook.space_id, call_id)
            if row is None or row.void != COUNTED:
                continue  # a leg is no call of its own
            before = change.before
            if before is None or before.void == NO_STATUS:
                tally.missing += 1
            elif before.call_status not in FINAL_CALL and row.call_status in FINAL_CALL:
                tally.healed += 1
            else:
                tally.updated += 1

    def _note_alive(self, call_id: str, call: Call) -> None:
        if self._tells_state and call.call_status not in FINAL_CALL:
            self._found.alive.add((self._hook.space_id, call_id))
