"""What one node of a cluster says of the organizations on it that readers watch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from callboard.errors import StoreError
from callboard.store.postgres import what_changed
from callboard.store.postgres.bulkheads import Bulkheads
from callboard.store.postgres.link import Connect, Link, Results
from callboard.store.postgres.what_changed import Changed, Question

AGAIN_AFTER_S = 0.5
"""A node that failed is not asked again before."""


class Owner(Protocol):
    """Whom a node's answer is for."""

    def versions(self, org_ids: Sequence[int]) -> dict[int, int]: ...
    def apply(self, changes: Sequence[Changed]) -> None: ...
    def forget(self, org_ids: Sequence[int]) -> None: ...
    def forget_everything(self) -> None: ...
    def node_ended(self, node: NodeLink) -> None: ...


class NodeLink:
    """A connection for the questions to one node, by way of the coordinator."""

    def __init__(self, connect: Connect, bulkheads: Bulkheads, owner: Owner) -> None:
        self.link = Link(connect, {"changed": what_changed.ON_NODE}, self)
        self._bulkheads = bulkheads
        self._owner = owner
        self._asked: list[int] = []
        self.is_behind = False
        """Whether the last refresh went on without it: what is known of its organizations is of before."""
        self._waited_for = False
        """Whether the refresh in flight waits for it."""
        self._state = ""
        self._state_of: list[int] = []
        self._server = ""
        self._not_before = 0.0

    def begin(self, now_s: float, org_ids: list[int]) -> bool:
        """Whether it can be asked now, for these organizations."""
        if self.link.is_busy or now_s < self._not_before:
            return False
        self._not_before = now_s + AGAIN_AFTER_S  # if it fails
        self._asked = org_ids
        self._waited_for = True
        return True

    def fall_behind(self) -> bool:
        """The refresh goes on without it. Whether it had not fallen behind before."""
        was_behind, self.is_behind = self.is_behind, True
        self._waited_for = False
        return not was_behind

    def close(self) -> None:
        self.link.close()

    # --- of the link

    def connected(self) -> Sequence[Question]:
        versions = self._owner.versions(self._asked)
        if not versions:
            return []
        shards = [self._bulkheads.placements.shard_of(org_id) or 0 for org_id in versions]
        # Of an organization that was not among those asked for then, nothing is known of that state.
        state = self._state if self._state_of is self._asked else ""
        return [what_changed.ask_node(state, shards, versions)]

    def opened(self) -> None:
        self._state = ""

    def answered(self, results: Results) -> None:
        found = what_changed.node_answer(results[0]) if results else None
        self._not_before = 0.0
        if found is None:
            if results:
                self._owner.forget(self._asked)
        else:
            if self._server and found.server != self._server:
                self._owner.forget_everything()
            self._server = found.server
            self._owner.apply(found.changed)
            if found.away:
                self._bulkheads.look_up_again(found.away)
                self._owner.forget(found.away)
            self._state, self._state_of = found.state, self._asked
        if self._waited_for:
            self.is_behind = False
        self._owner.node_ended(self)

    def failed(self, error: StoreError, *, is_late: bool) -> None:  # noqa: ARG002 - organizations there fail alike
        self._state = ""
        self.fall_behind()
        self._owner.node_ended(self)
