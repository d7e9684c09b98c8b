"""A stated length of 0 is a statement, but where an answer and an end that are more than a second apart stand
beside it, in the same delivery or in another.
"""

from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import urlencode

import pytest

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms.manifests import RECEIVED
from tests.platforms.plain_calls import calls_of
from tests.platforms.saying import SID, calls, said, twilio


def at(second: int, minute: int = 0) -> str:
    return f"Thu, 05 Mar 2026 14:{minute:02d}:{second:02d} +0000"


def ended(length: str, second: int, **more: str) -> tuple[str, dict[str, Any]]:
    return twilio(SID, CallDuration=length, Timestamp=at(second), **more)


ANSWERED = twilio(SID, CallStatus="in-progress", CallDuration="", Timestamp=at(5))


def in_any_order(*sent: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The one call that some bodies make, which is the same in any order."""
    found = [calls(*order) for order in itertools.permutations(sent)]
    assert all(each == found[0] for each in found)
    ((call,),) = found[:1]
    return call


def test_four_calls_of_0_0_0_and_60_seconds_last_15_on_average():
    lengths = []
    for place, length in enumerate(("0", "0", "0", "60")):
        (call,) = calls(twilio(f"CA{place:032x}", CallDuration=length))
        assert call["call_status"] == "completed"
        lengths.append(call["call_duration"])
    assert sum(lengths) / len(lengths) == 15.0


@pytest.mark.parametrize(
    ("sent", "length", "start"),
    [
        ((ended("0", 6),), 0, 6),
        ((ANSWERED, ended("0", 6)), 0, 5),
        ((ANSWERED, ended("0", 7)), 2, 5),
        ((ANSWERED, ended("0", 50)), 45, 5),
        ((ended("0", 6), ended("", 6, AnsweredBy="human")), 0, 6),
    ],
)
def test_a_completed_callback_of_0_seconds(sent, length, start):
    """What another one tells of a talk stands, whichever came first."""
    call = in_any_order(*sent)
    assert (call["call_duration"], call["start_time"]) == (length, f"2026-03-05T14:00:{start:02d}Z")


def test_a_later_0_takes_no_talk_away():
    call = in_any_order(ended("44", 50), ended("0", 55))
    assert call["call_duration"] == 44


@pytest.mark.parametrize("status", ["failed", "busy", "no-answer"])
def test_0_seconds_of_a_call_that_was_not_completed_answer_none(status):
    (call,) = calls(ended("0", 6, CallStatus=status))
    assert (call["call_duration"], call["start_time"]) == (0, None)


def row(start: str | None, end: str | None, length: str, status: str = "completed") -> dict[str, Any]:
    return {"sid": SID, "status": status, "start_time": start, "end_time": end, "duration": length}


@pytest.mark.parametrize(
    ("told", "length"),
    [
        (row(at(5), at(5), "0"), 0),
        (row(at(5), at(6), "0"), 0),
        (row(None, at(6), "0"), 0),
        (row(at(5), at(50), "0"), None),  # that start may be of the dialling
        (row(at(5), at(50), "30"), 30),
    ],
)
@pytest.mark.parametrize("method", ["PULL", "FILE"])
def test_a_row_of_0_seconds(told, length, method):
    (event,) = said("twilio", {"calls": [told]}, method).events
    assert event.get("call_duration") == length


@pytest.mark.parametrize("talk_time", ["0", "0.0"])
def test_a_sale_of_vicidial_of_0_seconds(talk_time):
    sent = {"event": "dispo", "uniqueid": "1772719200.1", "dispo": "SALE", "epoch": "1772719260"}
    delivery = Delivery(method="GET", query=urlencode(sent | {"talk_time": talk_time}), received_at=RECEIVED)
    found = translated(PLATFORMS["vicidial"], delivery, HookSettings())
    (call,) = calls_of([(event, RECEIVED) for event in found.events])
    assert (call["call_status"], call["call_duration"]) == ("completed", 0)
