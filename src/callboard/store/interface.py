"""The interface of a store. `sqlite` implements it with a file, `postgres` with a database.

Every method is synchronous and may be called from any thread. Methods raise `StoreError`s for
faults of disk, network and database (`StoreUnavailableError` for transient ones), `CallerError`s for the
caller's. Methods about a tenant's data take its `org_id`, and no statement reads another tenant's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

from msgspec import Struct, field

from callboard.clock import Micros
from callboard.model.call import Call
from callboard.model.directory import Member, Organization, Space, SpaceSettings, Token
from callboard.model.event import Entry
from callboard.model.run import Run
from callboard.model.task import Task
from callboard.model.totals import Totals
from callboard.model.words import Outcome, RejectReason
from callboard.store.hooks import HookDelivery, Hooks
from callboard.store.importing import Imports
from callboard.store.questions import CallFilter, Scope, TaskFilter, Window
from callboard.store.reporting import Reporting, Verification
from callboard.store.uploads import Uploads

# --- events in


class Rejection(Struct, frozen=True, gc=False):
    """An event that was not taken."""

    index: int
    """Its place in the request, from 0."""
    reason: RejectReason
    message: str


class NewRun(Struct, frozen=True):
    """A run to register together with its tasks' events."""

    run_id: str
    created: Micros
    collection_ref: str | None
    run_mode: str | None


class Idempotency(Struct, frozen=True):
    """A request that must be carried out once, even if it is sent several times."""

    key: str
    request_digest: bytes
    """Of the body. The same key with another digest raises `IdempotencyConflictError`."""
    answer: bytes
    """The answer to return to a repeat; kept for seven days."""


class Batch(Struct, kw_only=True):
    """The events of one request for one space, committed all or none."""

    org_id: int
    space_id: int
    entries: list[Entry]
    indexes: Sequence[int] | None = None
    """Each entry's index in the request. None: their order here."""
    rejections: list[Rejection] = field(default_factory=list)
    """Events found invalid by validation: counted with the batch."""
    source: str = "events"
    received_at: Micros = 0
    import_no: int | None = None
    """The open import that these events belong to. None: the batch gets a new number. Outside of
    `import_rows` it is refused while the import has an owner.
    """
    run: NewRun | None = None
    idempotency: Idempotency | None = None
    delivery: HookDelivery | None = None
    """Of a batch that came to a hook."""

    @property
    def received(self) -> int:
        return len(self.entries) + len(self.rejections)


class Receipt(Struct, kw_only=True):
    """Outcomes of a batch. `applied + duplicate + stale + rejected = received`, always."""

    batch_no: int
    received: int
    applied: int = 0
    duplicate: int = 0
    stale: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    """Those found by validation and those found by the fold, in order of index."""
    first_answer: bytes | None = None
    """The answer stored for this `Idempotency-Key`: nothing was applied, because an earlier request was."""

    @property
    def rejected(self) -> int:
        return len(self.rejections)

    @property
    def batch_id(self) -> str:
        return batch_id(self.batch_no)


def batch_id(batch_no: int) -> str:
    """The public id of a batch: unique within its organization."""
    return f"b{batch_no}"


def batch_number(text: str) -> int | None:
    """The number in a public batch id. None if the text is not one."""
    return int(text[1:]) if text[:1] == "b" and text[1:].isdecimal() and len(text) < 20 else None


class ImportStep(Struct, frozen=True, kw_only=True):
    """The next rows of an import's file, to be committed together with the position after them."""

    org_id: int
    batch_no: int
    owner: str
    """The nonce of the owner that sends them."""
    from_row: int
    """The position that the import must have: its rows before this one are committed."""
    to_row: int
    """The position afterwards: `from_row` plus the number of rows in this step."""
    received_at: Micros
    batches: list[Batch]
    """One for each space."""
    without_space: list[Rejection]
    """Rejected rows whose space is unknown: counted with the import and the organization."""


class Withdrawal(Struct, frozen=True, kw_only=True):
    """What withdrawing a batch did."""

    batch_no: int
    events: int
    calls: int
    """Rows that were changed or deleted."""
    tasks: int


# --- reading ---------------------------------------------------------------------------------------


class Changes(Struct, frozen=True):
    """What changed in an organization since a version."""

    version: int
    """What to pass as `since` in the next call."""
    directory_version: int
    """Differs after any change of an organization, space or token."""
    totals: dict[int, Totals]
    """Space id → its totals now, for every space that changed."""
    is_complete: bool = False
    """These are all spaces, and what the caller knew before is invalid: it asked for the first time, or the
    database was replaced by an older copy (failover or restore)."""


