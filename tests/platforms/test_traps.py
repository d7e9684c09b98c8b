"""Deliveries as platforms may send them and their documents do not show: drawn from what people reported."""

from __future__ import annotations

import json
from typing import Any

import pytest

from callboard.ingest.sources.platforms.delivery import PULLED, Delivery, HookSettings
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms.manifests import RECEIVED
from tests.platforms.saying import SID, calls, said, twilio


def test_vapi_lengths_follow_from_the_times():
    """`durationSeconds` is no documented field: it may have the ringing in it."""
    times = {"startedAt": "2026-03-05T14:00:10.000Z", "endedAt": "2026-03-05T14:01:10.000Z"}
    report = {"type": "end-of-call-report", "endedReason": "customer-ended-call", "durationSeconds": 75}
    (call,) = calls(("vapi", {"message": report | times | {"call": {"id": "v-2"}}}))
    assert call["call_duration"] == 60
    del times["startedAt"]
    (call,) = calls(("vapi", {"message": report | times | {"call": {"id": "v-3"}}}))
    assert call["call_status"] == "missed"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("customer-ended-call", "missed"),
        ("call.in-progress.sip-completed-call", "missed"),
        ("manually-canceled", "missed"),
        ("silence-timed-out", "completed"),
        ("some-new-reason", "missed"),
        (None, "missed"),
    ],
)
def test_an_end_of_vapi_without_times_is_of_a_call_missed_unless_its_word_tells_of_an_answer(word, status):
    """The report behind it decides; where that is lost, nothing has shown an answer."""
    message = {"type": "status-update", "status": "ended", "timestamp": 1772719270000, "endedReason": word}
    (call,) = calls(("vapi", {"message": message | {"call": {"id": "v-5"}}}))
    assert call["call_status"] == status


TALK = [{"role": "system", "message": "Be kind."}, {"role": "bot"}, {"role": "user", "message": "Hello?"}]


@pytest.mark.parametrize("word", ["manually-canceled", "some-new-reason", None])
@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"artifact": {"messages": TALK}}, "completed"),
        ({"messages": TALK}, "completed"),
        ({"artifact": {"messages": TALK[:2]}}, "missed"),
        ({"artifact": {"messages": ["user", None]}}, "missed"),
        ({"artifact": None, "messages": {}}, "missed"),
    ],
)
def test_an_end_of_vapi_without_times_is_of_an_answered_call_where_the_customer_spoke(word, told, status):
    """So that it is not shown as a missed one until its report; this decides, whatever the update said."""
    times = {"startedAt": "2026-03-05T14:00:10.000Z", "endedAt": "2026-03-05T14:01:10.000Z"}
    update = {"type": "status-update", "status": "ended", "timestamp": 1772719270000, "endedReason": word}
    ended = ("vapi", {"message": update | told | {"call": {"id": "v-6"}}})
    (call,) = calls(ended)
    assert call["call_status"] == status
    report = {"type": "end-of-call-report", "endedReason": "customer-busy", "call": {"id": "v-6"}} | times
    for both in ([ended, ("vapi", {"message": report})], [("vapi", {"message": report}), ended]):
        (call,) = calls(*both)
        assert (call["call_status"], call["end_reason"]) == ("missed", "busy")


@pytest.mark.parametrize("lags", ["started", "allocated", "queued", "new"])
def test_a_call_of_bland_that_is_over_is_over(lags):
    """One of its fields still says that it runs."""
    body = {
        "call_id": "b-1",
        "completed": True,
        "status": "completed",
        "queue_status": lags,
        "answered_by": "human",
        "call_ended_by": "USER",
        "created_at": "2026-03-05T14:00:00Z",
        "started_at": "2026-03-05T14:00:07Z",
        "corrected_duration": "71",
    }
    (call,) = calls(("bland", body))
    assert (call["call_status"], call["end_reason"]) == ("completed", "customer_hangup")
    assert call["call_duration"] == 71


