"""What hooks make of single bodies, and which calls these make together."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Translation
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms.manifests import RECEIVED
from tests.platforms.plain_calls import calls_of

SID, CHILD, GRANDCHILD = ("CA" + digit * 32 for digit in "abc")


def twilio(sid: str, parent: str = "", **fields: str) -> tuple[str, dict[str, Any]]:
    told = {"CallSid": sid, "ParentCallSid": parent, "CallStatus": "completed", "CallDuration": "9"}
    return "twilio", told | {"Timestamp": "Thu, 05 Mar 2026 14:01:00 +0000"} | fields


def said(platform: str, sent: dict[str, Any], method: str = "POST") -> Translation:
    """What a platform's hook makes of one body."""
    is_form = platform in ("twilio", "signalwire", "plivo")
    body = urlencode(sent) if is_form and method == "POST" else json.dumps(sent)
    delivery = Delivery(method=method, body=body.encode(), received_at=RECEIVED)
    return translated(PLATFORMS[platform], delivery, HookSettings())


def calls(*sent: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The calls that some bodies make together."""
    told = [
        (event, RECEIVED + place * SECOND)
        for place, (platform, body) in enumerate(sent)
        for event in said(platform, body).events
    ]
    return calls_of(told)
