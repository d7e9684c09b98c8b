"""When a call was answered: what a callback tells stands beside the list of the platform, whose start may be
that of the dialling, in whatever order they come.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.delivery import PULLED, Delivery, HookSettings
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms.manifests import RECEIVED
from tests.platforms.plain_calls import calls_of
from tests.platforms.saying import SID, said, twilio

DIALLED, ANSWERED, ENDED = 2, 12, 72


def at(second: int) -> str:
    return f"Mon, 02 Mar 2026 09:{30 + second // 60:02d}:{second % 60:02d} +0000"


def called_back(status: str, second: int, **fields: str) -> list[dict[str, Any]]:
    platform, body = twilio(SID, CallStatus=status, Timestamp=at(second), Direction="outbound-api", **fields)
    return said(platform, body).events


def pulled(status: str, start: int, end: int | None = None) -> list[dict[str, Any]]:
    """A row of the list: its length is that of the talk."""
    row = {
        "sid": SID, "parent_call_sid": None, "status": status, "direction": "outbound-api",
        "date_created": at(0), "start_time": at(start), "end_time": None if end is None else at(end),
        "duration": None if end is None else str(end - ANSWERED), "from": "+12025550101",
        "to": "+12025550102", "price": None, "price_unit": "USD", "answered_by": None,
    }  # fmt: skip
    delivery = Delivery(method=PULLED, body=json.dumps({"calls": [row]}).encode(), received_at=RECEIVED)
    return translated(PLATFORMS["twilio"], delivery, HookSettings()).events


BEGUN = called_back("in-progress", ANSWERED, CallDuration="")
OVER = called_back("completed", ENDED, CallDuration=str(ENDED - ANSWERED))


@pytest.mark.parametrize("start", [DIALLED, ANSWERED])
@pytest.mark.parametrize("is_over", [True, False], ids=["over", "live"])
@pytest.mark.parametrize("told", [[BEGUN], [OVER], [BEGUN, OVER], []], ids=["answer", "end", "both", "none"])
def test_the_answer_that_twilio_told_stands_beside_its_list(told, is_over, start):
    row = pulled("completed", start, ENDED) if is_over else pulled("in-progress", start)
    for sent in itertools.permutations([*told, row]):
        events = [(each, RECEIVED + place * SECOND) for place, of in enumerate(sent) for each in of]
        [call] = calls_of(events)
        answered = ANSWERED if told or is_over else start
        assert call["start_time"] == f"2026-03-02T09:30:{answered:02d}Z"
        if is_over or OVER in told:
            assert (call["call_status"], call["call_duration"]) == ("completed", ENDED - ANSWERED)
