"""Vapi: updates of a call's status, and the report at its end; calls of its list API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec import structs

from callboard.clock import SECOND
from callboard.ingest.sources.platforms.delivery import (
    FROM_FILE,
    PULLED,
    Delivery,
    HookSettings,
    Translation,
    Unfit,
)
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import at, inner, json_object, readable, rows
from callboard.ingest.sources.platforms.reading.events import (
    agent_of,
    call_event,
    call_sid,
    end_of,
    ending,
    first_time,
    known,
    metadata,
    money,
    parties,
    shown_by_itself,
    spare,
    status_of,
    task_of,
    word_of,
)
from callboard.ingest.sources.platforms.reading.exports import Export
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.values import first_text, seconds, text
from callboard.ingest.sources.platforms.signatures.chosen import VAPI as VAPI_SIGNATURE
from callboard.ingest.sources.platforms.vapi_words import ERRORS, REASONS, STATUSES
from callboard.ingest.sources.platforms.word_table import Meaning

_TYPES: Final = {
    "inboundPhoneCall": "inbound",
    "outboundPhoneCall": "outbound",
    "webCall": "web",
    "vapi.websocketCall": "web",
}
_PROVIDERS: Final = {
    "twilio": "twilio",
    "vonage": "vonage",
    "telnyx": "telnyx_leg",
    "vapi": None,
    "byo-phone-number": None,
}
"""`phoneCallProvider` → the space of its ids, as the provider's own hook names it."""
_NO_CALL: Final = ("not-found", "deletion-failed")
"""Statuses of an attempt to delete a call."""
_SETUP: Final = """\
In Vapi, set the *Server URL* of the organization, or of an assistant or a phone number, to

    {url}

with a credential of the kind *Bearer Token* whose token is the secret of this hook (or put it into the field
*Secret*, which Vapi sends as `X-Vapi-Secret`). Leave `status-update` and `end-of-call-report` in the server
messages. Set `server.backoffPlan`: without it Vapi never sends again what did not arrive.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of one message; the events of one answer of `GET /call`."""
    found = Translation()
    with found.record():
        if delivery.method in (PULLED, FROM_FILE):
            for part, row in enumerate(rows(delivery.body, "results", "data")):
                with found.record(part):
                    _row(row if isinstance(readable(row), dict) else {}, delivery, settings, found)
            return found
        message = inner(json_object(delivery.body), "message")
        kind, call = text(message.get("type")), inner(message, "call")
        if kind == "status-update":
            _status(message, call, settings, found)
        elif kind == "end-of-call-report":
            found.events.append(_ended(message, call, settings, found))
        elif kind is None:
            raise Unfit("unreadable", "The delivery names no type of message.")
        else:
            found.ignored.append(kind[:64])
    return found


def _status(
    message: Mapping[str, Any], call: Mapping[str, Any], settings: HookSettings, found: Translation
) -> None:
    word = text(message.get("status")) or ""
    if word in _NO_CALL:
        found.ignored.append(word)
    elif word == "ended":
        found.events.append(_ended(message, call, settings, found))
    else:
        meaning = status_of(STATUSES, word)
        start = moment(call.get("startedAt"), "startedAt") if meaning.status == "in_progress" else None
        # Into a translation of its own: a time that cannot be read is counted once, by `_facts`.
        created = spare(Translation(), "", moment, call.get("createdAt"), "createdAt")
        found.events.append(
            _facts(message, call, settings, found)
            | call_event(
                text(call.get("id")),
                call_status=meaning.status,
                # Of words that have no time of their own the rank decides: one that is sent again takes no
                # later one back. When it was sent is the last resort.
                occurred_at=first_time(start, created, moment(message.get("timestamp"), "timestamp")),
                start_time=start,
                # An end that does not know of the answer does not take it back.
                standing=1 if meaning.status == "in_progress" else None,
            )
        )


