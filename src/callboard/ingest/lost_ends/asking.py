"""Ask a platform's list API over HTTP: the only place that goes out to a platform.

Bounded in everything: how long an answer may take, how large it may be, how often and how long is waited. No
redirect is followed, so that a key goes to no other host than the one that was meant.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import httpx

from callboard import __version__
from callboard.ingest.sources.platforms.listing.lister import Question

CONNECT_S: Final = 10.0
READ_S: Final = 30.0
"""Seconds without a byte after which an answer is given up."""
ANSWER_S: Final = 120.0
"""Seconds in which an answer has to be there, however slowly its bytes come."""
ANSWER_BYTES_MAX: Final = 32 << 20
"""Bytes of an answer. A larger one is asked for again with fewer rows."""
TRIES_MAX: Final = 6
"""Tries of one question: of a platform that is busy, broken or not there."""
WAIT_MAX_S: Final = 300.0
"""The longest time that a platform may say to wait; told more, it is asked again next time."""
FIRST_WAIT_S: Final = 1.0
"""The wait before the second try, where the platform says none; each further one is twice as long."""

Wait = Callable[[float], bool]
"""Waits so many seconds; True when the work is to stop."""
Fault = Literal["refused", "busy", "broken", "unreadable", "too_large", "endless", "unknown", "stopped"]


class AskingError(Exception):
    """A platform gave no usable answer."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


class Asker:
    """Asks one list API, no faster than it allows. Used by one thread."""

    def __init__(self, base_url: str, per_second: float, wait: Wait) -> None:
        self._base = base_url.rstrip("/")
        self._pause_s = 1 / per_second
        self._wait = wait
        self._asked_at = 0.0
        agent = {"User-Agent": f"callboard/{__version__}", "Accept": "application/json"}
        limits = httpx.Timeout(READ_S, connect=CONNECT_S)
        self._client = httpx.Client(timeout=limits, follow_redirects=False, headers=agent)

    def close(self) -> None:
        self._client.close()

    def ask(self, question: Question) -> Any:
        """The answer, decoded. Tries again where that may help. Raises `AskingError`."""
        wait_s = FIRST_WAIT_S
        for last in (*(False,) * (TRIES_MAX - 1), True):
            try:
                self._keep_pace()
                return self._once(question)
            except _RetryError as again:
                if last or (again.after_s or 0) > WAIT_MAX_S:
                    raise AskingError(again.fault, str(again)) from None
                self._stop_after(wait_s if again.after_s is None else again.after_s)
                wait_s *= 2
        raise AssertionError("the last try returns or raises")

    def check_host(self, address: str | None) -> None:
        """Raise `AskingError` for an address of another host, which is not asked."""
        host = "" if address is None else host_of(address)
        if host and host.lower() != host_of(self._base).lower():
            raise AskingError("unreadable", f"its next page is at another host, {host[:100]!r}")

    def _keep_pace(self) -> None:
        early = self._asked_at + self._pause_s - time.monotonic()
        if early > 0:
            self._stop_after(early)
        self._asked_at = time.monotonic()

    def _stop_after(self, seconds: float) -> None:
        if self._wait(seconds):
            raise AskingError("stopped", "it was told to stop")

    def _once(self, question: Question) -> Any:
        try:
            with self._client.stream(
                "GET" if question.json is None else "POST",
                self._base + question.path,
                params=list(question.query),
                headers=dict(question.headers),
                auth=question.basic or httpx.USE_CLIENT_DEFAULT,
                json=question.json,
            ) as answer:
                _check_status(answer)
                body = _body(answer)
        except httpx.TimeoutException:
            raise _RetryError("broken", "it did not answer in time") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _RetryError("broken", f"it cannot be reached: {type(error).__name__}") from None
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            kind = answer.headers.get("content-type", "no content type")[:64]
            raise AskingError("unreadable", f"its answer is no JSON but {kind!r}") from None


def host_of(base_url: str) -> str:
    """The host, as messages name it."""
    return urlsplit(base_url).netloc


class _RetryError(Exception):
    def __init__(self, fault: Fault, message: str, after_s: float | None = None) -> None:
        super().__init__(message)
        self.fault: Fault = fault
        self.after_s = after_s


def _check_status(answer: httpx.Response) -> None:
    status = answer.status_code
    if status == httpx.codes.OK:
        return
    if status == httpx.codes.TOO_MANY_REQUESTS:
        after_s = _retry_after_s(answer)
        told = "" if after_s is None else f", and says to wait {after_s:.0f} s"
        raise _RetryError("busy", f"it is asked too often (429){told}", after_s)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.REQUEST_TIMEOUT:
        raise _RetryError("broken", f"it answers {status}", _retry_after_s(answer))
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise AskingError("refused", f"it refuses the API key ({status})")
    if status == httpx.codes.NOT_FOUND:
        raise AskingError("unknown", "it knows no such thing (404)")
    raise AskingError("unreadable", f"it answers {status}")


def _retry_after_s(answer: httpx.Response) -> float | None:
    """What `Retry-After` says, in seconds: a number, or a date (RFC 9110, 10.2.3). None without it."""
    text = answer.headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _body(answer: httpx.Response) -> bytes:
    """The body, unpacked. Raises `AskingError` once it is too large, or takes too long."""
    until = time.monotonic() + ANSWER_S
    parts, size = [], 0
    for part in answer.iter_bytes():
        size += len(part)
        if size > ANSWER_BYTES_MAX:
            raise AskingError("too_large", f"its answer has more than {ANSWER_BYTES_MAX:,} bytes")
        if time.monotonic() > until:
            raise _RetryError("broken", f"its answer takes longer than {ANSWER_S:.0f} s")
        parts.append(part)
    return b"".join(parts)
