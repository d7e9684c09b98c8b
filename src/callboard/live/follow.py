"""Streams of numbers: one task per worker polls the store's change counter for all subscribers.

The change counter moves with every commit of every process. So each worker sees all commits in the same way,
its own and those of other workers, and there is no second path of notification to keep correct. While there
are no subscribers the task does not run.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter

from callboard.clock import Clock
from callboard.errors import StoreError, SubscribersFullError
from callboard.live.followed import FollowedScope
from callboard.live.message import EndReason
from callboard.live.permit import NEVER, Permit
from callboard.live.subscription import Subscription
from callboard.query.analytics import Analytics
from callboard.query.directory import Directory
from callboard.query.slots import StreamSlots
from callboard.settings import Settings
from callboard.store.interface import Store
from callboard.store.questions import Scope

_log = logging.getLogger("callboard.live")

REFRESH_EVERY_S = 0.02
"""Seconds between two reads of the change counter. On SQLite a read takes two microseconds."""
MAX_LOOP_SHARE = 0.2
"""Greatest share of the event loop's time for refreshing. With very many organizations the pauses grow, so
that requests do not starve.
"""
REFRESHES_PER_TURN = 50
"""Organizations refreshed in a row before other tasks of the event loop run."""


class Streams:
    """The subscribers of one worker. Owned by the event loop's thread."""

    def __init__(
        self, store: Store, analytics: Analytics, directory: Directory, settings: Settings, clock: Clock
    ) -> None:
        self._store = store
        self._refresher = store.refresher()
        self._analytics = analytics
        self._directory = directory
        self._clock = clock
        self._slots = StreamSlots(settings.stream_subscribers, SubscribersFullError)
        self._lasts_s = settings.stream_seconds
        self._subscriptions: dict[Subscription, None] = {}
        """A set in the order of insertion: all last equally long, so the first is also the first to end."""
        self._followed: dict[int, dict[Scope, FollowedScope]] = {}
        """By organization, the scopes that have subscribers."""
        self._seen: dict[int, tuple[int, int]] = {}
        """By organization, the version and the directory version that its scopes were refreshed to."""
        self._change_counter: int | None = None
        """The change counter up to which everything has been refreshed."""
        self._directory_version = -1
        self._first_end = NEVER
        """The earliest expiry of all permits: until then only a change of the directory can end one."""
        self._watching: asyncio.Task[None] | None = None
        self._stopping = False
        self.ended: Counter[str] = Counter()
        """Number of streams that the server ended, by reason."""

    @property
    def subscribers(self) -> int:
        """Number of open streams."""
        return len(self._subscriptions)

    def check_slots(self, org_id: int) -> None:
        """Raises `SubscribersFullError` when this organization may not open one more stream."""
        if self._stopping:
            raise SubscribersFullError
        self._slots.check(org_id)

    def follow(self, scope: Scope, permit: Permit, heartbeat_s: float | None = None) -> Subscription:
        """A stream that begins with the current answer, and is never silent for longer than `heartbeat_s`
        seconds (None: `HEARTBEAT_S`). Raises `SubscribersFullError` and `StoreError`.

        The caller must `close` it, which frees its slot.
        """
        self.check_slots(scope.org_id)
        followed = self._followed.get(scope.org_id, {}).get(scope) or FollowedScope(scope)
        followed.update(self._analytics.refresh(scope.org_id))
        ends_at = asyncio.get_running_loop().time() + self._lasts_s
        subscription = Subscription(followed, permit, ends_at, self._leave, heartbeat_s)
        self._followed.setdefault(scope.org_id, {})[scope] = followed
        self._subscriptions[subscription] = None
        self._slots.acquire(scope.org_id)
        try:
            # The token may have been revoked since the request was checked. `or 0` is an expiry in the past:
            # the next round then checks all permits and ends this stream.
            self._first_end = min(self._first_end, permit.until(self._directory.snapshot()) or 0)
        except BaseException:
            subscription.close()  # the caller never gets it: free its slot
            raise
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        return subscription

    def stop(self) -> None:
        """End all streams, and refuse new ones: the server is stopping."""
        self._stopping = True
        self._end_all("stopping")

    def _leave(self, subscription: Subscription) -> None:
        del self._subscriptions[subscription]
        scope = subscription.followed.scope
        self._slots.release(scope.org_id)
        if not subscription.followed.listeners:
            of_organization = self._followed[scope.org_id]
            del of_organization[scope]
            if not of_organization:
                del self._followed[scope.org_id]
                self._seen.pop(scope.org_id, None)

    # --- refreshing

    async def _watch(self) -> None:
        """Refresh until the last subscriber has left."""
        loop = asyncio.get_running_loop()
        try:
            while self._subscriptions:
                began = loop.time()
                await self._refresh(began)
                spent = loop.time() - began
                await asyncio.sleep(max(REFRESH_EVERY_S, spent / MAX_LOOP_SHARE))
        except StoreError as error:
            # An open stream without messages would mean that nothing changed. Clients reconnect, and get
            # either a 503 or the current numbers.
            _log.warning("streams ended: %s: %s", error.code, error.message)
            self._end_all("store_unavailable")
        except Exception:  # noqa: BLE001 - a fault of ours is logged, and must not leave streams that go quiet
            _log.exception("streams ended by a fault of ours")
            self._end_all("fault")
        finally:
            # Nothing awaits between the last check for subscribers and this line: a stream that opens later
            # finds no task and starts one.
            self._watching = None

    async def _refresh(self, now_s: float) -> None:
        self._end_expired(now_s)
        if self._refresher is not None:
            # On PostgreSQL the counter is held in memory: bring it up to date first.
            await self._refresher.refresh()
        # Read before refreshing, stored after it: a commit in between moves the counter again, and the next
        # round refreshes once more. The other order could miss that commit for good.
        change_counter = self._store.change_counter()
        if change_counter != self._change_counter:
            self._check_permits()
            # A copy: during `sleep(0)` below, streams open and close. `_refresh_organization` skips
            # what is gone.
            for place, org_id in enumerate(list(self._followed), 1):
                self._refresh_or_end(org_id)
                if place % REFRESHES_PER_TURN == 0:
                    await asyncio.sleep(0)
            self._change_counter = change_counter
        if self._clock() >= self._first_end:
            self._check_permits(force=True)

    def _refresh_or_end(self, org_id: int) -> None:
        """Refresh one organization. If its part of the store does not answer, only its own streams end."""
        try:
            self._refresh_organization(org_id)
        except StoreError as error:
            _log.warning("streams of one organization ended: %s: %s", error.code, error.message)
            self._end_all("store_unavailable", org_id)

    def _refresh_organization(self, org_id: int) -> None:
        if org_id not in self._followed:  # its last subscriber left during this round
            return
        organization = self._analytics.refresh(org_id)
        # The change counter moves with commits of any organization: most of them are not about this one.
        seen = (organization.version, organization.directory_version)
        if seen != self._seen.get(org_id):
            self._seen[org_id] = seen
            for followed in self._followed[org_id].values():
                followed.update(organization)

    def _check_permits(self, *, force: bool = False) -> None:
        """End the streams whose permit is no longer valid.

        None is checked while the directory is unchanged, unless `force`: then a permit has expired, which
        changes nothing in the directory.
        """
        directory = self._directory.snapshot()
        if directory.version == self._directory_version and not force:
            return
        self._directory_version = directory.version
        self._first_end = NEVER
        for subscription in list(self._subscriptions):
            until = subscription.permit.until(directory)
            if until is None:
                self._end(subscription, "token_ended")
            else:
                self._first_end = min(self._first_end, until)

    def _end_expired(self, now_s: float) -> None:
        # Nothing leaves the dict during the loop: `end` only marks a stream, and its task closes it later.
        for subscription in self._subscriptions:
            if subscription.ends_at > now_s:
                return
            self._end(subscription, "time_over")

    def _end_all(self, reason: EndReason, org_id: int | None = None) -> None:
        for subscription in list(self._subscriptions):
            if org_id is None or subscription.followed.scope.org_id == org_id:
                self._end(subscription, reason)

    def _end(self, subscription: Subscription, reason: EndReason) -> None:
        if subscription.end(reason):
            self.ended[reason] += 1
