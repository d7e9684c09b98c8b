"""Hooks: made, found by their token, rotated, revoked; what came to them; deliveries in quarantine."""

from __future__ import annotations

import pytest
from msgspec import structs

from callboard.clock import DAY, HOUR, SECOND, Micros
from callboard.errors import HookRevokedError, HooksFullError, NotFoundError
from callboard.model.directory import Organization, Space
from callboard.store import hooks
from callboard.store.hooks import (
    HOOKS_MAX,
    QUARANTINE_KEPT,
    Hook,
    HookCounts,
    HookDelivery,
    HookRotation,
    NewHook,
    QuarantinedDelivery,
)
from callboard.store.interface import Batch, Store
from tests.events import call
from tests.stores import NOW, make_organization, make_space


def make(
    store: Store,
    space: Space,
    number: int = 1,
    *,
    at: Micros = NOW,
    platform: str = "twilio",
    settings: str = "{}",
) -> Hook:
    new = NewHook(
        space_id=space.id,
        platform=platform,
        prefix=f"cbh_{number:07}",
        token_digest=number.to_bytes(32),
        settings=settings,
        sealed=b"sealed %d" % number,
        now=at,
    )
    return store.create_hook(space.org_id, new)


def rotation(*, sealed: bytes | None = b"new", token: bytes | None = None, keep: Micros = 0) -> HookRotation:
    return HookRotation(
        sealed=sealed,
        prefix="cbh_another" if token else None,
        token_digest=token,
        old_until=NOW + HOUR + keep,
        now=NOW + HOUR,
    )


def bad(hook: Hook, number: int = 1, *, at: Micros = NOW, size: int = 4) -> QuarantinedDelivery:
    return QuarantinedDelivery(
        quarantine_id=f"q{number:016x}",
        hook_id=hook.id,
        received_at=at,
        reason="unknown_status",
        faults='[{"reason":"unknown_status"}]',
        method="POST",
        query="a=b",
        headers="{}",
        body=b"x" * size,
        size=size,
        kept_bytes=size,
        last_at=at,
    )


def deliver(
    store: Store,
    space: Space,
    hook: Hook,
    quarantined: QuarantinedDelivery | None = None,
    *,
    at: Micros = NOW,
    replays: str | None = None,
) -> None:
    entries = [] if quarantined else [call("c-1")]
    batch = Batch(
        org_id=space.org_id,
        space_id=space.id,
        entries=entries,
        source="hook:twilio",
        received_at=at,
        delivery=HookDelivery(hook_id=hook.id, quarantined=quarantined, replays=replays),
    )
    [receipt] = store.ingest([batch])
    assert not isinstance(receipt, Exception), receipt


@pytest.fixture
def foreign(store: Store) -> Space:
    return make_space(store, make_organization(store, "other.example"))


def test_a_hook_is_found_by_its_token_and_by_its_organization(
    store: Store, acme: Organization, space: Space, foreign: Space
) -> None:
    first, second = make(store, space), make(store, space, 2, at=NOW + 1)
    assert store.hook_of_token((1).to_bytes(32)) == (first, None)
    assert store.hook_of_token((3).to_bytes(32)) is None
    assert first.sealed_at(NOW) == [b"sealed 1"]
    assert store.hooks(acme.id) == [second, first]
    assert store.find_hook(acme.id, first.id) == first
    assert store.hooks(foreign.org_id) == []
    assert store.find_hook(foreign.org_id, first.id) is None
    with pytest.raises(NotFoundError):
        store.revoke_hook(foreign.org_id, first.id, NOW)
    with pytest.raises(NotFoundError):
        store.rotate_hook(foreign.org_id, first.id, rotation())


def test_a_hook_is_for_a_space_of_its_own_organization(
    store: Store, acme: Organization, foreign: Space
) -> None:
    with pytest.raises(NotFoundError):
        make(store, structs.replace(foreign, org_id=acme.id))
    assert store.hooks(acme.id) == []


def test_an_organization_has_so_many_hooks_and_revoked_ones_take_no_room(
    store: Store, acme: Organization, space: Space, foreign: Space
) -> None:
    first = make(store, space)
    for number in range(2, HOOKS_MAX + 1):
        make(store, space, number)
    with pytest.raises(HooksFullError):
        make(store, space, HOOKS_MAX + 1)
    make(store, foreign, HOOKS_MAX + 1)
    store.revoke_hook(acme.id, first.id, NOW)
    make(store, space, HOOKS_MAX + 2)