def test_a_recording_of_a_conversation_of_vonage_names_no_call():
    """It is known to be none, and is nothing to be mended."""
    body = {
        "recording_url": "https://rec.example/1",
        "recording_uuid": "rec-1",
        "conversation_uuid": "CON-1",
        "start_time": "2026-03-05T14:00:00Z",
        "end_time": "2026-03-05T14:01:00Z",
        "size": 12222,
        "timestamp": "2026-03-05T14:01:02Z",
    }
    found = said("vonage", body)
    assert (found.events, found.quarantined, len(found.ignored)) == ([], [], 1)


@pytest.mark.parametrize("name", ["call_machine_detection_ended", "call.machine.detection.ended"])
def test_both_versions_of_telnyx_name_their_events(name):
    payload = {"call_leg_id": "leg-1", "result": "machine"}
    (event,) = said(
        "telnyx", {"event_type": name, "created_at": "2026-03-05T14:00:09Z", "payload": payload}
    ).events
    assert event["answered_by"] == "machine"


@pytest.mark.parametrize("reason", ["dial_failed", "invalid_destination", "sip_routing_error"])
def test_the_dialling_of_a_call_of_retell_is_no_answer(reason):
    """Its times are those of the attempt: nobody talked."""
    body = {
        "call_id": "r-2",
        "call_status": "error",
        "disconnection_reason": reason,
        "start_timestamp": 1772719200000,
        "end_timestamp": 1772719230000,
        "duration_ms": 30000,
    }
    (call,) = calls(("retell", {"event": "call_ended", "call": body}))
    assert (call["call_status"], call["start_time"], call["call_duration"]) == ("failed", None, 0)


def test_a_failure_of_elevenlabs_without_its_reason_changes_none_with_one():
    """A code of SIP alone says less, whenever it comes."""
    full, less = (
        {"conversation_id": "e-3", "metadata": {"type": "twilio", "body": {"SipResponseCode": "404"}}} | told
        for told in ({"failure_reason": "no-answer"}, {})
    )
    sent = [
        {"type": "call_initiation_failure", "event_timestamp": at, "data": data}
        for at, data in ((1772719220, full), (1772719230, less))
    ]
    for order in (sent, sent[::-1]):
        (call,) = calls(*(("elevenlabs", each) for each in order))
        assert (call["call_status"], call["end_reason"]) == ("missed", "no_answer")


def test_a_failure_of_elevenlabs_over_twilio_tells_the_code_of_sip():
    body = {
        "CallSid": SID,
        "CallStatus": "failed",
        "SipResponseCode": "404",
        "Timestamp": "Thu, 05 Mar 2026 14:00:20 +0000",
    }
    data = {
        "conversation_id": "conv_2",
        "failure_reason": "unknown",
        "metadata": {"type": "twilio", "body": body},
    }
    (call,) = calls(
        ("elevenlabs", {"type": "call_initiation_failure", "event_timestamp": 1772719290, "data": data})
    )
    assert (call["end_reason"], call["source_end_reason"]) == ("invalid_number", "failure:sip:404")


