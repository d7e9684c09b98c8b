"""FreeSWITCH: call detail records of `mod_json_cdr`, one a leg, and rows of `mod_cdr_csv`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Translation, Unfit
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.reading.bodies import form_pairs, inner, json_records, readable
from callboard.ingest.sources.platforms.reading.events import (
    call_event,
    count_unknown,
    end_of,
    ending,
    known,
    metadata,
    parties,
    task_of,
    word_of,
)
from callboard.ingest.sources.platforms.reading.moments import moment
from callboard.ingest.sources.platforms.reading.phones import party
from callboard.ingest.sources.platforms.reading.tables import Row, table_rows, told
from callboard.ingest.sources.platforms.reading.values import first_text, number, seconds, text
from callboard.ingest.sources.platforms.signatures.static import HEADER
from callboard.ingest.sources.platforms.word_table import WordTable

CAUSES: Final = WordTable(
    (r"NORMAL_CLEARING|SUCCESS|NONE", "answered?", "hangup"),
    (r"ORIGINATOR_CANCEL", "missed", "canceled"),
    (r"USER_BUSY|BUSY_EVERYWHERE", "missed", "busy"),
    (r"NO_ANSWER|NO_USER_RESPONSE|PROGRESS_TIMEOUT|NO_PICKUP", "missed", "no_answer"),
    (r"ALLOTTED_TIMEOUT", "answered?", "max_duration"),
    (r"CALL_REJECTED|DECLINE|REJECT_ALL", "missed", "rejected"),
    (r"LOSE_RACE|PICKED_OFF", "missed", "canceled"),
    (r"(BLIND|ATTENDED)_TRANSFER", "completed", "transferred"),
    (
        (
            r"UNALLOCATED_NUMBER|INVALID_NUMBER_FORMAT|DOES_NOT_EXIST_ANYWHERE|NO_ROUTE_DESTINATION"
            r"|NUMBER_CHANGED"
        ),
        "failed",
        "invalid_number",
    ),
    (r"USER_NOT_REGISTERED|SUBSCRIBER_ABSENT|DESTINATION_OUT_OF_ORDER", "failed", "unreachable"),
    (r"(OUTGOING|INCOMING)_CALL_BARRED|UNWANTED", "failed", "blocked"),
    (r"MEDIA_TIMEOUT|SRTP_READ_ERROR", "failed", "media_error"),
    (r"MANAGER_REQUEST", "answered?", "agent_hangup"),
    (r"SYSTEM_SHUTDOWN|CRASH", "failed", "system_shutdown"),
    (r"INVALID_(GATEWAY|PROFILE|URL)|NOT_ACCEPTABLE|INCOMPATIBLE_DESTINATION", "failed", "config_error"),
    (r"NORMAL_UNSPECIFIED", "answered?failed", "hangup"),
    (r"cc_cause:(TIMEOUT|NO_AGENT_TIMEOUT)", "missed", "no_answer"),
    (r"cc_cause:(NONE|BREAK_OUT|EXIT_WITH_KEY)?", "missed", "canceled"),
    (r"USER_CHALLENGE|BOWOUT", "ignore"),
    (
        (
            r"NO_ROUTE_TRANSIT_NET|CHANNEL_UNACCEPTABLE|CALL_AWARDED_DELIVERED|REDIRECTION_TO_NEW_DESTINATION"
            r"|EXCHANGE_ROUTING_ERROR|FACILITY_(REJECTED|NOT_SUBSCRIBED|NOT_IMPLEMENTED)"
            r"|RESPONSE_TO_STATUS_ENQUIRY|NORMAL_CIRCUIT_CONGESTION|NETWORK_OUT_OF_ORDER"
            r"|NORMAL_TEMPORARY_FAILURE|SWITCH_CONGESTION|ACCESS_INFO_DISCARDED|REQUESTED_CHAN_UNAVAIL"
            r"|PRE_EMPTED|BEARERCAPABILITY_(NOTAUTH|NOTAVAIL|NOTIMPL)|SERVICE_(UNAVAILABLE|NOT_IMPLEMENTED)"
            r"|CHAN_NOT_IMPLEMENTED|INVALID_CALL_REFERENCE|INVALID_MSG_UNSPECIFIED|MANDATORY_IE_MISSING"
            r"|MESSAGE_TYPE_NONEXIST|WRONG_MESSAGE|IE_NONEXIST|INVALID_IE_CONTENTS|WRONG_CALL_STATE"
            r"|RECOVERY_ON_TIMER_EXPIRE|MANDATORY_IE_LENGTH_ERROR|PROTOCOL_ERROR|INTERWORKING|GATEWAY_DOWN"
            r"|NO_IDENTITY|BAD_IDENTITY_INFO|UNSUPPORTED_CERTIFICATE|INVALID_IDENTITY|STALE_DATE"
        ),
        "failed",
        "carrier_error",
    ),
)
"""`hangup_cause`, which is a name of `CAUSE_CHART` in `switch_channel.c`; of a queue that nobody answered,
`cc_cause:` and `cc_cancel_reason`."""

QUEUE_ENDS: Final = WordTable((r"cc_cause:.*", "missed", "unknown"))
"""Of words newer than the table: nobody took the call from the queue. They are counted as unknown."""
QUEUES: Final = {"answered": None, "cancel": "cancel"}
"""`cc_cause`: how a call left its queue."""
DIRECTIONS: Final = {"inbound": "inbound", "outbound": "outbound"}
"""FreeSWITCH's own word, as the switch sees it."""

