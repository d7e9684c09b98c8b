"""Read texts, yes and no, and documents in JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final

from callboard.ingest.sources.files.records import RowError

_YES_NO: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def text(value: Any) -> Any:
    """Text unchanged; whole numbers, as ids often are, in digits. Validation rejects anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value) if isinstance(value, int | Decimal) else value


def yes_no(value: Any) -> Any:
    """A boolean, from one of the words that files use."""
    if isinstance(value, str):
        if value.lower() not in _YES_NO:
            raise RowError("invalid_value", f"{value!r} is neither true nor false")
        return _YES_NO[value.lower()]
    return value


def document(value: Any) -> Any:
    """An object; in a text file, JSON in a cell."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise RowError("invalid_value", f"{value[:60]!r} is not a JSON object") from None
    return value
