"""All platforms, by the name that stands in the path of their hooks."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.platforms.aircall import AIRCALL
from callboard.ingest.sources.platforms.amazon_connect import AMAZON_CONNECT
from callboard.ingest.sources.platforms.asterisk import ASTERISK
from callboard.ingest.sources.platforms.bland import BLAND
from callboard.ingest.sources.platforms.dialpad import DIALPAD
from callboard.ingest.sources.platforms.elevenlabs import ELEVENLABS
from callboard.ingest.sources.platforms.freeswitch import FREESWITCH
from callboard.ingest.sources.platforms.generic import GENERIC
from callboard.ingest.sources.platforms.kamailio import KAMAILIO
from callboard.ingest.sources.platforms.livekit import LIVEKIT
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.plivo import PLIVO
from callboard.ingest.sources.platforms.retell import RETELL
from callboard.ingest.sources.platforms.telnyx import TELNYX
from callboard.ingest.sources.platforms.twilio import SIGNALWIRE, TWILIO
from callboard.ingest.sources.platforms.unpod import UNPOD
from callboard.ingest.sources.platforms.vapi import VAPI
from callboard.ingest.sources.platforms.vicidial import VICIDIAL
from callboard.ingest.sources.platforms.vonage import VONAGE

PLATFORMS: Final[dict[str, Platform]] = {
    platform.name: platform
    for platform in (
        TWILIO,
        SIGNALWIRE,
        LIVEKIT,
        ELEVENLABS,
        RETELL,
        VAPI,
        TELNYX,
        VONAGE,
        PLIVO,
        BLAND,
        AIRCALL,
        DIALPAD,
        AMAZON_CONNECT,
        FREESWITCH,
        ASTERISK,
        KAMAILIO,
        VICIDIAL,
        UNPOD,
        GENERIC,
    )
}
"""In the order in which they are listed to users."""