BLANKS: dict[str, dict[str, Any]] = {
    "twilio": twilio(
        SID, From="", To="{{phone}}", Direction="", SipResponseCode="", AnsweredBy="", RecordingUrl=""
    )[1],
    "plivo": {
        "CallUUID": "p-9",
        "CallStatus": "completed",
        "HangupCauseCode": "",
        "From": "",
        "AnswerTime": "",
        "StartTime": "",
        "EndTime": "",
        "Duration": "",
        "BillDuration": "",
        "TotalCost": "",
        "ALegUUID": "",
    },
    "vapi": {
        "message": {
            "type": "end-of-call-report",
            "endedReason": "",
            "startedAt": "",
            "endedAt": "None",
            "cost": "",
            "call": {"id": "v-9", "type": "", "customer": {"number": "{{phone}}"}, "createdAt": ""},
        }
    },
    "retell": {
        "event": "call_ended",
        "call": {
            "call_id": "r-9",
            "call_status": "",
            "disconnection_reason": "",
            "start_timestamp": "",
            "end_timestamp": None,
            "duration_ms": "None",
            "from_number": "{{phone}}",
            "metadata": {"task_id": "{{task}}"},
            "call_cost": {"combined_cost": ""},
        },
    },
    "elevenlabs": {
        "type": "post_call_transcription",
        "data": {
            "conversation_id": "conv_9",
            "status": "done",
            "metadata": {
                "start_time_unix_secs": "",
                "call_duration_secs": "",
                "termination_reason": None,
                "phone_call": {"external_number": "{{phone}}", "call_sid": "", "direction": ""},
            },
        },
    },
    "telnyx": {
        "data": {
            "event_type": "call.hangup",
            "occurred_at": "",
            "payload": {
                "call_leg_id": "leg-9",
                "hangup_cause": "",
                "sip_hangup_cause": "",
                "start_time": "",
                "from": "",
                "to": "{{phone}}",
                "call_quality_stats": {"inbound": {"packet_count": ""}},
            },
        }
    },
    "vonage": {
        "uuid": "o-9",
        "conversation_uuid": "",
        "status": "completed",
        "start_time": None,
        "end_time": "",
        "duration": "",
        "price": "",
        "from": "",
        "to": "{{phone}}",
        "timestamp": "",
        "direction": "",
    },
    "bland": {
        "call_id": "b-9",
        "completed": True,
        "status": "",
        "queue_status": "",
        "answered_by": "",
        "started_at": "",
        "created_at": "",
        "end_at": "",
        "call_length": "",
        "corrected_duration": "",
        "price": "",
        "to": "{{phone}}",
        "from": "",
        "inbound": None,
        "error_message": "",
    },
    "aircall": {
        "event": "call.ended",
        "timestamp": "",
        "data": {
            "id": "9",
            "started_at": "",
            "answered_at": "",
            "ended_at": "",
            "missed_call_reason": "",
            "voicemail": "",
            "cost": "",
            "call_uuid": "",
            "raw_digits": "{{phone}}",
            "direction": "",
            "user": "",
            "number": "",
            "tags": "",
        },
    },
    "dialpad": {
        "call_id": "9",
        "state": "hangup",
        "event_timestamp": "",
        "date_started": "",
        "date_connected": "",
        "date_ended": "",
        "duration": "",
        "direction": "",
        "external_number": "{{phone}}",
        "custom_data": "{{x}}",
        "labels": "",
        "target": "",
        "master_call_id": "",
        "entry_point_call_id": "",
    },
}


@pytest.mark.parametrize("platform", BLANKS)
def test_what_is_blank_or_left_unfilled_is_not_told(platform):
    """Neither the year 1970 nor a number, a task or a length; and no reason to refuse the rest."""
    found = said(platform, BLANKS[platform])
    assert (found.quarantined, found.unknown_words) == ([], [])
    (call,) = calls((platform, BLANKS[platform]))
    assert call["call_status"] in ("completed", "missed", "failed")
    assert "{{" not in json.dumps(found.events)
    assert (call["source_number"], call["destination_number"], call["task_id"]) == (None, None, None)
    assert call["start_time"] in (None, "2026-03-05T14:00:51Z")


def test_a_snapshot_of_vapi_in_an_update_tells_no_cost():
    """It is of some moment before the end: the report tells the whole."""
    call = {"id": "v-4", "cost": 0, "startedAt": "2026-03-05T14:00:10Z", "endedAt": "2026-03-05T14:01:10Z"}
    reason = {"endedReason": "customer-ended-call", "call": call}
    update = {"message": {"type": "status-update", "status": "ended"} | reason}
    report = {"message": {"type": "end-of-call-report", "cost": 0.12} | reason}
    for order in ((update, report), (report, update)):
        (found,) = calls(*(("vapi", body) for body in order))
        assert found["cost"] == {"amount": 0.12, "currency": "USD"}