INBOUND_CONTEXTS: Final = ("public",)
"""Where calls from outside begin in the configuration that FreeSWITCH comes with."""
COLUMNS: Final = ("hangup_cause", "uuid")
_NOT_ENCODED: Final = frozenset(' "<>@:')
"""Characters that are in no value where `encode-values` is on."""
_SETUP: Final = """\
In `autoload_configs/json_cdr.conf.xml` (and `<load module="mod_json_cdr"/>` in `modules.conf.xml`) set

    <param name="url" value="{url}"/>
    <param name="cred" value="callboard:{secret}"/>
    <param name="log-b-leg" value="true"/>
    <param name="encode-values" value="true"/>
    <param name="retries" value="3"/>
    <param name="err-log-dir" value="/var/log/freeswitch/json_cdr"/>

and `reload mod_json_cdr`. What it could not post lies in `err-log-dir`: `callboard import` reads those files.
"""


def translate(delivery: Delivery, settings: HookSettings) -> Translation:
    """The event of each leg: a record that is posted or written to a file, or rows of `Master.csv`."""
    found = Translation()
    with found.record():
        body = _unpacked(delivery.body)
        if body.lstrip()[:1] in (b"{", b"["):
            records = json_records(body)
            if not records:
                found.ignored.append("empty")
            for part, record in enumerate(records):
                with found.record(part):
                    _leg(readable(record), settings, found)
            return found
        for part, row in enumerate(table_rows(body, *COLUMNS, by_line=True)):
            with found.record(part):
                _row(told(row), settings, found)
    return found


def _unpacked(body: bytes) -> bytes:
    """The record itself, which may be sent in the form field `cdr`, as it is or in base64.

    The content type is not looked at: with `disable-100-continue` plain JSON is sent as a form.
    """
    if not body.startswith(b"cdr="):
        return body
    sent = dict(form_pairs(body.decode("utf-8", "replace")))["cdr"].strip()
    if sent[:1] in ("{", "["):
        return sent.encode()
    try:
        return base64.b64decode(sent.replace(" ", "+"), validate=True)
    except (binascii.Error, ValueError):
        raise Unfit("unreadable", "The field cdr is neither JSON nor base64.") from None


def _leg(record: Any, settings: HookSettings, found: Translation) -> None:
    if not isinstance(record, dict) or not isinstance(record.get("variables"), dict):
        raise Unfit("unreadable", "The record has no variables: it is none of mod_json_cdr.")
    said = _variables(record)
    call_id = _plain(text(said.get("uuid")))
    profile = {
        name: text(unquote(value)) for name, value in _first_profile(record).items() if isinstance(value, str)
    }
    answer = moment(first_text(_unless_zero(said, "answer_uepoch"), said.get("answer_epoch")), "answer_epoch")
    start = moment(first_text(_unless_zero(said, "start_uepoch"), said.get("start_epoch")), "start_epoch")
    end = moment(first_text(_unless_zero(said, "end_uepoch"), said.get("end_epoch")), "end_epoch")
    talk = seconds(said.get("billmsec"), "billmsec", per_second=1_000)
    if talk is None:
        talk = seconds(said.get("billsec"), "billsec")
    answered = answer is not None or bool(talk)
    word = _word(said, found, answered=answered)
    if word != (word_of(said.get("hangup_cause")) or ""):
        answered, answer, talk = False, None, None  # a menu or a queue answered, and nobody talked
    shown = None if answered else "failed"
    meaning = end_of(CAUSES, word, found, answered=answered, otherwise=QUEUE_ENDS, shown=shown)
    if meaning.ignored:
        found.ignored.append(word.lower())
        return
    fields = ending(meaning, word, end, length=talk, start=answer)
    event = call_event(
        call_id,
        occurred_at=end,
        creation_time=start,
        **fields,
        group_id=_group(call_id, said.get("call_uuid"), said.get("originating_leg_uuid")),
        group_rank=0 if _is_b_leg(said, call_id) else 1,
        call_type=_direction(record, said, profile, settings, call_id, found),
        task_id=task_of(said),
        external_ids={
            name: value
            for name, value in (("freeswitch", call_id), ("sip_call_id", text(said.get("sip_call_id"))))
            if value is not None
        },
        metadata=metadata(settings, said, recording_url=first_text(said.get("record_path"))),
    )
    parties(
        event,
        party(
            first_text(
                profile.get("caller_id_number"), said.get("caller_id_number"), said.get("sip_from_user")
            )
        ),
        party(
            first_text(
                profile.get("destination_number"), said.get("destination_number"), said.get("sip_to_user")
            )
        ),
    )
    found.events.append(event)


