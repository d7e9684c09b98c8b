"""Words of platforms for voice agents: Retell, Vapi, Bland, ElevenLabs, LiveKit, Unpod, Synthflow."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import Table, table

AGENTS: Final[tuple[Table, ...]] = (
    table(
        "Retell",
        "Retell: Webhook overview; Debug call disconnection, disconnection reasons; Session history",
        ends="""
by_talk customer_hangup: user_hangup
by_talk agent_hangup: agent_hangup
by_talk: ended
by_talk canceled: manual_stopped
completed agent_hangup: user_requested_dnc | user_requested_callback
completed transferred: call_transfer | transfer_bridged | call_take_over | no_concurrency_fallback
completed hangup: transfer_cancelled
completed voicemail: voicemail_reached | machine_detected
completed machine_detected: ivr_reached
completed silence_timeout: inactivity
completed max_duration: max_duration_reached
missed: not_connected
missed busy: dial_busy
missed no_answer: dial_no_answer | error_user_not_joined | registered_call_timeout
missed rejected: user_declined
failed: error
failed invalid_number: invalid_destination
failed carrier_error: dial_failed | telephony_provider_unavailable | sip_routing_error
failed config_error: telephony_provider_permission_denied
failed blocked: marked_as_spam | network_blocked | scam_detected
failed limit_reached: concurrency_limit_reached
failed billing: no_valid_payment | credit_exhausted | budget_reached
failed media_error: error_no_audio_received
failed agent_error: error_*
queued: registered
in_progress: ongoing
""",
        call_type="""
web: web_call
inbound: inbound
outbound: outbound
left_out: phone_call
""",
    ),
    table(
        "Vapi",
        "Vapi: Call ended reasons; Server events, status-update",
        ends="""
queued: scheduled | queued
ringing: ringing
in_progress: in-progress | forwarding
by_talk: ended
by_talk customer_hangup: customer-ended-call | customer-ended-call-*
completed agent_hangup: assistant-ended-call | assistant-ended-call-* | assistant-said-end-call-phrase
  | call.ringing.hook-executed-say | call.ending.hook-executed-say
completed transferred: assistant-forwarded-call | assistant-request-returned-forwarding-phone-number
  | call.ringing.hook-executed-transfer | call.ending.hook-executed-transfer
  | customer-ended-call-after-warm-transfer-attempt
completed silence_timeout: silence-timed-out
completed max_duration: exceeded-max-duration
completed voicemail: voicemail
by_talk hangup: hangup | call.in-progress.twilio-completed-call | call.in-progress.sip-completed-call
  | vonage-completed
missed busy: customer-busy
missed no_answer: customer-did-not-answer | *-did-not-answer
completed transfer_failed: call.forwarding.no-answer | call.forwarding.operator-busy
missed canceled: call.ringing.sip-inbound-caller-hungup-before-call-connect | scheduled-call-deleted
  | call-deleted
by_talk canceled: manually-canceled
failed invalid_number: twilio-reported-customer-misdialed | sip-outbound-unallocated-number
failed blocked: call.in-progress.error-providerfault-outbound-sip-403*
missed no_answer: call.in-progress.error-providerfault-outbound-sip-408*
  | call.in-progress.error-providerfault-outbound-sip-480*
missed busy: call.in-progress.error-providerfault-outbound-sip-486*
failed config_error: call.in-progress.error-providerfault-outbound-sip-407*
failed carrier_error: call.in-progress.error-providerfault-outbound-sip-* | *-failed-to-connect-call
  | vonage-rejected | sip-outbound-carrier-released-call | call.*.error-sip-*failed-to-connect
  | phone-call-provider-bypass-enabled-but-no-call-received
failed limit_reached: call.start.error-subscription-concurrency-limit* | call.start.error-vapi*limit*
  | call.start.error-vapi*concurrency*
failed billing: call.start.error-subscription* | call.start.error-enterprise*
  | call.start.error-vapi*wallet* | call.start.error-vapi*credit*
failed blocked: call.start.error-fraud*
failed system_error: call.start.error-vapi*
failed config_error: call.start.* | call-start-error-* | assistant-not-found | assistant-not-valid
  | assistant-request-* | call.in-progress.error-configfault-*
failed network_error: vonage-disconnected | phone-call-provider-closed-websocket
  | call.in-progress.error-providerfault-transport-never-connected
failed media_error: customer-did-not-give-microphone-permission
  | call.in-progress.error-assistant-did-not-receive-customer-audio