def test_after_a_rotation_the_old_secret_is_valid_for_a_while(
    store: Store, acme: Organization, space: Space
) -> None:
    hook = make(store, space)
    rotated = store.rotate_hook(acme.id, hook.id, rotation(keep=HOUR))
    assert rotated.prefix == hook.prefix
    assert rotated.sealed_at(NOW + HOUR) == [b"new", b"sealed 1"]
    assert rotated.sealed_at(NOW + 2 * HOUR) == [b"new"]
    again = store.rotate_hook(acme.id, hook.id, rotation(sealed=b"newer", keep=10 * HOUR))
    # The first secret ends when the first rotation said it would.
    assert again.sealed_at(NOW + 2 * HOUR) == [b"newer", b"new"]
    assert store.find_hook(acme.id, hook.id) == again
    at_once = store.rotate_hook(acme.id, hook.id, rotation(sealed=b"newest"))
    assert at_once.sealed_at(NOW) == [b"newest"]


def test_secrets_are_put_under_another_key(store: Store, acme: Organization, space: Space) -> None:
    hook = make(store, space)
    store.rotate_hook(acme.id, hook.id, rotation(keep=HOUR))
    resealed = store.reseal_hook(acme.id, hook.id, {1: b"one", 2: b"two"})
    assert [(each.no, each.sealed) for each in resealed.secrets] == [(2, b"two"), (1, b"one")]
    assert store.find_hook(acme.id, hook.id) == resealed


def test_the_secrets_of_all_hooks_of_every_organization(
    store: Store, acme: Organization, space: Space, foreign: Space
) -> None:
    assert store.hook_secrets() == {}
    first, second, other = make(store, space), make(store, space, 2), make(store, foreign, 3)
    rotated = store.rotate_hook(acme.id, first.id, rotation(keep=HOUR))
    store.revoke_hook(acme.id, second.id, NOW)
    assert store.hook_secrets() == {first.id: [*rotated.secrets], other.id: [*other.secrets]}
    assert [each.sealed for each in rotated.secrets] == [b"new", b"sealed 1"]


def test_of_many_rotations_the_newest_secrets_are_kept(
    store: Store, acme: Organization, space: Space
) -> None:
    hook = make(store, space)
    for number in range(10):
        hook = store.rotate_hook(acme.id, hook.id, rotation(sealed=b"%d" % number, keep=DAY))
    assert hook.sealed_at(NOW + HOUR) == [b"9", b"8", b"7", b"6", b"5"]


def test_a_new_url_ends_the_old_one(store: Store, acme: Organization, space: Space) -> None:
    old, new = (1).to_bytes(32), (2).to_bytes(32)
    hook = make(store, space)
    rotated = store.rotate_hook(acme.id, hook.id, rotation(sealed=None, token=new, keep=HOUR))
    assert rotated.prefix == "cbh_another"
    assert rotated.secrets == hook.secrets
    assert store.hook_of_token(old) == (rotated, NOW + 2 * HOUR)
    assert store.hook_of_token(new) == (rotated, None)
    store.rotate_hook(acme.id, hook.id, rotation(sealed=None, token=(3).to_bytes(32)))
    assert store.hook_of_token(old) is None
    assert store.hook_of_token(new) is None


def test_a_revoked_hook_has_no_secret_and_gets_none(store: Store, acme: Organization, space: Space) -> None:
    hook = make(store, space)
    revoked = store.revoke_hook(acme.id, hook.id, NOW + 1)
    assert (revoked.revoked_at, revoked.secrets) == (NOW + 1, ())
    assert store.revoke_hook(acme.id, hook.id, NOW + 2) == revoked
    found = store.hook_of_token((1).to_bytes(32))
    assert found is not None
    assert found[0].revoked_at == NOW + 1
    with pytest.raises(HookRevokedError):
        store.rotate_hook(acme.id, hook.id, rotation())


