"""One limit for a live call, the least of its space's and its hook's, for everything that asks."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from callboard.clock import DAY, HOUR, MINUTE, SECOND
from callboard.ingest.lost_ends.healing import count_lost, give_up, lost_calls
from callboard.ingest.lost_ends.tally import Found, Tally
from callboard.query.reports.attention import attention
from callboard.query.reports.scope import ReportScope
from callboard.query.reports.trust import trust
from callboard.store.hooks import NewHook
from callboard.store.questions import CallFilter, Scope, Window
from tests.events import call, send
from tests.stores import NOW, STORES, make_organization, make_space, make_store


@pytest.fixture(params=STORES)
def store(request, tmp_path):
    found = make_store(request.param, tmp_path)
    yield found
    found.close()


def hook(store, space, platform: str, number: int, limit: int | None) -> Any:
    new = NewHook(
        space_id=space.id,
        platform=platform,
        prefix=f"cbh_{number}",
        token_digest=number.to_bytes(32),
        settings=msgspec.json.encode({"live_call_limit": limit}).decode(),
        sealed=b"sealed",
        now=NOW,
    )
    return store.create_hook(space.org_id, new)


def test_the_least_of_the_limits_holds_for_all_that_ask(store):
    acme = make_organization(store)
    space = make_space(store, acme, live_call_limit=1_800)
    hook(store, space, "twilio", 1, 600)
    hook(store, space, "vapi", 2, 7_200)
    hook(store, space, "retell", 3, None)
    another = hook(store, space, "retell", 4, 300)
    elsewhere = make_space(store, acme, "Autumn", live_call_limit=1_800)
    hook(store, elsewhere, "telnyx", 5, 60)
    for source in ("hook:twilio", "hook:vapi", "hook:retell", "hook:telnyx", "events"):
        entry = call(source, "in_progress", creation_time=NOW, start_time=NOW)
        entry.source = source
        send(store, space, entry, source=source)
    limits = {
        "hook:twilio": 600,
        "hook:vapi": 1_800,
        "hook:retell": 300,
        "hook:telnyx": 1_800,
        "events": 1_800,
    }

    def past(now: int) -> set[str]:
        return {each.call_id for each in lost_calls(store, space, now)}

    for moment in (299, 301, 599, 601, 1_799, 1_801):
        now = NOW + moment * SECOND
        wanted = {source for source, limit in limits.items() if limit < moment}
        assert past(now) == wanted
        scope = ReportScope(org_id=acme.id, spaces=(space,), one=True)
        totals = store.changes_since(acme.id, -1).totals
        assert attention(store, scope, totals, now).counts["call_in_progress_too_long"] == len(wanted)
        assert trust(store, scope, [totals[space.id]], now).calls_past_limit == len(wanted)
        one = Scope(acme.id, space.id)
        assert store.count_calls(one, CallFilter(past_limit=True, now=now)) == len(wanted)
        assert store.count_calls(one, CallFilter(past_limit=False, now=now)) == 5 - len(wanted)
        # Calls at once: each until its limit.
        talking = store.calls(one, CallFilter(talking_at=(now, now + 1)), Window(limit=10))
        assert {each.call.call_id for each in talking} == {*limits} - wanted
        spans = store.intervals(acme.id, [space.id], (now, now + MINUTE), CallFilter(), "talk").spans
        assert len(spans) == 5 - len(wanted)
    store.revoke_hook(acme.id, another.id, NOW)
    assert "hook:retell" not in past(NOW + 301 * SECOND)


def test_the_end_of_an_attention_item_is_a_list_of_as_many(store):
    acme = make_organization(store)
    space = make_space(store, acme, live_call_limit=60)
    for number in range(3):
        send(store, space, call(f"c{number}", "ringing", at=number))
    now = NOW + 62 * SECOND
    scope = ReportScope(org_id=acme.id, spaces=(space,), one=True)
    [item] = attention(store, scope, store.changes_since(acme.id, -1).totals, now).items
    assert "past_limit=true" in item.link
    where = CallFilter(call_status="ringing", past_limit=True, now=now)
    assert item.count == store.count_calls(Scope(acme.id, space.id), where) == 2
    assert item.ids == ["c0", "c1"]


def test_the_limit_of_a_scheduled_call_counts_from_its_answer(store):
    """It was created two days before it was made, and talks for a minute."""
    acme = make_organization(store)
    space = make_space(store, acme, live_call_limit=3_600)
    now = NOW + 2 * DAY
    answered = now - MINUTE
    entry = call("planned", "in_progress", at=2 * 86_400 - 60, creation_time=NOW, start_time=answered)
    send(store, space, entry)
    one, scope = Scope(acme.id, space.id), ReportScope(org_id=acme.id, spaces=(space,), one=True)
    for later, is_past in ((0, False), (HOUR - MINUTE - 1, False), (HOUR, True)):
        moment = now + later
        totals = store.changes_since(acme.id, -1).totals
        assert count_lost(store, space, moment) == is_past
        assert attention(store, scope, totals, moment).counts["call_in_progress_too_long"] == is_past
        assert trust(store, scope, [totals[space.id]], moment).calls_past_limit == is_past
        span = (moment, moment + 1)
        for where in (CallFilter(talking_at=span), CallFilter(offered_at=span)):
            assert store.count_calls(one, where) == (not is_past)
        found = Found(Tally())
        give_up(store, space, moment, HOUR - 2 * MINUTE, found)
        assert found.tally.given_up == is_past


def test_a_call_is_given_up_so_long_after_its_last_word(store):
    """One that was scheduled, and has just begun to ring."""
    space = make_space(store, make_organization(store), live_call_limit=3_600)
    send(store, space, call("planned", "ringing", at=2 * 86_400, creation_time=NOW))
    for later, given_up in ((MINUTE, 0), (HOUR, 0), (HOUR + 1, 1)):
        found = Found(Tally())
        give_up(store, space, NOW + 2 * DAY + later, HOUR, found)
        assert found.tally.given_up == given_up
