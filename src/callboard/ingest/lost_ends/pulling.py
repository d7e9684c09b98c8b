"""Ask the platform of one hook for its calls: page by page, going on where a run before this one ended."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from callboard.clock import DAY, HOUR, SECOND, Micros, iso
from callboard.ingest.lost_ends.asking import Asker, AskingError
from callboard.ingest.lost_ends.belonging import Belonging
from callboard.ingest.lost_ends.healing import each_call, lost_calls
from callboard.ingest.lost_ends.taking_rows import RowTaker
from callboard.ingest.lost_ends.tally import Found, HookAsked, Pull
from callboard.ingest.sources.platforms.listing.lister import Key, Lister, OddAnswerError, Window
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.taking import source_of
from callboard.model.directory import Space
from callboard.store.hooks import Hook
from callboard.store.interface import Store
from callboard.store.questions import CallFilter

PAGES_MAX: Final = 20_000
"""Pages of one window. A platform that has more is asked from anew."""
SINGLY_MAX: Final = 500
"""Calls of a hook about which one run asks one by one."""
SEEN_MAX: Final = 500
"""The latest pages of a window that are known again."""
LOOK_BACK: Final[Micros] = 90 * DAY
"""How long before a hook was made its open calls are looked for, unless `--since` says otherwise."""
OF_ITSELF: Final = ("unreadable", "endless", "too_large")
"""Faults that come again when the same is asked again."""
OVERLAP: Final[Micros] = HOUR
"""What a window has in common with the one before it, beside the time that a call may be live."""
Paged = Callable[[int], None]
"""Called after each page, with the number of calls seen so far."""


class Source(Struct, frozen=True):
    """One hook, and all that it takes to ask its platform."""

    space: Space
    hook: Hook
    platform: Platform
    lister: Lister
    key: Key
    is_shared: bool = False
    """Whether another hook of the organization may be of the same account."""


class Puller:
    """Asks for the calls of one hook."""

    def __init__(
        self, store: Store, source: Source, asker: Asker, found: Found, *, pages_max: int = PAGES_MAX
    ) -> None:
        self._store, self._space, self._hook = store, source.space, source.hook
        self._lister, self._key = source.lister, source.key
        self._asker, self._found, self._pages_max = asker, found, pages_max
        ask_more = self._rows_of_one if source.lister.tells_more else None
        belonging = Belonging(store, source.hook, source.platform, is_shared=source.is_shared)
        self._taker = RowTaker(
            store,
            source.hook,
            source.platform,
            belonging,
            found,
            ask_more,
            tells_state=source.lister.tells_state,
        )
        self.asked = HookAsked(
            hook_id=source.hook.id, platform=source.hook.platform, space_token=source.space.token
        )
        self._kept = store.reconciliation(self._hook.org_id, self._hook.id)
        self._state = Pull() if self._kept is None else msgspec.json.decode(self._kept, type=Pull)

    def run(self, since: Micros | None, now: Micros, paged: Paged) -> None:
        """Ask until all is known up to now. Raises `AskingError`; what came until then is kept."""
        state = self._state
        self._check_clock(now)
        if state.since is not None and (since is None or since >= state.since):
            # A run before this one was ended on the way.
            self._window(now, paged)
            since = None
        if state.until is None or since is not None or state.until < now:
            self._begin(self._start(now) if since is None else since, now)
            self._window(now, paged)
        self._ask_singly(now)

    def _check_clock(self, now: Micros) -> None:
        """What was asked while a clock was ahead is known up to a time that nobody knows: ask again since the
        last that is sure, or else since the first.
        """
        state = self._state
        if state.since is not None and state.to > now:
            self._abandon()
        if state.until is None:
            return
        if state.until <= now:
            self._save(sure=state.until)
            return
        told = f"it was asked when the clock was ahead, up to {iso(state.until)}: asked again"
        self.asked.notes.append(told)
        self._save(until=state.sure if state.sure is not None and state.sure <= now else None)

    def _start(self, now: Micros) -> Micros:
        """Since when calls are wanted, if nobody says."""
        if self._state.until is not None:
            live = self._space.settings.live_call_limit * SECOND
            return self._state.until - live - OVERLAP
        source = source_of(self._hook)
        lost = (
            call.creation_time for call in lost_calls(self._store, self._space, now) if call.source == source
        )
        return max(min(self._hook.created_at, *lost, now), self._hook.created_at - LOOK_BACK)

    def _begin(self, since: Micros, now: Micros) -> None:
        looks_back = self._lister.looks_back
        if looks_back is not None and since < now - looks_back:
            self.asked.notes.append(
                f"it lists the last {looks_back // HOUR} hours, not all since {iso(since)}: older calls are "
                "asked about only if they are known and their end is missing"
            )
            since = now - looks_back
        self._save(since=since, to=max(now, since), cursor=None, pages=0, seen=[])

    def _window(self, now: Micros, paged: Paged) -> None:
        state = self._state
        while state.since is not None:
            if state.pages >= self._pages_max:
                self._abandon()
                raise AskingError("endless", f"it has more than {self._pages_max:,} pages")
            rows = state.rows or self._lister.page_rows
            question = self._lister.ask(self._key, Window(state.since, state.to), state.cursor, rows)
            try:
                answer = self._asker.ask(question)
                listed, cursor = self._read(answer, state.cursor, rows)
            except AskingError as error:
                if error.fault == "too_large" and rows > 1:
                    # Numbered pages of another size are other pages: from the first one.
                    self._save(rows=rows // 2, cursor=None, pages=0, seen=[])
                    continue
                if error.fault in ("unknown", *OF_ITSELF):
                    self._abandon()
                raise
            digest = _digest(listed)
            if digest in state.seen:
                self._abandon()
                raise AskingError("endless", "it gives the same page again")
            self._taker.take(listed, now)
            self.asked.pages += 1
            self.asked.rows += len(listed)
            self.asked.left_out = len(self._taker.left_out)
            # After the commit of the page: a run that is killed between the two takes it again, and finds
            # it known.
            if cursor is None:
                self._save(until=state.to, since=None, cursor=None, pages=0, seen=[])
            else:
                self._save(cursor=cursor, pages=state.pages + 1, seen=[*state.seen, digest][-SEEN_MAX:])
            paged(self.asked.rows)

    def _read(self, answer: Any, cursor: str | None, rows: int) -> tuple[list[Any], str | None]:
        try:
            listed = self._lister.rows_of(answer)
            following = self._lister.follow(answer, cursor, rows)
            self._asker.check_host(self._lister.next_address(answer))
        except OddAnswerError as error:
            raise AskingError("unreadable", f"its answer is no list of calls: {error}") from None
        except (KeyError, TypeError, ValueError, AttributeError):
            shape = "a list, not an object" if isinstance(answer, list) else "of another shape"
            raise AskingError("unreadable", f"its answer is no list of calls: it is {shape}") from None
        return listed, following

    def _ask_singly(self, now: Micros) -> None:
        """Ask about each call that no list had the end of: those that are lost, and those that still wait."""
        if self._lister.one is None:
            return
        turns = self._turns(now)
        self._found.unheard |= {(self._space.id, call_id) for _, call_id in turns}
        for turn in turns[:SINGLY_MAX]:
            try:
                rows = self._rows_of_one(self._taker.own_id(turn[1]))
            except AskingError as error:
                if error.fault in ("unknown", *OF_ITSELF):
                    self._save(turn=turn)
                if error.fault != "unknown":
                    raise
                rows = []  # it is of another account, or forgotten there
            else:
                self.asked.asked_singly += 1
            self._taker.take(rows, now)
            self._found.unheard.discard((self._space.id, turn[1]))
        if turns:
            self._save(turn=turns[:SINGLY_MAX][-1])

    def _turns(self, now: Micros) -> list[tuple[Micros, str]]:
        """Creation and id of the calls to ask about, the newest first, from the one whose turn it is. So each
        comes to its turn, however many there are of which the platform knows nothing.
        """
        found = sorted({(-created, call_id) for created, call_id in self._unsettled(now)})
        last = self._state.turn
        begin = 0 if last is None else bisect_right(found, (-last[0], last[1]))
        return [(-created, call_id) for created, call_id in (*found[begin:], *found[:begin])]

    def _unsettled(self, now: Micros) -> Iterator[tuple[Micros, str]]:
        source, alive = source_of(self._hook), self._found.alive
        for call in lost_calls(self._store, self._space, now):
            if call.source == source and (self._space.id, call.call_id) not in alive:
                yield call.creation_time, call.call_id
        # Some platforms neither list nor deliver a call that was cancelled before it was dialled.
        waiting = CallFilter(
            call_status="queued",
            start=now - LOOK_BACK,
            end=now - self._space.settings.live_call_limit * SECOND,
        )
        for call in each_call(self._store, self._space, waiting):
            if call.source == source:
                yield call.creation_time, call.call_id

    def _rows_of_one(self, own_id: str) -> list[Any]:
        assert self._lister.one is not None
        answer = self._asker.ask(self._lister.one(self._key, own_id))
        if isinstance(answer, dict) and not any(
            isinstance(answer.get(name), list) for name in self._lister.rows
        ):
            return [answer]
        return self._read(answer, None, 1)[0]

    def _abandon(self) -> None:
        """The next run begins the window anew."""
        self._save(since=None, cursor=None, pages=0, seen=[])

    def _save(self, **changes: Any) -> None:
        before = self._kept
        for name, value in changes.items():
            setattr(self._state, name, value)
        after = msgspec.json.encode(self._state).decode()
        if not self._store.save_reconciliation(self._hook.org_id, self._hook.id, before, after):
            raise AskingError("stopped", "another process asks for this hook")
        self._kept = after


def _digest(listed: list[Any]) -> str:
    text = json.dumps(listed, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
