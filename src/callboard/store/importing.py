"""What must hold of an import for a process to change it: the same in every store, asked under the lock."""

from __future__ import annotations

from callboard.errors import ImportTakenError
from callboard.store.interface import ImportBatch, ImportClaim, ImportStep, batch_id


def check_owner(found: ImportBatch, owner: str | None) -> None:
    """Raise `ImportTakenError` unless the import belongs to this owner (None: to nobody)."""
    if nonce_of(found) != owner:
        raise ImportTakenError(f"The import {batch_id(found.batch_no)} belongs to another process.")


def check_step(found: ImportBatch, step: ImportStep) -> None:
    """Raise `ImportTakenError` unless the import belongs to who sends the step and stands where it begins."""
    check_owner(found, step.owner)
    if found.position != step.begins:
        raise ImportTakenError(
            f"The import {batch_id(found.batch_no)} stands behind row {found.position:,}, "
            f"not behind row {step.begins:,}."
        )


def check_claim(found: ImportBatch, claim: ImportClaim) -> None:
    """Raise `ImportTakenError` unless the import is open and its owner is as the claim saw it."""
    check_owner(found, claim.instead_of)
    if claim.beat is not None and found.beat != claim.beat:
        raise ImportTakenError(f"The process that owns the import {batch_id(found.batch_no)} is still there.")
    if found.finished_at is not None or found.withdrawn_at is not None:
        raise ImportTakenError(f"The import {batch_id(found.batch_no)} has ended meanwhile.")


def nonce_of(found: ImportBatch) -> str | None:
    """The nonce of an import's owner; none without owner."""
    return None if found.owner is None else found.owner.nonce
