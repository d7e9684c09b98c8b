"""A list API tells of a whole account: a call counts in the space whose hook its deliveries came to, once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from callboard.clock import HOUR
from callboard.ingest.lost_ends.reconciling import Reconciler, Wish
from callboard.ingest.lost_ends.tally import Tally
from callboard.ingest.sources.platforms.taking import settings_of
from callboard.settings import Settings
from callboard.store.hooks import NewHook
from tests.lost_ends.list_apis import STANDS, twilio_row
from tests.lost_ends.provider import Provider, serving
from tests.lost_ends.true_calls import CALLED, CALLER, T0, TrueCall, drawn_calls, twilio_id
from tests.lost_ends.worlds import BEHIND, FIRST, World, make_world, truth
from tests.model import MemoryStore
from tests.stores import make_space

PLATFORMS = list(STANDS)
POSTING = [name for name in PLATFORMS if name != "unpod"]


def beside(first: World, base_url: str, *, same_space: bool = False, **settings: Any) -> World:
    """Another hook of the same organization and platform, by default into a space of its own."""
    store, number = first.store, len(first.store.hooks(first.space.org_id)) + 1
    organization = next(each for each in store.organizations() if each.id == first.space.org_id)
    space = first.space if same_space else make_space(store, organization, f"s{number}", now=FIRST)
    new = NewHook(
        space_id=space.id,
        platform=first.platform,
        prefix=f"cbh_{number}",
        token_digest=bytes([number] * 32),
        settings=msgspec.json.encode({"api_url": base_url} | settings).decode(),
        sealed=b"sealed",
        now=FIRST - HOUR,
    )
    return World(store, space, store.create_hook(space.org_id, new), first.platform)


def together(worlds: list[World], base_url: str, keys: list[str | None] | None = None) -> Tally:
    """One reconciliation of all spaces; `keys`: the API key of each hook, that of the account by default."""
    first = worlds[0]
    given = keys or [STANDS[first.platform].key] * len(worlds)
    secrets = {
        world.hook.id: {} if key is None else {"api_key": key}
        for world, key in zip(worlds, given, strict=True)
    }
    worker = Reconciler(
        first.store,
        Settings(api_urls=base_url),
        lambda hook: secrets[hook.id],
        lambda: BEHIND,
        lambda _: False,
    )
    spaces = list({world.space.id: world.space for world in worlds}.values())
    return worker.run(spaces, Wish(), lambda _: lambda _: None)


def left_out(tally: Tally) -> list[int]:
    return [each.left_out for each in tally.hooks]


@pytest.mark.parametrize("platform", POSTING)
def test_two_campaigns_of_one_account_count_each_call_once(platform):
    calls = drawn_calls(12)
    provider = Provider(STANDS[platform].api, calls)
    with serving(provider) as base_url:
        spring = make_world(MemoryStore(), platform, base_url)
        autumn = beside(spring, base_url)
        worlds = [spring, autumn]
        for world, own in zip(worlds, (calls[:5], calls[5:]), strict=True):
            world.deliver([post for call in own for post in STANDS[platform].posts(call)])
        tally = together(worlds, base_url)
        assert (tally.missing, left_out(tally)) == (0, [0, 0])
        assert spring.calls() == truth(platform, calls[:5])
        assert autumn.calls() == truth(platform, calls[5:])


@pytest.mark.parametrize("platform", POSTING)
def test_lost_ends_are_healed_where_the_call_is_known_and_what_nobody_knows_is_left_out(platform):
    """The ends of three calls are lost, and all that was said of two more."""
    calls = drawn_calls(12)
    posts = STANDS[platform].posts
    provider = Provider(STANDS[platform].api, calls)
    with serving(provider) as base_url:
        spring = make_world(MemoryStore(), platform, base_url)
        autumn = beside(spring, base_url)
        known: list[int] = []
        for call in calls[:10]:
            told = posts(call) if call.no % 3 else posts(call)[:1]
            known += [call.no] if told else []
            (spring if call.no % 2 else autumn).deliver(told)
        tally = together([spring, autumn], base_url)
        assert (tally.missing, tally.still_open) == (0, 0)
        assert left_out(tally) == [12 - len(known)] * 2
        found = spring.calls() | autumn.calls()
        assert len(spring.calls()) + len(autumn.calls()) == len(found) == len(known)
        assert found == truth(platform, [call for call in calls if call.no in known])


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_hook_takes_what_it_says_is_its_own(platform):
    calls = drawn_calls(6)
    provider = Provider(STANDS[platform].api, calls)
    with serving(provider) as base_url:
        spring = make_world(MemoryStore(), platform, base_url)
        # As people write it; the calls are of this number.
        autumn = beside(spring, base_url, pull_only=["+1 (202) 555-0102", "Grace"])
        winter = beside(spring, base_url, pull_only=["+12025550199"])
        tally = together([spring, autumn, winter], base_url)
        # The first of the hooks found them all unclaimed; the last finds them in another's space.
        assert (tally.missing, left_out(tally)) == (6, [6, 0, 0])
        assert (spring.calls(), winter.calls()) == ({}, {})
        assert autumn.calls() == truth(platform, calls)
    assert CALLED == "+12025550102"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_only_hook_of_an_account_takes_all_unless_it_says_which(platform):
    calls = drawn_calls(4)
    provider = Provider(STANDS[platform].api, calls)
    with serving(provider) as base_url:
        alone = make_world(MemoryStore(), platform, base_url)
        assert together([alone], base_url).missing == 4
        other = make_world(MemoryStore(), platform, base_url, pull_only=["+12025550199"])
        tally = together([other], base_url)
        assert (tally.missing, left_out(tally)) == (0, [4])


ELSEWHERE = {"twilio": "AC2:token", "plivo": "MA2:token", "unpod": "other.example:token"}


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("key", ["none", "of another account"])
def test_a_hook_of_another_account_is_no_reason_and_one_without_a_key_is(platform, key):
    """Where a key does not say of which account it is, another one may be of the same."""
    calls = drawn_calls(4)
    provider = Provider(STANDS[platform].api, calls)
    with serving(provider) as base_url:
        spring = make_world(MemoryStore(), platform, base_url)
        autumn = beside(spring, base_url)
        another = None if key == "none" else ELSEWHERE.get(platform, "another-key")
        tally = together([spring, autumn], base_url, [STANDS[platform].key, another])
        taken = key != "none" and platform in ELSEWHERE
        assert tally.missing == (4 if taken else 0)
        assert tally.hooks[0].left_out == (0 if taken else 4)


def test_a_revoked_hook_and_one_into_the_same_space_are_no_reason():
    calls = drawn_calls(4)
    provider = Provider(STANDS["vapi"].api, calls)
    with serving(provider) as base_url:
        spring = make_world(MemoryStore(), "vapi", base_url)
        again = beside(spring, base_url, same_space=True)
        gone = beside(spring, base_url)
        # What a revoked hook took is known all the same.
        gone.deliver(STANDS["vapi"].posts(calls[0]))
        spring.store.revoke_hook(spring.space.org_id, gone.hook.id, FIRST)
        tally = together([spring, again, gone], base_url)
        assert (tally.missing, left_out(tally)) == (3, [0, 0])
        assert spring.calls() == truth("vapi", calls[1:])


def test_two_names_of_one_call_in_a_space_are_not_two_calls():
    calls = drawn_calls(4)
    provider = Provider(STANDS["vapi"].api, calls)
    with serving(provider) as base_url:
        bare = make_world(MemoryStore(), "vapi", base_url)
        named = beside(bare, base_url, same_space=True, id_prefix="v:")
        named.deliver([post for call in calls for post in STANDS["vapi"].posts(call)])
        tally = together([bare, named], base_url)
        assert tally.missing == 0
        assert bare.calls() == {f"v:{name}": told for name, told in truth("vapi", calls).items()}
        assert settings_of(named.hook).id_prefix == "v:"


def test_the_leg_of_a_call_comes_with_it():
    """Its parent is known here: nobody else's deliveries are of it."""
    calls = [TrueCall(no, T0 + no, T0 + no + 5, T0 + 60) for no in range(4)]

    def with_legs(asked, calls, page_rows):
        rows = [twilio_row(call) for call in calls]
        # The second is a leg of the first, the fourth of the third.
        for leg, parent in ((1, 0), (3, 2)):
            rows[leg] |= {"parent_call_sid": twilio_id(parent), "from": CALLER, "to": "+12025550155"}
        return {"calls": rows[::-1], "next_page_uri": None}

    provider = Provider(with_legs, calls)
    with serving(provider) as base_url:
        spring = make_world(MemoryStore(), "twilio", base_url)
        autumn = beside(spring, base_url, pull_only=[CALLED])
        spring.deliver(STANDS["twilio"].posts(calls[0]))
        tally = together([spring, autumn], base_url)
        assert left_out(tally) == [2, 0]
        for world, head, leg in ((spring, 0, 1), (autumn, 2, 3)):
            assert list(world.calls()) == [twilio_id(head)]
            legs = world.store.legs(world.space.org_id, world.space.id, twilio_id(head))
            assert [each.call_id for each in legs] == [twilio_id(leg)]
