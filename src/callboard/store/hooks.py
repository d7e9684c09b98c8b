"""Hooks: the addresses that platforms post their deliveries to; the deliveries that could not be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from msgspec import Struct, structs

from callboard.clock import DAY, Micros
from callboard.errors import HooksFullError

HOOKS_MAX: Final = 100
"""Hooks of an organization that are not revoked."""
SECRET_GENERATIONS_MAX: Final = 5
"""Secrets of a hook that are kept at once: the newest, and those that a rotation has not ended yet."""
QUARANTINE_MAX: Final = 1_000
"""Quarantined deliveries of an organization. Beyond it the hook that has the most loses its oldest."""
QUARANTINE_BYTES_MAX: Final = 64 << 20
"""Bytes of these, with the reasons of each. Beyond it the hook that has the most loses its oldest."""
QUARANTINED_BYTES_MAX: Final = 256 << 10
"""Bytes of one quarantined body that are kept: what is longer is cut off, and cannot be replayed."""
QUARANTINE_KEPT: Final[Micros] = 30 * DAY
"""How long a delivery is kept after its first receipt, in microseconds."""
REFUSAL_BYTES_MAX: Final = 8 << 10
"""Bytes of the record of a hook's last refusal."""
WORDS_MAX: Final = 50
"""Words of a hook, outside its platform's tables, that are counted one by one: those that came last. How
often others came is counted together.
"""
WORD_BYTES_MAX: Final = 200
"""Bytes of such a word that are kept."""


class SealedSecrets(Struct, frozen=True):
    """One generation of a hook's secrets."""

    no: int
    """Counts from 1; the greatest is the newest."""
    sealed: bytes
    """Encrypted. The store does not know the key."""
    ends_at: Micros | None = None
    """From when on it is no longer valid; None for the newest."""

    def is_valid(self, now: Micros) -> bool:
        return self.ends_at is None or now < self.ends_at


class Hook(Struct, frozen=True, kw_only=True):
    """A connection of one platform to one space."""

    id: int
    org_id: int
    space_id: int
    platform: str
    prefix: str
    """The first characters of the token in its URL, by which people recognise it. Of the whole, a digest is
    kept.
    """
    settings: str
    """A JSON document. Stores do not look into it."""
    created_at: Micros
    revoked_at: Micros | None = None
    secrets: tuple[SealedSecrets, ...] = ()
    """The newest first."""

    def sealed_at(self, now: Micros) -> list[bytes]:
        """The secrets that are valid at a time, the newest first."""
        return [each.sealed for each in self.secrets if each.is_valid(now)]


class CountedWord(Struct, frozen=True):
    """A word that was looked up in a platform's table and is not there."""

    field: str
    """Of an event: what the word should have decided."""
    word: str
    times: int
    last_at: Micros


class HookCounts(Struct, frozen=True, kw_only=True):
    """What came to a hook."""

    last_delivery_at: Micros | None = None
    accepted: int = 0
    """Deliveries whose signature was right, also those that were quarantined or known already."""
    refused: int = 0
    """Deliveries that were not proved to come from the platform."""
    quarantined: int = 0
    """Deliveries that were put into quarantine; one that is posted again counts once."""
    dropped: int = 0
    """Deliveries that left quarantine unread, because it was full or they were too old."""
    last_refused_at: Micros | None = None
    last_refusal: str | None = None
    """Why, as a JSON document."""
    ignored: int = 0
    """Of the accepted deliveries, those that say nothing of a call or task."""
    refused_by_kind: dict[str, int] = {}
    quarantined_by_reason: dict[str, int] = {}
    """By the reason that each was first put there for."""
    unknown_words: tuple[CountedWord, ...] = ()
    """The last first; at most `WORDS_MAX`."""
    other_words: int = 0
    """How often words came that are not among them any more."""


class NewHook(Struct, frozen=True, kw_only=True):
    """A hook to be."""

    space_id: int
    platform: str
    prefix: str
    token_digest: bytes
    settings: str
    sealed: bytes
    now: Micros


class HookRotation(Struct, frozen=True, kw_only=True):
    """New secrets of a hook and, if its URL is to change, a new token."""

    sealed: bytes | None
    """None: the secrets stay."""
    prefix: str | None = None
    token_digest: bytes | None = None
    """None: the URL stays."""
    old_until: Micros
    """Until when the old ones are valid too."""
    now: Micros


