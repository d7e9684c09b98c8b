"""How many histories a property is tried on: a share of the profile's, or of a long run's."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings


def examples(share: float) -> Any:
    """Settings for a property that costs more than most: a share of the usual examples, at least 5."""
    usual = settings.get_profile("callboard").max_examples
    return settings(max_examples=max(5, round(usual * share)))


def examples_on(kind: str, share: float) -> Any:
    """The same for a kind of store. A new PostgreSQL store takes as long as ten new files."""
    return examples(share / 8 if kind in {"postgres", "citus"} else share)


def long_examples(kind: str = "sqlite") -> Any:
    """Settings for a run at length: `N` histories, 500 under `SHORT=1`, else 5,000."""
    at_length = int(os.environ.get("N") or (500 if os.environ.get("SHORT") else 5_000))
    return settings(max_examples=at_length // 5 if kind in {"postgres", "citus"} else at_length)
