"""Hooks with their tokens and secrets, and what came to them. A change that decides who may post increments
the directory version, by which all processes invalidate their cached copies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from callboard.clock import Micros
from callboard.errors import HookRevokedError, NotFoundError
from callboard.store.hooks import (
    Hook,
    HookCounts,
    HookRotation,
    NewHook,
    SealedSecrets,
    UnknownEnd,
    check_hooks,
    kept_secrets,
    with_tallies,
)
from callboard.store.sql.database import Database
from callboard.store.sql.directory import bump_directory_version, space_by_id
from callboard.store.sql.save import read_clock, write_clock

_COUNTS = (
    "last_delivery_at",
    "accepted",
    "refused",
    "quarantined",
    "dropped",
    "last_refused_at",
    "last_refusal",
)
"""As the query selects them."""
_CALLS_AT_ONCE = 20_000
"""Rows of calls that one statement looks at."""


def create_hook(db: Database, org_id: int, new: NewHook) -> Hook:
    """See `Store.create_hook`."""
    # First, because it locks: of two concurrent requests the second counts the hook of the first.
    bump_directory_version(db)
    space_by_id(db, org_id, new.space_id)
    check_hooks(int(db.value("hook.live", {"org_id": org_id})))
    values = {"space_id": new.space_id, "platform": new.platform, "prefix": new.prefix}
    hook_id = db.value("hook.insert", {"org_id": org_id, **values, "settings": new.settings, "now": new.now})
    db.change("hook_token.insert", {"digest": new.token_digest, "hook_id": hook_id})
    _insert_secrets(db, hook_id, [SealedSecrets(1, new.sealed)])
    return _existing(db, org_id, hook_id)


def hooks(db: Database, org_id: int) -> list[Hook]:
    return [_hook(db, row) for row in db.rows("hook.list", {"org_id": org_id})]


def find_hook(db: Database, org_id: int, hook_id: int) -> Hook | None:
    row = db.row("hook.find", {"org_id": org_id, "hook_id": hook_id})
    return None if row is None else _hook(db, row)


def hook_of_token(db: Database, digest: bytes) -> tuple[Hook, Micros | None] | None:
    """See `Store.hook_of_token`."""
    found = db.row("hook_token.find", {"digest": digest})
    if found is None:
        return None
    org_id, hook_id, ends_at = found
    return _existing(db, org_id, hook_id), ends_at


def hook_secrets(db: Database) -> dict[int, list[SealedSecrets]]:
    """See `Store.hook_secrets`."""
    found: defaultdict[int, list[SealedSecrets]] = defaultdict(list)
    for hook_id, no, sealed, ends_at in db.rows("hook_secret.all", {}):
        found[hook_id].append(SealedSecrets(no, bytes(sealed), ends_at))
    return dict(found)


def rotate_hook(db: Database, org_id: int, hook_id: int, rotation: HookRotation) -> Hook:
    """See `Store.rotate_hook`."""
    # First, because it locks: the later of two concurrent rotations sees, and ends, the other's secret too.
    bump_directory_version(db)
    hook = _existing(db, org_id, hook_id)
    if hook.revoked_at is not None:
        raise HookRevokedError
    if rotation.sealed is not None:
        newest = max((each.no for each in hook.secrets), default=0)
        kept = kept_secrets(hook.secrets, rotation.now, rotation.old_until)
        db.change("hook_secret.drop", {"hook_id": hook_id})
        _insert_secrets(db, hook_id, [SealedSecrets(newest + 1, rotation.sealed), *kept])
    if rotation.token_digest is not None:
        db.change("hook_token.end", {"hook_id": hook_id, "ends_at": rotation.old_until})
        db.change("hook_token.forget", {"hook_id": hook_id, "now": rotation.now})
        db.change("hook_token.insert", {"hook_id": hook_id, "digest": rotation.token_digest})
        db.change("hook.set_prefix", {"org_id": org_id, "hook_id": hook_id, "prefix": rotation.prefix})
    return _existing(db, org_id, hook_id)


def reseal_hook(db: Database, org_id: int, hook_id: int, sealed: dict[int, bytes]) -> Hook:
    """See `Store.reseal_hook`."""
    bump_directory_version(db)
    _existing(db, org_id, hook_id)
    for no, secrets in sealed.items():
        db.change("hook_secret.reseal", {"hook_id": hook_id, "no": no, "sealed": secrets})
    return _existing(db, org_id, hook_id)


def revoke_hook(db: Database, org_id: int, hook_id: int, now: Micros) -> Hook:
    """See `Store.revoke_hook`. Its secrets are forgotten: nothing is checked by them any more."""
    bump_directory_version(db)
    _existing(db, org_id, hook_id)
    db.change("hook.revoke", {"org_id": org_id, "hook_id": hook_id, "now": now})
    db.change("hook_secret.drop", {"hook_id": hook_id})
    return _existing(db, org_id, hook_id)


def hook_counts(db: Database, org_id: int) -> dict[int, HookCounts]:
    """See `Store.hook_counts`."""
    tallies: defaultdict[int, list[Any]] = defaultdict(list)
    for hook_id, *tally in db.rows("hook_tally.list", {"org_id": org_id}):
        tallies[hook_id].append(tally)
    counts = {
        row[0]: HookCounts(**dict(zip(_COUNTS, row[1:], strict=True)))
        for row in db.rows("hook_count.list", {"org_id": org_id})
    }
    return {hook_id: with_tallies(found, tallies[hook_id]) for hook_id, found in counts.items()}


def note_refusals(
    db: Database, org_id: int, hook_id: int, kinds: Mapping[str, int], refusal: str, at: Micros
) -> None:
    """See `Store.note_refusals`. Takes no organization lock: who is refused must not delay who is not."""
    key = {"org_id": org_id, "hook_id": hook_id, "at": at}
    db.change("hook_count.refuse", {**key, "count": sum(kinds.values()), "refusal": refusal})
    for kind, count in sorted(kinds.items()):
        db.change("hook_tally.add", {**key, "outcome": "refused", "reason": kind, "word": "", "times": count})


def unknown_ends(db: Database, org_id: int, space_id: int, after: int) -> tuple[list[UnknownEnd], int | None]:
    """See `Store.unknown_ends`: by ranges of numbers, so that no statement reads more than so many rows."""
    until = after + _CALLS_AT_ONCE
    where = {"org_id": org_id, "space_id": space_id, "after": after, "until": until}
    found = [UnknownEnd(*row) for row in db.rows("call.unknown_ends", where)]
    is_last = db.value("call.next", {"org_id": org_id, "after": until}) is None
    return found, None if is_last else until


def reconciliation(db: Database, org_id: int, hook_id: int) -> str | None:
    """See `Store.reconciliation`."""
    found: str | None = db.value("reconciliation.find", {"org_id": org_id, "hook_id": hook_id})
    return found


def save_reconciliation(db: Database, org_id: int, hook_id: int, before: str | None, after: str) -> bool:
    """See `Store.save_reconciliation`."""
    # Locks the organization: of two processes that begin at once one sees what the other wrote.
    clock = read_clock(db, org_id)
    if reconciliation(db, org_id, hook_id) != before:
        return False
    db.change("reconciliation.put", {"org_id": org_id, "hook_id": hook_id, "state": after})
    write_clock(db, clock)
    return True


def _insert_secrets(db: Database, hook_id: int, secrets: Iterable[SealedSecrets]) -> None:
    for each in secrets:
        values = {"no": each.no, "sealed": each.sealed, "ends_at": each.ends_at}
        db.change("hook_secret.insert", {"hook_id": hook_id, **values})


def _existing(db: Database, org_id: int, hook_id: int) -> Hook:
    found = find_hook(db, org_id, hook_id)
    if found is None:
        raise NotFoundError("Hook not found.")
    return found


def _hook(db: Database, row: tuple[Any, ...]) -> Hook:
    secrets = tuple(
        SealedSecrets(no, bytes(sealed), ends_at)
        for no, sealed, ends_at in db.rows("hook_secret.list", {"hook_id": row[0]})
    )
    return Hook(
        id=row[0],
        org_id=row[1],
        space_id=row[2],
        platform=row[3],
        prefix=row[4],
        settings=row[5],
        created_at=row[6],
        revoked_at=row[7],
        secrets=secrets,
    )
