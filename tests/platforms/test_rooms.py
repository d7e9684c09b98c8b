"""A room of LiveKit is one call, whoever is in it, in whatever order its deliveries come, and whichever are
lost. What must stand is told here a second time, from the people who came and went.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.clock import HOUR, SECOND, exact
from callboard.ingest.instants import instant
from callboard.ingest.lost_ends.healing import give_up, heal_from_groups
from callboard.ingest.lost_ends.tally import Found, Tally
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.livekit import LIVEKIT
from tests.events import send
from tests.platforms.manifests import RECEIVED
from tests.platforms.plain_calls import Told, calls_of
from tests.platforms.stored import stored_calls
from tests.stores import STORES, make_organization, make_space, make_store

MADE: int = instant("2026-03-05T14:00:00Z")
SID = "RM_drawn"
REASONS = {
    "CLIENT_INITIATED": "completed",
    "PARTICIPANT_REMOVED": "completed",
    "ROOM_CLOSED": "completed",
    "CONNECTION_TIMEOUT": "failed",
    "BOUGHT_A_DOG": "completed",
    "": "completed",
}
"""Why somebody who was connected left → the status of what that ends."""


class Stay(NamedTuple):
    """One stay of one participant in the room: times in ms after it was made."""

    kind: str
    joined: int
    left: int
    reason: str
    sid: str

    @property
    def counts(self) -> bool:
        return self.kind in ("STANDARD", "SIP")

    @property
    def call_id(self) -> str:
        return f"SCL_{self.sid}" if self.kind == "SIP" else f"{SID}/{self.sid}"


class Sent(NamedTuple):
    """One delivery, and the stay that it tells of."""

    name: str
    body: bytes
    stay: Stay | None


def at(ms: int) -> int:
    return MADE + ms * 1_000


def sent(name: str, ms: int, stay: Stay | None = None, **more: Any) -> Sent:
    said: dict[str, Any] = {
        "event": name,
        "createdAt": str(at(ms) // SECOND),
        "room": {"sid": SID, "name": "again", "creationTimeMs": str(MADE // 1_000)},
    }
    if stay is not None:
        joined = {"joinedAt": str(at(stay.joined) // SECOND), "joinedAtMs": str(at(stay.joined) // 1_000)}
        said["participant"] = {"sid": stay.sid, "identity": "p", "kind": stay.kind} | joined | more
        if stay.kind == "SIP":
            said["participant"]["attributes"] = {"sip.callID": stay.call_id, "sip.ruleID": "SDR_1"}
    return Sent(name, json.dumps(said).encode(), stay)


@st.composite
def stays(draw: st.DrawFn, kinds: tuple[str, ...]) -> list[Stay]:
    """One to five participants, each in the room once or more; a new `sid` each time."""
    found: list[Stay] = []
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(kinds))
        moments = draw(st.lists(st.integers(1, 100_000), min_size=2, max_size=6, unique=True).map(sorted))
        for joined, left in zip(moments[::2], moments[1::2], strict=False):
            sid = f"PA_{len(found)}"
            found.append(Stay(kind, joined, left, draw(st.sampled_from(sorted(REASONS))), sid))
    return found


def deliveries(room: list[Stay], closed: int) -> list[Sent]:
    found = [sent("room_started", 0), sent("room_finished", closed)]
    for stay in room:
        found += (
            sent("participant_joined", stay.joined, stay),
            sent("participant_left", stay.left, stay, disconnectReason=stay.reason),
        )
    return found


def told_by(arrived: list[Sent]) -> list[Told]:
    told: list[Told] = []
    for place, each in enumerate(arrived):
        received = RECEIVED + place * SECOND
        found = LIVEKIT.translate(Delivery(body=each.body, received_at=received), HookSettings())
        assert found.quarantined == []
        told += ((event, received) for event in found.events)
    return told


def drawn_arrival(data: st.DataObject, all_sent: list[Sent]) -> list[Sent]:
    """Some of the deliveries, some of them twice, in any order."""
    kept = [each for each in all_sent if data.draw(st.integers(0, 3))]
    again = [each for each in kept if data.draw(st.booleans())]
    return data.draw(st.permutations(kept + again))


def end_of(stay: Stay, arrived: list[Sent]) -> Sent | None:
    return next((each for each in arrived if each.stay == stay and each.name == "participant_left"), None)


def whole_second(ms: int) -> int:
    return at(ms) // SECOND * SECOND


def end_told(stay: Stay) -> str | None:
    """A delivery's own time is in whole seconds, and never before the joining."""
    return exact(max(whole_second(stay.left), at(stay.joined)))


def earliest_told(stay: Stay, arrived: list[Sent], closed: int | None) -> int:
    """Of the times told of it. A room's closing, in whole seconds, ends whom no end is known of, and may lie
    before the joining.
    """
    if closed is None or end_of(stay, arrived) is not None:
        return at(stay.joined)
    return min(at(stay.joined), whole_second(closed))


def check_stay(row: dict[str, Any], stay: Stay, arrived: list[Sent], closed: int | None) -> None:
    """A person's own row, or a telephone's: it lasted as long as that one stayed."""
    assert row["start_time"] == exact(at(stay.joined))
    if end_of(stay, arrived) is not None:
        assert (row["call_status"], row["end_time"]) == (REASONS[stay.reason], end_told(stay))
    elif closed is not None:
        assert (row["call_status"], row["end_time"]) == ("completed", exact(whole_second(closed)))
    else:
        assert (row["call_status"], row["end_time"]) == ("in_progress", None)


