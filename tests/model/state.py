"""The state of the in-memory store: plain dicts under one lock."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from threading import RLock

from msgspec import Struct, field

from callboard.clock import Micros
from callboard.errors import NotFoundError
from callboard.fold.batch import Item, Kind
from callboard.fold.tally import CellKey, Measures
from callboard.model.call import Call
from callboard.model.directory import Organization, Space, Token
from callboard.model.event import Entry
from callboard.model.run import Run
from callboard.model.task import Task
from callboard.model.totals import Totals
from callboard.model.words import Outcome
from callboard.store.hooks import Hook, HookCounts, QuarantinedDelivery, Tally
from callboard.store.importing import ImportBatch, SavedMapping
from callboard.store.interface import Idempotency, NewRun, batch_id
from callboard.store.reporting import LastVerification
from callboard.store.uploads import Upload
from tests.model.filters import CallLimits


class RunState(Struct):
    """The state of one run."""

    registered: NewRun | None = None
    batch_count: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    """Status → number of tasks that are not void; maintained by differences."""
    created: Micros | None = None
    """The minimum of its tasks' `created`."""
    modified: Micros | None = None
    """The maximum of its tasks' `modified`."""

    @property
    def exists(self) -> bool:
        """Whether the run is registered or named by a task."""
        return self.registered is not None or any(self.counts.values())


