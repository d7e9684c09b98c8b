"""One refresh for all readers (single flight): exact reads without a cache that expires.

A reader waits for a refresh that started after the reader arrived. One is in flight at a time. Readers that
arrive meanwhile share the next one: the database may have taken the snapshot of the one in flight before the
commit that they must see. One refresh asks for every organization that this worker has read lately: by one
statement, on a cluster by one for each node, each on its own connection with its own deadline.

Used by one event loop only, so nothing is locked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from callboard.errors import NodeUnavailableError, StoreError, StoreUnavailableError
from callboard.store.interface import Changes
from callboard.store.postgres import what_changed
from callboard.store.postgres.bulkheads import Bulkheads
from callboard.store.postgres.link import NO_ANSWER, Connect, Link, Results
from callboard.store.postgres.node_link import NodeLink
from callboard.store.postgres.watched import Watched
from callboard.store.postgres.what_changed import Question

NODE_S = 1.0
"""Longest that a refresh waits for a node of a cluster: organizations of one that is late fail, the others
are answered."""


class SharedRefresh:
    """See `Refresher`. `connect` makes a connection in autocommit mode; it may block, on a thread."""

    def __init__(self, connect: Connect, timeout_s: float, bulkheads: Bulkheads | None = None) -> None:
        """`bulkheads`: of a cluster."""
        self._connect = connect
        self._timeout_s = timeout_s
        self._bulkheads = bulkheads
        statements = {"directory": what_changed.DIRECTORY}
        if bulkheads is None:
            statements["changed"] = what_changed.OF_ORGANIZATIONS
        self._link = Link(connect, statements, self)
        self._nodes: dict[str, NodeLink] = {}
        self._pending: set[NodeLink] = set()
        """Nodes that the refresh in flight waits for."""
        self._late: asyncio.TimerHandle | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._in_flight: list[asyncio.Future[None]] = []
        self._is_in_flight = False
        self._waiting_since = 0.0
        """When the first reader that waits for the next refresh arrived."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watched = Watched()
        self._question: Question | None = None
        """Of a database that is not distributed, as long as nothing changes in it."""
        self._by_node: dict[str, list[int]] = {}
        self._node_of: dict[int, NodeLink] = {}
        """Of a cluster: the organizations that are watched on each node, and the node of each."""
        self._is_placed = True
        """Whether these are of what is watched now."""
        self._closed = False
        self.is_refreshing = False
        """Whether `refresh` has been called: from then on `change_counter` is what the last refresh found,
        and reading it sends nothing.
        """
        self.change_counter = 0
        self.directory_version = -1
        self.database_epoch = 0
        """Incremented whenever the database may have been replaced by an older copy."""

    # --- for readers

    async def refresh(self) -> None:
        """Returns once all commits acknowledged before the call are reflected. See `Refresher`."""
        loop = asyncio.get_running_loop()
        self.is_refreshing = True
        future = loop.create_future()
        if not self._waiting:
            self._waiting_since = loop.time()
        self._waiting.append(future)
        if not self._is_in_flight:
            self._start(loop)
        await future

    def changes_since(self, org_id: int, since: int) -> Changes | None:
        """The changes since a version. None if they are not known, and must be read from the database.
        Raises `NodeUnavailableError` when its node did not answer the last refresh.
        """
        organization = self._watched.use(org_id)
        if self._bulkheads is not None and self._is_behind(org_id, self._bulkheads):
            raise NodeUnavailableError
        if organization is None or since < organization.known_since or self.directory_version < 0:
            return None
        return Changes(organization.version, self.directory_version, organization.since(since))

    def watch(self, org_id: int, version: int) -> None:
        """Start tracking changes of an organization after this version. On a cluster it must be known where
        it is.
        """
        self._watched.add(org_id, version)
        if self._bulkheads is not None:
            self._place(self._bulkheads)
        self._note_change()

    def close(self) -> None:
        """Close the connections, and refuse later refreshes."""
        self._closed = True
        self._link.close()
        for node in self._nodes.values():
            node.close()

    # --- one refresh at a time

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_in_flight = True
        self._loop = loop
        self._in_flight, self._waiting = self._waiting, []
        if self._watched.call_roll(loop.time()):
            self._note_change()
            self._is_placed = False
        self._link.ask(loop, self._waiting_since + self._timeout_s)

    def connected(self) -> Sequence[Question]:
        # The directory first: the totals that are returned with its version must not be older than it.
        if self._bulkheads is not None:
            return [what_changed.ASK_DIRECTORY]
        if self._question is None:
            self._question = what_changed.ask_organizations(self._watched.versions(self._watched))
        return [what_changed.ASK_DIRECTORY, self._question]

    def opened(self) -> None:
        # After a failover the database may lack commits that were reported: everything is read again.
        self._forget_everything()

    def answered(self, results: Results) -> None:
        directory, *changed = results
        version = what_changed.directory_version(directory)
        if version < self.directory_version:
            self._forget_everything()
        if version != self.directory_version:
            self.directory_version = version
            self._note_change()
        for result in changed:
            self.apply(what_changed.organizations(result))
        if self._bulkheads is not None:
            self._ask_nodes(self._bulkheads)
        else:
            self._resolve(None)

    def failed(self, error: StoreError, *, is_late: bool) -> None:
        if is_late:
            # With a database that does not answer the readers of the next refresh would wait for another full
            # timeout.
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():
                    future.set_exception(StoreUnavailableError(NO_ANSWER, 2))
        self._resolve(error)

    # --- the nodes of a cluster

    def _ask_nodes(self, bulkheads: Bulkheads) -> None:
        assert self._loop is not None
        if not self._is_placed:
            self._place(bulkheads)
        now = self._loop.time()
        asked = []
        for name, org_ids in self._by_node.items():
            node = self._nodes[name]
            if name not in bulkheads.sick and node.begin(now, org_ids):
                asked.append(node)
            elif node.fall_behind():
                self._note_change()
        self._pending = {*asked}
        if not asked:
            self._resolve(None)
            return
        self._late = self._loop.call_at(now + min(NODE_S, self._timeout_s), self._go_on_without)
        for node in asked:
            node.link.ask(self._loop, now + self._timeout_s)

    def _place(self, bulkheads: Bulkheads) -> None:
        """Find the node of each organization that is watched; of some it may not be known now."""
        self._by_node = bulkheads.by_node(self._watched)
        self._node_of = {}
        for name, org_ids in self._by_node.items():
            if name not in self._nodes:
                self._nodes[name] = NodeLink(self._connect, bulkheads, self)
            self._node_of |= dict.fromkeys(org_ids, self._nodes[name])
        self._watched.forget([org_id for org_id in self._watched if org_id not in self._node_of])
        self._is_placed = True

    def _is_behind(self, org_id: int, bulkheads: Bulkheads) -> bool:
        node = self._node_of.get(org_id) or self._nodes.get(bulkheads.placements.node_of(org_id) or "")
        return node is not None and node.is_behind

    def _go_on_without(self) -> None:
        late, self._pending = self._pending, set()
        for node in late:
            node.fall_behind()
        self._note_change()
        self._finish()

    def apply(self, changes: Sequence[what_changed.Changed]) -> None:
        """Apply what changed to what is watched."""
        if changes:
            self._note_change()
            if not self._watched.apply(changes):
                # A pooler may switch to an older database behind the same connection.
                self._forget_everything()

    def versions(self, org_ids: Sequence[int]) -> dict[int, int]:
        """The version to which each organization is known that is still watched."""
        return self._watched.versions([each for each in org_ids if each in self._watched])

    def node_ended(self, node: NodeLink) -> None:
        """A node has answered or failed."""
        if node in self._pending:
            self._pending.discard(node)
            if not self._pending:
                self._finish()

    def forget(self, org_ids: Sequence[int]) -> None:
        """These organizations are not where they were: they are read from the database."""
        self._watched.forget(org_ids)
        self._note_change()
        self._is_placed = False

    def forget_everything(self) -> None:
        """The database, or a node of it, may have been replaced by an older copy."""
        self._forget_everything()

    def _finish(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
        self._resolve(None)

    # --- results

    def _note_change(self) -> None:
        # Readers compare the change counter only: without a new value one that knows an older version of an
        # organization would not call `changes_since`.
        self.change_counter += 1
        self._question = None

    def _forget_everything(self) -> None:
        self.database_epoch += 1
        self._watched.forget([*self._watched])
        self._is_placed = False
        self._note_change()

    def _resolve(self, error: Exception | None) -> None:
        in_flight, self._in_flight = self._in_flight, []
        self._is_in_flight = False
        for future in in_flight:
            if not future.done():
                if error is None:
                    future.set_result(None)
                else:
                    future.set_exception(error)
        if self._waiting and self._loop is not None:
            self._start(self._loop)
