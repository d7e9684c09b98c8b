"""Many requests' batches in one commit of the store, where a fault of one is told to that one alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from callboard.errors import CallboardError, StoreDamagedError, StoreError
from callboard.ingest.commit.protocol import Result
from callboard.store.interface import Batch, Store

log = logging.getLogger(__name__)

Arrived = Callable[[int], Sequence[Batch]]
"""The batches of an organization that have arrived by now: they join the commit that asks for them."""


@runtime_checkable
class Joinable(Protocol):
    """A store whose commits wait for other writers, and can take batches in after that wait."""

    def ingest_joined(self, batches: Sequence[Batch], arrived: Arrived, *, waited_s: float) -> list[Result]:
        """`Store.ingest`, and once the organization's lock is held, also what arrived meanwhile."""


def ingest_all(
    store: Store, batches: Sequence[Batch], arrived: Arrived | None = None, *, waited_s: float = 0.0
) -> list[Result]:
    """Commit batches together; a result for each, in their order, then for each that joined them. The first
    of them has waited for `waited_s` already.
    """
    every = list(batches)

    def joining(org_id: int) -> Sequence[Batch]:
        assert arrived is not None
        came = arrived(org_id)
        every.extend(came)
        return came

    try:
        if arrived is not None and isinstance(store, Joinable):
            results = store.ingest_joined(batches, joining, waited_s=waited_s)
        else:
            results = store.ingest(batches, waited_s=waited_s)
    except StoreDamagedError as error:
        return _bisect(store, every, error)
    except StoreError as error:
        return [error] * len(every)
    except Exception as error:  # noqa: BLE001 - told to its sender, and in the log below
        return _bisect(store, every, error)
    assert len(results) == len(every), "a result for each batch"
    for batch, result in zip(every, results, strict=True):
        if isinstance(result, Exception) and not isinstance(result, CallboardError):
            _log_fault(batch, result)
    return results


def _bisect(store: Store, batches: Sequence[Batch], error: Exception) -> list[Result]:
    """A fault of ours or of the schema, or damage, met by one of the batches: nothing was committed. Halves
    are tried until the one that fails is alone, so that the others' requests are kept and it alone is told.
    """
    if len(batches) > 1:
        half = len(batches) // 2
        return ingest_all(store, batches[:half]) + ingest_all(store, batches[half:])
    _log_fault(batches[0], error)
    return [error]


def _log_fault(batch: Batch, error: Exception) -> None:
    log.error("a batch of %d events could not be written", len(batch.entries), exc_info=error)
