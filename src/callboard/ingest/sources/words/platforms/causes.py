"""Hang-up causes and response codes: Q.850 by name and by number, SIP, Cisco CUCM."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import Table, table

_Q850 = """
by_talk hangup: 16
missed busy: 17
missed no_answer: 18 | 19
missed rejected: 21
missed canceled: 26
failed invalid_number: 1 | 2 | 3 | 22 | 28
failed unreachable: 20 | 27
failed blocked: 8 | 52 | 54 | 55 | 87
failed config_error: 29 | 50 | 57 | 65 | 69 | 70 | 79 | 88 | 95 | 96 | 97 | 99 | 100 | 101 | 111
failed carrier_error: 5 | 6 | 7 | 23 | 25 | 30 | 34 | 38 | 41 | 42 | 43 | 44 | 47 | 49 | 58 | 63 | 66
  | 81 | 82 | 83 | 84 | 85 | 86 | 91 | 98 | 102 | 103
"""

CAUSES: Final[tuple[Table, ...]] = (
    table(
        "FreeSWITCH",
        "FreeSWITCH documentation: Hangup Cause Code Table; mod_callcenter, cc_cancel_reason",
        ends="""
by_talk hangup: NORMAL_CLEARING | SUCCESS | NONE | NORMAL_UNSPECIFIED | UNSPECIFIED
by_talk max_duration: ALLOTTED_TIMEOUT
by_talk agent_hangup: MANAGER_REQUEST
missed canceled: ORIGINATOR_CANCEL | LOSE_RACE | PICKED_OFF | BREAK_OUT | EXIT_WITH_KEY
missed busy: USER_BUSY | BUSY_EVERYWHERE
missed no_answer: NO_ANSWER | NO_USER_RESPONSE | PROGRESS_TIMEOUT | NO_PICKUP | NO_AGENT_TIMEOUT
missed rejected: CALL_REJECTED | DECLINE | REJECT_ALL
completed transferred: BLIND_TRANSFER | ATTENDED_TRANSFER
failed invalid_number: UNALLOCATED_NUMBER | INVALID_NUMBER_FORMAT | DOES_NOT_EXIST_ANYWHERE
  | NO_ROUTE_DESTINATION | NUMBER_CHANGED | NO_ROUTE_TRANSIT_NET
failed unreachable: USER_NOT_REGISTERED | SUBSCRIBER_ABSENT | DESTINATION_OUT_OF_ORDER | GONE
failed blocked: OUTGOING_CALL_BARRED | INCOMING_CALL_BARRED | UNWANTED
failed media_error: MEDIA_TIMEOUT | SRTP_READ_ERROR
failed system_shutdown: SYSTEM_SHUTDOWN | CRASH
failed config_error: INVALID_GATEWAY | INVALID_PROFILE | INVALID_URL | NOT_ACCEPTABLE
  | INCOMPATIBLE_DESTINATION | FACILITY_NOT_SUBSCRIBED | BEARERCAPABILITY_NOTAUTH
  | BEARERCAPABILITY_NOTAVAIL | BEARERCAPABILITY_NOTIMPL | CHAN_NOT_IMPLEMENTED | FACILITY_NOT_IMPLEMENTED
  | SERVICE_NOT_IMPLEMENTED | INVALID_CALL_REFERENCE | INVALID_MSG_UNSPECIFIED | MANDATORY_IE_MISSING
  | MESSAGE_TYPE_NONEXIST | WRONG_MESSAGE | IE_NONEXIST | INVALID_IE_CONTENTS | WRONG_CALL_STATE
  | MANDATORY_IE_LENGTH_ERROR | PROTOCOL_ERROR
failed carrier_error: CHANNEL_UNACCEPTABLE | CALL_AWARDED_DELIVERED | EXCHANGE_ROUTING_ERROR
  | REDIRECTION_TO_NEW_DESTINATION | FACILITY_REJECTED | RESPONSE_TO_STATUS_ENQUIRY
  | NORMAL_CIRCUIT_CONGESTION | NETWORK_OUT_OF_ORDER | NORMAL_TEMPORARY_FAILURE | SWITCH_CONGESTION
  | ACCESS_INFO_DISCARDED | REQUESTED_CHAN_UNAVAIL | PRE_EMPTED | SERVICE_UNAVAILABLE
  | RECOVERY_ON_TIMER_EXPIRE | INTERWORKING | GATEWAY_DOWN | STOLEN
""",
    ),
    table(
        "A2Billing",
        "A2Billing: Class.RateEngine, terminatecauseid by Asterisk's DIALSTATUS",
        heading=r"terminate_?cause_?id",
        ends="""
