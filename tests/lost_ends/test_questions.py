"""What a platform is asked, since when, and what its answers may and may not decide."""

from __future__ import annotations

import json
import threading
from typing import Any

import msgspec
import pytest

from callboard.clock import DAY, HOUR, SECOND
from callboard.ingest.lost_ends import pulling
from callboard.ingest.lost_ends.claiming import Claim, claimed
from callboard.ingest.sources.process import this_process
from callboard.reconciling import is_due
from callboard.settings import Settings
from callboard.store.hooks import NewHook
from callboard.store.questions import CallFilter, Scope, Window
from tests.lost_ends import true_calls
from tests.lost_ends.list_apis import STANDS, TWILIO_KEY, twilio_row
from tests.lost_ends.provider import Answered, Provider, serving
from tests.lost_ends.true_calls import T0, TrueCall, drawn_calls, telnyx_id, twilio_id, twilio_posts
from tests.lost_ends.worlds import BEHIND, FIRST, World, make_world, truth
from tests.model import MemoryStore
from tests.stores import make_organization


def stand(platform: str, calls: list[TrueCall], **more):
    return Provider(STANDS[platform].api, calls, **more)


def test_calls_from_before_the_hook_come_only_when_they_are_asked_for():
    provider = stand("vapi", drawn_calls(12))
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "vapi", base_url, created_at=BEHIND - HOUR)
        assert world.reconcile(base_url).missing == 0
        assert world.calls() == {}
        assert world.reconcile(base_url, since=FIRST).missing == 12
        assert world.calls() == truth("vapi", provider.calls)


def test_the_next_time_asks_since_the_last():
    provider = stand("vapi", drawn_calls(12))
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "vapi", base_url)
        world.reconcile(base_url)
        world.reconcile(base_url, now=BEHIND + 10 * HOUR)
    first, second = (asked.query["createdAtGe"] for asked in provider.requests)
    assert first == "2025-12-31T23:00:00.000Z"
    assert second == "2026-01-01T03:00:00.000Z"  # the end of the first, less what a call may last and an hour


def test_a_call_that_the_platform_says_is_live_is_not_given_up():
    calls = drawn_calls(10, live=2)
    provider = stand("twilio", calls)
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "twilio", base_url)
        tally = world.reconcile(base_url, give_up_after=HOUR)
        assert (tally.given_up, tally.still_open) == (0, 2)
        assert world.calls() == truth("twilio", calls)
        provider.calls = drawn_calls(10)
        tally = world.reconcile(base_url, give_up_after=HOUR)
        assert (tally.healed, tally.given_up, tally.still_open) == (2, 0, 0)


def test_a_call_whose_platform_cannot_be_asked_is_not_given_up():
    call = drawn_calls(1, live=1)[0]
    provider = stand("twilio", [])
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "twilio", base_url)
        world.deliver(twilio_posts(call))
        provider.always = lambda _: Answered(401, b"{}")
        tally = world.reconcile(base_url, give_up_after=HOUR)
        assert (tally.given_up, tally.still_open) == (0, 1)
        # Heard, it knows of none: then nobody knows more.
        provider.always = None
        tally = world.reconcile(base_url, give_up_after=HOUR)
        assert (tally.given_up, tally.still_open) == (1, 0)
        assert world.calls()[twilio_id(call.no)][0] == "failed"
        # A late word of the platform brings it back.
        world.deliver(twilio_posts(drawn_calls(1)[0]))
        assert world.calls() == truth("twilio", drawn_calls(1))


