"""Reconcile the calls of some spaces: from their groups, by asking their platforms, or given up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

from msgspec import Struct

from callboard.clock import Clock, Micros
from callboard.errors import InvalidInputError, SecretKeyError
from callboard.ingest.lost_ends.asking import Asker, AskingError, Wait, host_of
from callboard.ingest.lost_ends.belonging import is_shared
from callboard.ingest.lost_ends.healing import count_lost, give_up, heal_from_groups
from callboard.ingest.lost_ends.pulling import Paged, Puller, Source
from callboard.ingest.lost_ends.tally import Found, HookAsked, Tally
from callboard.ingest.sources.platforms.administering import allowed_url
from callboard.ingest.sources.platforms.listing.lister import API_KEY, Key, checked_key
from callboard.ingest.sources.platforms.listing.listers import LISTERS
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import settings_of, source_of
from callboard.model.directory import Space
from callboard.settings import Settings
from callboard.store.hooks import Hook
from callboard.store.interface import Store

OpenSecrets = Callable[[Hook], dict[str, str]]
"""The newest secrets of a hook. Raises `SecretKeyError`."""


class Wish(Struct, frozen=True, kw_only=True):
    """What is to be done beside healing."""

    since: Micros | None = None
    """Since when platforms are asked for calls; None: since the last time."""
    give_up_after: Micros | None = None
    """Lost calls of which the last was told longer ago than this are given up; None: none is."""


class Reconciler:
    """Reconciles spaces of a store."""

    def __init__(
        self, store: Store, settings: Settings, open_secrets: OpenSecrets, clock: Clock, wait: Wait
    ) -> None:
        self._store, self._settings, self._open_secrets = store, settings, open_secrets
        self._clock, self._wait = clock, wait

    def run(self, spaces: Sequence[Space], wish: Wish, paged: Callable[[str], Paged]) -> Tally:
        """Reconcile spaces of one organization. `paged` gets the name of what is asked, and
        returns the function that is called with each page. Raises `StoreError`.
        """
        found = Found(Tally())
        for space in spaces:
            heal_from_groups(self._store, space, self._clock(), found)
        by_id = {space.id: space for space in spaces}
        for org_id in {space.org_id for space in spaces}:
            # The oldest first: of two of one platform the first has most likely more to tell.
            hooks = sorted(self._store.hooks(org_id), key=lambda each: each.id)
            for hook in hooks:
                if hook.space_id in by_id and hook.revoked_at is None and not self._wait(0):
                    shared = is_shared(hook, hooks, self._key_of)
                    self._ask(by_id[hook.space_id], hook, wish, found, paged, shared=shared)
        for space in spaces:
            # What was told of a row may be the end of its group.
            heal_from_groups(self._store, space, self._clock(), found)
            if wish.give_up_after is not None and not self._wait(0):
                give_up(self._store, space, self._clock(), wish.give_up_after, found)
            found.tally.still_open += count_lost(self._store, space, self._clock())
        return found.tally

    def _key_of(self, hook: Hook) -> Key | None:
        lister = LISTERS.get(hook.platform)
        try:
            text = None if lister is None else self._open_secrets(hook).get(API_KEY)
            return None if lister is None or text is None else checked_key(lister, text)
        except (SecretKeyError, InvalidInputError):
            return None

    def _ask(
        self,
        space: Space,
        hook: Hook,
        wish: Wish,
        found: Found,
        paged: Callable[[str], Paged],
        *,
        shared: bool,
    ) -> None:
        lister, platform = LISTERS.get(hook.platform), PLATFORMS.get(hook.platform)
        if lister is None or platform is None:
            return
        asked = HookAsked(hook_id=hook.id, platform=hook.platform, space_token=space.token)
        try:
            text = self._open_secrets(hook).get(API_KEY)
            if text is None:
                return
            key = checked_key(lister, text)
            base_url = allowed_url(settings_of(hook).api_url, self._settings) or lister.base_url
            with closing(Asker(base_url, lister.per_second, self._wait)) as asker:
                source = Source(space, hook, platform, lister, key, shared)
                puller = Puller(self._store, source, asker, found)
                asked = puller.asked
                puller.run(wish.since, self._clock(), paged(f"{platform.title} ({host_of(base_url)})"))
        except AskingError as error:
            asked.fault = str(error)
        except (SecretKeyError, InvalidInputError) as error:
            asked.fault = error.message
        if asked.fault is not None:
            # Nobody may say that a call failed while its platform was not heard.
            found.unasked.add((space.id, source_of(hook)))
        found.tally.hooks.append(asked)
