"""Words of telephone exchanges: Asterisk and its kin, 3CX, Cisco, Avaya, Fritz!Box, Teams."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import Table, table

EXCHANGES: Final[tuple[Table, ...]] = (
    table(
        "Asterisk",
        "Asterisk documentation: CDR Specification; Dial, DIALSTATUS; Queue, QUEUESTATUS",
        ends="""
completed hangup: ANSWERED | ANSWER
missed no_answer: NO ANSWER | RINGNOANSWER | EXITWITHTIMEOUT
missed busy: BUSY
missed canceled: CANCEL | ABANDON | EXITWITHKEY | EXITEMPTY
missed rejected: DONTCALL | TORTURE
failed unreachable: FAILED | UNKNOWN
failed carrier_error: CONGESTION | CHANUNAVAIL
failed config_error: INVALIDARGS | JOINEMPTY | JOINUNAVAIL | LEAVEEMPTY | LEAVEUNAVAIL
failed limit_reached: FULL
completed: COMPLETEAGENT | COMPLETECALLER | CONTINUE
completed transferred: TRANSFER | BLINDTRANSFER | ATTENDEDTRANSFER
""",
    ),
    table(
        "FreePBX and FusionPBX",
        "FreePBX: CDR Reports; FusionPBX: Call Detail Records, status",
        ends="""
completed: answered
completed voicemail: voicemail
missed no_answer: no_answer | missed
missed busy: busy
missed canceled: cancelled | abandoned
failed: failed
""",
        call_type="""
inbound: inbound
outbound: outbound
left_out: local
""",
    ),
    table(
        "3CX",
        "3CX: Call Log, Call Reports; CDR, reason-terminated",
        ends="""
completed: Answered
completed voicemail: Voicemail
missed no_answer: Unanswered | No answer | Not answered | Missed | Redirected
missed busy: Busy
missed canceled: Cancelled | Abandoned
missed rejected: Declined | Rejected
failed: Failed | Failed by 3CX
failed unreachable: Not available | Not registered | Unreachable
failed invalid_number: No route | Invalid number | Bad extension | Wrong number | Not found
by_talk caller_hangup: TerminatedBySrc | Terminated by source | src_participant_terminated
by_talk callee_hangup: TerminatedByDst | Terminated by destination | dst_participant_terminated
by_talk hangup: Terminated by * | Terminated | polling | continued_in
completed transferred: redirected to * | Replaced | Transferred
""",
        call_type="""
inbound: Inbound
outbound: Outbound
left_out: Internal
""",
    ),
    table(
        "Cisco Webex",
        "Webex Calling: Detailed Call History report, call outcome (Success: also a busy line) and reason",
        ends="""
by_talk: Success | Normal
missed: Refusal
failed: Failure
missed busy: UserBusy
missed no_answer: NoAnswer | NoAnswerFromUser | NoUserResponse | SIP480 | SIP408 | TemporarilyUnavailable
missed rejected: CallRejected
missed canceled: SIP487
failed invalid_number: UnassignedNumber
failed blocked: AdminCallBlock | UserCallBlock
failed unreachable: Unreachable | DestinationOutOfOrder
failed network_error: InternalRequestTimeout | Q850102ServerTimeout
""",
        call_type="""
inbound: SIP_INBOUND | TERMINATING
outbound: ORIGINATING | SIP_NATIONAL | SIP_MOBILE | SIP_INTERNATIONAL | SIP_TOLLFREE | SIP_EMERGENCY
  | SIP_PREMIUM | SIP_SHORTCODE
left_out: SIP_ENTERPRISE | SIP_MEETING | UNKNOWN
""",
    ),
    table(
        "Microsoft Teams",
        "Microsoft Teams: PSTN usage report, Direct Routing; Graph: callRecord, pstnCallLogRow",
        ends="""
completed: Success | Succeeded
failed: Failure | Failed
missed: Attempt | Missed | Unanswered
by_talk: BYE
""",
        call_type="""
inbound: ucap_in | ByotIn | user_in | dr_in | oc_in | Inbound | ByotInUcap | conf_in | In | user_in_ngt
outbound: ucap_out | ByotOut | user_out | dr_out | oc_out | Outbound | ByotOutUcap | conf_out | Out
  | ByotOutUserForwarding | user_out_conf | dr_out_user_forwarding
""",
    ),
    table(
        "Avaya",
        "Avaya Communication Manager: CDR condition codes; IP Office: SMDR; CMS: call dispositions",
        ends="""
completed: ANSWERED | ANS | CONN | CONNECTED
missed canceled: ABANDONED | ABAN | ABND | ABAND | INTERFLOW
missed busy: BUSY | FBUSY | DISC BUSY
missed no_answer: UNANS | NOANS | RONA
by_talk: DISC | FDISC | OTHER
completed transferred: XFER | OUTFLOW
""",
        call_type="""
inbound: I
outbound: O
""",
    ),
    table(
        "phone",
        "Call logs of mobile phones, as Android's CallLog.Calls names them",
        ends="""
by_talk: INCOMING | OUTGOING
missed: MISSED
missed rejected: REJECTED
completed voicemail: VOICEMAIL
failed blocked: BLOCKED
completed: ANSWERED_EXTERNALLY
""",
        call_type="""
inbound: INCOMING | MISSED | REJECTED | VOICEMAIL | BLOCKED | ANSWERED_EXTERNALLY
outbound: OUTGOING
""",
    ),
    table(
        "Mitel SMDR",
        "Mitel: Station Message Detail Recording, call completion status",
        heading=r"completion_status",
        ends="""
completed: A
missed busy: B
missed no_answer: N
failed invalid_number: E
""",
    ),
    table(
        "Fritz!Box",
        "AVM: call list, CSV, column Typ; TR-064, X_AVM-DE_OnTel, GetCallList",
        heading=r"^(typ|art|anrufart)$",
        call_status="""
completed: 1
missed: 2 | 10
by_talk: 3 | 4
in_progress: 9 | 11
""",
        call_type="""
inbound: 1 | 2 | 9 | 10
outbound: 3 | 4 | 11
""",
    ),
)  # fmt: skip
