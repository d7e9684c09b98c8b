"""List APIs that answer 429, 500, HTML, the same page again or pages for ever: told, and bounded."""

from __future__ import annotations

import json
import threading
from email.utils import formatdate
from time import time
from urllib.parse import urlsplit

import pytest

from callboard.ingest.lost_ends import asking, pulling
from callboard.ingest.lost_ends.asking import Asker
from callboard.ingest.lost_ends.pulling import Puller, Source
from callboard.ingest.lost_ends.tally import Found, Tally
from callboard.ingest.sources.platforms.listing.lister import OddAnswerError, checked_key
from callboard.ingest.sources.platforms.listing.listers import LISTERS
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.lost_ends.list_apis import STANDS, elevenlabs_summary
from tests.lost_ends.provider import Answered, Provider, serving
from tests.lost_ends.true_calls import drawn_calls, twilio_id
from tests.lost_ends.worlds import BEHIND, make_world, truth
from tests.model import MemoryStore

HTML = Answered(200, b"<html><body>Down for maintenance</body></html>", {"Content-Type": "text/html"})


@pytest.fixture
def provider():
    return Provider(STANDS["twilio"].api, drawn_calls(30), page_rows=10)


@pytest.fixture
def world(provider):
    with serving(provider) as base_url:
        yield make_world(MemoryStore(), "twilio", base_url, rows=10), base_url


def test_what_it_says_to_wait_is_waited(provider, world):
    here, base_url = world
    waits: list[float] = []
    dated = formatdate(time() + 40, usegmt=True)
    provider.faults = [
        Answered(429, b"", {"Retry-After": "7"}),
        Answered(429, b"", {"Retry-After": dated}),
        Answered(429, b""),
        Answered(503, b"", {"Retry-After": "3"}),
    ]

    def wait(seconds: float) -> bool:
        waits.append(round(seconds))
        return False

    tally = here.reconcile(base_url, wait=wait)
    assert tally.hooks[0].fault is None
    assert here.calls() == truth("twilio", provider.calls)
    told = [seconds for seconds in waits if seconds > 0]
    assert told[:1] == [7]
    assert 35 <= told[1] <= 40
    assert told[2:] == [4, 3]  # without a word of it: the third wait of our own, doubled from one second


def test_one_that_says_to_wait_too_long_is_left_until_the_next_time(provider, world):
    here, base_url = world
    provider.faults = [Answered(429, b"", {"Retry-After": "86400"})]
    tally = here.reconcile(base_url)
    assert tally.hooks[0].fault == "it is asked too often (429), and says to wait 86400 s"
    assert len(provider.requests) == 1
    assert here.reconcile(base_url).hooks[0].fault is None
    assert here.calls() == truth("twilio", provider.calls)


def test_one_that_answers_500_is_tried_again_and_then_told(provider, world):
    here, base_url = world
    provider.faults = [Answered(500, b"oops")] * (asking.TRIES_MAX - 1)
    assert here.reconcile(base_url).hooks[0].fault is None
    assert here.calls() == truth("twilio", provider.calls)
    provider.always = lambda _: Answered(502, b"oops")
    before = len(provider.requests)
    assert here.reconcile(base_url, since=0).hooks[0].fault == "it answers 502"
    assert len(provider.requests) == before + asking.TRIES_MAX


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (HTML, "its answer is no JSON but 'text/html'"),
        (Answered(200, b"[1, 2"), "its answer is no JSON but 'no content type'"),
        (
            Answered(200, b'{"message": "ok"}'),
            "its answer is no list of calls: there is no list of rows in it",
        ),
        (Answered(200, b'"calls"'), "its answer is no list of calls: there is no list of rows in it"),
        (Answered(200, b"[]"), "its answer is no list of calls: it is a list, not an object"),
        (
            Answered(200, b'{"calls": [], "next_page_uri": 7}'),
            "its answer is no list of calls: it is of another shape",
        ),
        (
            Answered(200, b'{"calls": [], "next_page_uri": "/2010-04-01/Accounts/x/Calls.json"}'),
            "its answer is no list of calls: its next page has no query",
        ),
        (Answered(401, b"{}"), "it refuses the API key (401)"),
        (Answered(403, b"{}"), "it refuses the API key (403)"),
        (Answered(404, b"{}"), "it knows no such thing (404)"),
        (Answered(204, b""), "it answers 204"),
        (Answered(302, b"", {"Location": "http://127.0.0.1:9/"}), "it answers 302"),
    ],
)
def test_what_is_no_list_is_told_at_once_and_asked_for_anew_the_next_time(provider, world, answer, fault):
    here, base_url = world
    provider.faults = [answer]
    tally = here.reconcile(base_url)
    assert tally.hooks[0].fault == fault
    assert len(provider.requests) == 1
    assert here.calls() == {}
    assert here.reconcile(base_url).hooks[0].fault is None
    assert here.calls() == truth("twilio", provider.calls)