def _variables(record: Mapping[str, Any]) -> dict[str, str]:
    """The variables of the channel, decoded where `encode-values` is on, as it is unless it is turned off."""
    said = {name: value for name, value in record["variables"].items() if isinstance(value, str)}
    if any(_NOT_ENCODED & set(value) for value in said.values()):
        return said
    return {name: unquote(value) for name, value in said.items()}


def _first_profile(record: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers that the call came with: a transfer puts another profile before those that were."""
    flow = record.get("callflow")
    steps = [step for step in flow if isinstance(step, dict)] if isinstance(flow, list) else []
    if not steps:
        return inner(flow, "caller_profile")
    first = min(steps, key=lambda step: _place(step.get("profile_index"), len(steps)))
    return inner(first, "caller_profile")


def _place(value: Any, otherwise: int) -> int:
    word = text(value)
    return (
        int(word) if word is not None and word.isascii() and word.isdigit() and len(word) < 7 else otherwise
    )


def _unless_zero(said: Mapping[str, str], name: str) -> str | None:
    return None if said.get(name) == "0" else said.get(name)


def _word(said: Mapping[str, str], found: Translation, *, answered: bool) -> str:
    """The word of the table: the cause, or what tells more about why nobody talked."""
    cause = word_of(said.get("hangup_cause")) or ""
    if known("end_reason", said.get("cc_cause"), QUEUES, found) is not None:
        count_unknown("end_reason", cause, CAUSES, found)
        return f"cc_cause:{word_of(said.get('cc_cancel_reason')) or ''}"
    bridge = word_of(said.get("last_bridge_hangup_cause"))
    talked = answered and said.get("bridge_epoch") != "0"
    if cause == "NORMAL_CLEARING" and bridge not in (None, "NORMAL_CLEARING", "SUCCESS") and not talked:
        return bridge or cause
    return cause


def _is_b_leg(said: Mapping[str, str], call_id: str | None) -> bool:
    others = (_plain(text(said.get(name))) for name in ("originating_leg_uuid", "call_uuid"))
    return any(other is not None and other != call_id for other in others)


def _group(call_id: str | None, *others: str | None) -> str | list[str]:
    """The group of a call: that of the other leg that a record names, else its own."""
    named = dict.fromkeys(each for other in others if (each := _plain(text(other))) is not None)
    found = [f"freeswitch:{each}" for each in named or [call_id]]
    return found[0] if len(found) == 1 else found


def _direction(
    record: Mapping[str, Any],
    said: Mapping[str, str],
    profile: Mapping[str, str | None],
    settings: HookSettings,
    call_id: str | None,
    found: Translation,
) -> str | None:
    """Whether a call came from outside. FreeSWITCH's own word is seen from the switch: a call that a phone of
    ours makes is `inbound` there.
    """
    told = first_text(inner(record, "channel_data").get("direction"), said.get("direction"))
    own = known("call_type", told, DIRECTIONS, found)
    if _is_b_leg(said, call_id):
        return None
    contexts = settings.inbound_contexts or INBOUND_CONTEXTS
    if own == "inbound":
        return "inbound" if profile.get("context") in contexts else None
    return "outbound" if own == "outbound" else None


def _plain(uuid: str | None) -> str | None:
    """The id without the `a_` that `prefix-a-leg` puts before it."""
    return None if uuid is None else uuid.removeprefix("a_")


def _row(row: Row, settings: HookSettings, found: Translation) -> None:
    """The event of one row of `mod_cdr_csv`, whose times are local ones."""
    call_id, zone = text(row.get("uuid")), settings.timezone
    start, answer, end = (
        moment(row.get(f"{name}_stamp"), f"{name}_stamp", zone) for name in ("start", "answer", "end")
    )
    talk = seconds(row.get("billsec"), "billsec")
    answered = answer is not None or bool(number(row.get("billsec"), "billsec"))
    word = word_of(row.get("hangup_cause")) or ""
    meaning = end_of(CAUSES, word, found, answered=answered, shown=None if answered else "failed")
    if meaning.ignored:
        found.ignored.append(word.lower())
        return
    event = call_event(
        call_id,
        occurred_at=end,
        creation_time=start,
        **ending(meaning, word, end, length=talk, start=answer),
        group_id=_group(call_id, call_id, row.get("bleg_uuid")),
        group_rank=1,
        call_type="inbound"
        if row.get("context") in (settings.inbound_contexts or INBOUND_CONTEXTS)
        else None,
        external_ids={"freeswitch": call_id} if call_id else None,
    )
    parties(event, party(row.get("caller_id_number")), party(row.get("destination_number")))
    found.events.append(event)


FREESWITCH: Final = Platform(
    name="freeswitch",
    title="FreeSWITCH",
    signature=HEADER,
    translate=translate,
    words={"end_reason": CAUSES},
    kinds=QUEUE_ENDS,
    setup=_SETUP,
    tables=COLUMNS,
    rows_are_lines=True,
    redact=frozenset(
        {
            "sip_auth_response", "sip_auth_nonce", "sip_auth_cnonce", "sip_h_authorization",
            "sip_auth_password", "record_path", "record_file_name", "last_arg",
        }
    ),
)  # fmt: skip
