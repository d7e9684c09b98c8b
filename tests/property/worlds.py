"""A store with two tenants and four spaces, which receives the events of a history."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from callboard.model.directory import Organization, Space
from callboard.model.event import Entry, canonical
from callboard.store.interface import Batch, Receipt, Store
from callboard.store.postgres.store import PostgresStore
from callboard.store.sqlite.store import SqliteStore
from tests.model import MemoryStore
from tests.property.histories import Delivery, History, receipt_of
from tests.property.plain_fold import PlainSpace, SentEvent, plain_dump
from tests.stores import NOW, bits, dump, make_organization, make_space, make_store, new_file

CONTENT = {"spring": "contact", "summer": "contact", "letters": "email", "hidden": "contact"}


class World:
    """One store, and what it was told."""

    def __init__(self, store: Store, organizations: list[Organization], spaces: dict[str, Space]) -> None:
        self.store = store
        self.organizations = organizations
        self.spaces = spaces
        self._clock = count()
        self._ways: dict[tuple[str, bytes], list[tuple[str, tuple[int, int] | None]]] = {}
        """Space and event → the doors by which it came, each with the import that brought it."""
        self.withdrawn: set[tuple[int, int]] = set()
        """Imports (organization, number) that were withdrawn."""

    def tell(self, batch: Iterable[Delivery], *, import_no: dict[int, int] | None = None) -> list[Receipt]:
        """One request's worth of deliveries: a batch for each space among them, committed together."""
        receipts = self.store.ingest(self.batches(batch, import_no))
        for receipt in receipts:
            assert isinstance(receipt, Receipt), receipt
            assert receipt.rejected == 0, receipt
            assert receipt.applied + receipt.duplicate + receipt.stale == receipt.received
        return [receipt for receipt in receipts if isinstance(receipt, Receipt)]

    def batches(self, batch: Iterable[Delivery], import_no: dict[int, int] | None = None) -> list[Batch]:
        of_space: dict[str, list[Delivery]] = {}
        for delivery in batch:
            of_space.setdefault(delivery.space, []).append(delivery)
            org_id = self.spaces[delivery.space].org_id
            brought = None if import_no is None else (org_id, import_no[org_id])
            way = (self._door(delivery, import_no), brought)
            self._ways.setdefault((delivery.space, canonical(delivery.event)), []).append(way)
        return [
            Batch(
                org_id=self.spaces[name].org_id,
                space_id=self.spaces[name].id,
                entries=[
                    receipt_of(each.event, next(self._clock), self._door(each, import_no)) for each in told
                ],
                received_at=NOW,
                import_no=None if import_no is None else import_no[self.spaces[name].org_id],
            )
            for name, told in of_space.items()
        ]

    def _door(self, delivery: Delivery, import_no: dict[int, int] | None) -> str:
        """Each import has one door."""
        return delivery.door if import_no is None else "import"

    def _least_door(self, space: str, entry: Entry) -> str:
        """The least of the doors by which an event came, of batches that stand."""
        ways = self._ways.get((space, entry.body), [])
        return min(
            (door or entry.source for door, by in ways if by not in self.withdrawn), default=entry.source
        )

    def told(self, history: History) -> World:
        """All of a history, in its order and its batches."""
        for batch in history.arrived:
            self.tell(batch)
        return self

    def shares(self, history: History, writers: int) -> list[list[list[Batch]]]:
        """The history's commits, dealt out to several writers."""
        commits = [self.batches(batch) for batch in history.arrived]
        return [commits[writer::writers] for writer in range(writers)]

    @property
    def path(self) -> str:
        """What opens the same store again: its file or URL."""
        if isinstance(self.store, PostgresStore):
            return self.store._url
        assert isinstance(self.store, SqliteStore)
        return self.store._path

    def content(self) -> list[object]:
        """All that is kept of every tenant, bit for bit."""
        return [bits(dump(self.store, organization.id)) for organization in self.organizations]

    def expected(self, history: History, said: list[Delivery] | None = None) -> list[object]:
        """What must be kept, by the plain fold of what was said (once, in the order drawn)."""
        plain = {
            name: PlainSpace(
                space.id,
                history.zones[name],
                [
                    SentEvent(entry.event, entry.occurred_at, self._least_door(name, entry))
                    for each in (history.said if said is None else said)
                    if each.space == name
                    for entry in [receipt_of(each.event)]
                ],
            )
            for name, space in self.spaces.items()
        }
        return [
            bits(
                plain_dump(
                    [plain[name] for name, space in self.spaces.items() if space.org_id == org.id],
                    [
                        plain[name]
                        for name, space in self.spaces.items()
                        if space.org_id == org.id and space.content_type == "contact"
                    ],
                )
            )
            for org in self.organizations
        ]


def world_in(store: Store, zones: dict[str, str]) -> World:
    """The two tenants and four spaces, made in a new store."""
    acme, globex = make_organization(store, "acme.example"), make_organization(store, "globex.example")
    spaces = {
        name: make_space(
            store, globex if name == "hidden" else acme, name, content_type=content, timezone=zones[name]
        )
        for name, content in CONTENT.items()
    }
    return World(store, [acme, globex], spaces)


class Worlds:
    """New worlds, one after the other, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = count()

    def make(self, kind: str, zones: dict[str, str]) -> World:
        """A new world in a store of a kind; `end` it when done."""
        if kind == "memory":
            return world_in(MemoryStore(), zones)
        if kind in {"postgres", "citus"}:
            return world_in(make_store(kind, self._folder), zones)
        folder = self._folder / f"world-{next(self._made)}"
        folder.mkdir()
        return world_in(SqliteStore(new_file(folder / "callboard.db")), zones)

    def end(self, world: World) -> None:
        """Close it, and leave no file behind."""
        world.store.close()
        if isinstance(world.store, SqliteStore):
            shutil.rmtree(Path(world.path).parent)
