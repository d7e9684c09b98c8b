"""Whose call a row of a list API is: a list is of a whole account, and a hook is of one space.

What is known in the hook's space is that space's. What another space of the organization has would count
twice. Of what nobody has, a list does not tell whose it is once another hook may be of the same account: the
delivery that names the call may still come there. Such calls are taken only by a hook that says which of
them are its own (`pull_only`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from callboard.ingest.sources.platforms.delivery import HookSettings
from callboard.ingest.sources.platforms.listing.lister import Key
from callboard.ingest.sources.platforms.platform import Platform, named, own_id
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.taking import settings_of
from callboard.model.call import Call
from callboard.model.event import CallEvent
from callboard.store.hooks import Hook
from callboard.store.interface import Store
from callboard.store.questions import CallFilter, Scope, Window

Whose = Literal["ours", "elsewhere", "unclear"]
KeyOf = Callable[[Hook], Key | None]
"""The API key of a hook; None where it has none, or where it cannot be read."""
_MEMBERS = 10
"""Calls that are looked at of those that have one external id."""


class Belonging:
    """Says of calls that are new to the space of a hook whether they are its own."""

    def __init__(self, store: Store, hook: Hook, platform: Platform, *, is_shared: bool) -> None:
        self._store, self._hook, self._platform = store, hook, platform
        self._settings = settings_of(hook)
        self._is_shared = is_shared
        self._wanted = _spellings(self._settings)
        self._places = _places(store, hook)

    def of(self, call: Call) -> Whose:
        """Whose a call is of which the hook's space has no event. It does not count there yet."""
        if self._is_known_elsewhere(call.call_id):
            return "elsewhere"
        spaces = self._spaces_of_group(call)
        if self._hook.space_id in spaces:
            return "ours"
        if spaces:
            return "elsewhere"
        if self._wanted:
            told = (call.source_number, call.destination_number, call.agent)
            return "ours" if self._wanted.intersection(told) else "unclear"
        return "unclear" if self._is_shared else "ours"

    def _is_known_elsewhere(self, call_id: str) -> bool:
        hook = self._hook
        bare = own_id(self._platform, self._settings, call_id)
        for space_id, settings in self._places:
            there = named(self._platform, settings, bare)
            if (space_id, there) != (hook.space_id, call_id) and any(
                isinstance(entry.event, CallEvent)
                for entry in self._store.call_entries(hook.org_id, space_id, there)
            ):
                return True
        return False

    def _spaces_of_group(self, call: Call) -> set[int]:
        """The spaces that have another row of the same call. The id of a group is made of an id that its
        rows have at the platform.
        """
        scope, found = Scope(self._hook.org_id, all_content=True), set()
        for group_id in call.group_ids or ():
            where = CallFilter(external_id=group_id.partition(":")[2] or group_id)
            found |= {each.space_id for each in self._store.calls(scope, where, Window(limit=_MEMBERS))}
        return found


def is_shared(hook: Hook, hooks: Sequence[Hook], key_of: KeyOf) -> bool:
    """Whether another of an organization's hooks may be of the same account, and count the same calls."""
    mine, key = settings_of(hook), key_of(hook)
    for other in hooks:
        if other.id == hook.id or other.platform != hook.platform or other.revoked_at is not None:
            continue
        theirs = settings_of(other)
        if other.space_id == hook.space_id and theirs.id_prefix == mine.id_prefix:
            continue  # a call is one call in both
        if theirs.api_url != mine.api_url:
            continue
        another = key_of(other)
        accounts = {each.account for each in (key, another) if each is not None and each.account}
        if len(accounts) < 2:
            return True
    return False


def _places(store: Store, hook: Hook) -> list[tuple[int, HookSettings]]:
    """Each space of the organization with the settings by which calls of the platform are named there: those
    of its hooks, revoked ones too, and this hook's own.
    """
    mine = settings_of(hook)
    named_by: dict[tuple[int, str | None], HookSettings] = {}
    for other in store.hooks(hook.org_id):
        if other.platform == hook.platform:
            theirs = settings_of(other)
            named_by.setdefault((other.space_id, theirs.id_prefix), theirs)
    for space in store.spaces(hook.org_id):
        named_by.setdefault((space.id, mine.id_prefix), mine)
    return [(space_id, settings) for (space_id, _), settings in named_by.items()]


def _spellings(settings: HookSettings) -> frozenset[str]:
    """What `pull_only` names, as it stands there and as numbers are written in events."""
    numbers = {party(each, plus=True).number for each in settings.pull_only}
    return frozenset(settings.pull_only) | {each for each in numbers if each is not None}