class QuarantinedDelivery(Struct, frozen=True, kw_only=True):
    """A delivery that could not be read or mapped, without secrets, links to recordings and transcripts."""

    quarantine_id: str
    """Made of the hook and of what the delivery says: posted again, it has the same."""
    hook_id: int
    received_at: Micros
    """The first receipt."""
    reason: str
    """Of its first record at fault."""
    faults: str
    """The reason of each record at fault, as a JSON document."""
    method: str
    query: str
    headers: str
    """A JSON document."""
    body: bytes
    size: int
    """Bytes of the whole body; of a batch, of its records at fault."""
    kept_bytes: int
    """Bytes of it that are kept; fewer when it was cut off."""
    last_at: Micros = 0
    times: int = 1
    """How often it came. Of one that is there already: how often it came since."""

    @property
    def is_cut(self) -> bool:
        """Whether the end of its body is missing."""
        return self.size > self.kept_bytes

    @property
    def room(self) -> int:
        """Bytes of all that is kept of it."""
        texts = (self.faults, self.query, self.headers)
        return self.kept_bytes + sum(len(each.encode()) for each in texts)


class HookDelivery(Struct, frozen=True, kw_only=True, gc=False):
    """The delivery that the events of a batch are from: counted, and quarantined, in the same commit."""

    hook_id: int
    quarantined: QuarantinedDelivery | None = None
    pulled: bool = False
    """It was asked for: it is no delivery of the platform, and not counted as one."""
    replays: str | None = None
    """The quarantined delivery that this is. It is released, or stays with the reasons of `quarantined`, and
    is counted no second time.
    """
    follows: bool = False
    """It is counted already, and its events are committed: this is about those that were rejected then."""
    is_ignored: bool = False
    """It says nothing of a call or task."""
    unknown_words: tuple[tuple[str, str, int], ...] = ()
    """Field, word, and how often it is in the delivery. Not of a replay that is not released: they come
    again. An empty field: words beyond `WORDS_MAX`.
    """


class QuarantineSize(Struct, frozen=True):
    """How much is in quarantine."""

    deliveries: int = 0
    size: int = 0
    """Bytes of bodies that are kept."""


class UnknownEnd(NamedTuple):
    """A call that ended for a reason that was not known."""

    call_id: str
    word: str
    """The platform's own."""


Tally = tuple[str, str, str]
"""Outcome, reason and word that something is counted by. Outcomes: `ignored`, `refused` (by kind),
`quarantined` (by reason) and `unknown_word` (by field).
"""
IGNORED: Final[Tally] = ("ignored", "", "")
OTHER_WORDS: Final[Tally] = ("unknown_word", "", "")


def with_tallies(counts: HookCounts, tallies: Iterable[tuple[str, str, str, int, Micros]]) -> HookCounts:
    """The counts of a hook with its tallies: outcome, reason, word, times, last time; the latest first."""
    named: dict[str, dict[str, int]] = {}
    words, other = [], 0
    for outcome, reason, word, times, last_at in tallies:
        if outcome != "unknown_word":
            named.setdefault(outcome, {})[reason] = times
        elif reason:
            words.append(CountedWord(reason, word, times, last_at))
        else:
            other = times
    return structs.replace(
        counts,
        ignored=named.get("ignored", {}).get("", 0),
        refused_by_kind=dict(sorted(named.get("refused", {}).items())),
        quarantined_by_reason=dict(sorted(named.get("quarantined", {}).items())),
        unknown_words=tuple(words),
        other_words=other,
    )


def check_hooks(live: int) -> None:
    """Raise `HooksFullError` when an organization may have no further hook beside so many."""
    if live >= HOOKS_MAX:
        raise HooksFullError


def kept_secrets(secrets: Sequence[SealedSecrets], now: Micros, old_until: Micros) -> list[SealedSecrets]:
    """Which secrets stay beside a new one, newest first: those that are valid, none longer than before."""
    ended = [
        SealedSecrets(
            each.no, each.sealed, old_until if each.ends_at is None else min(each.ends_at, old_until)
        )
        for each in secrets
    ]
    return [each for each in ended if each.ends_at is not None and each.ends_at > now][
        : SECRET_GENERATIONS_MAX - 1
    ]


class QuarantineRoom(NamedTuple):
    """How much room a quarantined delivery takes, and since when."""

    quarantine_id: str
    hook_id: int
    received_at: Micros
    bytes: int
    """Of its body, its reasons, its query and its headers."""


