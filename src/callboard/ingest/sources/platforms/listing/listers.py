"""The list APIs that are asked, by the name of their platform."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.platforms.listing.elevenlabs import ELEVENLABS
from callboard.ingest.sources.platforms.listing.lister import Lister
from callboard.ingest.sources.platforms.listing.plivo import PLIVO
from callboard.ingest.sources.platforms.listing.retell import RETELL
from callboard.ingest.sources.platforms.listing.telnyx import TELNYX
from callboard.ingest.sources.platforms.listing.twilio import TWILIO
from callboard.ingest.sources.platforms.listing.unpod import UNPOD
from callboard.ingest.sources.platforms.listing.vapi import VAPI

LISTERS: Final[dict[str, Lister]] = {
    "twilio": TWILIO,
    "vapi": VAPI,
    "retell": RETELL,
    "elevenlabs": ELEVENLABS,
    "plivo": PLIVO,
    "telnyx": TELNYX,
    "unpod": UNPOD,
}
