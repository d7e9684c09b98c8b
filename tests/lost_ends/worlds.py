"""A space with a hook whose platform is a stand-in, what came of its deliveries, and how it is reconciled."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

import msgspec

from callboard.clock import HOUR, SECOND, Micros
from callboard.ingest.lost_ends.asking import Wait
from callboard.ingest.lost_ends.reconciling import Reconciler, Wish
from callboard.ingest.lost_ends.tally import Pull, Tally
from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import batch_of, take
from callboard.model.directory import Space
from callboard.settings import Settings
from callboard.store.hooks import Hook, NewHook
from callboard.store.interface import Store
from callboard.store.questions import CallFilter, Scope, Window
from tests.lost_ends.list_apis import STANDS
from tests.lost_ends.true_calls import T0, TrueCall
from tests.stores import make_organization, make_space

FIRST: Micros = T0 * SECOND
BEHIND: Micros = FIRST + 8 * HOUR
"""When all calls are over, and past their limit."""
STATUSES = {
    "completed": "completed",
    "busy": "missed",
    "no_answer": "missed",
    "talking": "in_progress",
    "ringing": "ringing",
}


def _at_once(seconds: float) -> bool:
    """Waits for nothing, and never stops."""
    return False


class World(NamedTuple):
    """One space, and the hook by which its calls come."""

    store: Store
    space: Space
    hook: Hook
    platform: str

    def deliver(self, deliveries: list[Delivery]) -> None:
        """What came of the platform's deliveries."""
        for each in deliveries:
            taken = take(PLATFORMS[self.platform], each, self.hook, 1_000)
            assert taken.quarantined is None, taken.quarantined
            [receipt] = self.store.ingest([batch_of(self.hook, taken, each.received_at)])
            assert not isinstance(receipt, Exception), receipt

    def reconcile(
        self,
        *base_urls: str,
        now: Micros = BEHIND,
        wait: Wait | None = None,
        key: str | None = None,
        **wish: Any,
    ) -> Tally:
        secrets = {"api_key": STANDS[self.platform].key if key is None else key}
        worker = Reconciler(
            self.store,
            Settings(api_urls=" ".join(base_urls)),
            lambda _: secrets,
            lambda: now,
            wait or _at_once,
        )
        return worker.run([self.space], Wish(**wish), lambda _: lambda _: None)

    def calls(self) -> dict[str, tuple[str, int | None]]:
        """Id → status and talk time, of all that count."""
        scope = Scope(self.space.org_id, self.space.id)
        found = self.store.calls(scope, CallFilter(), Window(limit=10_000))
        return {each.call.call_id: (each.call.call_status, each.call.duration_ms) for each in found}

    def totals(self) -> tuple[int, int, int]:
        """Calls made, completed and failed."""
        totals = self.store.changes_since(self.space.org_id, -1).totals[self.space.id]
        return totals.total_calls, totals.calls_completed, totals.calls_failed


def make_world(
    store: Store,
    platform: str,
    base_url: str,
    *,
    rows: int | None = None,
    created_at: Micros = FIRST - HOUR,
    **settings: Any,
) -> World:
    """`rows`: asked for in a page, fewer than the platform gives."""
    organization = make_organization(store, now=FIRST)
    space = make_space(store, organization, now=FIRST)
    new = NewHook(
        space_id=space.id,
        platform=platform,
        prefix="cbh_0000001",
        token_digest=bytes(32),
        settings=msgspec.json.encode({"api_url": base_url} | settings).decode(),
        sealed=b"sealed",
        now=created_at,
    )
    hook = store.create_hook(organization.id, new)
    if rows is not None:
        kept = msgspec.json.encode(Pull(rows=rows)).decode()
        assert store.save_reconciliation(organization.id, hook.id, None, kept)
    return World(store, space, hook, platform)


def lossy(platform: str, calls: list[TrueCall], seed: int) -> list[Delivery]:
    """What comes of all deliveries: of ten three are lost, two come twice, and all in any order."""
    draw = Random(seed)
    posts = [post for call in calls for post in STANDS[platform].posts(call)]
    kept = [post for post in posts if draw.random() >= 0.3]
    kept += [post for post in kept if draw.random() < 0.2]
    draw.shuffle(kept)
    return kept


def truth(platform: str, calls: list[TrueCall]) -> dict[str, tuple[str, int | None]]:
    """What `World.calls` gives if nothing is lost."""
    name = STANDS[platform].name
    return {
        name(call.no): (STATUSES[call.how], call.talked * 1000 if call.ended else None)
        for call in calls
        if call.ended is not None or platform not in ("plivo", "unpod")
    }
