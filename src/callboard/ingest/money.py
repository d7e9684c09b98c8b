"""Amounts of money as sent → whole millionths."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from math import isfinite
from typing import Final

from callboard.ingest.rejected import RejectedEvent, shown
from callboard.model.money import MICROS

AMOUNT_MAX: Final = 1_000_000
"""The greatest amount, in units of its currency."""


def micros_of(field: str, amount: int | float) -> int:  # noqa: PYI041 - a whole number stays exact
    """An amount as whole millionths, rounded half-even from the decimal number as it was written.

    Raises `RejectedEvent` when it is negative, not finite or above `AMOUNT_MAX`.
    """
    if (isinstance(amount, float) and not isfinite(amount)) or not 0 <= amount <= AMOUNT_MAX:
        raise RejectedEvent("invalid_value", field, f"{shown(amount)} is no amount from 0 to {AMOUNT_MAX:,}")
    return int((Decimal(repr(amount)) * MICROS).to_integral_value(ROUND_HALF_EVEN))
