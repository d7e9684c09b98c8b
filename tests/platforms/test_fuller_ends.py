"""An end that says less than another of its call changes nothing that the fuller one stated: an analysis that
comes behind, or a message that is sent again without its times.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.clock import HOUR
from callboard.fold.call import fold_call
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.model.words import FINAL_CALL
from tests.platforms.manifests import OTHERS, OWN, RECEIVED, Sent, scenarios_of
from tests.platforms.parts import Parts, Path, name_of, parts_of

NAMES: dict[str, tuple[str, ...]] = {
    # Who is called answers; who calls is taken by an agent, where there is a queue.
    "amazon_connect": ("InitiationMethod", "Queue.Name", "Queue.ARN", "ConnectedToAgentTimestamp"),
    # Only what rings in has a rule; without a time of joining a person joined when they left.
    "livekit": ("sip.ruleID", "joinedAt", "joinedAtMs"),
    # A message was left instead of an answer.
    "aircall": ("voicemail",),
    # Asterisk writes 0 for a cause that it does not know.
    "asterisk": ("cause",),
    # What kind of message it is; `SQLdate` is of another clock.
    "vicidial": ("event", "dispo", "status", "epoch"),
}
"""Platform → parts whose absence says something, as the ends of their paths."""


def events_of(sent: Sent, delivery: Delivery) -> list[dict[str, Any]]:
    """What a delivery says of calls."""
    found = translated(PLATFORMS[sent.platform], delivery, sent.settings)
    return [each for each in found.events if each.get("call_id")]


def is_end(events: list[dict[str, Any]]) -> bool:
    """Whether they are of one call, which is over; and say so with the weight of an end that is stated."""
    return (
        len({each["call_id"] for each in events}) == 1
        and events[-1].get("call_status") in FINAL_CALL
        and events[-1].get("standing", 2) == 2
    )


def ends() -> dict[str, list[Parts]]:
    """Platform → its deliveries that end a call."""
    found: dict[str, list[Parts]] = {}
    for scenario in [*scenarios_of(OWN), *scenarios_of(OTHERS)]:
        for sent in scenario.sent:
            if sent.delivery.method not in ("POST", "GET") or PLATFORMS[sent.platform].weighs_itself:
                continue
            parts = parts_of(sent)
            if parts is not None and is_end(events_of(sent, sent.delivery)):
                found.setdefault(sent.platform, []).append(parts)
    return found


ENDS = ends()


def stands(told: list[tuple[list[dict[str, Any]], int]]) -> tuple[Any, ...]:
    """Status, length and end of the call that these events make."""
    entries = [
        event_from_mapping(event, now=at, source="hook:test") for events, at in told for event in events
    ]
    call = fold_call(entries)
    return call.call_status, call.duration_ms, call.end_time


def may_go(platform: str, path: Path) -> bool:
    name = name_of(path)
    return not any(name == each or name.endswith(f".{each}") for each in NAMES.get(platform, ()))


@pytest.mark.parametrize("platform", sorted(ENDS))
@given(data=st.data())
def test_an_end_that_says_less_changes_nothing(platform, data):
    """Whatever part of it is missing, and whether it comes an hour before the full one or behind it."""
    parts = data.draw(st.sampled_from(ENDS[platform]))
    full = events_of(parts.sent, parts.sent.delivery)
    leaves = [path for path in parts.leaves() if may_go(platform, path)]
    gone = data.draw(
        st.one_of(
            st.lists(st.sampled_from(leaves), min_size=1, max_size=4, unique=True),
            st.sets(st.sampled_from(leaves)).map(lambda kept: [path for path in leaves if path not in kept]),
        )
    )
    after = data.draw(st.sampled_from((HOUR, -HOUR)))
    less = events_of(parts.sent, parts.without(gone))
    if {each["call_id"] for each in less} != {full[0]["call_id"]}:
        return  # it names no call, or another
    try:
        both = stands([(full, RECEIVED), (less, RECEIVED + after)])
    except RejectedEvent:
        return
    assert both == stands([(full, RECEIVED)]), (parts.content, gone, less)
