"""Commits the batches of many requests together, and isolates a batch that makes the commit fail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from callboard.errors import CallboardError, StoreDamagedError, StoreError
from callboard.ingest.commit.protocol import Result
from callboard.store.interface import Batch, Store

log = logging.getLogger(__name__)

JoiningBatches = Callable[[int], Sequence[Batch]]
"""Organization id → its batches that have arrived by now; they join the commit that calls this."""


@runtime_checkable
class Joinable(Protocol):
    """A store whose commits wait for other writers, and can add batches after that lock wait."""

    def ingest_joined(
        self, batches: Sequence[Batch], arrived: JoiningBatches, *, waited_s: float
    ) -> list[Result]:
        """`Store.ingest`, and once the organization's lock is held, also what arrived meanwhile."""


def ingest_all(
    store: Store, batches: Sequence[Batch], arrived: JoiningBatches | None = None, *, waited_s: float = 0.0
) -> list[Result]:
    """Commit batches together; returns a result for each, in order, then for each that joined them. The
    first of them has waited for `waited_s` already.
    """
    all_batches = list(batches)

    def joining(org_id: int) -> Sequence[Batch]:
        assert arrived is not None
        joined = arrived(org_id)
        all_batches.extend(joined)
        return joined

    try:
        if arrived is not None and isinstance(store, Joinable):
            results = store.ingest_joined(batches, joining, waited_s=waited_s)
        else:
            results = store.ingest(batches, waited_s=waited_s)
    except StoreDamagedError as error:
        return _bisect(store, all_batches, error)
    except StoreError as error:
        return [error] * len(all_batches)
    except Exception as error:  # noqa: BLE001 - reported to its sender, and logged below
        return _bisect(store, all_batches, error)
    assert len(results) == len(all_batches), "a result for each batch"
    for batch, result in zip(all_batches, results, strict=True):
        if isinstance(result, Exception) and not isinstance(result, CallboardError):
            _log_fault(batch, result)
    return results


def _bisect(store: Store, batches: Sequence[Batch], error: Exception) -> list[Result]:
    """After a commit that failed by a fault of ours or of the schema, or by damage: nothing was committed.
    Commit each half separately, down to the batch that fails, so that only its request gets the error.
    """
    if len(batches) > 1:
        half = len(batches) // 2
        return ingest_all(store, batches[:half]) + ingest_all(store, batches[half:])
    _log_fault(batches[0], error)
    return [error]


def _log_fault(batch: Batch, error: Exception) -> None:
    log.error("a batch of %d events could not be written", len(batch.entries), exc_info=error)
