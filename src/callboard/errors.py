"""Every error that crosses a package border, with a stable code; its docstring is its default message.

`CallerError` is the caller's fault (and never alerts anyone), `StoreError` the environment's. Our own faults
are plain assertions and crash: they are answered 500 and logged, never turned into an empty result.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

MAY_BE_KEPT = (
    "It may have been kept or not: send it again, what was kept is a duplicate then "
    "(events are known by their event_id, or by all they say; tasks/create/ by its Idempotency-Key)."
)
"""Part of the message for a commit whose outcome is unknown, because no acknowledgement came."""


class CallboardError(Exception):
    """Something went wrong."""

    code = "error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])

    @property
    def message(self) -> str:
        return str(self.args[0])


class CallerError(CallboardError):
    """The request cannot be carried out as it stands."""

    code = "bad_request"


class UnreadableBodyError(CallerError):
    """The body cannot be read."""

    code = "unreadable_body"


class BodyTooLargeError(CallerError):
    """The body is larger than this endpoint takes."""

    code = "body_too_large"


class BodyTooSlowError(CallerError):
    """The body did not come within its time: 10 s, and 1 s more for each 64 KiB that came."""

    code = "body_too_slow"


class UnsupportedBodyError(CallerError):
    """This endpoint does not take bodies of that type or encoding."""

    code = "unsupported_body"


class InvalidInputError(CallerError):
    """The input can be read, but is not valid."""

    code = "invalid_input"

    def __init__(self, message: str, errors: list[tuple[str, str]] | None = None) -> None:
        super().__init__(message)
        self.errors: list[tuple[str, str]] = errors or []
        """Each input at fault: (field, message)."""


class ParameterError(CallerError):
    """A query parameter is not valid."""

    code = "invalid_parameter"

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.reason = message


class NotFoundError(CallerError):
    """There is no such thing here."""

    code = "not_found"


class AlreadyExistsError(CallerError):
    """Something with that name is there already."""

    code = "already_exists"


class TokenRevokedError(CallerError):
    """A token that was revoked gets no new secret."""

    code = "token_revoked"

    def __init__(self, message: str = "This token is revoked; create a new one.") -> None:
        super().__init__(message)


class IdempotencyConflictError(CallerError):
    """This Idempotency-Key was used before with another body."""

    code = "idempotency_conflict"


class ImportTakenError(CallerError):
    """Another process owns this import, or has taken it further."""

    code = "import_taken"


class ImportCollisionError(CallerError):
    """Earlier imports read the same file, or files of the same saved mapping, by other options."""

    code = "import_collision"

    def __init__(self, batches: Sequence[int] = ()) -> None:
        names = ", ".join(f"b{number}" for number in batches) or "no longer on record"
        super().__init__(f"This file was imported before, read by other options ({names}).")
        self.batches = tuple(batches)
        """The numbers of these imports."""


class ImportsChangedError(CallerError):
    """Other imports began or ended while this one was compared with them: start it again."""

    code = "imports_changed"


class ParquetMissingError(CallerError):
    """Parquet is not installed here: pip install 'callboard[parquet]' adds it. CSV and NDJSON need none."""

    code = "parquet_missing"


class UploadChangedError(CallerError):
    """This import was changed meanwhile; read its state again."""

    code = "upload_changed"


class UploadsFullError(CallerError):
    """An organization has at most 5 imports that are not finished: finish one, or drop one."""

    code = "uploads_full"


class HooksFullError(CallerError):
    """An organization has at most 100 hooks that are not revoked: revoke one that is not needed."""

    code = "hooks_full"


class HookRevokedError(CallerError):
    """This hook is revoked; create a new one."""

    code = "hook_revoked"


class ExportEndedError(CallerError):
    """The token was revoked or expired while the export was under way."""

    code = "export_ended"


class SettingsError(CallerError):
    """A setting is not valid."""

    code = "bad_setting"


class StoreError(CallboardError):
    """The store cannot answer."""

    code = "store_error"


class StoreUnavailableError(StoreError):
    """The store cannot answer right now; try again shortly."""

    code = "store_unavailable"

    def __init__(self, message: str | None = None, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class CommitInDoubtError(StoreUnavailableError):
    """The connection was lost while committing."""

    code = "commit_in_doubt"


class NodeUnavailableError(StoreUnavailableError):
    """The node of the database that holds this organization does not answer; try again shortly."""

    code = "node_unavailable"

    def __init__(self, message: str | None = None, retry_after_s: int = 2) -> None:
        super().__init__(message, retry_after_s)


class StoreLockedError(StoreUnavailableError):
    """The store is locked by another process; try again shortly."""

    code = "store_locked"


class StoreReplacedError(StoreUnavailableError):
    """The store's file was deleted or replaced while it is served: put it back, or restart the server."""

    code = "store_replaced"

    def __init__(self, message: str | None = None, retry_after_s: int = 10) -> None:
        super().__init__(message, retry_after_s)


class ReplacedInDoubtError(StoreReplacedError, CommitInDoubtError):
    """The store's file was deleted or replaced while it is served: put it back, or restart the server."""

    code = "commit_in_doubt"


class QueueFullError(StoreUnavailableError):
    """More events are waiting to be written than the queue holds; nothing of this request was kept."""

    code = "queue_full"


class BodiesFullError(StoreUnavailableError):
    """The bodies of all requests together hold as many bytes as they may; nothing of this one was kept."""

    code = "bodies_full"

    def __init__(self) -> None:
        super().__init__(retry_after_s=2)


class SubscribersFullError(StoreUnavailableError):
    """As many streams are open as there may be; close one, or try again shortly."""

    code = "subscribers_full"

    def __init__(self) -> None:
        super().__init__(retry_after_s=5)


class ExportsFullError(StoreUnavailableError):
    """As many exports are under way as there may be; wait until one has ended."""

    code = "exports_full"

    def __init__(self) -> None:
        super().__init__(retry_after_s=10)


class StoreTooSlowError(StoreUnavailableError):
    """The store took longer than a query may take; narrow the question or try again."""

    code = "store_too_slow"


class StoreFileError(StoreError):
    """The store's file cannot be used."""

    code = "store_file"


class StoreUncleanError(StoreFileError):
    """The store's file is not all of it: its -wal file is missing."""

    code = "store_unclean"


class SecretKeyError(StoreError):
    """The key of this server does not open the secrets of this hook."""

    code = "secret_key"


class StoreDamagedError(StoreFileError):
    """Something in the store cannot be read: it is damaged."""

    code = "store_damaged"


class StorePrivilegeError(StoreFileError):
    """The database user may not do what Callboard needs; its own words are the cause of this."""

    code = "store_privilege"


class StoreVersionError(StoreFileError):
    """The store was written by a newer version of Callboard."""

    code = "store_newer"


def nothing_kept(error: StoreUnavailableError) -> StoreUnavailableError:
    """The same error, worded for a change that failed before its commit: the sender may safely send it again.

    An error whose message already says what was kept is returned as it is. Otherwise a copy is changed:
    several requests that waited for the same thing may have been given the same object.
    """
    # By the word itself: all messages about what was kept, `MAY_BE_KEPT` among them, contain it.
    if "kept" in error.message or isinstance(error, CommitInDoubtError):
        return error
    if isinstance(error, StoreTooSlowError):
        # Its own message advises to narrow a question, which makes no sense for a change.
        return StoreUnavailableError("The store took too long for this change. Nothing was kept.", 2)
    changed = copy.copy(error)
    changed.args = (f"{error.message.removesuffix('.')}. Nothing was kept.",)
    return changed
