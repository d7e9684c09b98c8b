"""A platform that posts to a hook of the board's world, as Twilio does."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import httpx

from tests.platforms import signing

AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def fields(call_id: str, status: str = "completed", **more: str) -> dict[str, str]:
    """What Twilio says of a call."""
    return {
        "CallSid": call_id,
        "CallStatus": status,
        "Direction": "outbound-api",
        "From": "+12025550100",
        "To": "+12025550123",
        "CallDuration": "42",
        "Timestamp": "Thu, 01 Jan 2026 00:00:00 +0000",
        **more,
    }


def deliver(url: str, sent: Mapping[str, str], *, secret: str = AUTH_TOKEN, signed_for: str = "") -> int:
    """The status of a delivery. `signed_for`: the URL that the platform believes to call; else `url`."""
    body = urlencode(sent).encode()
    headers = FORM | signing.twilio(signed_for or url, body, secret)
    return httpx.post(url, content=body, headers=headers, trust_env=False, timeout=30).status_code