failed transfer_failed: call.in-progress.error-transfer-failed | call.in-progress.error-warm-transfer-*
failed system_shutdown: worker-shutdown | call.in-progress.error-vapifault-*worker-died*
  | call.in-progress.error-vapifault-*worker-not-available* | call.in-progress.error-vapifault-*shutdown*
failed system_error: call.in-progress.error-vapifault-chat* | call.in-progress.error-vapifault-transport*
  | call.in-progress.error-vapifault-phone-call* | call.in-progress.error-vapifault-worker*
failed agent_error: assistant-join-timed-out | pipeline-* | call.in-progress.error-* | assistant-error
failed unknown: *-error-* | *-error | error-* | unknown-error
""",
        call_type="""
inbound: inboundPhoneCall
outbound: outboundPhoneCall
web: webCall | vapi.websocketCall
""",
    ),
    table(
        "Bland",
        "Bland: Get call details, answered_by, status, queue_status, call_ended_by",
        ends="""
completed: completed | complete | human | transferred
completed voicemail: voicemail
missed no_answer: no-answer
missed busy: busy
missed canceled: canceled
failed carrier_error: failed | pre_queue_error | queue_error | call_error | complete_error
by_talk: unknown
queued: new | queued | allocated
in_progress: started | in-progress
by_talk agent_hangup: ASSISTANT
by_talk customer_hangup: USER
""",
        answered_by="""
human: human
machine: voicemail
left_out: no-answer | unknown
""",
    ),
    table(
        "ElevenLabs",
        "ElevenLabs: Post-call webhooks; Conversations, status, call_result, termination_reason",
        ends="""
completed: done | success | successful | processing | answered
failed: failed | failure | error
missed busy: busy
missed no_answer: no_answer
completed voicemail: voicemail | *voicemail*
completed agent_hangup: *end_call tool*
completed customer_hangup: *remote party* | Client disconnected*
completed transferred: *transfer*
completed max_duration: *max* duration*
completed silence_timeout: *silence* | *inactiv*
queued: initiated
in_progress: in-progress
""",
    ),
    table(
        "LiveKit",
        "LiveKit: DisconnectReason, SIPCallStatus; agent jobs, JobStatus",
        ends="""
completed customer_hangup: CLIENT_INITIATED
by_talk agent_hangup: PARTICIPANT_REMOVED | ROOM_DELETED | ROOM_CLOSED
missed no_answer: USER_UNAVAILABLE
missed rejected: USER_REJECTED
failed carrier_error: SIP_TRUNK_FAILURE
failed media_error: MEDIA_FAILURE
failed network_error: CONNECTION_TIMEOUT | SIGNAL_CLOSE | STATE_MISMATCH
failed unreachable: JOIN_FAILURE
failed system_shutdown: SERVER_SHUTDOWN
failed agent_error: AGENT_ERROR
by_talk unknown: UNKNOWN_REASON | MIGRATION | DUPLICATE_IDENTITY
by_talk: hangup | SCS_DISCONNECTED | disconnected
failed: SCS_ERROR
ringing: dialing | ringing | SCS_CALL_INCOMING | SCS_PARTICIPANT_JOINED
in_progress: automation | active | SCS_ACTIVE
""",
        status="""
pending: JS_PENDING
running: JS_RUNNING
completed: JS_SUCCESS
failed: JS_FAILED
""",
    ),
    table(
        "Unpod",
        "Unpod: Get call logs; Tasks",
        ends="""
completed: completed | success | answered | connected
by_talk: ended
completed voicemail: voicemail
missed no_answer: notConnected | missed | no_answer
missed busy: busy
missed canceled: cancelled
missed rejected: rejected
failed: failed | failure | unknown
failed network_error: droped | dropped
queued: scheduled | pending | dispatching | calldispatched | queued
ringing: ringing
in_progress: active | incall | outcall | in_progress
""",
        status="""
pending: pending | scheduled | hold
running: in_progress | processing
completed: completed | partially_completed
failed: failed
""",
    ),
    table(
        "Synthflow",
        "Synthflow: Post-call webhook, status and end_call_reason",
        ends="""
completed: completed
completed voicemail: left_voicemail | hangup_on_voicemail | voicemail
missed no_answer: no-answer
missed busy: busy
missed canceled: canceled | user-canceled
failed: failed | error
by_talk customer_hangup: human_goodbye | user_hangup | human_hangup
by_talk agent_hangup: agent_goodbye | agent_hangup | custom_end_call
completed transferred: transferred | call_transfer
completed max_duration: max_duration
completed silence_timeout: inactivity | silence
queued: queue | queued
in_progress: in-progress
""",
    ),
)  # fmt: skip