class CallAt(Struct, frozen=True):
    """A call and the space it belongs to."""

    space_id: int
    call: Call


class TaskAt(Struct, frozen=True):
    """A task and the space it belongs to."""

    space_id: int
    task: Task


class Refresher(Protocol):
    """Refreshes the store's changes on an event loop without blocking it."""

    async def refresh(self) -> None:
        """Returns once `change_counter` and `changes_since` reflect all commits acknowledged before the call.

        Raises `StoreUnavailableError`. From the first call on, only these calls change `change_counter`.
        """


# --- maintenance ------------------------------------------------------------------------------------------


Progress = Callable[[int, int], None]
"""Called from time to time with (done, total)."""

Step = Literal["nothing", "opening", "lock", "work", "sync"]
Activity = tuple[Step, float]
"""Which step a commit is at, and since when (`time.monotonic`)."""
READY_S, PATIENT_S = 0.6, 3.0
"""Longest wait for the nodes of a cluster: of `/readyz`, which has 1 s for the store; of a command."""
IDLE: Activity = ("nothing", 0.0)

StoreFacts = dict[Literal["engine", "version", "durable", "sick", "weak"], str]
"""Engine, version and how a commit is durable. `sick`: nodes of a cluster that do not answer; `weak`:
settings with which a crash may take what was acknowledged."""


