"""What each platform sends, and what becomes of it: one delivery of each kind, translated by the program."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlencode

from callboard.ingest.instants import instant
from callboard.ingest.sources.platforms import aircall, dialpad
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.model.words import FINAL_CALL
from tests.platforms.manifests import OWN

Kind = tuple[str, Delivery]
"""How a page names a kind of delivery, and one of them."""

AT: Final = "2026-03-05T14:00:00Z"
AT_S: Final = 1_772_719_200
ANSWER: Final = "2026-03-05T14:00:05Z"
HEADER: Final = ("| What is sent | What becomes of it |", "| --- | --- |")
AN_END: Final = "the end, which its [word](#what-its-words-mean) tells"
LEG: Final = {
    "uuid": "a", "call_uuid": "a", "answer_epoch": str(AT_S - 5), "end_epoch": str(AT_S),
    "hangup_cause": "NORMAL_CLEARING",
}  # fmt: skip


def table_of(platform: str) -> str:
    """The table of a platform's page. Neighbours of which the same becomes stand in one row."""
    rows: list[tuple[str, str]] = []
    for name, delivery in KINDS[platform]():
        said = becomes(platform, delivery)
        if rows and rows[-1][1] == said:
            rows[-1] = (f"{rows[-1][0]}, {name}", said)
        else:
            rows.append((name, said))
    return "\n".join((*HEADER, *(f"| {name} | {said} |" for name, said in rows)))


def becomes(platform: str, delivery: Delivery) -> str:
    """What the program makes of a delivery, in words."""
    found = PLATFORMS[platform].translate(delivery, HookSettings())
    assert not found.quarantined, (platform, delivery.body, found.quarantined)
    if not found.events:
        return "nothing"
    return ", and ".join(dict.fromkeys(map(_said, found.events)))


def _said(event: dict[str, Any]) -> str:
    status = event.get("call_status")
    if event["type"] == "task":
        return "a task, and where it stands"
    if "call_id" not in event:
        return "the end of those calls of its room of which no end came"
    if status is None:
        return "facts of the call, not where it stands"
    if status not in FINAL_CALL:
        of = "the person's own leg" if "/" in event["call_id"] else "the call"
        return f"{of} is `{status}`"
    if event.get("standing") == 1:
        return "an end that any other outweighs"
    return AN_END if event.get("standing") is None else "an end that any later word outweighs"


def _json(value: Any, **more: Any) -> Delivery:
    return Delivery(body=json.dumps(value).encode(), received_at=instant(AT), **more)


def _form(**fields: Any) -> Delivery:
    return Delivery(
        body=urlencode(fields).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
        received_at=instant(AT),
    )


def _file(name: str, **more: Any) -> Delivery:
    return Delivery(body=(OWN / name).read_bytes(), received_at=instant(AT), **more)


def _each(names: str, made: Callable[[str], Delivery]) -> Iterator[Kind]:
    for name in names.split():
        yield f"`{name}`", made(name)


def _twilio() -> Iterator[Kind]:
    call = {"CallSid": "CA1", "Timestamp": "Thu, 05 Mar 2026 14:00:00 +0000"}
    words = "queued initiated ringing answered in-progress completed busy no-answer canceled failed"
    for name, delivery in _each(words, lambda word: _form(CallStatus=word, **call)):
        yield name.replace("`", "`CallStatus=", 1), delivery
    yield "a form without `CallStatus`: of a recording, or who answered", _form(AnsweredBy="human", **call)


