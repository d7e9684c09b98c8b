"""What is said in the log of requests that the store refused: enough to notice, never a flood."""

from __future__ import annotations

import logging

from callboard.clock import SECOND, Clock, Micros
from callboard.errors import StoreError, StoreFileError
from callboard.http.masking import masked

_log = logging.getLogger("callboard.http")


class Refusals:
    """Warns of 503s, of each kind once a second at most. One per worker; owned by the event loop's thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kinds: dict[str, tuple[Micros, int]] = {}

    def refused(self, error: StoreError, request_id: str) -> None:
        """A request was answered 503 because of this error."""
        now = self._clock()
        warned, untold = self._kinds.get(error.code, (now - SECOND, 0))
        if 0 <= now - warned < SECOND:
            self._kinds[error.code] = warned, untold + 1
            return
        self._kinds[error.code] = now, 0
        more = f" ({untold:,} more like it since the last such line)" if untold else ""
        # What the database itself said names tables and files: it is for the log, never for the caller.
        cause = f" ({error.__cause__})" if isinstance(error, StoreFileError) and error.__cause__ else ""
        reason = masked(f"{error.message}{cause}").encode("unicode_escape").decode()
        _log.warning("request %s answered 503, %s: %s%s", request_id, error.code, reason, more)
