"""What a store promises. `sqlite` keeps it in a file, `postgres` in a database.

Every method is synchronous and may be called from any thread. Methods raise `StoreError`s only for the
world's faults (`StoreUnavailableError` for what passes by itself), `CallerError`s for the caller's.
Everything of a tenant takes its `org_id`, and no statement answers beyond it.
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
from callboard.store.importing import ImportBatch, ImportClaim, ImportOwner
from callboard.store.questions import CallFilter, Scope, TaskFilter, Window
from callboard.store.reporting import Reporting, Verification

# --- events in


class Rejection(Struct, frozen=True, gc=False):
    """An event that was not taken."""

    index: int
    """Its place in the request, from 0."""
    reason: RejectReason
    message: str


class NewRun(Struct, frozen=True):
    """A run to put on record beside its tasks' events."""

    run_id: str
    created: Micros
    collection_ref: str | None
    run_mode: str | None


class Idempotency(Struct, frozen=True):
    """A request that must be carried out once, however often it is sent."""

    key: str
    request_digest: bytes
    """Of the body: the same key with another digest is an `IdempotencyConflictError`."""
    answer: bytes
    """What to answer a repeat with; kept for seven days."""


class Batch(Struct, kw_only=True):
    """The events of one request for one space, to be committed whole."""

    org_id: int
    space_id: int
    entries: list[Entry]
    indexes: Sequence[int] | None = None
    """Each entry's place in the request; their order here when none."""
    rejections: list[Rejection] = field(default_factory=list)
    """What was found invalid before: counted with the batch."""
    source: str = "events"
    received_at: Micros = 0
    import_no: int | None = None
    """The open import that these events belong to; without it the batch gets a number of its own. Outside of
    `import_rows` it is refused while the import has an owner.
    """
    run: NewRun | None = None
    idempotency: Idempotency | None = None

    @property
    def received(self) -> int:
        return len(self.entries) + len(self.rejections)


class Receipt(Struct, kw_only=True):
    """What became of a batch. `applied + duplicate + stale + rejected = received`, always."""

    batch_no: int
    received: int
    applied: int = 0
    duplicate: int = 0
    stale: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    """All of them: found before, and found by the fold; in order of index."""
    first_answer: bytes | None = None
    """The answer kept for this `Idempotency-Key`: nothing was applied, it was done before."""

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
    """The number in a public batch id; none when it is no such id."""
    return int(text[1:]) if text[:1] == "b" and text[1:].isdecimal() and len(text) < 20 else None


class ImportStep(Struct, frozen=True, kw_only=True):
    """The next rows of an import's file, to be committed together with the position behind them."""

    org_id: int
    batch_no: int
    owner: str
    """The nonce of the owner that sends them."""
    begins: int
    """Where the import has to stand."""
    ends: int
    """Where it stands afterwards: as many rows further as this step holds."""
    received_at: Micros
    batches: list[Batch]
    """One for each space."""
    unplaced: list[Rejection]
    """Rejected rows that belong to no space: counted with the import and the organization."""


class Withdrawal(Struct, frozen=True, kw_only=True):
    """What withdrawing a batch did."""

    batch_no: int
    events: int
    calls: int
    """Rows that changed or went."""
    tasks: int


# --- reading ---------------------------------------------------------------------------------------


class Changes(Struct, frozen=True):
    """What changed in an organization since a version."""

    version: int
    """To ask with next time."""
    directory_version: int
    """Moves whenever an organization, space or token changes."""
    totals: dict[int, Totals]
    """Space id → its totals now, for every space that changed."""
    anew: bool = False
    """What was known before is worth nothing, and these are all there are: the store was asked for the first
    time, or is an older one than it was (a failover, a restore)."""


class CallAt(Struct, frozen=True):
    """A call and the space it belongs to."""

    space_id: int
    call: Call


class TaskAt(Struct, frozen=True):
    """A task and the space it belongs to."""

    space_id: int
    task: Task


class Refresher(Protocol):
    """How an event loop learns what moved without holding up others: it waits here, then asks the store."""

    async def ask(self) -> None:
        """Returns when `change_counter` and `moved` know every commit acknowledged before this call.

        Raises `StoreUnavailableError`. From the first call on, only these calls change `change_counter`.
        """


# --- care ------------------------------------------------------------------------------------------


Progress = Callable[[int, int], None]
"""Called now and then with (done, in all)."""


Activity = tuple[Literal["nothing", "opening", "lock", "work", "sync"], float]
"""What a store is at while it commits, and since when (`time.monotonic`): it waits for a lock, it folds and
writes, it waits for the disk.
"""
IDLE: Activity = ("nothing", 0.0)