def overflowing(kept: Sequence[QuarantineRoom], now: Micros) -> list[QuarantineRoom]:
    """Which quarantined deliveries of an organization are to be dropped, given all of them, newest first.

    Beyond a bound the hook that holds the most loses its oldest, until all fit: a flood of one hook drops
    nothing of another that holds no more than its share.
    """
    dropped: list[QuarantineRoom] = []
    of_hook: dict[int, list[QuarantineRoom]] = {}
    for each in kept:
        if each.received_at + QUARANTINE_KEPT <= now:
            dropped.append(each)
        else:
            of_hook.setdefault(each.hook_id, []).append(each)
    _drop_to(QUARANTINE_MAX, {hook: len(those) for hook, those in of_hook.items()}, of_hook, dropped, _one)
    room = {hook: sum(each.bytes for each in those) for hook, those in of_hook.items()}
    _drop_to(QUARANTINE_BYTES_MAX, room, of_hook, dropped, _bytes)
    return dropped


def _drop_to(
    bound: int,
    held: dict[int, int],
    of_hook: Mapping[int, list[QuarantineRoom]],
    dropped: list[QuarantineRoom],
    measure: Callable[[QuarantineRoom], int],
) -> None:
    """Move deliveries to `dropped` until the hooks have no more than `bound`. `held`: how much each has."""
    beyond = sum(held.values()) - bound
    while beyond > 0:
        # Of equal hooks the one with the older delivery, so that the order of arrival decides nothing.
        most = min(held, key=lambda hook: (-held[hook], _age(of_hook[hook][-1]) if of_hook[hook] else ()))
        oldest = of_hook[most].pop()
        dropped.append(oldest)
        held[most] -= measure(oldest)
        beyond -= measure(oldest)


def _one(_each: QuarantineRoom) -> int:
    return 1


def _bytes(each: QuarantineRoom) -> int:
    return each.bytes


def _age(each: QuarantineRoom) -> tuple[Micros, str]:
    return each.received_at, each.quarantine_id


class Hooks(Protocol):
    """What a store keeps of hooks. See `Store`."""

    def create_hook(self, org_id: int, new: NewHook) -> Hook:
        """Raises `NotFoundError` without such a space in the organization, `HooksFullError`."""

    def hooks(self, org_id: int) -> list[Hook]:
        """All of an organization, newest first, revoked ones among them."""

    def hook_counts(self, org_id: int) -> dict[int, HookCounts]:
        """Hook id → its counts, for each that anything came to."""

    def find_hook(self, org_id: int, hook_id: int) -> Hook | None: ...

    def hook_of_token(self, token_digest: bytes) -> tuple[Hook, Micros | None] | None:
        """The hook of a token in any organization, and from when on that token is no longer valid. The caller
        checks revocation.
        """

    def hook_secrets(self) -> dict[int, list[SealedSecrets]]:
        """Hook id → its secrets, the newest first; of the hooks of every organization that have any."""

    def rotate_hook(self, org_id: int, hook_id: int, rotation: HookRotation) -> Hook:
        """Raises `NotFoundError`, and `HookRevokedError`."""

    def reseal_hook(self, org_id: int, hook_id: int, sealed: dict[int, bytes]) -> Hook:
        """Replace secrets by the same ones under another key: number of the generation → secrets. Raises
        `NotFoundError`.
        """

    def revoke_hook(self, org_id: int, hook_id: int, now: Micros) -> Hook:
        """Revoke a hook. Repeated, it keeps the first time. Raises `NotFoundError`."""

    def note_refusals(
        self, org_id: int, hook_id: int, kinds: Mapping[str, int], refusal: str, at: Micros
    ) -> None:
        """Count refused deliveries by their kinds, and keep why the last one was."""

    def quarantine_sizes(self, org_id: int) -> dict[int, QuarantineSize]:
        """Hook id → what of it is in quarantine, for each that has anything there."""

    def unknown_ends(self, org_id: int, space_id: int, after: int) -> tuple[list[UnknownEnd], int | None]:
        """The next calls of a space whose end reason is unknown, legs and withdrawn ones too; and what to
        pass as `after` for those behind them, None when these are all. `after` is 0 at first.
        """

    def quarantine(self, org_id: int, hook_id: int | None = None) -> list[QuarantinedDelivery]:
        """All of an organization or of one hook, newest first, without their bodies."""

    def find_quarantined(self, org_id: int, quarantine_id: str) -> QuarantinedDelivery | None: ...

    def drop_quarantined(self, org_id: int, quarantine_id: str) -> None:
        """Raises `NotFoundError`."""

    def reconciliation(self, org_id: int, hook_id: int = 0) -> str | None:
        """How far the reconciliation of the organization, or the questions to the platform of a hook, have
        come: a JSON document. Stores do not look into it.
        """

    def save_reconciliation(self, org_id: int, hook_id: int, before: str | None, after: str) -> bool:
        """Replace the document, if it is still the one of before; whether it was."""

    def purge_quarantine(self, org_id: int, now: Micros) -> int:
        """Drop what is older than `QUARANTINE_KEPT`. Returns how many these were."""