completed hangup: 1
missed busy: 2
missed no_answer: 3
missed canceled: 4
failed carrier_error: 5 | 6
missed rejected: 7 | 8
failed config_error: 9
""",
    ),
    table(
        "Q.850",
        "ITU-T Q.850: cause numbers, as in hangupcause, hangup_cause_q850",
        heading=r"cause|q\W?850|reason_?code",
        ends=_Q850 + "by_talk unknown: 0 | 31 | 127\n",
    ),
    table(
        "Q.850 reasons",
        "ITU-T Q.850: cause numbers, as in the end reason or release reason of switches and gateways",
        heading=r"(release|end|ended|hang_?up|disconnect|disconnection|clear|clearing|termination)_reason",
        needs="16",
        ends=_Q850 + "by_talk unknown: 0 | 31 | 127\n",
    ),
    table(
        "RADIUS",
        "RFC 2866: Acct-Terminate-Cause",
        heading=r"terminate_?cause",
        ends="""
by_talk hangup: User-Request
by_talk network_error: Lost-Carrier | Lost-Service
by_talk max_duration: Session-Timeout
by_talk silence_timeout: Idle-Timeout
by_talk system_shutdown: Admin-Reset | Admin-Reboot | NAS-Reboot
by_talk: NAS-Request | Host-Request | Callback
missed no_answer: No-Answer
missed busy: Busy
failed carrier_error: NAS-Error | Port-Error | Port-Unneeded | Port-Preempted | Port-Suspended
  | Service-Unavailable
failed system_error: User-Error
""",
    ),
    table(
        "Q.850 phrases",
        "ITU-T Q.850: names of the causes, as in hangup cause of carriers",
        ends="""
by_talk hangup: Normal call clearing | Normal clearing | Normal, unspecified
by_talk unknown: Interworking, unspecified
missed busy: User busy
missed no_answer: No user responding | No answer from user (user alerted) | No answer from user
  | No answer from the user
missed rejected: Call rejected
missed canceled: Originator cancel | Non-selected user clearing
failed invalid_number: Unallocated (unassigned) number | Unallocated number | Unassigned number
  | No route to destination | No route to specified transit network | Number changed
  | Invalid number format | Invalid number format (address incomplete)
failed unreachable: Subscriber absent | Destination out of order
failed blocked: Outgoing calls barred | Incoming calls barred | Bearer capability not authorized
failed config_error: Facility rejected | Bearer capability not presently available
  | Bearer capability not implemented | Requested facility not implemented | Incompatible destination
  | Service or option not available, unspecified | Mandatory information element is missing
failed carrier_error: No circuit/channel available | Network out of order | Temporary failure
  | Switching equipment congestion | Requested circuit/channel not available | Channel unacceptable
  | Resource unavailable, unspecified | Recovery on timer expiry | Protocol error, unspecified
""",
    ),
    table(
        "Cisco CUCM",
        "Cisco Unified Communications Manager: Call Detail Records, call termination cause codes",
        heading=r"cause_?value",
        ends=_Q850
        + """by_talk unknown: 0 | 31 | 127
by_talk hangup: 393216 | 458752 | 131072
completed transferred: 126 | 128 | 129
failed limit_reached: 122 | 124 | 125
""",
    ),
    table(
        "SIP codes",
        "RFC 3261 and its registry: response codes",
        ends="""
completed hangup: 200 | 202
ringing: 100 | 180 | 181 | 182 | 183
missed no_answer: 408 | 480
missed canceled: 487
missed busy: 486 | 600
missed rejected: 603
failed blocked: 403 | 433 | 607 | 608
failed invalid_number: 404 | 410 | 484 | 485 | 604
failed config_error: 400 | 401 | 402 | 405 | 406 | 407 | 413 | 414 | 415 | 416 | 420 | 421 | 423 | 488 | 489
  | 493 | 494 | 606
failed unreachable: 430
failed carrier_error: 300 | 301 | 302 | 305 | 380 | 422 | 424 | 428 | 429 | 436 | 437 | 438 | 439 | 440
  | 469 | 470 | 481 | 482 | 483 | 491 | 500 | 501 | 502 | 503 | 504 | 505 | 513 | 555 | 580
""",
    ),
    table(
        "SIP reasons",
        "RFC 3261: reason phrases, as in Kamailio's sip_reason",
        ends="""
completed hangup: OK | 200 OK | Accepted
ringing: Trying | Ringing | Session Progress | Call is being forwarded | Queued
missed no_answer: Request Timeout | Temporarily Unavailable | Temporarily not available
missed canceled: Request Terminated | Request Cancelled
missed busy: Busy Here | Busy Everywhere
missed rejected: Decline | Declined
failed blocked: Forbidden | Unwanted | Rejected
failed invalid_number: Not Found | Gone | Address Incomplete | Ambiguous | Does Not Exist Anywhere
failed config_error: Bad Request | Unauthorized | Payment Required | Method Not Allowed
  | Proxy Authentication Required | Unsupported Media Type | Unsupported URI Scheme | Bad Extension
  | Extension Required | Not Acceptable Here | Not Acceptable
failed carrier_error: Call/Transaction Does Not Exist | Call Does Not Exist | Loop Detected | Too Many Hops
  | Server Internal Error | Internal Server Error | Not Implemented | Bad Gateway | Service Unavailable
  | Server Time-out | Version Not Supported | Message Too Large | Moved Permanently | Moved Temporarily
  | Multiple Choices | Use Proxy
""",
    ),
)  # fmt: skip
