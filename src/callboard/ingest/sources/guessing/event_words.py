"""Words of events in the life of a call, as event logs write them: one row for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callboard.ingest.sources.words.table import normal

_ANSWERS: Final = """
answered answer connected connect accepted accept bridged bridge established pickup pickedup inprogress
talking joined agentconnect agentconnected agentanswered live active
"""
_WORDS: Final = {
    "queued": """
initiated initiate created create new start started begin incoming received offered queued queue enqueued
enterqueue dial dialing dialling dialed invite setup placed originated outgoing routed assigned scheduled
trying
""",
    "ringing": "ringing ring alerting alerted progress early agentcalled ringnoanswer delivered",
    "in_progress": _ANSWERS
    + """
hold unhold held resumed onhold retrieved transfer transferred attendedtransfer blindtransfer
""",
    "over": """
hangup hungup ended end disconnected disconnect terminated released release bye finished closed clear
cleared destroyed stopped left
""",
    "completed": "completed complete completecaller completeagent agentcomplete",
    "missed": """
abandon abandoned missed noanswer unanswered cancelled canceled cancel busy rejected reject declined timeout
exitwithtimeout exitempty exitwithkey callerabandon queuecallerabandon
""",
    "failed": "failed fail failure error",
}
_KINDS: Final[Mapping[str, str]] = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_AROUND: Final = (
    "call",
    "channel",
    "session",
    "conversation",
    "participant",
    "leg",
    "event",
    "queue",
    "agent",
)
ANSWERS: Final = frozenset(_ANSWERS.split())


def kind_of_event(word: str) -> str | None:
    """What an event says of its call: a live status, `over`, or how it ended; None for another word.
    `call.answered`, `CALL_ANSWERED` and `CallAnswered` are one.
    """
    return _KINDS.get(core(word))


def core(word: str) -> str:
    """The word without what stands around it in all events: `call.answered` is `answered`."""
    form = normal(word)
    if form in _KINDS:
        return form
    for around in _AROUND:
        for rest in (form.removeprefix(around), form.removesuffix(around)):
            if rest in _KINDS:
                return rest
    return form
