"""Who follows which numbers: one task a worker looks at the store's marker for all of them.

The marker moves with any commit, of whichever process; so every worker sees every commit by itself, and a
worker's own commits need no other way than those of its neighbours. While nobody follows, nothing looks.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from callboard.clock import Clock
from callboard.errors import StoreError, SubscribersFullError
from callboard.live.followed import Followed
from callboard.live.message import EndReason
from callboard.live.permit import NEVER, Permit
from callboard.live.subscription import Subscription
from callboard.query.analytics import Analytics
from callboard.query.directory import Directory
from callboard.query.places import Places
from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.questions import Scope

_log = logging.getLogger("callboard.live")

LOOK_EVERY_S = 0.02
"""How often the marker is looked at: two microseconds each time."""
MOST_OF_THE_TIME = 0.2
"""Share of the event loop's time that looking may take: with very many organizations it looks less often."""
AT_ONCE = 50
"""Organizations looked at before others on the event loop get their turn."""


class Live:
    """The subscribers of one worker. Owned by the event loop's thread."""

    def __init__(
        self, store: Store, analytics: Analytics, directory: Directory, settings: Settings, clock: Clock
    ) -> None:
        self._store = store
        self._ahead = store.ahead()
        self._analytics = analytics
        self._directory = directory
        self._clock = clock
        self._places = Places(settings.stream_subscribers, SubscribersFullError)
        self._lasts_s = settings.stream_seconds
        self._subscriptions: dict[Subscription, None] = {}
        """In the order they came, which is the order in which their time is over."""
        self._followed: dict[int, dict[Scope, Followed]] = {}
        self._seen: dict[int, tuple[int, int]] = {}
        self._marker: int | None = None
        self._directory_version = -1
        self._first_end = NEVER
        self._watching: asyncio.Task[None] | None = None
        self._stopping = False
        self.ended: Counter[str] = Counter()
        """How many streams the server ended, by reason."""

    @property
    def subscribers(self) -> int:
        """How many there are now."""
        return len(self._subscriptions)

    def check_room(self, org_id: int) -> None:
        """Raises `SubscribersFullError` when this organization cannot have one more."""
        if self._stopping:
            raise SubscribersFullError
        self._places.check(org_id)

    def follow(self, scope: Scope, permit: Permit, heartbeat_s: float | None = None) -> Subscription:
        """A stream that begins with the answer of this moment, and is never silent for longer than
        `heartbeat_s` seconds (left out: as long as any). Raises `SubscribersFullError` and `StoreError`.
        """
        self.check_room(scope.org_id)
        followed = self._followed.get(scope.org_id, {}).get(scope) or Followed(scope)
        followed.take(self._analytics.look(scope.org_id))
        over_at = asyncio.get_running_loop().time() + self._lasts_s
        subscription = Subscription(followed, permit, over_at, self._leave, heartbeat_s)
        self._followed.setdefault(scope.org_id, {})[scope] = followed
        self._subscriptions[subscription] = None
        self._places.take(scope.org_id)
        try:
            # One that holds no longer by now ends at the next look.
            self._first_end = min(self._first_end, permit.until(self._directory.now()) or 0)
        except BaseException:
            subscription.close()  # nobody will read it: its place is free again
            raise
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        return subscription

    def stop(self) -> None:
        """End every stream, and begin none from now on."""
        self._stopping = True
        self._end_all("stopping")

    def _leave(self, subscription: Subscription) -> None:
        del self._subscriptions[subscription]
        scope = subscription.followed.scope
        self._places.leave(scope.org_id)
        if not subscription.followed.listeners:
            of_organization = self._followed[scope.org_id]
            del of_organization[scope]
            if not of_organization:
                del self._followed[scope.org_id]
                self._seen.pop(scope.org_id, None)

    # --- looking

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._subscriptions:
                began = loop.time()
                await self._look(began)
                spent = loop.time() - began
                await asyncio.sleep(max(LOOK_EVERY_S, spent / MOST_OF_THE_TIME))
        except StoreError as error:
            # Silence would say that nothing changes. Whoever comes back is told 503, or that all is well.
            _log.warning("streams ended: %s: %s", error.code, error.message)
            self._end_all("store_unavailable")
        except Exception:  # noqa: BLE001 - in the log, and told to everybody it concerns
            _log.exception("streams ended by a fault of ours")
            self._end_all("fault")
        finally:
            self._watching = None

    async def _look(self, now_s: float) -> None:
        self._end_those_whose_time_is_over(now_s)
        if self._ahead is not None:
            await self._ahead.ask()
        marker = self._store.marker()
        if marker != self._marker:
            self._check_permits()
            for place, org_id in enumerate(list(self._followed), 1):
                self._look_at(org_id)
                if place % AT_ONCE == 0:
                    await asyncio.sleep(0)
            self._marker = marker
        if self._clock() >= self._first_end:
            self._check_permits(whatever=True)

    def _look_at(self, org_id: int) -> None:
        if org_id not in self._followed:  # the last of them left meanwhile
            return
        organization = self._analytics.look(org_id)
        seen = (organization.version, organization.directory_version)
        if seen != self._seen.get(org_id):
            self._seen[org_id] = seen
            for followed in self._followed[org_id].values():
                followed.take(organization)

    def _check_permits(self, *, whatever: bool = False) -> None:
        """End the streams whose permit holds no longer; look at none while the directory stands still."""
        view = self._directory.now()
        if view.version == self._directory_version and not whatever:
            return
        self._directory_version = view.version
        self._first_end = NEVER
        for subscription in list(self._subscriptions):
            until = subscription.permit.until(view)
            if until is None:
                self._end(subscription, "token_ended")
            else:
                self._first_end = min(self._first_end, until)

    def _end_those_whose_time_is_over(self, now_s: float) -> None:
        for subscription in self._subscriptions:
            if subscription.over_at > now_s:
                return
            self._end(subscription, "time_over")

    def _end_all(self, reason: EndReason) -> None:
        for subscription in list(self._subscriptions):
            self._end(subscription, reason)

    def _end(self, subscription: Subscription, reason: EndReason) -> None:
        if subscription.end(reason):
            self.ended[reason] += 1
