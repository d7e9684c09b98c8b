"""What the words of platforms mean, word by word: written from their documentation, not from the tables."""

from __future__ import annotations

Told = dict[str, list[tuple[bool, str]]]


def told(text: str) -> Told:
    """Meaning → (answered, word). A line is `meaning: words apart by |`; `+`: the call was answered.

    A word in quotes may be empty or hold spaces.
    """
    found: Told = {}
    for line in text.strip().splitlines():
        meaning, _, words = line.partition(": ")
        for word in words.split(" | "):
            plain = word.removeprefix("+")
            found.setdefault(meaning.strip(), []).append((word.startswith("+"), plain.strip('"')))
    return found


WORDS: dict[tuple[str, str], Told] = {
    ("twilio", "call_status"): told("""
queued: queued
ringing: initiated | ringing | ringing:180
in_progress: answered | in-progress
completed hangup: +completed | completed
missed busy: busy | busy:486 | busy:600
missed rejected: no-answer:603
missed no_answer: no-answer | no-answer:487 | no-answer:480
missed canceled: canceled | canceled:487
failed invalid_number: failed:404 | failed:410 | failed:484 | failed:485 | failed:604
failed blocked: failed:403 | failed:603 | failed:607 | failed:608
failed unreachable: failed:408 | failed:430 | failed:480
failed config_error: failed:400 | failed:401 | failed:402 | failed:407 | failed:415 | failed:488 | failed:606
failed carrier_error: failed | failed:500 | failed:503 | failed:999
"""),
    ("livekit", "end_reason"): told("""
completed customer_hangup: CLIENT_INITIATED | +CLIENT_INITIATED
completed agent_hangup: +PARTICIPANT_REMOVED | +ROOM_DELETED | +ROOM_CLOSED
missed agent_hangup: ROOM_DELETED
missed no_answer: USER_UNAVAILABLE
missed rejected: USER_REJECTED
failed carrier_error: SIP_TRUNK_FAILURE
failed media_error: MEDIA_FAILURE
failed network_error: CONNECTION_TIMEOUT | SIGNAL_CLOSE | STATE_MISMATCH
failed unreachable: JOIN_FAILURE
failed system_shutdown: SERVER_SHUTDOWN
failed agent_error: AGENT_ERROR
ignore: MIGRATION | DUPLICATE_IDENTITY
completed unknown 1: +UNKNOWN_REASON | +""
missed unknown 1: UNKNOWN_REASON | ""
"""),
    ("livekit", "call_status"): told("""
ringing: dialing | ringing
in_progress: automation | active | hangup
"""),
    ("elevenlabs", "end_reason"): told("""
missed busy: failure:busy | result:busy
missed no_answer: failure:no-answer | result:no_answer | ""
failed invalid_number: failure:sip:404 | failure:sip:410 | failure:sip:484 | failure:sip:604
failed blocked: failure:sip:403 | failure:sip:603 | failure:sip:607 | failure:sip:608
failed carrier_error: failure:sip:500 | failure:sip:503 | failure:sip:408
failed unknown: failure:unknown | result:failed
completed voicemail: result:voicemail | "Voicemail detected" | "ended by voicemail_detection"
failed agent_error: error
completed agent_hangup: "end_call tool was called."
completed customer_hangup: "Call ended by remote party" | "Client disconnected: 1000"
completed transferred: "Call was transferred" | "transfer_to_number tool was called"
completed max_duration: "Conversation exceeded max duration" | "maximum call duration reached"
completed silence_timeout: "Silence timeout" | "ended after inactivity"
completed hangup: +""
"""),
    ("elevenlabs", "call_status"): told("""
ringing: initiated
in_progress: in-progress
completed: processing | done
failed: failed
"""),
    ("retell", "end_reason"): told("""
completed customer_hangup: user_hangup
completed agent_hangup: agent_hangup | user_requested_dnc | user_requested_callback
completed transferred: call_transfer | transfer_bridged | call_take_over | no_concurrency_fallback
completed hangup: transfer_cancelled
completed voicemail: voicemail_reached
completed machine_detected: ivr_reached
completed silence_timeout: inactivity
completed max_duration: max_duration_reached
completed canceled: +manual_stopped
missed canceled: manual_stopped
missed busy: dial_busy
missed no_answer: dial_no_answer | error_user_not_joined | registered_call_timeout
missed rejected: user_declined
failed invalid_number: invalid_destination
failed carrier_error: dial_failed | telephony_provider_unavailable | sip_routing_error
failed config_error: telephony_provider_permission_denied
failed blocked: marked_as_spam | network_blocked | scam_detected
failed limit_reached: concurrency_limit_reached
failed billing: no_valid_payment | credit_exhausted | budget_reached
failed media_error: error_no_audio_received
failed agent_error: error_llm_websocket_open | error_asr | error_retell | error_unknown
"""),
    ("retell", "call_status"): told("""
queued: registered
in_progress: ongoing
completed unknown: +ended
missed unknown: ended | not_connected
failed unknown: error
"""),
    ("vapi", "call_status"): told("""
queued: scheduled | queued
ringing: ringing
in_progress: in-progress | forwarding
"""),
    ("vapi", "end_reason"): told("""
completed customer_hangup: +customer-ended-call | +customer-ended-call-after-warm-transfer-attempt
missed customer_hangup: customer-ended-call | customer-ended-call-before-warm-transfer
completed agent_hangup: assistant-ended-call | assistant-said-end-call-phrase
completed agent_hangup: call.ringing.hook-executed-say
completed transferred: assistant-forwarded-call | call.ending.hook-executed-transfer
completed silence_timeout: silence-timed-out
completed max_duration: exceeded-max-duration
completed voicemail: voicemail
completed hangup: +hangup | +call.in-progress.twilio-completed-call | +vonage-completed
missed no_answer: vonage-completed | customer-did-not-answer
missed no_answer: call.in-progress.error-providerfault-outbound-sip-480-temporarily-unavailable
missed busy: customer-busy
completed transfer_failed: call.forwarding.no-answer | call.forwarding.operator-busy
missed canceled: call.ringing.sip-inbound-caller-hungup-before-call-connect | manually-canceled
missed canceled: scheduled-call-deleted | call-deleted
completed canceled: +manually-canceled
failed invalid_number: twilio-reported-customer-misdialed | sip-outbound-unallocated-number
failed blocked: call.in-progress.error-providerfault-outbound-sip-403-forbidden
failed blocked: call.start.error-fraud-check-failed
failed config_error: call.in-progress.error-providerfault-outbound-sip-407-proxy-authentication-required
failed config_error: call.start.error-get-assistant | assistant-not-found | assistant-request-failed
failed config_error: call-start-error-neither-assistant-nor-server-set
failed config_error: call.in-progress.error-configfault-livekit-room-missing
failed carrier_error: call.in-progress.error-providerfault-outbound-sip-503-service-unavailable
failed carrier_error: twilio-failed-to-connect-call | vonage-rejected | sip-outbound-carrier-released-call
failed carrier_error: call.in-progress.error-sip-telephony-provider-failed-to-connect
failed limit_reached: call.start.error-subscription-concurrency-limit-reached
failed limit_reached: call.start.error-vapi-number-outbound-daily-limit
failed billing: call.start.error-subscription-insufficient-credits | call.start.error-subscription-frozen
failed system_error: call.start.error-vapifault-get-org
failed system_error: call.in-progress.error-vapifault-chat-pipeline-failed-to-start
failed network_error: vonage-disconnected | phone-call-provider-closed-websocket
failed media_error: customer-did-not-give-microphone-permission
failed media_error: call.in-progress.error-assistant-did-not-receive-customer-audio
failed transfer_failed: call.in-progress.error-transfer-failed
failed transfer_failed: call.in-progress.error-warm-transfer-max-duration
failed system_shutdown: worker-shutdown | call.in-progress.error-vapifault-worker-died
failed agent_error: assistant-join-timed-out | pipeline-no-available-llm-model
failed agent_error: call.in-progress.error-pipeline-no-available-llm-model
"""),
    ("telnyx", "end_reason"): told("""
completed hangup: +normal_clearing
missed no_answer: normal_clearing | timeout | no_answer
missed canceled: originator_cancel
missed busy: user_busy
missed rejected: call_rejected
completed max_duration: time_limit
failed invalid_number: not_found | unspecified:404 | unspecified:484 | unspecified:604
failed carrier_error: unspecified:500 | unspecified:503
failed unknown: unspecified | unspecified:488
completed unknown: +unspecified
"""),
    ("vonage", "call_status"): told("""
queued: started
ringing: ringing
in_progress: answered | human | machine
missed busy: busy
missed no_answer: unanswered | timeout
missed canceled: cancelled
missed rejected: rejected
failed carrier_error: failed
completed network_error: +disconnected
failed network_error: disconnected
completed hangup 1: +completed
missed no_answer 1: completed
"""),
    ("plivo", "end_reason"): told("""
completed hangup: +4000
missed no_answer: 4000
completed agent_hangup: 4010 | 4020 | 4030
missed canceled: 1000 | 9000
failed billing: 1010
failed limit_reached: 1020
failed invalid_number: 2000 | 3050 | 3120
failed unreachable: 2010 | 2020
failed blocked: 2030 | 2040 | 2050 | 3030 | 3040 | 3130 | 3140
missed no_answer: 3000 | 3070 | 6010
missed busy: 3010 | 3100
missed rejected: 3020 | 3110 | 9110
failed carrier_error: 3080 | 3090 | 5010 | 5020
completed max_duration: +6000
failed media_error: 6020 | 2070
failed config_error: 2060 | 7011 | 8011
completed machine_detected: 9100
completed unknown: +0
failed unknown: 0
"""),
    ("plivo", "call_status"): told("""
completed hangup: +completed
missed no_answer: completed | no-answer | timeout
missed busy: busy
missed canceled: cancel
failed carrier_error: failed
ringing: ringing
in_progress: in-progress
"""),
    ("bland", "end_reason"): told("""
completed transferred: transferred
completed voicemail: voicemail
missed no_answer: no-answer | completed | unknown
missed busy: busy
missed canceled: canceled
failed carrier_error: failed | pre_queue_error | queue_error | call_error | complete_error
completed agent_hangup: ASSISTANT
completed customer_hangup: USER
completed hangup: +completed | +complete | +human | +unknown
queued: new | queued | allocated
in_progress: started
"""),
    ("generic", "call_status"): told("""
queued: queued | scheduled | pending | created | initiated | new
ringing: ringing | dialing | dialling | alerting
in_progress: in_progress | inprogress | answered | connected | active | started | ongoing | live
completed hangup: answered:over | connected:over | completed | complete | ended | finished | done | success
missed no_answer: missed | no_answer | noanswer | unanswered | not_answered | not_connected
missed busy: busy | user_busy | line_busy
missed canceled: canceled | cancelled | abandoned
missed rejected: rejected | declined
completed voicemail: voicemail | machine | answering_machine
failed: failed | failure | error
"""),
    ("unpod", "call_status"): told("""
completed hangup: +completed | +success | +ANSWERED | +connected | +ended
missed no_answer: completed | ended | notConnected | not-connected | not_connected | missed | no_answer
completed voicemail: voicemail
missed busy: busy
missed canceled: cancelled
missed rejected: REJECTED | rejected
failed unknown: failed | FAILURE | unknown
failed network_error: droped | dropped
queued: scheduled | pending | dispatching | calldispatched | queued
ringing: ringing
in_progress: active | incall | outcall | in_progress
"""),
    ("unpod", "end_reason"): told("""
completed customer_hangup: +USER_HUNG_UP_IN_CALL | +Customer Ended The Call
missed no_answer: USER_DID_NOT_PICK_UP
"""),
    ("freeswitch", "end_reason"): told("""
completed hangup: +NORMAL_CLEARING | +SUCCESS | +NONE | +NORMAL_UNSPECIFIED
missed no_answer: NORMAL_CLEARING | NO_ANSWER | NO_USER_RESPONSE | PROGRESS_TIMEOUT | NO_PICKUP
missed canceled: ORIGINATOR_CANCEL | LOSE_RACE | PICKED_OFF
missed busy: USER_BUSY | BUSY_EVERYWHERE
completed max_duration: +ALLOTTED_TIMEOUT
missed max_duration: ALLOTTED_TIMEOUT
missed rejected: CALL_REJECTED | DECLINE | REJECT_ALL
completed transferred: BLIND_TRANSFER | +ATTENDED_TRANSFER
failed invalid_number: UNALLOCATED_NUMBER | INVALID_NUMBER_FORMAT | DOES_NOT_EXIST_ANYWHERE | NUMBER_CHANGED
failed invalid_number: NO_ROUTE_DESTINATION
failed unreachable: USER_NOT_REGISTERED | SUBSCRIBER_ABSENT | DESTINATION_OUT_OF_ORDER
failed blocked: OUTGOING_CALL_BARRED | INCOMING_CALL_BARRED | UNWANTED
failed media_error: MEDIA_TIMEOUT | SRTP_READ_ERROR
completed agent_hangup: +MANAGER_REQUEST
missed agent_hangup: MANAGER_REQUEST
failed system_shutdown: SYSTEM_SHUTDOWN | CRASH
failed config_error: INVALID_GATEWAY | INVALID_PROFILE | INVALID_URL | NOT_ACCEPTABLE
failed config_error: INCOMPATIBLE_DESTINATION
failed hangup: NORMAL_UNSPECIFIED
missed no_answer: cc_cause:TIMEOUT | cc_cause:NO_AGENT_TIMEOUT
missed canceled: cc_cause:BREAK_OUT | cc_cause:EXIT_WITH_KEY | cc_cause:
ignore: USER_CHALLENGE | BOWOUT
failed carrier_error: NO_ROUTE_TRANSIT_NET | CHANNEL_UNACCEPTABLE | CALL_AWARDED_DELIVERED | INTERWORKING
failed carrier_error: REDIRECTION_TO_NEW_DESTINATION | EXCHANGE_ROUTING_ERROR | FACILITY_REJECTED | PRE_EMPTED
failed carrier_error: FACILITY_NOT_SUBSCRIBED | FACILITY_NOT_IMPLEMENTED | RESPONSE_TO_STATUS_ENQUIRY
failed carrier_error: NORMAL_CIRCUIT_CONGESTION | NETWORK_OUT_OF_ORDER | NORMAL_TEMPORARY_FAILURE
failed carrier_error: SWITCH_CONGESTION | ACCESS_INFO_DISCARDED | REQUESTED_CHAN_UNAVAIL | SERVICE_UNAVAILABLE
failed carrier_error: BEARERCAPABILITY_NOTAUTH | BEARERCAPABILITY_NOTAVAIL | BEARERCAPABILITY_NOTIMPL
failed carrier_error: SERVICE_NOT_IMPLEMENTED | CHAN_NOT_IMPLEMENTED | INVALID_CALL_REFERENCE
failed carrier_error: INVALID_MSG_UNSPECIFIED | MANDATORY_IE_MISSING | MESSAGE_TYPE_NONEXIST | WRONG_MESSAGE
failed carrier_error: IE_NONEXIST | INVALID_IE_CONTENTS | WRONG_CALL_STATE | RECOVERY_ON_TIMER_EXPIRE
failed carrier_error: MANDATORY_IE_LENGTH_ERROR | PROTOCOL_ERROR | GATEWAY_DOWN | NO_IDENTITY | STALE_DATE
failed carrier_error: BAD_IDENTITY_INFO | UNSUPPORTED_CERTIFICATE | INVALID_IDENTITY
"""),
    ("asterisk", "end_reason"): told("""
completed hangup: ANSWERED | +cause:16
missed no_answer: NO ANSWER | NOANSWER | cause:16 | cause:18 | cause:19
missed busy: BUSY | cause:17
missed canceled: CANCEL
failed unreachable: FAILED | cause:20 | cause:27
failed carrier_error: CONGESTION | CHANUNAVAIL | cause:34 | cause:5 | cause:102 | cause:111 | cause:126
missed rejected: cause:21
failed invalid_number: cause:1 | cause:2 | cause:3 | cause:22 | cause:28
failed unknown: cause:127 | cause:0
completed unknown: +cause:127
"""),
    ("kamailio", "end_reason"): told("""
completed hangup: 200 | 202 | 200:rang
missed busy: 486 | 600 | 486:norang
missed canceled: 487 | 487:rang
failed unreachable: 408:norang
missed no_answer: 408 | 408:rang | 480 | 480:rang
missed rejected: 603 | 603:norang
failed blocked: 403 | 607 | 608
failed invalid_number: 404 | 410 | 484 | 485 | 604 | 404:norang
failed config_error: 401 | 407 | 415 | 420 | 488 | 606
failed carrier_error: 500 | 503:norang | 302 | 482 | 699
"""),
    ("kamailio", "call_status"): told("""
queued: call.initiated
ringing: call.ringing
in_progress: call.answered
completed hangup: call.ended
failed: call.failed
ignore: call.cancel
"""),
    ("vicidial", "end_reason"): told("""
missed no_answer: NA | N | CPDNA
missed busy: AB | B | CPDB
failed invalid_number: ADC | DC | CPDINV | CPDSV | CPDSI
failed carrier_error: ADCT | CPDATB | CPDSUA | CPDSNC | CPDSR | CPDERR | LRERR
missed rejected: CPDREJ
failed no_agent: DROP | XDROP
failed limit_reached: TIMEOT | MAXCAL | NANQUE
missed canceled: PDROP | HOLDTO | WAITTO | QVMAIL
missed blocked: AFTHRS | CLOSOP
completed machine_detected: AA | AM | AL | AMDXFR | AFAX | UNKAM | UNKAL
completed voicemail: A
failed blocked: DNCL | DNCC
completed agent_error: +ERI | +DISPO
failed agent_error: DONEM | ERI
completed transferred: XFER | RAXFER | HXFER | IVRXFR | SVYEXT | SVYCLM | UNKXFR
completed hangup: PM | SVYVM | SVYREC | SVYHU
completed unknown: SALE | NI | NP | DEC | CALLBK | CBHOLD | DNC
in_progress: PU | INCALL | QUEUE
"""),
    ("aircall", "call_status"): told("""
ringing: call.created | call.ringing_on_agent | call.agent_declined
in_progress: call.answered | call.transferred | call.hold | call.unhold
"""),
    ("aircall", "end_reason"): told("""
completed voicemail: voicemail
missed no_answer: no_available_agent | agents_did_not_answer | unanswered
missed canceled: abandoned_in_ivr | abandoned_in_classic | short_abandoned
missed blocked: out_of_opening_hours
completed hangup: +answered
"""),
    ("dialpad", "call_status"): told("""
ringing: queued | calling | preanswer | ringing
in_progress: connected | hold | parked | merged | monitor | barge | takeover | eavesdrop
completed hangup: hangup | +hangup
missed no_answer 1: hangup:unanswered
missed no_answer: missed
completed voicemail: voicemail
failed blocked: blocked
"""),
    ("amazon_connect", "end_reason"): told("""
missed canceled: abandoned | TELECOM_ORIGINATOR_CANCEL | CUSTOMER_NEVER_ARRIVED
missed canceled: OUTBOUND_PREVIEW_DISCARDED | OUTBUND_PREVIEW_DISCARDED
completed voicemail: VOICEMAIL_BEEP | VOICEMAIL_NO_BEEP
completed machine_detected: FAX_MACHINE_DETECTED
missed busy: SIT_TONE_BUSY | TELECOM_BUSY
failed invalid_number: SIT_TONE_INVALID_NUMBER | TELECOM_NUMBER_INVALID
failed unreachable: SIT_TONE_DETECTED | TELECOM_UNANSWERED
completed customer_hangup: +CUSTOMER_DISCONNECT
missed customer_hangup: CUSTOMER_DISCONNECT
completed agent_hangup: +AGENT_DISCONNECT | +CONTACT_FLOW_DISCONNECT | +BARGED
completed hangup: THIRD_PARTY_DISCONNECT
missed no_answer: TELECOM_TIMEOUT
failed blocked: TELECOM_POTENTIAL_BLOCKING
failed carrier_error: TELECOM_PROBLEM
completed carrier_error: +TELECOM_PROBLEM
failed config_error: OUTBOUND_DESTINATION_ENDPOINT_ERROR | OUTBOUND_RESOURCE_ERROR
failed system_error: OUTBOUND_ATTEMPT_FAILED
failed limit_reached: EXPIRED
completed unknown: +OTHER | +API
missed unknown: OTHER | API
"""),
}
