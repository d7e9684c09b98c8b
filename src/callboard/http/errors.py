"""From errors to answers: the one table of statuses, and the one shape of an error body."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, Struct, UnsetType

from callboard.errors import (
    AlreadyExistsError,
    BodyTooLargeError,
    BodyTooSlowError,
    CallboardError,
    CallerError,
    CommitInDoubtError,
    HookRevokedError,
    HooksFullError,
    IdempotencyConflictError,
    InvalidInputError,
    NotFoundError,
    ParameterError,
    ParquetMissingError,
    StoreError,
    StoreUnavailableError,
    TokenRevokedError,
    UnreadableBodyError,
    UnsupportedBodyError,
    UploadChangedError,
    UploadsFullError,
)

Headers = list[tuple[bytes, bytes]]

STATUS_OF: dict[type[CallboardError], int] = {
    ParameterError: 400,
    UnreadableBodyError: 400,
    NotFoundError: 404,
    ParquetMissingError: 406,
    BodyTooSlowError: 408,
    AlreadyExistsError: 409,
    TokenRevokedError: 409,
    UploadChangedError: 409,
    UploadsFullError: 409,
    HooksFullError: 409,
    HookRevokedError: 409,
    BodyTooLargeError: 413,
    UnsupportedBodyError: 415,
    InvalidInputError: 422,
    IdempotencyConflictError: 422,
    CallerError: 400,
    StoreError: 503,
}
"""An error has the status of the first class in its method resolution order that is listed here."""

STORE_RETRY_AFTER_S = 5
"""`Retry-After` of a store error that names no time itself, in seconds."""

IN_DOUBT = CommitInDoubtError.code
"""The field that tells a program a commit whose outcome is unknown from one of which nothing was kept."""
SEND_AGAIN = (
    "Sending it again is safe for events, with event_id or with equal content, and for tasks/create/ with an "
    "Idempotency-Key."
)

UNAUTHENTICATED = "Invalid or missing API token."
MISSING_HANDLE = "Missing required headers: Org-Handle."
FOREIGN_PAGE = "A request by session cookie must come from Callboard's own page."
EMPTY_HANDLE = "Org-Handle is empty: name the organization, or leave the header out."
REPEATED_HANDLE = "Repeated header: Org-Handle."
NO_ORGANIZATION = "Organization not found."
NO_ACCESS = "Invalid organization handle."
NO_SPACE = "Space not found."
NO_HOOK = "Hook not found."
NO_PATH = "Not found."
FAULT = "Internal server error."


class HttpError(Exception):
    """Ends a request at the edge with this status, message, further headers and field errors."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        headers: Sequence[tuple[bytes, bytes]] = (),
        errors: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = list(headers)
        self.errors = list(errors)


class FieldError(Struct, frozen=True):
    """One input at fault."""

    field: str
    message: str


class ErrorBody(Struct, frozen=True, omit_defaults=True):
    """The body of every error."""

    status_code: int
    message: str
    request_id: str
    errors: list[FieldError] | UnsetType = UNSET
    """Where single inputs are at fault: which, and why."""


def unauthenticated() -> HttpError:
    return HttpError(401, UNAUTHENTICATED, headers=[(b"www-authenticate", b"Token")])


def too_many_failures(retry_after_s: int) -> HttpError:
    return HttpError(
        429,
        f"Too many failed tokens or handles; try again in {retry_after_s} s.",
        headers=[retry_after(retry_after_s)],
    )


def retry_after(wait_s: int) -> tuple[bytes, bytes]:
    return b"retry-after", str(wait_s).encode()


def http_error(error: CallboardError) -> HttpError:
    """The answer to an error that was raised below HTTP."""
    status = next(STATUS_OF[each] for each in type(error).__mro__ if each in STATUS_OF)
    if isinstance(error, StoreError):
        wait_s = error.retry_after_s if isinstance(error, StoreUnavailableError) else STORE_RETRY_AFTER_S
        in_doubt = isinstance(error, CommitInDoubtError)
        errors = [(IN_DOUBT, SEND_AGAIN)] if in_doubt else []
        return HttpError(status, error.message, headers=[retry_after(wait_s)], errors=errors)
    if isinstance(error, ParameterError):
        return HttpError(status, error.message, errors=[(error.name, error.reason)])
    if isinstance(error, InvalidInputError):
        return HttpError(status, error.message, errors=error.errors)
    if isinstance(error, BodyTooSlowError):
        # The rest of the body is still arriving: on a connection that stays open it would be read as the
        # next request.
        return HttpError(status, error.message, headers=[(b"connection", b"close")])
    return HttpError(status, error.message)


def error_body(error: HttpError, request_id: str) -> bytes:
    errors = [FieldError(field, message) for field, message in error.errors]
    return msgspec.json.encode(ErrorBody(error.status, error.message, request_id, errors or UNSET))