def test_a_change_of_a_hook_changes_the_version_of_the_directory(
    store: Store, acme: Organization, space: Space
) -> None:
    """So that every worker looks it up anew. A delivery and a refusal do not."""
    version = store.changes_since(acme.id, -1).directory_version
    hook = make(store, space)
    for change in (
        lambda: store.rotate_hook(acme.id, hook.id, rotation()),
        lambda: store.revoke_hook(acme.id, hook.id, NOW),
    ):
        before, version = version, store.changes_since(acme.id, -1).directory_version
        assert version > before
        change()
    before, version = version, store.changes_since(acme.id, -1).directory_version
    assert version > before
    deliver(store, space, hook)
    store.note_refusals(acme.id, hook.id, {"wrong": 1}, "{}", NOW)
    assert store.changes_since(acme.id, -1).directory_version == version


def test_deliveries_and_refusals_are_counted(
    store: Store, acme: Organization, space: Space, foreign: Space
) -> None:
    hook, other = make(store, space), make(store, space, 2)
    assert store.hook_counts(acme.id) == {}
    deliver(store, space, hook, at=NOW + SECOND)
    deliver(store, space, hook)
    store.note_refusals(acme.id, hook.id, {"stale": 3}, '{"kind":"stale"}', NOW + HOUR)
    store.note_refusals(acme.id, hook.id, {"wrong": 1}, '{"kind":"wrong"}', NOW + DAY)
    store.note_refusals(acme.id, other.id, {"wrong": 1}, '{"kind":"wrong"}', NOW)
    deliver(store, space, other)
    counts = store.hook_counts(acme.id)
    assert counts[hook.id] == HookCounts(
        last_delivery_at=NOW + SECOND,
        accepted=2,
        refused=4,
        last_refused_at=NOW + DAY,
        last_refusal='{"kind":"wrong"}',
        refused_by_kind={"stale": 3, "wrong": 1},
    )
    assert (counts[other.id].accepted, counts[other.id].last_delivery_at) == (1, NOW)
    assert store.hook_counts(foreign.org_id) == {}


def test_a_delivery_of_a_batch_that_fails_is_not_counted(
    store: Store, acme: Organization, space: Space
) -> None:
    hook = make(store, space)
    nowhere = structs.replace(space, id=space.id + 100)
    with pytest.raises(AssertionError):
        deliver(store, nowhere, hook)
    assert store.hook_counts(acme.id) == {}


def test_a_delivery_goes_into_quarantine_once_however_often_it_comes(
    store: Store, acme: Organization, space: Space, foreign: Space
) -> None:
    hook = make(store, space)
    deliver(store, space, hook, bad(hook))
    deliver(store, space, hook, bad(hook, at=NOW + HOUR), at=NOW + HOUR)
    deliver(store, space, hook, bad(hook, 2, at=NOW + 1), at=NOW + 1)
    kept = store.find_quarantined(acme.id, bad(hook).quarantine_id)
    assert kept == structs.replace(bad(hook), times=2, last_at=NOW + HOUR)
    assert store.quarantine(acme.id) == [
        structs.replace(bad(hook, 2, at=NOW + 1), body=b""),
        structs.replace(kept, body=b""),
    ]
    assert store.quarantine(acme.id, hook.id + 1) == []
    assert len(store.quarantine(acme.id, hook.id)) == 2
    counts = store.hook_counts(acme.id)[hook.id]
    assert (counts.accepted, counts.quarantined, counts.dropped) == (3, 2, 0)
    assert store.quarantine(foreign.org_id) == []
    assert store.find_quarantined(foreign.org_id, bad(hook).quarantine_id) is None


def test_a_replay_releases_a_delivery_or_tells_why_not(
    store: Store, acme: Organization, space: Space
) -> None:
    hook = make(store, space)
    deliver(store, space, hook, bad(hook))
    before = store.hook_counts(acme.id)
    again = structs.replace(bad(hook), reason="bad_time", last_at=NOW + HOUR)
    deliver(store, space, hook, again, replays=again.quarantine_id)
    assert store.find_quarantined(acme.id, again.quarantine_id) == again
    deliver(store, space, hook, replays=again.quarantine_id)
    assert store.quarantine(acme.id) == []
    assert store.hook_counts(acme.id) == before
    assert store.call(acme.id, space.id, "c-1") is not None