def _livekit() -> Iterator[Kind]:
    def sent(name: str, kind: str = "SIP", *, inbound: bool = True, **more: Any) -> Delivery:
        attributes = {"sip.callID": "SCL_1", "sip.callStatus": "active" if inbound else "dialing"}
        if kind != "SIP":
            attributes = {}
        if inbound and kind == "SIP":
            attributes["sip.ruleID"] = "SDR_1"
        participant = {"sid": "PA_1", "identity": "p", "kind": kind, "attributes": attributes}
        participant["joinedAt"] = str(AT_S)
        said = {"event": name, "createdAt": str(AT_S), "room": {"sid": "RM_1"}, "participant": participant}
        return _json(said | more)

    yield "`participant_joined` of a call that came in", sent("participant_joined")
    yield "`participant_joined` of a call that is dialled", sent("participant_joined", inbound=False)
    left = {"disconnectReason": "CLIENT_INITIATED"}
    person = {"identity": "p", "kind": "SIP", "attributes": {"sip.callID": "SCL_1"}, **left}
    yield "`participant_connection_aborted`", sent("participant_connection_aborted", participant=person)
    yield (
        "`participant_left`: it tells the joining, too",
        sent("participant_left", participant=person | {"joinedAt": str(AT_S)}),
    )
    page = {"sid": "PA_1", "identity": "p", "joinedAt": str(AT_S)}
    yield "`participant_joined` from a page", sent("participant_joined", participant=page)
    yield (
        "`participant_left` from a page: the last end is that of the person's own leg",
        sent("participant_left", participant=page | left),
    )
    yield "`room_finished`", sent("room_finished")
    job = {"metadata": '{"task_id": "t-7"}', "state": {"status": "JS_RUNNING"}}
    yield (
        "`agent_job_started`, `agent_job_ended` of a job whose metadata have a `task_id`",
        sent("agent_job_ended", job=job),
    )
    yield "other jobs", sent("agent_job_started")
    yield "participants that are agents, recorders, bridges", sent("participant_joined", "AGENT")
    yield from _each("room_started track_published track_unpublished egress_started ingress_started", sent)


def _elevenlabs() -> Iterator[Kind]:
    call = {"conversation_id": "conv_1", "status": "done", "failure_reason": "busy"}
    told = {"start_time_unix_secs": AT_S, "call_duration_secs": 60, "termination_reason": "end_call tool"}
    body = {"Timestamp": "Thu, 05 Mar 2026 14:00:00 +0000"}

    def sent(kind: str, **more: Any) -> Delivery:
        return _json(
            {"type": kind, "event_timestamp": AT_S, "data": call | {"metadata": told | {"body": body} | more}}
        )

    yield from _each("post_call_transcription call_initiation_failure", sent)
    yield from _each("post_call_audio", sent)
    yield "conversations by text, SMS or WhatsApp", sent("post_call_transcription", text_only=True)


def _retell() -> Iterator[Kind]:
    call = {"call_id": "call_1", "start_timestamp": AT_S * 1000, "end_timestamp": AT_S * 1000 + 9000}
    call |= {"disconnection_reason": "user_hangup"}
    names = "call_started call_ended call_analyzed transcript_updated transfer_started transfer_ended"
    return _each(f"{names} chat_started", lambda name: _json({"event": name, "call": call}))


def _vapi() -> Iterator[Kind]:
    call = {"id": "c", "startedAt": AT, "endedAt": ANSWER}

    def sent(kind: str, **more: Any) -> Delivery:
        return _json({"message": {"type": kind, "timestamp": AT_S * 1000, "call": call, **more}})

    for word in ("scheduled", "queued", "ringing", "in-progress", "forwarding", "ended"):
        told = {"endedReason": "voicemail"} if word == "ended" else {}
        yield f"`status-update` with `{word}`", sent("status-update", status=word, **told)
    yield "`end-of-call-report`", sent("end-of-call-report", endedReason="customer-ended-call")
    yield from _each(
        "hang transcript conversation-update speech-update tool-calls model-output assistant-request", sent
    )


def _telnyx() -> Iterator[Kind]:
    payload = {"call_leg_id": "a", "hangup_cause": "user_busy", "result": "human", "total_cost": "0.01"}

    def sent(name: str, **more: Any) -> Delivery:
        return _json({"data": {"event_type": name, "occurred_at": AT, "payload": payload | more}})

    yield (
        "`call.initiated` of a call that is parked",
        sent("call.initiated", state="parked", direction="outgoing"),
    )
    yield "`call.initiated`", sent("call.initiated")
    yield from _each("call.answered call.bridged call.hangup call.machine.detection.ended", sent)
    yield from _each("call.machine.premium.detection.ended call.cost call.recording.saved", sent)
    yield from _each("call.enqueued call.dtmf.received call.speak.ended streaming.started", sent)