def _row(call: Mapping[str, Any], delivery: Delivery, settings: HookSettings, found: Translation) -> None:
    """The event of one call of the list API: where it stands when it was asked for."""
    if text(call.get("status")) == "ended" or text(call.get("endedReason")):
        sequence = {"sequence": delivery.received_at // SECOND}
        found.events.append(_ended({}, call, settings, found) | sequence)
        return
    # No sequence: of live words of one moment the rank decides, whether they were delivered or asked for.
    _status({"status": call.get("status"), "timestamp": call.get("updatedAt")}, call, settings, found)


def _ended(
    message: Mapping[str, Any], call: Mapping[str, Any], settings: HookSettings, found: Translation
) -> dict[str, Any]:
    start = first_time(*(moment(each.get("startedAt"), "startedAt") for each in (message, call)))
    end = first_time(*(moment(each.get("endedAt"), "endedAt") for each in (message, call)))
    word = word_of(first_text(message.get("endedReason"), call.get("endedReason"))) or ""
    # It is in no document, and may be of more than the talk.
    length = seconds(message.get("durationSeconds"), "durationSeconds") if None in (start, end) else None
    # An update has a snapshot of the call, which may be of before its answer, and have none of its times; the
    # report that follows has them, and decides.
    is_update = message.get("type") == "status-update" and start is None
    is_bare = start is None and end is None
    seems_answered = (is_update and _customer_spoke(message)) or (
        is_bare and not is_update and (_tells_of_a_talk(word) or _customer_spoke(message))
    )
    answered = start is not None or seems_answered
    if word:
        meaning = end_of(REASONS, word, found, answered=answered, otherwise=ERRORS)
    else:
        meaning = Meaning(shown_by_itself(answered=answered, answer_is_elsewhere=False), "unknown")
    explains_nothing = is_update and not answered and (not word or meaning.standing == 1)
    sent_at = moment(message.get("timestamp"), "timestamp")
    if explains_nothing:
        # It must not outweigh an answer that an earlier update told, so it counts from the call's creation.
        meaning = structs.replace(meaning, standing=0)
        happened = first_time(spare(Translation(), "", moment, call.get("createdAt"), "createdAt"), sent_at)
    else:
        happened = first_time(end, sent_at, start)
    ended = call_event(
        text(call.get("id")),
        occurred_at=happened,
        # When it was sent is near its end, and is not taken for it.
        rough=["occurred_at"] if end is None else None,
        answered_by="machine" if meaning.end_reason == "voicemail" else None,
        **ending(meaning, word, end, length=length, start=start),
    )
    return _facts(message, call, settings, found) | ended


def _tells_of_a_talk(word: str) -> bool:
    meaning = REASONS.look_up(word, answered=True)
    return meaning is not None and meaning.end_reason in ("customer_hangup", "hangup")


def _customer_spoke(message: Mapping[str, Any]) -> bool:
    """Whether the conversation so far has a word of the customer: nobody speaks in a call not answered."""
    parts = at(message, "artifact", "messages") or message.get("messages")
    return isinstance(parts, list) and any(text(at(part, "role")) == "user" for part in parts)


def _facts(
    message: Mapping[str, Any], call: Mapping[str, Any], settings: HookSettings, found: Translation
) -> dict[str, Any]:
    call_id = text(call.get("id"))
    provided = text(call.get("phoneCallProviderId"))
    # Numbers of Vapi's own are those of a carrier that it does not name.
    space = known("group_id", call.get("phoneCallProvider"), _PROVIDERS, found)
    space = "twilio" if call_sid(provided) else space
    provided = provided if space else None
    own = at(call, "assistantOverrides", "metadata")
    analysis, artifact = (inner(message, name) or inner(call, name) for name in ("analysis", "artifact"))
    call_type = known("call_type", call.get("type"), _TYPES, found)
    price = _first(message.get("cost"), call.get("cost"))
    event = call_event(
        call_id,
        creation_time=spare(found, "creation_time", moment, call.get("createdAt"), "createdAt"),
        group_id=f"{space}:{provided}" if provided else None,
        group_rank=2,
        call_type=call_type,
        agent=agent_of(
            at(message, "assistant", "name"), at(call, "assistant", "name"), ids=[call.get("assistantId")]
        ),
        task_id=task_of(own, call.get("metadata"), at(call, "assistantOverrides", "variableValues")),
        # An update has a snapshot of the call, in which not all is counted yet.
        cost=None
        if message.get("type") == "status-update"
        else spare(found, "cost", money, price, "USD", "cost"),
        external_ids={name: value for name, value in (("vapi", call_id), (space or "", provided)) if value},
        metadata=metadata(
            settings,
            own,
            recording_url=first_text(
                artifact.get("recordingUrl"), message.get("recordingUrl"), call.get("recordingUrl")
            ),
            summary=first_text(analysis.get("summary"), message.get("summary")),
            successful=text(analysis.get("successEvaluation")),
            batch_id=text(call.get("campaignId")),
        ),
    )
    customer = first_text(at(message, "customer", "number"), at(call, "customer", "number"))
    line = first_text(at(message, "phoneNumber", "number"), at(call, "phoneNumber", "number"))
    ends = (party(customer), party(line))
    parties(event, *(ends if call_type == "inbound" else ends[::-1]))
    return event


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


EXPORT: Final = Export(
    told_by="Vapi, API reference, *List calls* (docs.vapi.ai/api-reference/calls/list)",
    made_by="headed by the names of the fields of a call in that list, those of inner objects as "
    "`customer.number`",
    needed=("id", "status", "endedReason", "createdAt", "startedAt", "endedAt"),
    fields=(
        "type", "cost", "assistantId", "assistant.name", "campaignId", "updatedAt", "customer.number",
        "phoneNumber.number", "phoneCallProvider", "phoneCallProviderId", "analysis.summary",
        "analysis.successEvaluation", "metadata.task_id", "recordingUrl",
    ),
    times=("createdAt", "startedAt", "endedAt", "updatedAt"),
)  # fmt: skip
VAPI: Final = Platform(
    name="vapi",
    title="Vapi",
    signature=VAPI_SIGNATURE,
    translate=translate,
    words={"end_reason": REASONS, "call_status": STATUSES},
    kinds=ERRORS,
    setup=_SETUP,
    redact=frozenset(
        {
            "twilioAuthToken", "twilioApiSecret", "vonageApiSecret", "telnyxApiKey", "credentials",
            "serverUrlSecret",
            "stereoRecordingUrl", "videoRecordingUrl", "messagesOpenAIFormatted", "logUrl", "pcapUrl",
        }
    ),
    pulled=True,
    export=EXPORT,
)  # fmt: skip
