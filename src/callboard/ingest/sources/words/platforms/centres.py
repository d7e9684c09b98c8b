"""Words of contact centres: Amazon Connect, Genesys."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import Table, table

CENTRES: Final[tuple[Table, ...]] = (
    table(
        "Amazon Connect",
        "Amazon Connect: Contact records data model, DisconnectReason, AnsweringMachineDetectionStatus",
        ends="""
by_talk customer_hangup: CUSTOMER_DISCONNECT
by_talk agent_hangup: AGENT_DISCONNECT | CONTACT_FLOW_DISCONNECT | BARGED
completed hangup: THIRD_PARTY_DISCONNECT
completed machine_detected: FAX_MACHINE_DETECTED
completed voicemail: VOICEMAIL_BEEP | VOICEMAIL_NO_BEEP
completed: HUMAN_ANSWERED
missed busy: TELECOM_BUSY | SIT_TONE_BUSY
missed no_answer: TELECOM_TIMEOUT | AMD_UNANSWERED
missed canceled: TELECOM_ORIGINATOR_CANCEL | CUSTOMER_NEVER_ARRIVED | OUTBOUND_PREVIEW_DISCARDED
  | OUTBUND_PREVIEW_DISCARDED | ABANDONED
failed invalid_number: TELECOM_NUMBER_INVALID | SIT_TONE_INVALID_NUMBER
failed unreachable: TELECOM_UNANSWERED | SIT_TONE_DETECTED
failed blocked: TELECOM_POTENTIAL_BLOCKING
by_talk carrier_error: TELECOM_PROBLEM
failed config_error: OUTBOUND_DESTINATION_ENDPOINT_ERROR | OUTBOUND_RESOURCE_ERROR
failed system_error: OUTBOUND_ATTEMPT_FAILED
failed limit_reached: EXPIRED
by_talk unknown: OTHER | API | DISCARDED | TRANSFERRED | AMD_UNRESOLVED | AMD_NOT_APPLICABLE | AMD_ERROR
  | AMD_UNRESOLVED_SILENCE
""",
        call_type="""
inbound: INBOUND
outbound: OUTBOUND | API | CALLBACK | EXTERNAL_OUTBOUND
web: WEBRTC_API
left_out: TRANSFER | QUEUE_TRANSFER | DISCONNECT | MONITOR | AGENT_REPLY | FLOW
""",
        answered_by="""
human: HUMAN_ANSWERED
machine: VOICEMAIL_BEEP | VOICEMAIL_NO_BEEP | FAX_MACHINE_DETECTED
left_out: AMD_UNANSWERED | AMD_UNRESOLVED | AMD_UNRESOLVED_SILENCE | AMD_NOT_APPLICABLE | AMD_ERROR
  | SIT_TONE_BUSY | SIT_TONE_INVALID_NUMBER | SIT_TONE_DETECTED
""",
    ),
    table(
        "Genesys Cloud",
        "Genesys Cloud: Conversation detail, disconnectType; Interactions view, abandoned",
        ends="""
by_talk hangup: endpoint | peer | other
by_talk customer_hangup: client
by_talk agent_hangup: system
completed transferred: transfer | transfer.conference | transfer.consult | transfer.forward
  | transfer.noanswer | transfer.notavailable | conference.transfer | forward.transfer | consult.transfer
missed no_answer: noanswer.transfer | notavailable.transfer
failed network_error: transport.failure
failed: error | uncallable
failed timeout: timeout
missed blocked: spam
""",
        call_type="""
inbound: inbound
outbound: outbound
left_out: unknown
""",
    ),
    table(
        "NICE CXone",
        "NICE CXone: contact states; Genesys Engage: technical result",
        ends="""
completed: Completed | Handled | Conferenced | Diverted
completed transferred: Transferred | Redirected
missed canceled: Abandoned | Refused | CustomerAbandoned | DestinationBusy
missed no_answer: Not Answered
by_talk: Released | EndContact
""",
    ),
)  # fmt: skip