def _vonage() -> Iterator[Kind]:
    words = "started ringing answered human machine busy unanswered timeout cancelled rejected failed"
    told = {"uuid": "a", "timestamp": AT}
    yield from _each(f"{words} disconnected completed", lambda word: _json(told | {"status": word}))
    yield "a recording of a leg", _json(told | {"recording_url": "https://example.com/1.mp3"})
    yield "a recording of a conversation", _json({"recording_url": "https://example.com/1.mp3"})
    yield "`record`, `input`, `transfer` and others without a status", _json(told)


def _plivo() -> Iterator[Kind]:
    words = "ringing in-progress completed busy no-answer timeout cancel failed"
    over = {"AnswerTime": "2026-03-05 14:00:05", "EndTime": "2026-03-05 14:00:09"}
    times = {"StartTime": "2026-03-05 14:00:00"} | over
    for name, delivery in _each(words, lambda word: _form(CallUUID="p", CallStatus=word, **times)):
        yield name.replace("`", "`CallStatus=", 1), delivery
    yield "a form without `CallStatus`, as of a recording", _form(CallUUID="p")


def _bland() -> Iterator[Kind]:
    call = {"call_id": "b", "created_at": AT}
    over = {"started_at": ANSWER, "corrected_duration": "9", "status": "completed", "completed": True}
    yield "the message after a call", _json(call | over)
    yield "`queue_status` `new`, `queued` or `allocated`", _json(call | {"queue_status": "queued"})
    yield "`queue_status` `started`", _json(call | {"queue_status": "started"})
    yield "other messages of `webhook_events`, as of latency and tools", _json({"call_id": "b"})


def _aircall() -> Iterator[Kind]:
    data = {"id": 1, "started_at": AT_S}

    def sent(name: str) -> Delivery:
        over = (
            {"answered_at": AT_S + 5, "ended_at": AT_S + 9} if name in ("call.hungup", "call.ended") else {}
        )
        return _json(
            {"resource": name.partition(".")[0], "event": name, "timestamp": AT_S, "data": data | over}
        )

    yield from _each("call.created call.ringing_on_agent call.agent_declined call.answered", sent)
    yield from _each("call.transferred call.hold call.unhold call.hungup call.ended", sent)
    yield from _each(" ".join(sorted(aircall.FACTS)), sent)
    yield "events of users, numbers, contacts and messages", sent("contact.created")


def _dialpad() -> Iterator[Kind]:
    def sent(state: str, **more: Any) -> Delivery:
        return _json({"call_id": 1, "state": state, "event_timestamp": AT_S * 1000, **more})

    yield from _each("calling preanswer queued ringing connected hold parked merged monitor barge", sent)
    yield from _each("takeover eavesdrop", sent)
    yield "`hangup` of a call that was connected", sent("hangup", date_connected=AT_S * 1000 - 9000)
    yield from _each("missed voicemail blocked", sent)
    yield "`hangup` of another", sent("hangup")
    yield from _each(" ".join(sorted(dialpad.FACTS)), sent)
    yield "`recap_…`", sent("recap_summary")


def _amazon_connect() -> Iterator[Kind]:
    def sent(record: dict[str, Any]) -> Delivery:
        data = base64.b64encode(json.dumps(record).encode()).decode()
        return _json({"requestId": "r", "timestamp": AT_S, "records": [{"data": data}]})

    call = {"ContactId": "a", "DisconnectTimestamp": AT, "DisconnectReason": "CUSTOMER_DISCONNECT"}
    call |= {"ConnectedToSystemTimestamp": AT}
    yield "a contact record of the channel `VOICE`", sent(call | {"Channel": "VOICE"})
    yield from _each("CHAT TASK EMAIL", lambda channel: sent(call | {"Channel": channel}))
    yield "events of agents", sent({"EventType": "LOGIN", "AgentARN": "a"})


def _freeswitch() -> Iterator[Kind]:
    yield "a record of `mod_json_cdr`, one a leg", _json({"variables": LEG})
    yield "rows of `Master.csv` of `mod_cdr_csv`", _file("freeswitch/rows_of_mod_cdr_csv__01_master.csv")
    challenge = LEG | {"hangup_cause": "USER_CHALLENGE"}
    yield "a record whose cause is `USER_CHALLENGE` or `BOWOUT`", _json({"variables": challenge})