def test_the_same_page_again_ends_the_questions(provider, world):
    here, base_url = world
    page = json.dumps(STANDS["twilio"].api(_asked(provider, here, base_url), provider.calls, 10)).encode()
    provider.always = lambda _: Answered(200, page)
    before = len(provider.requests)
    tally = here.reconcile(base_url, since=0)
    assert tally.hooks[0].fault == "it gives the same page again"
    assert len(provider.requests) == before + 2


def _asked(provider, here, base_url):
    here.reconcile(base_url)
    return provider.requests[0]


def test_pages_for_ever_have_an_end():
    """Each page is another one, and names one more."""
    count = iter(range(10**6))

    def endless(asked, calls, page_rows):
        number = next(count)
        row = elevenlabs_summary(calls[0]) | {"conversation_id": f"conv_{number:026x}", "status": "done"}
        return {"conversations": [row], "next_cursor": f"c{number}", "has_more": True}

    provider = Provider(endless, drawn_calls(1))
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "elevenlabs", base_url)
        lister = LISTERS["elevenlabs"]
        asker = Asker(base_url, lister.per_second, lambda _: False)
        source = Source(world.space, world.hook, PLATFORMS["elevenlabs"], lister, checked_key(lister, "k"))
        found = Found(Tally())
        puller = Puller(world.store, source, asker, found, pages_max=5)
        with pytest.raises(asking.AskingError, match="it has more than 5 pages"):
            puller.run(None, BEHIND, lambda _: None)
        asker.close()
    assert puller.asked.pages == 5


def test_a_page_that_is_too_large_is_asked_for_with_fewer_rows():
    """The rows of Vapi carry whole transcripts."""
    calls = drawn_calls(12)

    def large(asked, calls, page_rows):
        if int(asked.query.get("limit", 1)) > 3:
            return Answered(200, b"[" + b" " * (asking.ANSWER_BYTES_MAX + 1) + b"]")
        return STANDS["vapi"].api(asked, calls, page_rows)

    provider = Provider(large, calls)
    with serving(provider) as base_url:
        world = make_world(MemoryStore(), "vapi", base_url, rows=12)
        assert world.reconcile(base_url).hooks[0].fault is None
        assert world.calls() == truth("vapi", calls)
        assert provider.requests[-1].query["limit"] == "3"


def test_calls_of_one_moment_on_two_pages_are_all_found():
    calls = [call._replace(created=drawn_calls(1)[0].created) for call in drawn_calls(9)]
    provider = Provider(STANDS["vapi"].api, calls)
    for rows in (1, 4, 9, 20):
        with serving(provider) as base_url:
            world = make_world(MemoryStore(), "vapi", base_url, rows=rows)
            assert world.reconcile(base_url).hooks[0].fault is None
            found = world.calls()
        # Of a moment that has more calls than a page, no more can be told than fit on it.
        assert len(found) == (min(9, rows))


