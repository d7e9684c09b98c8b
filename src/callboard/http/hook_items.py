"""Hooks and quarantined deliveries as bodies and answers show them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from callboard.clock import iso
from callboard.http.fields import Name, SpaceToken
from callboard.ingest.sources.platforms.administering import Check, is_known
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import Faults
from callboard.query.parameters import MAX_NUMBER
from callboard.store.hooks import CountedWord, Hook, HookCounts, QuarantinedDelivery

OLD_VALID_HOURS = 24
"""How long old secrets and an old URL are taken after a rotation, unless it says otherwise."""
PlatformName = Annotated[Name, Meta(extra_json_schema={"enum": list(PLATFORMS)})]
"""The check by the schema is by length; which names there are, `platform_named` says in words."""
_Secrets = Annotated[dict[str, str], Meta(max_length=8)]


class NewHookBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A hook to be."""

    platform: PlatformName
    space_token: SpaceToken
    secrets: _Secrets = {}
    """Those that the platform makes, by their names. Ours are made here."""
    settings: dict[str, Any] = {}


class HookRotationBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What of a hook is to be another."""

    secrets: _Secrets = {}
    """The platform's new ones."""
    new_url: bool = False
    old_valid_hours: Annotated[int, Meta(ge=0, le=168)] = OLD_VALID_HOURS


class ReplayBody(Struct, frozen=True, forbid_unknown_fields=True):
    """How a quarantined delivery is to be read."""

    hook_id: Annotated[int, Meta(ge=1, le=MAX_NUMBER)] | None = None
    """Another hook of the same platform and space, by whose settings it is read."""


class SecretItem(Struct, frozen=True):
    """A secret that deliveries of a platform are checked with."""

    name: str
    title: str
    """What the platform calls it, and where it is shown there."""
    ours: bool
    """Whether it is made with the hook; else the platform makes it."""
    optional: bool


class PlatformItem(Struct, frozen=True):
    """A platform that hooks are made for."""

    name: PlatformName
    title: str
    secrets: list[SecretItem]


class PlatformsItem(Struct, frozen=True):
    """All platforms that hooks are made for."""

    platforms: list[PlatformItem]


class HookRefusalItem(Struct, frozen=True):
    """Why a delivery was not taken."""

    at: str | None
    kind: str
    """`missing`, `malformed`, `wrong`, `stale` or `future`."""
    message: str
    compared: dict[str, str]
    """What its signature was checked against; never a secret."""


class UnknownWordItem(Struct, frozen=True):
    """A word that no table of the platform had when it came."""

    field: str
    """Of events: what it should have decided."""
    word: str
    """Cut to 200 bytes, and without what may be a telephone number."""
    times: int
    last_at: str | None
    is_known: bool
    """Whether this version's table has it."""


class HookItem(Struct, frozen=True, kw_only=True):
    """A connection to a platform."""

    id: int
    platform: PlatformName
    space_token: str
    url: str
    """Whole when it is new; later with the first characters of its token only."""
    prefix: str
    settings: dict[str, Any]
    created_at: str | None
    last_delivery_at: str | None
    accepted: int
    ignored: int
    """Of the accepted ones, those that say nothing of a call or task."""
    refused: int
    refused_by_kind: dict[str, int]
    quarantined: int
    quarantined_by_reason: dict[str, int]
    dropped: int
    """Of these, how many left quarantine unread: it was full, or they were too old."""
    unknown_words: list[UnknownWordItem]
    """The latest first; at most 50."""
    other_unknown_words: int
    """How often others came."""
    last_refusal: HookRefusalItem | None
    secrets_open: bool | None
    """Whether the key of this server opens its secrets; null where it has none, as a revoked one."""
    revoked_at: str | None
    secrets: dict[str, str] | UnsetType = UNSET
    """Those that were made for it; shown once."""
    setup: str | UnsetType = UNSET
    """What to do in the platform, in Markdown; shown once."""
    old_valid_until: str | UnsetType | None = UNSET
    """Until when what it had before a rotation is taken beside what is new; null: no longer, or nothing
    else had been there. Only in the answer that rotated it."""