def _asterisk() -> Iterator[Kind]:
    row = {"start": AT, "end": ANSWER, "linkedid": "1.1", "disposition": "ANSWERED"}
    yield "a record (CDR) that is `ANSWERED`: a line, JSON, a form, AMI's `Cdr`", _json(row)
    yield "a record that is not", _json(row | {"disposition": "NO ANSWER"})

    def cel(name: str) -> Delivery:
        header = "eventname,eventtime,uniqueid,linkedid,extra"
        return Delivery(body=f"{header}\n{name},{AT},1.1,1.1,\n".encode(), received_at=instant(AT))

    def ari(name: str) -> Delivery:
        state = "Ring" if name == "StasisStart" else "Up"
        channel = {"id": "1.1", "state": state, "creationtime": AT}
        return _json({"type": name, "timestamp": AT, "channel": channel, "cause": 16})

    for name, delivery in _each("CHAN_START ANSWER HANGUP BRIDGE_ENTER LINKEDID_END", cel):
        yield f"CEL {name}", delivery
    for name, delivery in _each("StasisStart ChannelStateChange ChannelDestroyed Dial PlaybackStarted", ari):
        yield f"ARI {name}", delivery


def _kamailio() -> Iterator[Kind]:
    call = {"call_id": "k", "from": "a", "to": "b", "sip_code": "486", "time": str(AT_S)}
    names = "call.initiated call.ringing call.answered call.ended call.failed call.cancel"
    yield from _each(names, lambda name: _json(call | {"event": name}))
    yield "a record of `acc`: `INVITE` with `2xx`", _json(call | {"method": "INVITE", "sip_code": "200"})
    yield "`INVITE` with another code, which ends a branch", _json(call | {"method": "INVITE"})
    yield "`BYE`", _json(call | {"method": "BYE", "sip_code": "200"})
    yield "a record of a whole dialog (`acc_cdrs`)", _json(call | {"start_time": str(AT_S)})
    yield "other methods", _json(call | {"method": "ACK"})


def _vicidial() -> Iterator[Kind]:
    def called(**fields: str) -> Delivery:
        return Delivery(
            method="GET",
            query=urlencode({"uniqueid": "1.1", "epoch": AT_S, **fields}),
            received_at=instant(AT),
        )

    yield "the *Start Call URL* (`event=start`)", called(event="start")
    yield "the *Dispo Call URL* (`event=dispo`)", called(event="dispo", dispo="SALE", talk_time="60")
    yield "the *No Agent Call URL* (`event=noagent`)", called(event="noagent", status="DROP")
    yield "other URLs, as the *Add Lead URL*", called(event="lead")


def _unpod() -> Iterator[Kind]:
    task = {"task_id": "T1", "status": "completed", "created": AT, "output": {}}
    yield "a task document", _json(task)
    output = {"call_id": "c", "call_status": "completed", "start_time": AT, "end_time": ANSWER}
    yield "a task document whose `output` has a `call_id`", _json(task | {"output": output})
    log = {"id": 1, "call_status": "completed", "start_time": AT, "end_time": ANSWER}
    yield (
        "a row of the call logs, of the newer list of calls, or of the exported CSV",
        _json({"results": [log]}),
    )


def _generic() -> Iterator[Kind]:
    call = {"type": "call", "call_id": "c", "call_status": "ringing"}
    yield "an event with `call_id` and `call_status`, here `ringing`", _json(call)
    yield "an event with `call_id` and no `call_status`", _json({"call_id": "c", "agent": "Mira"})
    yield "an event with `task_id`", _json({"task_id": "t", "status": "running"})


KINDS: Final[dict[str, Callable[[], Iterator[Kind]]]] = {
    "twilio": _twilio,
    "signalwire": _twilio,
    "livekit": _livekit,
    "elevenlabs": _elevenlabs,
    "retell": _retell,
    "vapi": _vapi,
    "telnyx": _telnyx,
    "vonage": _vonage,
    "plivo": _plivo,
    "bland": _bland,
    "aircall": _aircall,
    "dialpad": _dialpad,
    "amazon_connect": _amazon_connect,
    "freeswitch": _freeswitch,
    "asterisk": _asterisk,
    "kamailio": _kamailio,
    "vicidial": _vicidial,
    "unpod": _unpod,
    "generic": _generic,
}
"""Platform → its kinds of deliveries, in the order of the page."""
