"""Who changes one thing does not undo what another changes at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from msgspec import structs

from callboard.errors import TokenRevokedError
from callboard.model.directory import Member
from tests.events import call, send
from tests.stores import NOW, make_space

SETTINGS = {
    "timezone": "Asia/Kathmandu",
    "stuck_running_after": 61,
    "stuck_pending_after": 62,
    "live_call_limit": 63,
}
FIELDS = {
    "name": "Summer",
    "description": "More",
    "agent_handle": "ann",
    "archived": True,
    "content_type": "email",
}


def at_once(*changes):
    """Runs each in its own thread, all started together; returns their results."""
    together = Barrier(len(changes))

    def run(change):
        together.wait(60)
        return change()

    with ThreadPoolExecutor(len(changes)) as threads:
        return [done.result() for done in [threads.submit(run, change) for change in changes]]


@pytest.mark.parametrize("turn", range(3))
def test_of_many_changes_of_one_space_at_once_none_is_lost(store, acme, space, turn):
    """Of its settings and of its other fields, one by each of many."""
    send(store, space, call(f"c{turn}"), call("c", at=9 * 3600))
    changes = [
        *[{"settings": {name: value}} for name, value in SETTINGS.items()],
        *[{name: value} for name, value in FIELDS.items()],
    ]
    at_once(*[partial(store.update_space, acme.id, space.id, each) for each in changes])
    found = store.find_space(space.token)
    assert structs.asdict(found.settings) == SETTINGS
    assert {name: getattr(found, name) for name in FIELDS} == FIELDS
    assert found.home_zone == found.cell_zone == "Asia/Kathmandu"
    assert store.verify(deep=True).drift == 0


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/Berlin", "UTC"])
def test_a_zone_of_the_organization_and_one_of_a_space_do_not_undo_each_other(store, acme, zone):
    """In either order."""
    space, other = make_space(store, acme, "One"), make_space(store, acme, "Other")
    at_once(
        partial(store.set_organization_zone, acme.id, zone),
        partial(store.update_space, acme.id, space.id, {"settings": {"timezone": "Asia/Kolkata"}}),
        partial(store.update_space, acme.id, other.id, {"settings": {"live_call_limit": 77}}),
    )
    found, changed = store.find_space(space.token), store.find_space(other.token)
    assert (found.home_zone, found.cell_zone) == ("Asia/Kolkata", "Asia/Kolkata")
    assert (changed.home_zone, changed.cell_zone, changed.settings.live_call_limit) == (zone, zone, 77)


def test_settings_given_whole_replace_all_of_them(store, acme, space):
    """A mapping changes those it names alone."""
    store.update_space(acme.id, space.id, {"settings": {"stuck_running_after": 5}})
    found = store.update_space(acme.id, space.id, {"settings": {"live_call_limit": 6}})
    assert (found.settings.stuck_running_after, found.settings.live_call_limit) == (5, 6)
    assert store.update_space(acme.id, space.id, {"settings": structs.replace(found.settings)}) == found


def make_token(store, acme):
    return store.create_token(
        name="t",
        prefix="cb_0",
        secret_digest=b"first",
        members=[Member(acme.id, "admin")],
        expires_at=None,
        now=NOW,
    )


def test_of_many_rotations_at_once_one_secret_goes_on_working(store, acme):
    """Each ends the secrets that were there, those of the others among them."""
    token = make_token(store, acme)
    secrets = [bytes([number]) * 8 for number in range(6)]
    rotate = partial(store.rotate_token, token.id, prefix="cb_1", old_until=NOW)
    at_once(*[partial(rotate, secret_digest=each) for each in secrets])
    ends = [store.token_of_secret(each)[1] for each in (b"first", *secrets)]
    assert sorted(ends, key=str) == sorted([None, *[NOW] * 6], key=str)


def test_a_token_that_was_revoked_gets_no_new_secret(store, acme):
    """Also when it was revoked a moment ago."""
    token = make_token(store, acme)
    store.revoke_token(token.id, NOW)
    with pytest.raises(TokenRevokedError):
        store.rotate_token(token.id, prefix="cb_1", secret_digest=b"second", old_until=NOW)
    assert store.token_of_secret(b"second") is None