class HookCheck(Struct, frozen=True):
    """What may keep deliveries from being taken."""

    ok: bool
    checks: list[Check]


class QuarantineItem(Struct, frozen=True, kw_only=True):
    """A delivery that could not be read or mapped."""

    id: str
    hook_id: int
    received_at: str | None
    last_at: str | None
    times: int
    reason: str
    faults: Faults
    size: int
    is_cut: bool
    """Its end is missing, so that it cannot be replayed."""
    method: str | UnsetType = UNSET
    query: str | UnsetType = UNSET
    headers: dict[str, str] | UnsetType = UNSET
    body: str | UnsetType = UNSET
    """Without secrets, links to recordings and transcripts; bytes that are no UTF-8 replaced."""


class Replayed(Struct, frozen=True, kw_only=True):
    """What became of a quarantined delivery."""

    id: str
    released: bool
    """Whether all of it could be read. If not, it stays, with its reasons of now."""
    applied: int
    duplicate: int
    stale: int
    rejected: int


def platform_item(platform: Platform) -> PlatformItem:
    secrets = [
        SecretItem(each.name, each.title, each.ours, each.optional) for each in platform.signature.secrets
    ]
    return PlatformItem(platform.name, platform.title, secrets)


def hook_item(
    hook: Hook,
    counts: HookCounts,
    space_token: str,
    url: str,
    *,
    shut: Collection[int],
    secrets: dict[str, str] | UnsetType = UNSET,
    setup: str | UnsetType = UNSET,
    old_valid_until: str | UnsetType | None = UNSET,
) -> HookItem:
    """`shut`: the hooks whose secrets no key opens. `secrets`, `setup` and `old_valid_until`: only in the
    answer that made them.
    """
    return HookItem(
        id=hook.id,
        platform=hook.platform,
        space_token=space_token,
        url=url,
        prefix=hook.prefix,
        settings=msgspec.json.decode(hook.settings),
        created_at=iso(hook.created_at),
        last_delivery_at=iso(counts.last_delivery_at),
        accepted=counts.accepted,
        ignored=counts.ignored,
        refused=counts.refused,
        refused_by_kind=counts.refused_by_kind,
        quarantined=counts.quarantined,
        quarantined_by_reason=counts.quarantined_by_reason,
        dropped=counts.dropped,
        unknown_words=[_word(hook, each) for each in counts.unknown_words],
        other_unknown_words=counts.other_words,
        last_refusal=_refusal(counts),
        secrets_open=hook.id not in shut if hook.secrets else None,
        revoked_at=iso(hook.revoked_at),
        secrets=secrets,
        setup=setup,
        old_valid_until=old_valid_until,
    )


def quarantine_item(kept: QuarantinedDelivery, *, whole: bool = False) -> QuarantineItem:
    """`whole`: with what was delivered."""
    item = QuarantineItem(
        id=kept.quarantine_id,
        hook_id=kept.hook_id,
        received_at=iso(kept.received_at),
        last_at=iso(kept.last_at),
        times=kept.times,
        reason=kept.reason,
        faults=msgspec.json.decode(kept.faults, type=Faults),
        size=kept.size,
        is_cut=kept.is_cut,
    )
    if not whole:
        return item
    return msgspec.structs.replace(
        item,
        method=kept.method,
        query=kept.query,
        headers=msgspec.json.decode(kept.headers, type=dict[str, str]),
        body=kept.body.decode("utf-8", "replace"),
    )


def _word(hook: Hook, counted: CountedWord) -> UnknownWordItem:
    return UnknownWordItem(
        counted.field,
        counted.word,
        counted.times,
        iso(counted.last_at),
        is_known(PLATFORMS[hook.platform], counted.field, counted.word),
    )


def _refusal(counts: HookCounts) -> HookRefusalItem | None:
    if counts.last_refusal is None:
        return None
    told = msgspec.json.decode(counts.last_refusal)
    return HookRefusalItem(iso(counts.last_refused_at), **told)