def test_what_is_kept_of_a_delivery_is_what_was_at_fault_of_it_the_last_time(
    store: Store, acme: Organization, space: Space
) -> None:
    """Of a batch, records that could be read meanwhile leave quarantine; its first receipt stays."""
    hook = make(store, space)
    deliver(store, space, hook, bad(hook, size=9))
    less = structs.replace(bad(hook, at=NOW + HOUR), body=b"less", query="c=d")
    deliver(store, space, hook, less, at=NOW + HOUR, replays=less.quarantine_id)
    kept = store.find_quarantined(acme.id, less.quarantine_id)
    assert kept is not None
    assert (kept.body, kept.size, kept.kept_bytes) == (b"less", 4, 4)
    assert (kept.received_at, kept.last_at, kept.times, kept.query) == (NOW, NOW + HOUR, 1, "a=b")


def test_a_delivery_is_dropped_by_its_own_organization_only(
    store: Store, acme: Organization, space: Space, foreign: Space
) -> None:
    hook = make(store, space)
    deliver(store, space, hook, bad(hook))
    with pytest.raises(NotFoundError):
        store.drop_quarantined(foreign.org_id, bad(hook).quarantine_id)
    store.drop_quarantined(acme.id, bad(hook).quarantine_id)
    with pytest.raises(NotFoundError):
        store.drop_quarantined(acme.id, bad(hook).quarantine_id)
    assert store.quarantine(acme.id) == []


def test_what_does_not_fit_into_quarantine_drops_the_oldest_and_is_counted(
    store: Store, acme: Organization, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "QUARANTINE_MAX", 3)
    hook = make(store, space)
    texts = bad(hook, size=0).room  # reasons, query and headers take room, too
    monkeypatch.setattr(hooks, "QUARANTINE_BYTES_MAX", 95 + 4 + 2 * texts)
    for number in range(1, 6):
        deliver(store, space, hook, bad(hook, number, at=NOW + number), at=NOW + number)
    assert len(store.quarantine(acme.id)) == 3
    deliver(store, space, hook, bad(hook, 6, at=NOW + 6, size=95), at=NOW + 6)
    kept = [each.quarantine_id for each in store.quarantine(acme.id)]
    assert kept == [bad(hook, number).quarantine_id for number in (6, 5)]
    counts = store.hook_counts(acme.id)
    assert (counts[hook.id].quarantined, counts[hook.id].dropped) == (6, 4)


@pytest.mark.parametrize(("most", "room"), [(6, 1 << 30), (1_000, 0)], ids=["deliveries", "bytes"])
def test_one_flooded_hook_takes_no_room_in_quarantine_from_another(
    store: Store, acme: Organization, space: Space, monkeypatch: pytest.MonkeyPatch, most: int, room: int
) -> None:
    """The others keep theirs, however much comes to it afterwards, and however old theirs are."""
    flooded, quiet, silent = (make(store, space, number) for number in (1, 2, 3))
    monkeypatch.setattr(hooks, "QUARANTINE_MAX", most)
    monkeypatch.setattr(hooks, "QUARANTINE_BYTES_MAX", room or 6 * bad(flooded).room)
    sent = [(quiet, 1), (silent, 2), (quiet, 3), *((flooded, number) for number in range(4, 40))]
    for hook, number in sent:
        deliver(store, space, hook, bad(hook, number, at=NOW + number), at=NOW + number)
    kept = [each.quarantine_id for each in store.quarantine(acme.id)]
    assert kept == [bad(quiet, number).quarantine_id for number in (39, 38, 37, 3, 2, 1)]
    counts = store.hook_counts(acme.id)
    assert [counts[each.id].dropped for each in (flooded, quiet, silent)] == [33, 0, 0]
    assert [store.quarantine_sizes(acme.id)[each.id].deliveries for each in (flooded, quiet, silent)] == [
        *(3, 2, 1)
    ]


def test_what_is_older_than_quarantine_keeps_is_dropped_and_counted(
    store: Store, acme: Organization, space: Space
) -> None:
    hook = make(store, space)
    deliver(store, space, hook, bad(hook))
    deliver(store, space, hook, bad(hook, 2, at=NOW + HOUR), at=NOW + HOUR)
    assert store.purge_quarantine(acme.id, NOW + QUARANTINE_KEPT - 1) == 0
    assert store.purge_quarantine(acme.id, NOW + QUARANTINE_KEPT) == 1
    assert [each.quarantine_id for each in store.quarantine(acme.id)] == [bad(hook, 2).quarantine_id]
    assert store.hook_counts(acme.id)[hook.id].dropped == 1
