"""Log lines about requests that were answered 503, limited so that an outage does not flood the log."""

from __future__ import annotations

import logging

from callboard.clock import SECOND, Clock, Micros
from callboard.errors import StoreError, StoreFileError
from callboard.http.masking import masked

_log = logging.getLogger("callboard.http")


class RefusalLog:
    """Logs at most one 503 a second of each error code. One per worker; owned by the event loop's thread.

    Error codes are a closed list, so the state kept by code is bounded.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kinds: dict[str, tuple[Micros, int]] = {}

    def record(self, error: StoreError, request_id: str) -> None:
        """Log, or count for the next line, that a request was answered 503 because of this error."""
        now = self._clock()
        logged_at, suppressed = self._kinds.get(error.code, (now - SECOND, 0))
        # `0 <=`: when the system's time is set back, the next line must not wait until it has caught up.
        if 0 <= now - logged_at < SECOND:
            self._kinds[error.code] = logged_at, suppressed + 1
            return
        self._kinds[error.code] = now, 0
        more = f" ({suppressed:,} more like it since the last such line)" if suppressed else ""
        # The database's own message names tables and files: it is for the log, never for the caller.
        cause = f" ({error.__cause__})" if isinstance(error, StoreFileError) and error.__cause__ else ""
        # Escaped, so that a message with a line break stays one line of the log.
        reason = masked(f"{error.message}{cause}").encode("unicode_escape").decode()
        _log.warning("request %s answered 503, %s: %s%s", request_id, error.code, reason, more)
