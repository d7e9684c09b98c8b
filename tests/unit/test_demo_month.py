"""The demo's month: made from a seed, with its stories whenever it is made."""

from __future__ import annotations

import json

import pytest

from callboard.clock import DAY, HOUR
from callboard.demo.month import make_month


def test_the_same_seed_makes_the_same_month() -> None:
    """Told of the same moment; another seed makes another."""
    now = 1_770_443_865_000_000
    one, same, other = (make_month(seed, now, days=4, scale=0.2) for seed in (1, 1, 2))
    assert one == same
    assert one.arrivals != other.arrivals


@pytest.mark.parametrize("hour", range(0, 24 * 7, 11))
def test_at_any_hour_of_the_week_the_stories_are_there(hour: int) -> None:
    """Night, weekend, the hour after 14:00: six tasks stuck, nothing from the future, the carrier fails."""
    now = 1_770_000_000_000_000 + hour * HOUR
    month = make_month(7, now, days=8, scale=0.2)
    assert month.stuck == 6
    assert month.carrier_failures > 0
    assert month.cancelled > 0
    assert now - 4 * DAY < month.stopped_at <= now - HOUR
    assert month.repeated_copies >= month.repeated_events
    later = [json.loads(arrival.line) for arrival in month.arrivals if arrival.at > now]
    assert all(each["type"] == "call" for each in later)
