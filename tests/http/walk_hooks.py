"""What a schema cannot say of a value, said to schemathesis: loaded by its configuration.

Whether these are taken depends on the moment, or on what was sent before. Valid ones are put in their place;
those that are not valid go out as they were drawn.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

import schemathesis

_YEAR = re.compile(r"^[0-9]{4}(?=-)")
_KEY = "Idempotency-Key"


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """A key of its own for each request; and an expiry that is to come."""
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive:
        return
    if case.headers and _KEY in case.headers:
        case.headers[_KEY] = uuid.uuid4().hex
    if isinstance(case.body, dict) and isinstance(case.body.get("expires_at"), str):
        case.body = {**case.body, "expires_at": _YEAR.sub("8888", case.body["expires_at"])}