def test_a_call_cancelled_before_it_was_dialled_is_asked_about_by_itself():
    """Twilio sends nothing of it, and it is in no list by the time of dialling."""

    def cancelled(asked, calls, page_rows):
        if asked.path.endswith("/Calls.json"):
            return {"calls": [], "next_page_uri": None}
        row = twilio_row(calls[0]) | {
            "status": "canceled",
            "start_time": None,
            "end_time": None,
            "duration": None,
        }
        return row if asked.path.endswith(f"/{row['sid']}.json") else None

    call = TrueCall(1, T0)
    provider = Provider(cancelled, [call._replace(how="busy", ended=T0 + 5)])
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "twilio", base_url)
        [first, *_] = twilio_posts(call)
        queued = msgspec.structs.replace(first, body=first.body.replace(b"initiated", b"queued"))
        world.deliver([queued])
        assert world.reconcile(base_url).healed == 1
        assert world.calls() == {twilio_id(1): ("missed", 0)}


def test_an_older_call_of_telnyx_is_asked_about_by_its_leg():
    calls = drawn_calls(3)
    provider = stand("telnyx", calls)
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "telnyx", base_url)
        [rang, answered, _] = STANDS["telnyx"].posts(calls[0])
        world.deliver([rang, answered])
        tally = world.reconcile(base_url, now=BEHIND + 3 * DAY)
        assert tally.healed == 1
        assert world.calls() == {telnyx_id(0): ("completed", calls[0].talked * 1000)}
    assert provider.requests[0].query["filter[occurred_at][gte]"] == "2026-01-03T08:00:00.000Z"
    assert provider.requests[1].query["filter[leg_id]"] == telnyx_id(0)


def test_a_call_of_which_telnyx_has_no_hangup_either_is_given_up():
    """Its list is of events that were sent: that one was sent once does not say that the call is live."""
    calls = drawn_calls(2, live=2)
    provider = stand("telnyx", calls)
    with serving(provider) as base_url:
        for now in (BEHIND, BEHIND + 3 * DAY):  # listed, and asked about by its leg
            world = make_world(MemoryStore(), "telnyx", base_url)
            world.deliver([post for call in calls for post in STANDS["telnyx"].posts(call)])
            tally = world.reconcile(base_url, now=now, give_up_after=HOUR)
            assert (tally.given_up, tally.still_open) == (2, 0)
            assert {status for status, _ in world.calls().values()} == {"failed"}


@pytest.mark.parametrize("platform", [name for name in STANDS if name not in ("plivo", "unpod", "telnyx")])
def test_a_call_that_any_other_platform_says_is_live_is_not_given_up(platform):
    """Plivo and Unpod list what is over alone."""
    provider = stand(platform, drawn_calls(3, live=3))
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), platform, base_url)
        tally = world.reconcile(base_url, give_up_after=HOUR)
        assert (tally.missing, tally.given_up, tally.still_open) == (3, 0, 3)


@pytest.mark.parametrize("since", [None, FIRST])
def test_what_a_list_does_not_go_back_to_is_told(since):
    provider = stand("telnyx", drawn_calls(3))
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "telnyx", base_url)
        tally = world.reconcile(base_url, now=BEHIND + 3 * DAY, since=since)
        [note] = tally.hooks[0].notes
        assert note.startswith("it lists the last 24 hours, not all since 20")
        assert world.reconcile(base_url, now=BEHIND + 3 * DAY + HOUR).hooks[0].notes == []


@pytest.mark.parametrize("at_a_time", [1, 3, 7])
def test_each_lost_call_comes_to_its_turn_however_many_the_platform_does_not_know(monkeypatch, at_a_time):
    """The oldest of all is the one that it knows. None is given up before it was asked about."""
    monkeypatch.setattr(pulling, "SINGLY_MAX", at_a_time)
    calls = drawn_calls(8, live=8)
    over = drawn_calls(8)[0]
    provider = stand("twilio", [])

    def one_known(asked):
        row = twilio_row(over)
        known = asked.path.endswith(f"/{row['sid']}.json")
        return Answered(200, json.dumps(row).encode()) if known else None

    provider.always = one_known
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "twilio", base_url)
        world.deliver([post for call in calls for post in twilio_posts(call)])
        runs = 0
        while world.reconcile(base_url).healed == 0:
            runs += 1
            assert runs < 8 / at_a_time
        singly = [asked.path for asked in provider.requests if not asked.path.endswith("/Calls.json")]
        assert len(set(singly)) >= 8
        # Given up are those that were just asked about, and no others.
        before = len(provider.requests)
        tally = world.reconcile(base_url, give_up_after=HOUR)
        assert tally.given_up == len(provider.requests) - before == min(7, at_a_time)