def test_the_next_page_is_never_of_another_host(provider, world):
    here, base_url = world
    elsewhere = Provider(STANDS["twilio"].api, [])
    with serving(elsewhere) as other_url:
        answer = {"calls": [], "next_page_uri": f"{other_url}/2010-04-01/Accounts/x/Calls.json?Page=0"}
        provider.faults = [Answered(200, json.dumps(answer).encode())]
        fault = here.reconcile(base_url).hooks[0].fault
    assert fault == f"its next page is at another host, {urlsplit(other_url).netloc!r}"
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("platform", "answer", "why"),
    [
        (
            "retell",
            {"items": [], "has_more": True},
            "it says that there is more, and has no pagination_key",
        ),
        (
            "elevenlabs",
            {"conversations": [], "has_more": True, "next_cursor": ""},
            "it says that there is more, and has no next_cursor",
        ),
        (
            "plivo",
            {"objects": [], "meta": {"next": "/v1/Account/x/Call/"}},
            "its next page has neither cursor nor offset",
        ),
        (
            "twilio",
            {"calls": [], "next_page_uri": "/2010-04-01/Accounts/x/Calls.json"},
            "its next page has no query",
        ),
    ],
)
def test_a_page_that_is_to_follow_and_cannot_be_asked_for_is_not_the_end(platform, answer, why):
    with pytest.raises(OddAnswerError, match=why):
        LISTERS[platform].follow(answer, None, 10)


@pytest.mark.parametrize("platform", sorted(LISTERS))
def test_an_answer_of_another_shape_is_told_in_a_sentence(platform):
    stranger = Provider(STANDS[platform].api, [])
    for answer in (b"[]", b"[7]", b"{}", b"7", b'{"data": [], "meta": 7, "calls": [], "next_page_uri": []}'):
        with serving(stranger) as base_url:
            stranger.faults = [Answered(200, answer)]
            fault = make_world(MemoryStore(), platform, base_url).reconcile(base_url).hooks[0].fault
        assert fault is None or fault.startswith("its answer is no list of calls: "), answer
        assert "object has no attribute" not in (fault or "")
        assert "indices" not in (fault or "")


def test_a_key_that_is_refused_is_told_and_never_shown(provider, world):
    here, base_url = world
    tally = here.reconcile(base_url, key="AC00000000000000000000000000000001:another-token")
    assert tally.hooks[0].fault == "it refuses the API key (401)"
    assert "another-token" not in repr(tally)


def test_a_platform_that_is_not_there_is_told(provider, world):
    here, _ = world
    here = make_world(MemoryStore(), "twilio", "http://127.0.0.1:9")
    assert here.reconcile("http://127.0.0.1:9").hooks[0].fault == "it cannot be reached: ConnectError"


def test_a_place_that_the_operator_does_not_allow_is_not_asked(provider, world):
    here, base_url = world
    tally = here.reconcile(f"{base_url}0")
    assert "CALLBOARD_API_URLS" in (tally.hooks[0].fault or "")
    assert provider.requests == []


def test_it_stops_between_pages_and_goes_on_there(provider, world):
    here, base_url = world
    stop = threading.Event()

    def at_third(number: int) -> None:
        if number == 2:
            stop.set()

    provider.before_answer = at_third
    tally = here.reconcile(base_url, wait=lambda _: stop.is_set())
    assert tally.hooks[0].fault == "it was told to stop"
    assert len(here.calls()) == 20
    tally = here.reconcile(base_url)
    assert (tally.hooks[0].fault, tally.missing) == (None, 10)
    assert here.calls() == truth("twilio", provider.calls)
    assert len(provider.requests) == 3


def test_rows_that_cannot_be_read_are_quarantined_alone_and_once(provider, world):
    here, base_url = world

    def odd(asked, calls, page_rows):
        answer = STANDS["twilio"].api(asked, calls, page_rows)
        for row in answer.get("calls", []):
            if row["sid"] == twilio_id(3):
                row["status"] = "levitating"
        return answer

    provider._api = odd
    tally = here.reconcile(base_url)
    assert (tally.missing, tally.quarantined) == (29, 1)
    [kept] = here.store.quarantine(here.space.org_id)
    assert (kept.reason, kept.method) == ("unknown_status", "PULL")
    assert here.store.hook_counts(here.space.org_id)[here.hook.id].accepted == 0
    again = here.reconcile(base_url, since=0)
    assert (again.quarantined, again.missing, again.updated) == (0, 0, 0)
    assert pulling.PAGES_MAX > 0
