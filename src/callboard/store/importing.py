"""The record of an import, its owner, and the checks that a process must pass to change it, in any store."""

from __future__ import annotations

from msgspec import Struct

from callboard.clock import Micros
from callboard.errors import ImportTakenError


class ImportOwner(Struct, frozen=True, kw_only=True):
    """The process that runs an import."""

    nonce: str
    """Random for each run: no two owners have the same."""
    host: str
    pid: int
    since: Micros
    process: str | None = None
    """Identifies the machine and, on it, this process, also against later processes with the same pid; None
    where the system has no such identity.
    """


class ImportBatch(Struct, frozen=True, kw_only=True):
    """An import on record."""

    batch_no: int
    label: str
    """What was imported and how: a new run under the same label continues the same unfinished batch."""
    received_at: Micros
    finished_at: Micros | None = None
    withdrawn_at: Micros | None = None
    applied: int = 0
    duplicate: int = 0
    stale: int = 0
    rejected: int = 0
    position: int = 0
    """Rows of the file that are committed, rejected ones included: the next commit begins after them."""
    owner: ImportOwner | None = None
    heartbeat: int = 0
    """Heartbeat counter: incremented with every sign of life of the owner."""


class ImportClaim(Struct, frozen=True, kw_only=True):
    """A change of an import's owner: compare-and-set against the owner that was last read."""

    owner: ImportOwner | None
    """The new owner; None releases the import."""
    instead_of: str | None
    """The nonce of the owner that was read; None if there was none."""
    heartbeat: int | None = None
    """The heartbeat counter that was read; None skips that comparison."""
    from_start: bool = False
    """Read the file from its first row again, and reset the import's counts."""


def check_owner(found: ImportBatch, owner: str | None) -> None:
    """Raise `ImportTakenError` unless the import belongs to this owner (None: has no owner)."""
    if nonce_of(found) != owner:
        raise ImportTakenError("This import belongs to another process.")


def check_step(found: ImportBatch, owner: str, from_row: int) -> None:
    """Raise `ImportTakenError` unless the import belongs to this owner and `from_row` is its position. A step
    that is sent again after a lost answer fails here, so its rows cannot count twice.
    """
    check_owner(found, owner)
    if found.position != from_row:
        raise ImportTakenError(f"This import stands behind row {found.position:,}, not {from_row:,}.")


def check_claim(found: ImportBatch, claim: ImportClaim) -> None:
    """Raise `ImportTakenError` unless the import is open and its owner is the one that the claim read."""
    check_owner(found, claim.instead_of)
    # The same owner with a newer heartbeat is alive after all: it must not lose its import.
    if claim.heartbeat is not None and found.heartbeat != claim.heartbeat:
        raise ImportTakenError("The process that owns this import is still there.")
    if found.finished_at is not None or found.withdrawn_at is not None:
        raise ImportTakenError("This import has ended meanwhile.")


def nonce_of(found: ImportBatch) -> str | None:
    """The nonce of an import's owner; None without an owner."""
    return None if found.owner is None else found.owner.nonce