def test_a_call_about_which_the_platform_answers_nonsense_does_not_keep_others_from_their_turn():
    calls = drawn_calls(3, live=3)
    provider = stand("twilio", [])
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "twilio", base_url)
        world.deliver([post for call in calls for post in twilio_posts(call)])
        provider.always = lambda asked: None if asked.path.endswith("/Calls.json") else Answered(400, b"{}")
        for _ in range(3):
            assert world.reconcile(base_url).hooks[0].fault == "it answers 400"
        asked = [each.path for each in provider.requests if not each.path.endswith("/Calls.json")]
        assert len(set(asked)) == 3


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("before", [True, False])
def test_what_was_asked_while_the_clock_was_ahead_is_asked_again(before, times):
    """`before`: whether it was asked once while the clock was right."""
    calls = drawn_calls(12)
    provider = stand("vapi", [])
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "vapi", base_url)
        if before:
            world.reconcile(base_url, now=FIRST)
        for number in range(times):
            world.reconcile(base_url, now=FIRST + 2 * DAY + number * HOUR)
        provider.calls = calls
        tally = world.reconcile(base_url, now=BEHIND)
        [note] = tally.hooks[0].notes
        assert note.startswith("it was asked when the clock was ahead, up to 2026-01-03T")
        assert (tally.missing, tally.hooks[0].fault) == (12, None)
        assert world.calls() == truth("vapi", calls)
        provider.requests.clear()
        assert world.reconcile(base_url, now=BEHIND + HOUR).hooks[0].notes == []
        assert provider.requests[0].query["createdAtGe"] == "2026-01-01T03:00:00.000Z"


def test_a_window_that_was_begun_while_the_clock_was_ahead_is_begun_anew():
    calls = drawn_calls(12)
    provider = stand("retell", drawn_calls(3), page_rows=1)
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "retell", base_url, rows=1)
        stop = threading.Event()
        provider.before_answer = lambda number: stop.set() if number == 2 else None
        world.reconcile(base_url, now=FIRST + 2 * DAY, wait=lambda _: stop.is_set())
        kept = msgspec.json.decode(world.store.reconciliation(world.space.org_id, world.hook.id) or "")
        assert kept["since"] is not None
        provider.calls = calls
        tally = world.reconcile(base_url, now=BEHIND)
        assert tally.hooks[0].fault is None
        assert world.calls() == truth("retell", calls)


def test_a_reconciliation_that_ended_in_the_future_does_not_put_off_the_next():
    settings = Settings(reconcile_every=900)
    assert is_due(None, settings, BEHIND)
    assert not is_due(BEHIND - 600 * SECOND, settings, BEHIND)
    assert is_due(BEHIND - 900 * SECOND, settings, BEHIND)
    assert is_due(BEHIND + 2 * DAY, settings, BEHIND)


def test_a_chat_in_the_list_of_elevenlabs_is_no_call(monkeypatch):
    """Its row is as that of a call; the answer about it alone says that nobody called."""
    calls = [call for call in drawn_calls(6) if call.ended is not None]
    detail = true_calls.elevenlabs_detail

    def chats(call: TrueCall) -> dict[str, Any]:
        found = detail(call)
        if call.no == calls[0].no:
            found["metadata"]["text_only"] = True
            del found["metadata"]["phone_call"]
        return found

    monkeypatch.setattr(true_calls, "elevenlabs_detail", chats)
    with serving(stand("elevenlabs", calls)) as base_url:
        world = make_world(MemoryStore(), "elevenlabs", base_url)
        for _ in range(2):
            world.reconcile(base_url, since=FIRST - HOUR)
            assert world.calls() == truth("elevenlabs", calls[1:])


