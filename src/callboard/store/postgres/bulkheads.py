"""Keeps a node of a cluster that does not answer from stopping organizations of other nodes.

A statement that waits for long raises the suspicion that its node is silent. Then all nodes are asked, in the
background; one that does not answer is sick until it does. Statements for organizations on a sick node end at
once, before they are sent or while they wait, so that they hold no connection and no thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from threading import Event, Thread

import psycopg

from callboard.errors import NodeUnavailableError, StoreError
from callboard.store.postgres.nodes import Node, NodeQuestions, nodes_of
from callboard.store.postgres.placements import Placements
from callboard.store.sql.database import Database

log = logging.getLogger("callboard.store")

SUSPECT_AFTER_S = 0.25
"""A statement that waits for longer may wait for a silent node."""
SICK_AFTER_S = 1.0
"""A node that has not answered for so long is sick, if its coordinator answers faster."""
SLOWER = 5
"""One that takes at most so many times as long as its coordinator took is not sick: the machine is busy."""
ALL_NODES_S = 2.0
"""Longest wait of a statement for several nodes while one is sick."""
ASK_EVERY_S = 0.25
"""How often the nodes are asked while one is suspected."""
MAX_UNPLACED = 10_000
"""Organizations that wait to be looked up."""


class Bulkheads:
    """The nodes of a cluster that are sick, and who is on them. Thread-safe."""

    def __init__(self, questions: NodeQuestions) -> None:
        self.placements = Placements()
        self.sick: frozenset[str] = frozenset()
        self._questions = questions
        self._unplaced: set[int] = set()
        self._wake = Event()
        self._is_suspected = False
        self._is_ending = False
        self._thread = Thread(target=self._watch, name="callboard-bulkheads", daemon=True)
        self._thread.start()

    def check(self, org_id: int) -> None:
        """Raises `NodeUnavailableError` when the organization's node is sick."""
        node = self.placements.node_of(org_id)
        if node is None:
            self.look_up_again([org_id])
        elif node in self.sick:
            raise NodeUnavailableError

    def gives_up(self, org_id: int | None, waited_s: float) -> bool:
        """Whether a statement that has waited so long, for this organization or for none, should end."""
        if waited_s < SUSPECT_AFTER_S:
            return False
        self._is_suspected = True
        self._wake.set()
        if org_id is None:
            return bool(self.sick) and waited_s > ALL_NODES_S
        return self.placements.node_of(org_id) in self.sick

    def look_up_again(self, org_ids: Iterable[int]) -> None:
        """It is not known where these organizations are."""
        if len(self._unplaced) < MAX_UNPLACED:
            self._unplaced.update(org_ids)
            self._wake.set()

    def look_up(self, db: Database, org_id: int) -> None:
        """Look up where an organization is, if that is not known."""
        if self.placements.node_of(org_id) is None:
            self.placements.look_up(db, [org_id])

    def by_node(self, org_ids: Iterable[int]) -> dict[str, list[int]]:
        """Node → those of these organizations that are on it, as far as that is known."""
        found: dict[str, list[int]] = {}
        for org_id in org_ids:
            if (node := self.placements.node_of(org_id)) is not None:
                found.setdefault(node, []).append(org_id)
        return found

    def close(self) -> None:
        """End the thread that asks."""
        self._is_ending = True
        self._wake.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            self._wake.wait()
            if self._is_ending:
                return
            self._wake.clear()
            try:
                self._ask()
            except (StoreError, psycopg.Error) as error:
                # The coordinator: then nobody is answered, and each statement ends by its own limit.
                log.info("the nodes could not be asked: %s", error)
            if self.sick or self._is_suspected:
                self._wake.set()
                time.sleep(ASK_EVERY_S)

    def _ask(self) -> None:
        unplaced, self._unplaced = self._unplaced, set()
        is_suspected, self._is_suspected = self._is_suspected, False

        def read(db: Database) -> list[Node]:
            self.placements.look_up(db, unplaced)
            return nodes_of(db)

        began = time.monotonic()
        nodes = self._questions.ask_coordinator(read)
        took_s = time.monotonic() - began
        if not is_suspected and not self.sick:
            return
        answers = self._questions.settings(nodes, max(SICK_AFTER_S, SLOWER * took_s))
        sick = frozenset(name for name, answer in answers.items() if answer is None)
        for name in sorted(sick ^ self.sick):
            log.warning("node %s %s", name, "does not answer" if name in sick else "answers again")
        self.sick = sick