def test_metadata_of_the_user_that_a_template_left_unfilled_is_not_told():
    call = {
        "call_id": "r-3",
        "start_timestamp": 1772719210000,
        "metadata": {"space": "{{space}}", "line": "north"},
    }
    body = json.dumps({"event": "call_started", "call": call}).encode()
    settings = HookSettings(metadata_keys=("space", "line"))
    found = PLATFORMS["retell"].translate(Delivery(body=body, received_at=RECEIVED), settings)
    assert found.events[0]["metadata"] == {"line": "north"}


@pytest.mark.parametrize(
    "never", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "1970-01-01T00:00:00Z", 0, "0"]
)
def test_the_time_that_a_language_writes_for_none_is_none(never):
    """Go, C# and databases have one each."""
    payload = {"call_leg_id": "leg-1", "start_time": never}
    found = said(
        "telnyx",
        {"data": {"event_type": "call.answered", "occurred_at": "2026-03-05T14:00:09Z", "payload": payload}},
    )
    assert "creation_time" not in found.events[0]


@pytest.mark.parametrize("result", ["transferred", "voicemail_full", "max_duration", "rejected"])
def test_a_new_result_of_elevenlabs_is_no_sentence_to_be_searched(result):
    """It is counted, and the reason that stands beside it decides."""
    told = {
        "start_time_unix_secs": 1772719200,
        "call_duration_secs": 30,
        "phone_call": {"call_result": result},
    }
    told["termination_reason"] = "Call ended by remote party"
    data = {"conversation_id": "conv_3", "status": "done", "metadata": told}
    found = said("elevenlabs", {"type": "post_call_transcription", "data": data})
    assert [(each.field, each.word) for each in found.unknown_words] == [("end_reason", f"result:{result}")]
    assert (found.events[0]["call_status"], found.events[0]["end_reason"]) == ("completed", "customer_hangup")


@pytest.mark.parametrize("word", ["dial_busy", "dial_failed", "invalid_destination"])
def test_a_call_of_retell_that_nobody_answered_was_made_when_it_was_dialled(word):
    times = {"start_timestamp": 1772755190000, "end_timestamp": 1772755210000}
    call = {"call_id": "r-9", "call_status": "not_connected", "disconnection_reason": word} | times
    (found,) = calls(("retell", {"event": "call_ended", "call": call}))
    assert found["creation_time"] == "2026-03-05T23:59:50Z"
    assert found["start_time"] is None


PLIVO_ROW = {
    "call_uuid": "p-1",
    "call_direction": "outbound",
    "call_duration": 55,
    "initiation_time": "2026-03-02 09:29:50+05:30",
    "answer_time": "2026-03-02 09:30:05+05:30",
    "end_time": "2026-03-02 09:31:00+05:30",
    "total_amount": "0.01360",
}
"""A call as the fixtures of plivo-python's list have it."""


@pytest.mark.parametrize(
    ("more", "stands"),
    [
        ({}, ("completed", "hangup")),
        ({"answer_time": None, "call_duration": 0}, ("missed", "no_answer")),
        ({"hangup_cause_code": 4010, "hangup_source": "Plivo"}, ("completed", "agent_hangup")),
        ({"call_state": "ANSWER"}, ("completed", "hangup")),
        ({"call_state": "CANCEL", "answer_time": None, "call_duration": 0}, ("missed", "canceled")),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_call_of_plivos_list_that_is_over_needs_no_state(more, stands):
    body = json.dumps({"objects": [PLIVO_ROW | more]}).encode()
    delivery = Delivery(method=PULLED, body=body, received_at=1772443900_000000)
    found = PLATFORMS["plivo"].translate(delivery, HookSettings())
    [event] = found.events
    assert (event["call_status"], event["end_reason"]) == stands
    assert event["end_time"] == "2026-03-02T04:01:00Z"
    assert (found.unknown_words, found.quarantined) == ([], [])
