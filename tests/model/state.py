"""What the model holds: plain dicts under one lock."""

from __future__ import annotations

from collections import Counter, defaultdict
from threading import RLock

from msgspec import Struct, field

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.fold.batch import Item
from callboard.fold.tally import CellKey, Measures
from callboard.model.call import Call
from callboard.model.directory import Organization, Space, Token
from callboard.model.event import Entry
from callboard.model.run import Run
from callboard.model.task import Task
from callboard.model.totals import Totals
from callboard.model.words import Outcome
from callboard.store.importing import ImportBatch
from callboard.store.interface import Idempotency, NewRun, batch_id
from callboard.store.reporting import LastVerification


class RunState(Struct):
    """What is kept of one run."""

    registered: NewRun | None = None
    batch_count: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """Status → its tasks, void ones left out; kept by differences."""
    created: Micros | None = None
    """The least of its tasks'."""
    modified: Micros | None = None
    """The greatest of its tasks'."""

    @property
    def stands(self) -> bool:
        """A run is there while it is registered or a task names it."""
        return self.registered is not None or any(self.counts.values())


class SpaceState:
    """One space: its log (in the items), its rows (in the items too), its counters."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.version = 0
        self.calls: dict[str, Item] = {}
        self.tasks: dict[str, Item] = {}
        self.event_bodies: dict[str, bytes] = {}
        self.repeats: dict[tuple[bool, str, bytes], list[Entry]] = {}
        """What other batches brought again, with the receipts it had there, in order of batches."""
        self.totals = Totals()
        self.cells: dict[CellKey, Measures] = {}
        self.runs: dict[str, RunState] = {}
        self.outcomes: Counter[tuple[Outcome, str]] = Counter()
        self.last_received_at: Micros | None = None
        self.answers: dict[str, tuple[Idempotency, Micros]] = {}
        """Idempotency key → the request, and when it was received."""

    def items(self) -> list[Item]:
        """All calls and tasks."""
        return [*self.calls.values(), *self.tasks.values()]

    def item(self, item_id: str, *, is_call: bool) -> Item | None:
        return (self.calls if is_call else self.tasks).get(item_id)

    def standing_calls(self) -> list[Call]:
        """Those that are not void."""
        rows = (item.row for item in self.calls.values())
        return [row for row in rows if isinstance(row, Call) and not row.void]

    def standing_tasks(self) -> list[Task]:
        """Those that are not void."""
        rows = (item.row for item in self.tasks.values())
        return [row for row in rows if isinstance(row, Task) and not row.void]

    def run(self, run_id: str) -> Run | None:
        """The run as users see it; none when it is not there."""
        kept = self.runs.get(run_id)
        if kept is None or not kept.stands:
            return None
        registered = kept.registered
        created = registered.created if registered else kept.created
        assert created is not None
        return Run(
            run_id=run_id,
            space_id=self.space.id,
            created=created,
            modified=max(created if registered else kept.modified or created, kept.modified or created),
            collection_ref=registered.collection_ref if registered else None,
            run_mode=registered.run_mode if registered else None,
            batch_count=kept.batch_count,
            **{status: kept.counts[status] for status in ("pending", "running", "completed", "failed")},
        )


class TokenState(Struct):
    """A token, and its secrets with when each ends."""

    token: Token
    secrets: dict[bytes, Micros | None]


class State:
    """Everything, and the lock that all of the store's methods hold."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.commits = 0
        self.directory_version = 1
        self.organizations: dict[int, Organization] = {}
        self.spaces: dict[int, SpaceState] = {}
        self.tokens: dict[int, TokenState] = {}
        self.batches: dict[tuple[int, int], ImportBatch] = {}
        """(org, batch number) → the batch, be it a request's or an import's."""
        self.unplaced: defaultdict[int, Counter[tuple[Outcome, str]]] = defaultdict(Counter)
        """Organization → how rows of imports ended that belong to no space."""
        self.unplaced_at: dict[int, Micros] = {}
        """Organization → when the last of these was received."""
        self.batch_numbers: Counter[int] = Counter()
        """Organization → the last batch number it gave out."""
        self.verified: LastVerification | None = None
        self.versions: defaultdict[int, int] = defaultdict(int)
        """Organization → its version: moves with each commit to one of its spaces."""

    def spaces_of(self, org_id: int) -> list[SpaceState]:
        return [space for space in self.spaces.values() if space.space.org_id == org_id]

    def space_of(self, org_id: int, space_id: int) -> SpaceState | None:
        """The space, when it is this organization's."""
        space = self.spaces.get(space_id)
        return space if space is not None and space.space.org_id == org_id else None

    def need_space(self, org_id: int, space_id: int) -> SpaceState:
        """The space, when it is this organization's; else `NotFoundError`."""
        space = self.space_of(org_id, space_id)
        if space is None:
            raise NotFoundError("Space not found.")
        return space

    def next_batch_no(self, org_id: int) -> int:
        self.batch_numbers[org_id] += 1
        return self.batch_numbers[org_id]

    def need_batch(self, org_id: int, batch_no: int) -> ImportBatch:
        """The batch, when it is this organization's; else `NotFoundError`."""
        batch = self.batches.get((org_id, batch_no))
        if batch is None:
            raise NotFoundError(f"No batch {batch_id(batch_no)} in this organization.")
        return batch

    def moved(self, space: SpaceState) -> None:
        """The space's numbers may have changed."""
        org_id = space.space.org_id
        self.commits += 1
        self.versions[org_id] += 1
        space.version = self.versions[org_id]


class Part:
    """A part of the store: methods that share one state."""

    def __init__(self) -> None:
        self.state = State()