class SpaceState:
    """One space: its items, which hold events and rows, and its counters."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.directory_version = 0
        self.version = 0
        self.calls: dict[str, Item] = {}
        self.tasks: dict[str, Item] = {}
        self.ends: dict[str, Item] = {}
        """Group id → the ends that were said of it."""
        self.has_groups = False
        """Whether rows may depend on more than their own first receipts: groups, ends of groups, repeats."""
        self.event_bodies: dict[str, bytes] = {}
        self.repeats: dict[tuple[Kind, str, bytes], list[Entry]] = {}
        """Events that other batches contained as well, with batch and time of receipt, in order of batches.
        """
        self.outweighed: dict[tuple[Kind, str], list[Entry]] = {}
        """Events that do not count, because a later import has the say, by the item."""
        self.totals = Totals()
        self.cells: dict[CellKey, Measures] = {}
        self.runs: dict[str, RunState] = {}
        self.outcomes: Counter[tuple[Outcome, str]] = Counter()
        self.last_received_at: Micros | None = None
        self.answers: dict[str, tuple[Idempotency, Micros]] = {}
        """Idempotency key → the request, and when it was received."""

    def items(self) -> list[Item]:
        """All calls, tasks and ends of groups."""
        return [*self.calls.values(), *self.tasks.values(), *self.ends.values()]

    def of_kind(self, kind: Kind) -> dict[str, Item]:
        return {"call": self.calls, "task": self.tasks, "end": self.ends}[kind]

    def item(self, item_id: str, *, is_call: bool) -> Item | None:
        return (self.calls if is_call else self.tasks).get(item_id)

    def non_void_calls(self) -> list[Call]:
        """Rows that are not void."""
        rows = (item.row for item in self.calls.values())
        return [row for row in rows if isinstance(row, Call) and not row.void]

    def non_void_tasks(self) -> list[Task]:
        """Rows that are not void."""
        rows = (item.row for item in self.tasks.values())
        return [row for row in rows if isinstance(row, Task) and not row.void]

    def run(self, run_id: str) -> Run | None:
        """The run as the API returns it; None if it does not exist."""
        stored = self.runs.get(run_id)
        if stored is None or not stored.exists:
            return None
        registered = stored.registered
        created = registered.created if registered else stored.created
        assert created is not None
        return Run(
            run_id=run_id,
            space_id=self.space.id,
            created=created,
            modified=max(created if registered else stored.modified or created, stored.modified or created),
            collection_ref=registered.collection_ref if registered else None,
            run_mode=registered.run_mode if registered else None,
            batch_count=stored.batch_count,
            **{status: stored.counts[status] for status in ("pending", "running", "completed", "failed")},
        )


class TokenState(Struct):
    """A token, and its secrets with their expiry."""

    token: Token
    secrets: dict[bytes, Micros | None]


class State:
    """The whole state, and the lock that every method of the store holds."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.commits = 0
        self.directory_version = 1
        self.organizations: dict[int, Organization] = {}
        self.spaces: dict[int, SpaceState] = {}
        self.tokens: dict[int, TokenState] = {}
        self.batches: dict[tuple[int, int], ImportBatch] = {}
        """(organization, batch number) → the batch of a request or an import."""
        self.mappings: dict[tuple[int, str], SavedMapping] = {}
        self.uploads: dict[tuple[int, str], Upload] = {}
        self.upload_parts: dict[tuple[int, str], dict[int, bytes]] = {}
        """(organization, name) → the saved mapping."""
        self.without_space: defaultdict[int, Counter[tuple[Outcome, str]]] = defaultdict(Counter)
        """Organization → outcomes of import rows whose space is unknown."""
        self.without_space_at: dict[int, Micros] = {}
        """Organization → when the last of these was received."""
        self.batch_numbers: Counter[int] = Counter()
        """Organization → its last batch number."""
        self.hooks: dict[int, Hook] = {}
        self.hook_tokens: dict[bytes, tuple[int, Micros | None]] = {}
        """Digest → hook, and until when the token is valid."""
        self.hook_counts: defaultdict[tuple[int, int], HookCounts] = defaultdict(HookCounts)
        self.hook_tallies: defaultdict[tuple[int, int], dict[Tally, tuple[int, Micros]]] = defaultdict(dict)
        """Organization and hook → how often, and when last."""
        self.quarantine: dict[tuple[int, str], QuarantinedDelivery] = {}
        self.reconciliations: dict[tuple[int, int], str] = {}
        """(organization, hook or 0) → how far its reconciliation has come."""
        self.verified: LastVerification | None = None
        self.backed_up_at: Micros | None = None
        self.versions: defaultdict[int, int] = defaultdict(int)
        """Organization → its version, incremented by each commit to one of its spaces."""

    def spaces_of(self, org_id: int) -> list[SpaceState]:
        return [space for space in self.spaces.values() if space.space.org_id == org_id]

    def space_of(self, org_id: int, space_id: int) -> SpaceState | None:
        """The space, if it belongs to this organization."""
        space = self.spaces.get(space_id)
        return space if space is not None and space.space.org_id == org_id else None

    def need_space(self, org_id: int, space_id: int) -> SpaceState:
        """The space. Raises `NotFoundError` if it does not belong to this organization."""
        space = self.space_of(org_id, space_id)
        if space is None:
            raise NotFoundError("Space not found.")
        return space

    def call_limits(self, org_id: int, space_id: int) -> CallLimits:
        """How long calls of a space may stay live: what it allows, and what each of its hooks does."""
        of_source: dict[str, int] = {}
        for hook in self.hooks.values():
            limit = json.loads(hook.settings).get("live_call_limit")
            if (hook.org_id, hook.space_id, hook.revoked_at) == (
                org_id,
                space_id,
                None,
            ) and limit is not None:
                source = f"hook:{hook.platform}"
                of_source[source] = min(limit, of_source.get(source, limit))
        space = self.need_space(org_id, space_id).space
        return CallLimits(space.settings.live_call_limit, of_source)

    def next_batch_no(self, org_id: int) -> int:
        self.batch_numbers[org_id] += 1
        return self.batch_numbers[org_id]

    def need_batch(self, org_id: int, batch_no: int) -> ImportBatch:
        """The batch. Raises `NotFoundError` if it does not belong to this organization."""
        batch = self.batches.get((org_id, batch_no))
        if batch is None:
            raise NotFoundError(f"No batch {batch_id(batch_no)} in this organization.")
        return batch

    def bump_version(self, space: SpaceState) -> None:
        """Give the space a new version: its numbers may have changed."""
        org_id = space.space.org_id
        self.commits += 1
        self.versions[org_id] += 1
        space.version = self.versions[org_id]


class StateMixin:
    """Base of the store's mixins: each adds methods on one shared state."""

    def __init__(self) -> None:
        self.state = State()
