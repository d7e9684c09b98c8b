"""Amounts of money, each in its currency."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

MICROS: Final = 1_000_000
"""Amounts are kept in whole millionths of the currency's unit."""


class Money(Struct, frozen=True):
    """An amount in the units of its currency."""

    amount: int | float
    currency: str


def money(micros: int | None, currency: str | None) -> Money | None:
    """Millionths as an amount: an int if it is whole, else a float. None where either is unknown."""
    if micros is None or currency is None:
        return None
    return Money(micros / MICROS if micros % MICROS else micros // MICROS, currency)


def summed(costs: Iterable[tuple[int | None, str | None]]) -> list[Money]:
    """The sums of amounts in millionths, by currency, in the order of the currencies' names."""
    sums: dict[str, int] = {}
    for micros, currency in costs:
        if micros is not None and currency is not None:
            sums[currency] = sums.get(currency, 0) + micros
    return [each for name in sorted(sums) if (each := money(sums[name], name)) is not None]