def test_a_call_that_two_platforms_tell_of_is_one():
    """The list of ElevenLabs leaves the carrier's id out; the answer about one conversation has it."""
    calls = drawn_calls(5)
    provider = stand("elevenlabs", calls)
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "elevenlabs", base_url)
        new = NewHook(
            space_id=world.space.id,
            platform="twilio",
            prefix="cbh_2",
            token_digest=bytes([2] * 32),
            settings="{}",
            sealed=b"",
            now=FIRST,
        )
        carrier = World(world.store, world.space, world.store.create_hook(world.space.org_id, new), "twilio")
        carrier.deliver([post for call in calls for post in twilio_posts(call)])
        world.reconcile(base_url)
        assert world.calls() == truth("elevenlabs", calls)
        scope = Scope(world.space.org_id, world.space.id)
        with_legs = world.store.calls(scope, CallFilter(has_legs=True), Window(limit=10))
        assert len(with_legs) == 5
        provider.requests.clear()
        world.reconcile(base_url, since=FIRST - HOUR)
        assert all(asked.path == "/v1/convai/conversations" for asked in provider.requests[:1])


def test_a_revoked_hook_and_one_without_a_key_are_not_asked():
    provider = stand("twilio", drawn_calls(3))
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "twilio", base_url)
        assert world.reconcile(base_url, key="").hooks[0].fault is not None
        world.store.revoke_hook(world.space.org_id, world.hook.id, BEHIND)
        assert world.reconcile(base_url).hooks == []
    assert provider.requests == []


def test_the_key_may_be_one_of_an_account():
    account, _ = TWILIO_KEY.split(":")
    provider = stand("twilio", drawn_calls(3))
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "twilio", base_url)
        assert world.reconcile(base_url, key=f"{account}:SK1:wrong").hooks[0].fault is not None
    assert provider.requests[0].path.startswith(f"/2010-04-01/Accounts/{account}/")


def test_one_reconciliation_of_an_organization_at_a_time():
    store = MemoryStore()
    acme = make_organization(store)
    with claimed(store, acme.id, lambda: BEHIND) as first:
        assert first
        with claimed(store, acme.id, lambda: BEHIND) as second:
            assert not second
    with claimed(store, acme.id, lambda: BEHIND) as again:
        assert again
    # One whose process has ended is taken over.
    gone = this_process(BEHIND)
    dead = msgspec.structs.replace(gone, pid=2**22 + 1)
    before = store.reconciliation(acme.id, 0)
    assert store.save_reconciliation(
        acme.id, 0, before, msgspec.json.encode(Claim(owner=dead, beat=7)).decode()
    )
    with claimed(store, acme.id, lambda: BEHIND) as taken_over:
        assert taken_over


def test_what_is_pulled_counts_for_the_hooks_own_space_and_is_no_delivery():
    calls = drawn_calls(4)
    provider = stand("retell", calls)
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "retell", base_url)
        world.reconcile(base_url)
        assert world.store.hook_counts(world.space.org_id) == {}
        [entry] = world.store.call_entries(world.space.org_id, world.space.id, STANDS["retell"].name(0))
        assert entry.source == "hook:retell"
        assert entry.event.sequence == BEHIND // SECOND


@pytest.mark.parametrize("platform", ["twilio", "vapi", "retell", "plivo", "elevenlabs"])
def test_what_the_platform_corrects_later_counts(platform):
    """A cost, or an end that was another: the later answer outweighs the earlier."""
    calls = drawn_calls(3)
    provider = stand(platform, calls)
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), platform, base_url)
        world.deliver([post for call in calls for post in STANDS[platform].posts(call)])
        world.reconcile(base_url)
        provider.calls = [call._replace(ended=(call.ended or 0) + 30) for call in calls]
        world.reconcile(base_url, now=BEHIND + HOUR, since=FIRST - HOUR)
        assert world.calls() == truth(platform, provider.calls)
