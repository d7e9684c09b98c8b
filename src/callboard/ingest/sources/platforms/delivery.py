"""What comes in from a platform, and what a translation makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final, Literal, get_args

from msgspec import Meta, Struct, field

from callboard.clock import Micros

PULLED: Final = "PULL"
"""The method of a delivery that was asked for: one answer of the platform's list API."""
FROM_FILE: Final = "FILE"
"""The method of a delivery that is a row, or all bytes, of a file that the platform exports."""


class Delivery(Struct, frozen=True, kw_only=True):
    """One request of a platform, as it came."""

    method: str = "POST"
    """`POST` or `GET`; `PULLED` or `FROM_FILE` for what came another way."""
    url: str = ""
    """The public URL as the platform called it, with its query and without a fragment."""
    query: str = ""
    """The query string, raw."""
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case; the values of a repeated header joined by `, `."""
    body: bytes = b""
    """The bytes that were sent, unpacked if they came compressed."""
    received_at: Micros

    @property
    def content_type(self) -> str:
        """The media type alone, in lower case; empty when none was sent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class HmacOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a sender whose signature is a setting signs; the defaults are Vapi's."""

    algorithm: Literal["sha256", "sha512", "sha1"] = "sha256"
    signature_header: str = "x-signature"
    timestamp_header: str | None = "x-timestamp"
    """None: no time is signed, and a delivery may be sent again at any time."""
    payload: str = "{timestamp}.{body}"
    """What is signed; `{body}`, `{timestamp}`, `{method}`, `{url}` and `{svix-id}` are replaced."""
    prefix: str = ""
    """Stands before the signature in its header, as in `sha256=`."""
    encoding: Literal["hex", "base64"] = "hex"
    id_header: str = "svix-id"
    """Holds what `{svix-id}` stands for."""
    secret_is_base64: bool = False


class HookSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a user sets for one hook. Each has a default that is right for most."""

    id_prefix: str | None = None
    """Stands before the platform's ids of calls. None: the platform's own rule."""
    timezone: str = "UTC"
    """The zone of times that the platform sends without one."""
    keep_recordings: bool = False
    """Whether links to recordings are kept in `metadata.recording_url`."""
    inbound_contexts: tuple[str, ...] = ()
    """Of telephone exchanges: contexts, or beginnings of trunk names, whose calls are inbound."""
    secret_header: str = "x-callboard-secret"  # noqa: S105 - the name of a header
    """Of senders without signatures: the header that carries the hook's secret."""
    unsigned_queries: bool = False
    """Of Vonage: whether events are taken by GET. No signature is made of a query, so that whoever sees one
    of these deliveries can send others for as long as its token lasts."""
    hmac: HmacOptions = HmacOptions()
    """Of platforms whose users choose how deliveries are signed (Vapi)."""
    metadata_keys: tuple[str, ...] = ()
    """Keys of the metadata that users give their calls at the platform, to be kept with the call."""
    live_call_limit: Annotated[int, Meta(ge=1, le=604_800)] | None = None
    """Seconds after its answer, or else its creation, that a call of this hook may be live; None: what
    its space allows. Of both, and of several hooks of one platform in a space, the least."""
    api_url: str | None = None
    """Where the platform's list API is, if not where it usually is. One of those that the operator allows."""
    pull_only: tuple[str, ...] = ()
    """Numbers and agents. Of the calls that the list API tells of and no delivery named, those of one of them
    are taken; none: all, unless another hook of the organization may be of the same account."""
    template: dict[str, str] | None = None
    """Of the generic hook: field of an event → where in the body it lies."""
    envelope_ids: bool = False
    """Of the generic hook: whether the `id` of a CloudEvent is the event's own `event_id`."""


QuarantineReason = Literal["unreadable", "missing_id", "unknown_status", "bad_time", "invalid", "rejected"]
QUARANTINE_REASONS: Final[tuple[QuarantineReason, ...]] = get_args(QuarantineReason)


class Quarantined(Struct, frozen=True):
    """A record that could not be translated, and why."""

    reason: QuarantineReason
    message: str
    word: str | None = None
    """With `unknown_status`: the word that the table lacks."""
    part: int = 0
    """Which record of the delivery, from 0."""


class UnknownWord(Struct, frozen=True):
    """A word that was looked up in the platform's table and is not there."""

    field: str
    """The field of the event that it should have decided, as `end_reason`."""
    word: str


class Unfit(Exception):  # noqa: N818 - it is a verdict on one record; its neighbours are kept
    """The record that is being translated cannot be; it goes to quarantine."""

    def __init__(self, reason: QuarantineReason, message: str, word: str | None = None) -> None:
        super().__init__(message)
        self.reason: QuarantineReason = reason
        self.word = word


class Translation(Struct):
    """What one delivery says: each of its records is in one of the first three lists."""

    events: list[dict[str, Any]] = field(default_factory=list)
    """As `event_from_mapping` takes them; those without `call_status` are facts."""
    ignored: list[str] = field(default_factory=list)
    """Why a record is known to be no call, in one or two words each: `chat`, `transcript`."""
    quarantined: list[Quarantined] = field(default_factory=list)
    unknown_words: list[UnknownWord] = field(default_factory=list)

    @contextmanager
    def record(self, part: int = 0) -> Iterator[None]:
        """Translate one record: an `Unfit` raised inside quarantines it, with what it had said so far."""
        said = [len(self.events), len(self.ignored), len(self.unknown_words)]
        try:
            yield
        except Unfit as verdict:
            del self.events[said[0] :], self.ignored[said[1] :], self.unknown_words[said[2] :]
            self.quarantined.append(Quarantined(verdict.reason, str(verdict), verdict.word, part))
