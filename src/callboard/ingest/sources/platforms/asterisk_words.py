"""The words of Asterisk: dispositions of records, results of a dial, causes of a hangup; and directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from callboard.ingest.sources.platforms.delivery import HookSettings
from callboard.ingest.sources.platforms.reading.values import text
from callboard.ingest.sources.platforms.word_table import WordTable

DISPOSITIONS: Final = WordTable(
    (r"ANSWERED", "completed", "hangup"),
    (r"NO ANSWER|NOANSWER", "missed", "no_answer"),
    (r"BUSY", "missed", "busy"),
    (r"CANCEL", "missed", "canceled"),
    (r"FAILED", "failed", "unreachable"),
    (r"CONGESTION|CHANUNAVAIL", "failed", "carrier_error"),
    (r"cause:16", "answered?", "hangup"),
    (r"cause:17", "missed", "busy"),
    (r"cause:1[89]", "missed", "no_answer"),
    (r"cause:21", "missed", "rejected"),
    (r"cause:(1|2|3|22|28)", "failed", "invalid_number"),
    (r"cause:(20|27)", "failed", "unreachable"),
    (r"cause:127|cause:0", "answered?failed", "unknown"),
    (r"cause:(\d{1,2}|1[01]\d|12[0-6])", "failed", "carrier_error"),
)
"""The disposition of a record, `DIALSTATUS`, or `cause:` and the number of Q.850."""

INBOUND_CONTEXTS: Final = (
    "from-trunk",
    "from-pstn",
    "from-did-direct",
    "from-outside",
    "incoming",
    "inbound",
)
"""Contexts of calls from outside where a hook names none: those of FreePBX and of many examples."""


TRUNKS: Final = ("trunk",)
"""How the channels of a trunk are named where a hook names none."""


def call_type(row: Mapping[str, Any], settings: HookSettings) -> str | None:
    """The direction, by the context or by the trunk; None where neither tells."""
    contexts = settings.inbound_contexts or INBOUND_CONTEXTS
    trunks = settings.inbound_contexts or TRUNKS
    context, came_by, went_by = (text(row.get(name)) or "" for name in ("dcontext", "channel", "dstchannel"))
    if any(context == name or context.startswith(f"{name}-") for name in contexts):
        return "inbound"
    if any(_by_trunk(came_by, name) for name in trunks):
        return "inbound"
    return "outbound" if any(_by_trunk(went_by, name) for name in trunks) else None


def _by_trunk(channel: str, name: str) -> bool:
    return bool(name) and (channel.startswith(name) or channel.partition("/")[2].startswith(name))


def channel_of(value: Any) -> str | None:
    """Whose channel it is: its name without the number of the call at its end."""
    word = text(value)
    return None if word is None else word.rpartition("-")[0] or word