class Store(Reporting, Protocol):
    """Locks, loads, saves; decides nothing."""

    doing: Activity
    """Read by other threads, to tell what a commit that does not end is waiting for."""

    @property
    def identity(self) -> str:
        """Says which store this is, as far as it could be mistaken for another; "" where it could not."""

    # events in. One call is one commit: when it returns, all of it is on disk and visible to every reader.
    def ingest(self, batches: Sequence[Batch], *, waited_s: float = 0.0) -> list[Receipt | Exception]:
        """Commit batches together, in order; each as if it came alone. A batch's own fault
        (idempotency conflict) comes back in its place as the exception, the others stand.

        `waited_s` is how long the first of them has waited already: a lock is waited for that much less.
        Raises `StoreLockedError` when that time is over; nothing was kept then.
        """

    def try_writing(self) -> None:
        """Commit nothing new, through all that a commit goes through. Raises what a commit would raise."""

    def begin_import(self, org_id: int, label: str, now: Micros) -> ImportBatch:
        """Open an import, or find the unfinished one with this label. It says who owns it and where it
        stands; `claim_import` makes one's own of it.
        """

    def claim_import(self, org_id: int, batch_no: int, claim: ImportClaim) -> ImportBatch:
        """Change an import's owner. Raises `ImportTakenError` when the owner is not the one that the claim
        expects, or the import has ended: nothing is changed then.
        """

    def heartbeat_import(self, org_id: int, batch_no: int, owner: ImportOwner) -> None:
        """A sign of life of an import's owner; of any other process it changes nothing."""

    def import_rows(self, step: ImportStep) -> list[Receipt]:
        """Commit the next rows of an import, and its position behind them: all of it or nothing, however
        many spaces they belong to. A receipt for each batch.

        Raises `ImportTakenError` when the import stands elsewhere or belongs to another owner: so rows are
        counted once, however many send them and however often.
        """

    def finish_import(self, org_id: int, batch_no: int, now: Micros, owner: str | None = None) -> ImportBatch:
        """The import is complete. Raises `ImportTakenError` when it belongs to another owner. Of a finished
        one it changes nothing.
        """

    def find_import(self, org_id: int, batch_no: int) -> ImportBatch | None: ...

    def withdraw(
        self, org_id: int, batch_no: int, now: Micros, progress: Progress | None = None
    ) -> Withdrawal:
        """Withdraw what a batch brought: rows folded again without its events, counters with them, the
        withdrawal on record. In several short commits, each exact; begun again it carries on. What another
        batch brought as well stays, with the receipt it had there: it is as if this one had never come. A
        run that the batch registered stays on record, without its tasks.
        """

    # what changed
    def change_counter(self) -> int:
        """A number that moves whenever anything in the store may have changed. Cheap; it says "look"."""

    def moved(self, org_id: int, since: int) -> Changes:
        """Totals of the spaces of an organization that changed after version `since` (-1: all spaces)."""

    def ahead(self) -> Refresher | None:
        """For stores behind a network; none where `change_counter` and `moved` cost almost nothing."""

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
        """A new home zone. The day counters of spaces without a zone of their own move with it, a commit for
        each; numbers are right at every moment. Begun again it carries on.
        """

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
        """`token` is the space's public id; the store makes one when none is given. Raises
        `AlreadyExistsError` when any organization's space has it.
        """

    def update_space(self, org_id: int, space_id: int, changes: dict[str, Any]) -> Space:
        """Change `name, description, content_type, agent_handle, settings, archived`. A mapping as settings
        changes those it names; what others change at the same time stays. A new home zone moves the day
        counters with it, in the same commit.
        """

    def spaces(self, org_id: int) -> list[Space]:
        """All of an organization, newest first."""

    def find_space(self, token: str) -> Space | None:
        """By its public token, whichever organization's: the caller checks access."""

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
        """Those with access to the organization, newest first."""

    def find_token(self, token_id: int) -> Token | None: ...

    def token_of_secret(self, secret_digest: bytes) -> tuple[Token, Micros | None] | None:
        """The token a secret belongs to, and when that secret itself ends (a rotated one)."""

    def rotate_token(self, token_id: int, *, prefix: str, secret_digest: bytes, old_until: Micros) -> Token:
        """A new secret for a token; the secrets it had end at `old_until`. Raises `TokenRevokedError`."""

    def revoke_token(self, token_id: int, now: Micros) -> Token: ...

    def touch_token(self, token_id: int, now: Micros) -> None:
        """Record a token's last use. Does not move the directory version."""

    # lists. Newest first (creation_time or created descending), ties by id ascending, then space id.
    def calls(self, scope: Scope, where: CallFilter, window: Window) -> list[CallAt]: ...

    def count_calls(self, scope: Scope, where: CallFilter) -> int: ...

    def call(self, org_id: int, space_id: int, call_id: str) -> Call | None:
        """Also a void one's is none."""

    def call_entries(self, org_id: int, space_id: int, call_id: str) -> list[Entry]:
        """Its events, as received, first to last; without withdrawn ones."""

    def tasks(self, scope: Scope, where: TaskFilter, window: Window) -> list[TaskAt]: ...

    def count_tasks(self, scope: Scope, where: TaskFilter) -> int: ...

    def task(self, org_id: int, space_id: int, task_id: str) -> Task | None: ...

    def task_entries(self, org_id: int, space_id: int, task_id: str) -> list[Entry]: ...

    def runs(self, org_id: int, space_id: int, window: Window) -> list[Run]: ...

    def count_runs(self, org_id: int, space_id: int) -> int: ...

    def run(self, org_id: int, space_id: int, run_id: str) -> Run | None: ...

    # outcomes
    def outcomes(self, org_id: int, space_id: int | None = None) -> dict[tuple[Outcome, str], int]:
        """How events received ended: (outcome, reject reason or "") → how many."""

    # care
    def verify(
        self, *, deep: bool = False, repair: bool = False, progress: Progress | None = None
    ) -> Verification:
        """Recount rows → counters; deep: refold events → rows as well. Online: readers and writers go on."""

    def ready(self) -> dict[Literal["engine", "version", "durable"], str]:
        """What the store says of itself; raises `StoreUnavailableError` when it cannot answer, or when it is
        known that a commit would fail.
        """

    def close(self) -> None: ...
