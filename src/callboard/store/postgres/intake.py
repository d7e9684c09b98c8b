"""Ingest batches of several organizations: in one commit, or on a cluster, and where an organization is not
free or at fault, in one commit for each, concurrently.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Lock

from callboard.errors import StoreDamagedError, StoreError, StoreLockedError
from callboard.store.interface import Batch, Receipt
from callboard.store.postgres.asking import Asking
from callboard.store.postgres.bulkheads import Bulkheads
from callboard.store.postgres.database import PostgresDatabase
from callboard.store.postgres.nodes import NodeQuestions, nodes_of, one_of_each
from callboard.store.sql.database import Database
from callboard.store.sql.ingestion import Ingestion, NotFree
from callboard.store.sql.store import SqlStore

WRITERS = 4
"""Writing connections of a process for events, on a cluster for each node: as many organizations as this
commit at the same time, each alone."""
LANES = 2
"""Commits of several organizations at the same time: while the server carries out one, the client makes the
next. Each has a connection, of which compaction uses one as well."""


class Committers:
    """Threads that commit: those for one node of a cluster do not keep others from their work."""

    def __init__(self, bulkheads: Bulkheads | None) -> None:
        self._bulkheads = bulkheads
        self._lock = Lock()
        self._of_node: dict[str, ThreadPoolExecutor] = {}

    def of(self, org_id: int) -> ThreadPoolExecutor:
        """The threads for an organization."""
        node = "" if self._bulkheads is None else self._bulkheads.placements.node_of(org_id) or ""
        with self._lock:
            if node not in self._of_node:
                self._of_node[node] = ThreadPoolExecutor(WRITERS, thread_name_prefix="callboard-commit")
            return self._of_node[node]

    def shutdown(self) -> None:
        """Return when all have ended."""
        for each in self._of_node.values():
            each.shutdown(wait=True)


class Intake(SqlStore):
    """The lock of an organization is the row of its clock. So commits of one organization wait for each
    other, also those of other processes and machines. A commit of several waits for none: two of them cannot
    stop each other.
    """

    _committers: Committers
    _nodes: NodeQuestions | None
    """Of a cluster."""

    def ingest(self, batches: Sequence[Batch], *, waited_s: float = 0.0) -> list[Receipt | Exception]:
        """See `Store.ingest`."""
        if len({batch.org_id for batch in batches}) == 1:
            return super().ingest(batches, waited_s=waited_s)
        began = time.monotonic()
        # On a cluster a commit is one organization, so that it is on one node.
        alone: list[Receipt | Exception] = [NotFree()] * len(batches)
        results = alone if self._nodes is not None else self._ingest_free(batches, waited_s)
        waited_s += time.monotonic() - began
        places: dict[int, list[int]] = {}
        for place, result in enumerate(results):
            if isinstance(result, NotFree):
                places.setdefault(batches[place].org_id, []).append(place)
        shares = list(places.values())
        done = [
            self._committers.of(batches[share[0]].org_id).submit(
                self._ingest_share, [batches[place] for place in share], waited_s
            )
            for share in shares
        ]
        for share, future in zip(shares, done, strict=True):
            for place, receipt in zip(share, future.result(), strict=True):
                results[place] = receipt
        return results

    def _ingest_free(self, batches: Sequence[Batch], waited_s: float) -> list[Receipt | Exception]:
        """Carry out the batches of all organizations whose lock is free, in one commit; the others are
        `NotFree`. So are all when one of them is at fault: nothing was committed then.
        """

        def change(db: Database) -> tuple[list[Receipt | Exception], Ingestion]:
            assert isinstance(db, PostgresDatabase)
            ingestion = Ingestion(Asking(db), wait=False)
            return ingestion.run(batches), ingestion

        try:
            results, ingestion = self._write(change, waited_s)
        except (StoreDamagedError, StoreLockedError):
            return [NotFree()] * len(batches)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 - raised again by the commit of the batch at fault
            return [NotFree()] * len(batches)
        self._note_unmerged(ingestion)
        return results

    def try_writing(self) -> None:
        """See `Store`. On a cluster: whether any node takes a commit. A change of the directory would need
        all of them, and one that is down stops only its own organizations.
        """
        if self._nodes is None:
            super().try_writing()
            return
        nodes, organizations = self._read(lambda db: (nodes_of(db), one_of_each(db)))
        answering = self._nodes.settings(nodes)
        coordinators = {node.name for node in nodes if node.is_coordinator}
        failed: StoreError | None = None
        for name, org_id in organizations:
            if name not in coordinators and answering[name] is None:
                continue
            try:
                self._write(partial(_touch, org_id=org_id))
            except StoreError as error:
                failed = error
            else:
                return
        if failed is not None:
            raise failed

    def _ingest_share(self, share: Sequence[Batch], waited_s: float) -> list[Receipt | Exception]:
        """Commit one organization's batches. A failure is returned as their results, not raised: other
        organizations may have committed already.
        """
        try:
            return super().ingest(share, waited_s=waited_s)
        except Exception as error:  # noqa: BLE001 - reported to its sender, and in the writer's log
            # A failing store fails all. Anything else may be the fault of one batch: each half is committed
            # separately, down to that batch.
            of_store = isinstance(error, StoreError) and not isinstance(error, StoreDamagedError)
            if of_store or len(share) == 1:
                return [error] * len(share)
        half = len(share) // 2
        return self._ingest_share(share[:half], waited_s) + self._ingest_share(share[half:], waited_s)


def _touch(db: Database, org_id: int) -> None:
    db.run("UPDATE organization_clock SET version = version WHERE org_id = :org_id", {"org_id": org_id})
