"""A call of several rows came when the first of them did, whichever rows were answered and whenever they are
told.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.platforms.saying import calls


def asterisk(start: str, answer: str, end: str, disposition: str, sequence: int, talk: int) -> dict[str, Any]:
    day = "2026-03-05"
    return {
        "linkedid": "1772719200.5", "uniqueid": f"1772719200.{4 + sequence}", "sequence": sequence,
        "src": "+12025550101", "dst": "+12025550102", "disposition": disposition, "billsec": talk,
        "start": f"{day} {start}", "answer": f"{day} {answer}" if answer else "", "end": f"{day} {end}",
    }  # fmt: skip


QUEUE = asterisk("23:58:00", "", "23:58:20", "NO ANSWER", 1, 0)
AGENT = asterisk("23:58:30", "23:58:40", "23:59:10", "ANSWERED", 2, 30)
TRANSFERRED = asterisk("23:59:05", "23:59:20", "23:59:59", "ANSWERED", 3, 39)
GIVEN_UP = asterisk("23:58:10", "", "23:59:59", "BUSY", 4, 0)


@pytest.mark.parametrize(
    ("rows", "created"),
    [
        ((AGENT,), "23:58:30"),
        ((QUEUE, AGENT), "23:58:00"),
        ((AGENT, TRANSFERRED), "23:58:30"),
        ((QUEUE, AGENT, TRANSFERRED, GIVEN_UP), "23:58:00"),
        ((QUEUE, GIVEN_UP), "23:58:00"),
    ],
)
def test_rows_of_asterisk_are_a_call_that_came_when_the_first_did(rows, created):
    for order in itertools.permutations(rows):
        (call,) = calls(*(("asterisk", each) for each in order))
        assert call["creation_time"] == f"2026-03-05T{created}Z"


def test_rows_are_one_call_of_their_first_day_whichever_day_they_end_on():
    late = AGENT | {
        "start": "2026-03-06 00:00:05",
        "answer": "2026-03-06 00:00:10",
        "end": "2026-03-06 00:01:00",
    }
    for order in ((QUEUE, late), (late, QUEUE)):
        (call,) = calls(*(("asterisk", each) for each in order))
        assert (call["call_status"], call["creation_time"]) == ("completed", "2026-03-05T23:58:00Z")


def test_what_events_of_the_channel_tell_of_the_beginning_stands():
    ring = {
        "type": "ChannelCreated", "timestamp": "2026-03-05T23:57:59.500+0000",
        "channel": {"id": "1772719200.5", "state": "Ring", "creationtime": "2026-03-05T23:57:59.500+0000"},
    }  # fmt: skip
    for order in ((ring, AGENT), (AGENT, ring)):
        (call,) = calls(*(("asterisk", each) for each in order))
        assert call["creation_time"] == "2026-03-05T23:57:59.500Z"