class Store(Reporting, Imports, Uploads, Hooks, Protocol):
    """Locks, loads and saves. What events mean is decided by the fold."""

    lanes: int
    """How many commits of different organizations it carries out at once, each on its own thread."""

    @property
    def activity(self) -> Activity:
        """Of the commit longest at its step: what one that does not end waits for. Read by other threads."""

    @property
    def identity(self) -> str:
        """Identifies the store where a caller could connect to another one by mistake; otherwise ""."""

    # events in. When a call returns, everything is on disk and visible to every reader.
    def ingest(self, batches: Sequence[Batch], *, waited_s: float = 0.0) -> list[Receipt | Exception]:
        """Commit batches together, in order, with the same results as one by one. For a batch with a fault of
        its own (an idempotency conflict) the exception is returned in its place; the others are committed.

        `waited_s` is how long the first of them has waited already: the lock wait is shortened by it.
        Raises `StoreLockedError` when the lock wait is over; nothing was stored then.
        """

    def compact(self) -> bool:
        """Do a part of what commits of events leave for later; no answer changes by it. To be called between
        commits until it returns False: nothing is left, or the rest is done in the background. Raises
        `StoreError`; a later call tries again.
        """

    def most_unmerged(self) -> int:
        """How many deltas wait to be merged into cells, of the organization that has most of them."""

    def try_writing(self) -> None:
        """Commit without a change, with the locks and syncs of a commit. Raises what a commit would raise."""

    def import_rows(self, step: ImportStep) -> list[Receipt]:
        """Commit the next rows of an import and the position after them, all or nothing, also across spaces.
        Returns a receipt for each batch.

        An import replaces what the imports in its `replaces` said of the calls and tasks that its rows name,
        and an import by a saved mapping what earlier imports by that mapping, into the same place, said of
        them: their events are withdrawn in this commit, unless another batch sent them too. Rows about a
        call or task of which a later import by the same mapping has spoken are rejected. Imports that say the
        very same of it stand together.

        Raises `ImportTakenError` when the import has another position or another owner: so rows are counted
        once, even if several processes send them or one sends them again.
        """

    def withdraw(
        self, org_id: int, batch_no: int, now: Micros, progress: Progress | None = None
    ) -> Withdrawal:
        """Withdraw a batch: refold its items without its events, adjust the counters, and record the
        withdrawal. Done in several short commits, after each of which numbers are exact; called again it
        continues. An event that another batch contained as well stays, with its outcome there, as if this
        batch had never been received. A run that the batch registered stays, without its tasks.
        """

    # what changed
    def change_counter(self) -> int:
        """Change counter: differs after any commit to the store. Cheap to read."""

    def changes_since(self, org_id: int, since: int) -> Changes:
        """Totals of the spaces of an organization that changed after version `since` (-1: all spaces)."""

    def directory_version(self) -> int:
        """Version of the directory: differs after any change of it. Cheap to read after a refresh."""

    def refresher(self) -> Refresher | None:
        """For stores behind a network. None where `change_counter` and `changes_since` read a local file."""

    # directory
    def create_organization(
        self,
        *,
        name: str,
        domain_handle: str,
        domain: str | None,
        is_private_domain: bool,
        now: Micros,
        timezone: str = "UTC",
    ) -> Organization:
        """Raises `AlreadyExistsError` when the handle is taken."""

    def set_organization_zone(
        self, org_id: int, timezone: str, progress: Progress | None = None
    ) -> Organization:
        """Set the home zone, and rebuild day counters of spaces that follow it, one a commit. Repeatable."""

    def organizations(self) -> list[Organization]:
        """All of them, newest first."""

    def find_organization(self, domain_handle: str) -> Organization | None: ...

    def create_space(
        self,
        *,
        org_id: int,
        name: str,
        description: str | None,
        content_type: str,
        agent_handle: str | None,
        settings: SpaceSettings,
        now: Micros,
        token: str | None = None,
    ) -> Space:
        """`token` is the space's public id; the store generates one when none is given. Raises
        `AlreadyExistsError` when a space of any organization has it.
        """

    def update_space(self, org_id: int, space_id: int, changes: dict[str, Any]) -> Space:
        """Change `name, description, content_type, agent_handle, settings, archived`. A mapping as settings
        changes those it names; others stay. A new home zone rebuilds the day counters in the same commit.
        """

    def spaces(self, org_id: int) -> list[Space]:
        """All spaces of an organization, newest first."""

    def spaces_changed(self, since: int) -> list[Space] | None:
        """Those of all organizations that changed after this `directory_version`; None if unknown or many."""

    def find_space(self, token: str) -> Space | None:
        """By its public token, in any organization: the caller checks access."""

    def create_token(
        self,
        *,
        name: str,
        prefix: str,
        secret_digest: bytes,
        members: Sequence[Member],
        expires_at: Micros | None,
        now: Micros,
    ) -> Token: ...

    def tokens(self, org_id: int) -> list[Token]:
        """The tokens with access to the organization, newest first."""

    def find_token(self, token_id: int) -> Token | None: ...

    def token_of_secret(self, secret_digest: bytes) -> tuple[Token, Micros | None] | None:
        """The token of a secret, and when the secret expires if the token was rotated."""

    def rotate_token(self, token_id: int, *, prefix: str, secret_digest: bytes, old_until: Micros) -> Token:
        """Set a new secret; the previous ones expire at `old_until`. Raises `TokenRevokedError`."""

    def revoke_token(self, token_id: int, now: Micros) -> Token: ...

    def touch_token(self, token_id: int, now: Micros) -> None:
        """Record a token's last use. Does not change the directory version."""

    # lists. Newest first (creation_time or created descending), ties by id ascending, then space id.
    def calls(self, scope: Scope, where: CallFilter, window: Window) -> list[CallAt]: ...

    def count_calls(self, scope: Scope, where: CallFilter) -> int: ...

    def call(self, org_id: int, space_id: int, call_id: str) -> Call | None:
        """A call that counts, or a leg of one. None of a withdrawn one, and where only facts are known."""

    def legs(self, org_id: int, space_id: int, call_id: str) -> list[Call]:
        """The legs of a call, earliest first."""

    def call_entries(self, org_id: int, space_id: int, call_id: str) -> list[Entry]:
        """Its events in the order received, without withdrawn ones; and the ends said of its group."""

    def tasks(self, scope: Scope, where: TaskFilter, window: Window) -> list[TaskAt]: ...

    def count_tasks(self, scope: Scope, where: TaskFilter) -> int: ...

    def task(self, org_id: int, space_id: int, task_id: str) -> Task | None: ...

    def task_entries(self, org_id: int, space_id: int, task_id: str) -> list[Entry]: ...

    def runs(self, org_id: int, space_id: int, window: Window) -> list[Run]: ...

    def count_runs(self, org_id: int, space_id: int) -> int: ...

    def run(self, org_id: int, space_id: int, run_id: str) -> Run | None: ...

    # outcomes
    def outcomes(self, org_id: int, space_id: int | None = None) -> dict[tuple[Outcome, str], int]:
        """Number of events received, by (outcome, reject reason or "")."""

    # maintenance
    def verify(
        self, *, deep: bool = False, repair: bool = False, progress: Progress | None = None
    ) -> Verification:
        """Compare counters with a recount of the rows; `deep`: also rows with a refold of the events. Readers
        and writers are not blocked.
        """

    def ready(self, within_s: float = READY_S) -> StoreFacts:
        """What it says of itself, and nodes of a cluster within this time. Raises `StoreUnavailableError`."""

    def close(self) -> None: ...
