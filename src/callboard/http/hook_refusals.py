"""Deliveries that are refused: counted, and why the last one was, so that its owner can fix it.

A sender may post wrong signatures as fast as it likes. So of each hook at most one a second of each kind is
written and logged, and the others are counted with the next.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

import msgspec
from msgspec import Struct

from callboard.clock import Clock, Micros
from callboard.errors import CallboardError
from callboard.http.masking import masked
from callboard.ingest.sources.platforms.signatures.checked import Refusal
from callboard.store.hooks import REFUSAL_BYTES_MAX, Hook
from callboard.store.interface import Store

_log = logging.getLogger("callboard.http")

EVERY_S = 1.0
"""How often a refusal of one hook is written and logged, in seconds."""
VALUE_CHARACTERS = 1_000
"""How much of each thing that was compared is kept."""


class _Waiting(Struct):
    """Refusals of one hook that are not written yet."""

    hook: Hook
    kinds: dict[str, int] = {}
    record: str = ""
    at: Micros = 0
    told: set[str] = set()
    """Kinds of which one was written and logged within the last second."""


class HookRefusals:
    """Owned by the event loop's thread. Bounded: only hooks that are there are refused anything."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: dict[int, _Waiting] = {}
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="callboard-refusals")

    async def note(self, hook: Hook, refusal: Refusal, token: str) -> None:
        """Count a refusal. Returns once it is written, if none of its kind was within the last second."""
        record = _record(hook, refusal, token)
        waiting = self._waiting.get(hook.id)
        if waiting is not None and refusal.kind in waiting.told:
            waiting.kinds[refusal.kind] = waiting.kinds.get(refusal.kind, 0) + 1
            waiting.record, waiting.at = record, self._clock()
            return
        loop = asyncio.get_running_loop()
        if waiting is None:
            waiting = self._waiting[hook.id] = _Waiting(hook)
            loop.call_later(EVERY_S, self._end_wait, hook.id)
        waiting.told.add(refusal.kind)
        _log.warning("a delivery to hook %d (%s) was refused: %s", hook.id, hook.platform, _line(record))
        await loop.run_in_executor(
            self._pool, self._write, _Waiting(hook, {refusal.kind: 1}, record, self._clock())
        )

    async def settle(self) -> None:
        """Write what waits."""
        waiting, self._waiting = list(self._waiting.values()), {}
        loop = asyncio.get_running_loop()
        for each in waiting:
            await loop.run_in_executor(self._pool, self._write, each)

    async def flush(self) -> None:
        """Write what waits, and end."""
        await self.settle()
        self._pool.shutdown(wait=True)

    def _end_wait(self, hook_id: int) -> None:
        waiting = self._waiting.pop(hook_id, None)
        if waiting is not None and waiting.kinds:
            many = ", ".join(f"{kind} {count:,}" for kind, count in sorted(waiting.kinds.items()))
            more = sum(waiting.kinds.values())
            _log.warning("%d more deliveries to hook %d were refused: %s", more, hook_id, many)
            self._pool.submit(self._write, waiting)

    def _write(self, refused: _Waiting) -> None:
        if not refused.kinds:
            return
        hook = refused.hook
        try:
            self._store.note_refusals(hook.org_id, hook.id, refused.kinds, refused.record, refused.at)
        except CallboardError as error:
            # The delivery is refused all the same: only the news of it is lost, and that is in the log.
            _log.warning("refusals of hook %d were not counted: %s", hook.id, error.message)


def _record(hook: Hook, refusal: Refusal, token: str) -> str:
    """What is kept of a refusal: without the token of the URL, which only its digest is kept of."""

    def told(text: str) -> str:
        return text.replace(token, f"{hook.prefix}…")[:VALUE_CHARACTERS]

    compared = {name: told(value) for name, value in refusal.compared.items()}
    record = {"kind": refusal.kind, "message": told(refusal.message), "compared": compared}
    encoded = msgspec.json.encode(record)
    if len(encoded) > REFUSAL_BYTES_MAX:
        encoded = msgspec.json.encode({**record, "compared": {}})
    return encoded.decode()


def _line(record: str) -> str:
    """A record as one line of the log. What was compared may hold phone numbers, as the query of a URL."""
    told = msgspec.json.decode(record)
    compared = [f"{name}={masked(at)}" for name, at in told["compared"].items()]
    line = f"{told['kind']}. {masked(told['message'])} {' '.join(compared)}"
    return line.encode("unicode_escape").decode()
