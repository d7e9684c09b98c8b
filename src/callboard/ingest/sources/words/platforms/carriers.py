"""Words of telephony providers: Twilio, Vonage, Plivo, Telnyx, Sinch, DIDWW, SignalWire, Bandwidth."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import Table, table

CARRIERS: Final[tuple[Table, ...]] = (
    table(
        "Twilio",
        "Twilio: Call resource, status, direction, AnsweredBy",
        ends="""
queued: queued
ringing: initiated | ringing
in_progress: in-progress
completed hangup: completed
missed busy: busy
missed no_answer: no-answer
missed canceled: canceled
failed carrier_error: failed
""",
        call_type="""
inbound: inbound | trunking-originating
outbound: outbound-api | outbound-dial | trunking-terminating | outbound
""",
        answered_by="""
human: human
machine: machine_start | machine_end_beep | machine_end_silence | machine_end_other | fax
left_out: unknown
""",
    ),
    table(
        "Vonage",
        "Vonage: Voice API webhook reference, status; Reports API, VOICE-CALL records",
        ends="""
queued: started
ringing: ringing
completed: answered | human | machine
completed hangup: completed
missed busy: busy
missed no_answer: unanswered | timeout
missed canceled: cancelled
missed rejected: rejected
failed carrier_error: failed
by_talk network_error: disconnected
""",
    ),
    table(
        "Plivo",
        "Plivo: Call object, call_state, CallStatus; HangupSource",
        ends="""
completed hangup: completed
missed busy: busy
missed no_answer: no-answer | timeout
missed canceled: cancel
failed carrier_error: failed
ringing: ringing
in_progress: in-progress
by_talk caller_hangup: Caller
by_talk callee_hangup: Callee
by_talk agent_hangup: API Request | Answer XML
by_talk hangup: Normal Hangup | End Of XML Instructions
failed carrier_error: Carrier
missed busy: Busy Line
missed no_answer: Ring Timeout Reached
missed canceled: Cancelled | Cancelled (Out Of Credits)
missed rejected: Rejected
failed invalid_number: Invalid Destination Number | Invalid Destination Address | Destination Out Of Service
  | Unknown Caller ID | Invalid 'To' Number
failed system_error: Internal Error | Error
failed billing: Out Of Credits | Call Insufficient Credits
failed blocked: Destination Country Barred | Destination Number Barred | Violates Media Anchoring Policy
failed config_error: Invalid Answer XML | Answer URL Error | Invalid Method For Action
failed carrier_error: Network Congestion Error | Destination Endpoint Not Registered | Dial Failed
  | Unallocated Route
completed machine_detected: Machine Detected
completed max_duration: Scheduled Hangup
""",
    ),
    table(
        "Plivo hang-up codes",
        "Plivo: Hangup causes, codes",
        ends="""
by_talk hangup: 4000
completed agent_hangup: 4010 | 4020 | 4030
missed canceled: 1000 | 9000
failed billing: 1010
failed limit_reached: 1020
failed invalid_number: 2000 | 3050 | 3120
failed unreachable: 2010 | 2020
failed blocked: 2030 | 2040 | 2050 | 3030 | 3040 | 3130 | 3140
by_talk no_answer: 3000 | 3070 | 6010
missed busy: 3010 | 3100
missed rejected: 3020 | 3110
failed carrier_error: 3080 | 3090 | 5000 | 5010 | 5020 | 5030 | 5040
by_talk max_duration: 6000
failed media_error: 6020 | 2070
failed config_error: 2060 | 7000 | 7010 | 7011 | 7012 | 7020 | 7021 | 7022 | 7030 | 7031 | 7032 | 7040
  | 7041 | 7042 | 8000 | 8001 | 8002 | 8010 | 8011 | 8012
completed machine_detected: 9100
by_talk rejected: 9110
""",
    ),
    table(
        "Telnyx",
        "Telnyx: Voice API webhooks, call.hangup; Detail records",
        ends="""
by_talk hangup: normal_clearing
missed canceled: originator_cancel
missed busy: user_busy | busy
missed rejected: call_rejected
missed no_answer: timeout | no_answer
completed max_duration: time_limit
failed invalid_number: not_found | unallocated_number | invalid_number
failed unknown: unspecified | failed
completed: completed | answered
ringing: initiated | parked | ringing
in_progress: bridged | active | in-progress
missed canceled: canceled
by_talk: hangup
""",
        call_type="""
inbound: incoming | inbound
outbound: outgoing | outbound
""",
        answered_by="""
human: human | human_residence | human_business
machine: machine | fax_detected
left_out: not_sure | silence
""",
    ),
    table(
        "Sinch",
        "Sinch: Voice API, Get call result, result and reason; call detail records",
        ends="""
completed: ANSWERED
missed no_answer: NOANSWER | TIMEOUT
missed busy: BUSY
missed canceled: CANCEL | CANCELLED
failed: FAILED
by_talk caller_hangup: CALLERHANGUP
by_talk callee_hangup: CALLEEHANGUP
by_talk agent_hangup: MANAGERHANGUP
failed blocked: BLOCKED
failed billing: NOCREDITPARTNER
failed carrier_error: CONGESTION
failed system_error: GENERALERROR
failed invalid_number: USERNOTFOUND
failed config_error: CALLBACKERROR | INVALIDSVAMLACTION
""",
        end_reason="""
left_out: N/A
""",
    ),
    table(
        "DIDWW",
        "DIDWW: CDR export, Status, Disconnect Initiator",
        ends="""
completed: ANSWERED
missed no_answer: NO ANSWER
missed busy: BUSY
failed: FAILED
missed canceled: CANCELED
by_talk caller_hangup: originator
by_talk callee_hangup: terminator
by_talk hangup: internal
""",
    ),
    table(
        "Bandwidth",
        "Bandwidth: Voice webhooks, Disconnect, cause",
        ends="""
by_talk hangup: hangup
missed busy: busy
missed no_answer: timeout
missed canceled: cancel
missed rejected: rejected
failed: error | unknown | application-error | callback-error | node-capacity-exceeded
failed config_error: invalid-bxml
failed limit_reached: account-limit
completed: disconnected
ringing: initiated
in_progress: answered
""",
    ),
)  # fmt: skip
