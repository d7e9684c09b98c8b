"""Deliveries of platforms in the metrics of the service: how many came, and what became of them."""

from __future__ import annotations

from typing import Final, get_args

from callboard.ingest.sources.platforms.delivery import QUARANTINE_REASONS
from callboard.ingest.sources.platforms.signatures.checked import RefusalKind
from callboard.ingest.sources.platforms.taking import Taken
from callboard.store.interface import Batch
from callboard.telemetry.meter import Declared, Meter

DELIVERIES: Final = "callboard_hook_deliveries_total"
UNKNOWN_WORDS: Final = "callboard_hook_unknown_words_total"
DECLARED: Final = (
    Declared(
        name=DELIVERIES,
        kind="counter",
        help="Deliveries of platforms, by what became of them and why; ignored and quarantined are accepted.",
        labels=("outcome", "reason"),
        values=(
            ("accepted", ""),
            ("ignored", ""),
            *(("quarantined", reason) for reason in QUARANTINE_REASONS),
            *(("refused", kind) for kind in get_args(RefusalKind)),
        ),
    ),
    Declared(
        name=UNKNOWN_WORDS, kind="counter", help="Words of deliveries that no table of their platform has."
    ),
)


def count_delivery(meter: Meter, outcome: str, reason: str = "") -> None:
    """Count one delivery."""
    meter.add(DELIVERIES, outcome, reason)


def count_taken(meter: Meter, taken: Taken, rejected: Batch | None) -> None:
    """Count a delivery that was committed. `rejected`: what was set apart of it afterwards."""
    apart = taken.quarantined
    if rejected is not None and rejected.delivery is not None:
        apart = rejected.delivery.quarantined
    count_delivery(meter, "accepted")
    if apart is not None:
        count_delivery(meter, "quarantined", apart.reason)
    elif taken.is_ignored:
        count_delivery(meter, "ignored")
    if taken.unknown_words:
        meter.add(UNKNOWN_WORDS, many=sum(times for _, _, times in taken.unknown_words))
