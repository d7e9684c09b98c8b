"""A hook in a space and an organization of its own, whatever else is in the store."""

from __future__ import annotations

import hashlib
import itertools
from typing import NamedTuple

from callboard.clock import Micros
from callboard.model.call import Call
from callboard.model.directory import Space
from callboard.store.hooks import Hook, NewHook
from callboard.store.interface import Store
from tests.stores import dump, make_organization, make_space

_numbers = itertools.count()


class Hooked(NamedTuple):
    """Where the deliveries of one platform come."""

    store: Store
    space: Space
    hook: Hook
    platform: str

    def rows(self) -> dict[str, Call]:
        """The rows of all its calls, by id: legs and facts alone, too."""
        found = dump(self.store, self.space.org_id)["calls"]
        return {call_id: call for (_, call_id), call in found.items()}


def hooked(store: Store, platform: str, now: Micros) -> Hooked:
    """A new one."""
    handle = f"hooked{next(_numbers)}.example"
    organization = make_organization(store, handle, now=now)
    space = make_space(store, organization, now=now)
    new = NewHook(
        space_id=space.id,
        platform=platform,
        prefix="cbh_0000001",
        token_digest=hashlib.sha256(handle.encode()).digest(),
        settings="{}",
        sealed=b"sealed",
        now=now,
    )
    return Hooked(store, space, store.create_hook(organization.id, new), platform)