@given(data=st.data(), room=stays(("STANDARD", "STANDARD", "AGENT", "EGRESS")))
def test_a_room_of_people_is_one_call_from_the_first_who_came_to_its_closing(data, room):
    closed = max(stay.left for stay in room) + data.draw(st.integers(0, 30_000))
    arrived = drawn_arrival(data, deliveries(room, closed))
    found = calls_of(told_by(arrived))
    known = {each.stay for each in arrived if each.stay is not None and each.stay.counts}
    if not known:
        assert found == []
        return
    (call,) = found
    is_closed = any(each.name == "room_finished" for each in arrived)
    first = at(min(stay.joined for stay in known))
    assert (call["call_id"], call["call_type"], call["start_time"]) == (SID, "web", exact(first))
    if is_closed:
        end = whole_second(closed)
        assert (call["call_status"], call["end_reason"]) == ("completed", "unknown")
        assert call["end_time"] == exact(end)
        assert call["call_duration"] == ((end - first) / SECOND if end >= first else None)
    else:
        assert (call["call_status"], call["end_time"]) == ("in_progress", None)
    legs = {leg["call_id"]: leg for leg in call["legs"]}
    assert legs.keys() == {stay.call_id for stay in known}
    for stay in known:
        check_stay(legs[stay.call_id], stay, arrived, closed if is_closed else None)


@given(data=st.data(), room=stays(("STANDARD", "SIP", "SIP", "AGENT")))
def test_a_room_with_telephones_is_the_call_of_the_first_and_no_other_one_ends_it(data, room):
    closed = max(stay.left for stay in room) + data.draw(st.integers(0, 30_000))
    arrived = drawn_arrival(data, deliveries(room, closed))
    found = calls_of(told_by(arrived))
    known = {each.stay for each in arrived if each.stay is not None and each.stay.counts}
    telephones = [stay for stay in known if stay.kind == "SIP"]
    assert len(found) == bool(known)
    if not telephones:
        return
    is_closed = any(each.name == "room_finished" for each in arrived)
    closing = closed if is_closed else None
    head = min(telephones, key=lambda stay: (earliest_told(stay, arrived, closing), stay.call_id))
    (call,) = found
    assert (call["call_id"], call["call_type"]) == (head.call_id, "inbound")
    check_stay(call, head, arrived, closed if is_closed else None)
    legs = {leg["call_id"]: leg for leg in call["legs"]}
    for stay in telephones:
        if stay is not head:
            check_stay(legs[stay.call_id], stay, arrived, closed if is_closed else None)


@given(data=st.data(), room=stays(("STANDARD", "SIP")))
def test_agents_recorders_and_tracks_change_no_number(data, room):
    """Whatever of them comes in between."""
    closed = max(stay.left for stay in room)
    arrived = drawn_arrival(data, deliveries(room, closed))
    others = [
        Stay(kind, stay.joined, stay.left + 1, "", f"PA_x{number}")
        for number, stay in enumerate(room)
        for kind in ("AGENT", "EGRESS", "INGRESS")
    ]
    noise = [
        *(each for each in deliveries(others, closed) if each.stay is not None),
        *(sent(name, closed) for name in ("egress_ended", "track_published", "track_unpublished")),
    ]
    among = data.draw(st.permutations([*arrived, *noise]))

    def shown(calls: list[dict[str, Any]]) -> list[Any]:
        return sorted((call["call_id"], sorted(map(repr, call.items()))) for call in calls)

    plain = calls_of(told_by([each for each in among if each not in noise]))
    assert shown(calls_of(told_by(among))) == shown(plain)


@pytest.fixture(params=STORES)
def store(request, tmp_path):
    made = make_store(request.param, tmp_path)
    yield made
    made.close()


ROOM = [
    Stay("STANDARD", 1_000, 61_000, "CLIENT_INITIATED", "PA_0"),
    Stay("STANDARD", 31_000, 91_000, "CLIENT_INITIATED", "PA_1"),
]


@pytest.mark.parametrize("all_left", [True, False])
def test_a_room_that_was_never_told_to_be_closed_ends_with_who_left_last(store, all_left):
    """Where somebody may still be in it, nobody knows more, and it is given up."""
    space = make_space(store, make_organization(store))
    arrived = [each for each in deliveries(ROOM, 100_000) if each.name != "room_finished"]
    for event, received in told_by(arrived if all_left else arrived[:-1]):
        send(store, space, event_from_mapping(event, now=received, source="hook:livekit"))
    assert stored_calls(store, space)[SID]["call_status"] == "in_progress"
    found, later = Found(Tally()), RECEIVED + 24 * HOUR
    heal_from_groups(store, space, later, found)
    give_up(store, space, later, HOUR, found)
    call = stored_calls(store, space)[SID]
    assert call["start_time"] == exact(at(1_000))
    if all_left:
        assert (found.tally.healed, found.tally.given_up) == (1, 0)
        assert (call["call_status"], call["end_reason"]) == ("completed", "customer_hangup")
        assert (call["end_time"], call["call_duration"]) == (exact(at(91_000)), 90)
    else:
        assert (found.tally.healed, found.tally.given_up) == (0, 1)
        assert (call["call_status"], call["end_reason"]) == ("failed", "timeout")
    for event, received in told_by([sent("room_finished", 100_000)]):
        send(store, space, event_from_mapping(event, now=received, source="hook:livekit"))
    call = stored_calls(store, space)[SID]
    assert (call["call_status"], call["end_time"]) == ("completed", exact(at(100_000)))
    assert (call["start_time"], call["call_duration"]) == (exact(at(1_000)), 99)
