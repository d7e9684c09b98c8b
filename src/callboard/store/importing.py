"""An import on record, who owns it, and what must hold for a process to change it, in any store."""

from __future__ import annotations

from msgspec import Struct

from callboard.clock import Micros
from callboard.errors import ImportTakenError


class ImportOwner(Struct, frozen=True, kw_only=True):
    """The process that runs an import."""

    nonce: str
    """Drawn anew for each run: two owners never have the same."""
    host: str
    pid: int
    since: Micros
    process: str | None = None
    """What tells this process from all others of its machine, also later ones with the same pid, and its
    machine from all others; None where the system does not tell it.
    """


class ImportBatch(Struct, frozen=True, kw_only=True):
    """An import on record."""

    batch_no: int
    label: str
    """What was imported and how: a run begun again under the same label carries on the same batch."""
    received_at: Micros
    finished_at: Micros | None = None
    withdrawn_at: Micros | None = None
    applied: int = 0
    duplicate: int = 0
    stale: int = 0
    rejected: int = 0
    position: int = 0
    """Rows of the file that are taken, rejected ones included: the next commit begins behind them."""
    owner: ImportOwner | None = None
    beat: int = 0
    """Moves with every sign of life of the owner."""


class ImportClaim(Struct, frozen=True, kw_only=True):
    """A change of an import's owner, made only if the owner is still the one that was seen."""

    owner: ImportOwner | None
    """The new one; None gives the import back."""
    instead_of: str | None
    """The nonce of the owner that was seen; None if there was none."""
    beat: int | None = None
    """The last sign of life that was seen; None: any."""
    from_start: bool = False
    """The file is read from its first row again, and its rows are counted anew."""


def check_owner(found: ImportBatch, owner: str | None) -> None:
    """Raise `ImportTakenError` unless the import belongs to this owner (None: to nobody)."""
    if nonce_of(found) != owner:
        raise ImportTakenError("This import belongs to another process.")


def check_step(found: ImportBatch, owner: str, begins: int) -> None:
    """Raise `ImportTakenError` unless the import belongs to this owner and stands here."""
    check_owner(found, owner)
    if found.position != begins:
        raise ImportTakenError(f"This import stands behind row {found.position:,}, not {begins:,}.")


def check_claim(found: ImportBatch, claim: ImportClaim) -> None:
    """Raise `ImportTakenError` unless the import is open and its owner is as the claim saw it."""
    check_owner(found, claim.instead_of)
    if claim.beat is not None and found.beat != claim.beat:
        raise ImportTakenError("The process that owns this import is still there.")
    if found.finished_at is not None or found.withdrawn_at is not None:
        raise ImportTakenError("This import has ended meanwhile.")


def nonce_of(found: ImportBatch) -> str | None:
    """The nonce of an import's owner; none without owner."""
    return None if found.owner is None else found.owner.nonce
