"""Words of telephone systems for offices and teams, sold as a service: Aircall to Zoom Phone."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import Table, table

OFFICES: Final[tuple[Table, ...]] = (
    table(
        "Aircall",
        "Aircall: Calls export; API reference, missed_call_reason",
        ends="""
completed: answered | done
completed voicemail: voicemail | voicemail_left
missed no_answer: unanswered | missed | no_available_agent | agents_did_not_answer
missed canceled: abandoned_in_ivr | abandoned_in_classic | short_abandoned
missed blocked: out_of_opening_hours
missed rejected: agent_declined
ringing: initial | ringing_on_agent
""",
    ),
    table(
        "Dialpad",
        "Dialpad: Call events, state; Stats export, categories",
        ends="""
by_talk hangup: hangup
missed no_answer: missed | unanswered | ring_no_answer
missed canceled: abandoned | cancelled
completed voicemail: voicemail
completed: answered | connected | accepted | spam_answered
completed transferred: transferred | forwarded
failed blocked: blocked | spam
failed: failed
ringing: queued | calling | preanswer | ringing
in_progress: hold | parked | merged | monitor | barge | takeover | eavesdrop
by_talk: incoming | outgoing
""",
    ),
    table(
        "RingCentral",
        "RingCentral: Call log, Action Result; Call Log API, result",
        ends="""
completed: Accepted | Call connected | Connected | Received | Sent | Reply | In-Transit | Answered
  | Answered Elsewhere | Call accepted | Completed
completed voicemail: Voicemail | Sent to Voicemail
completed transferred: Transferred | Forwarded | Call transferred
missed no_answer: Missed | No Answer | No Response | Not Answered | Unanswered
missed busy: Busy
missed rejected: Rejected | Declined | Call Rejected
missed canceled: Canceled | Cancelled | Abandoned
failed invalid_number: Wrong Number | Disconnected Number | Number Not In Service
failed blocked: Blocked | Restricted Number | International Disabled | International Restriction
  | Not Allowed | Suspended account | Account Suspended
failed billing: No Calling Credit
failed carrier_error: Call Failed | Call Failure | Carrier is not active | Carrier Not Supported
failed system_error: Internal Error
failed unreachable: IP Phone Offline | IP phone Offline Error | Unavailable
failed: Failed | Error | Unknown | Call failure error
by_talk hangup: Hang up | Hung up | Stopped | Finished
in_progress: In Progress
""",
    ),
    table(
        "Zoom Phone",
        "Zoom: Viewing call logs, result; Phone API, call history, result",
        ends="""
completed: Call connected | Connected | Recorded | Auto Recorded | Answered | Answered by Other Member
  | Accepted | Succeeded | Partial Recorded | Answered Elsewhere | Completed
completed voicemail: Voicemail | Voicemail left | voicemail_transferred
completed transferred: Transferred | Forwarded | Overflowed | Parked | Call transferred
missed no_answer: No Answer | Missed | Ring Timeout | Unanswered | Timeout | no_respond | Queue Timeout
missed busy: Busy
missed canceled: Canceled | Call Cancel | Call Canceled | Cancelled | Caller Hung Up | Abandoned
missed rejected: Rejected | Declined
failed blocked: Blocked | No Permission | Restricted | Denied
failed: Failed | Call failed | Error | System Error | Service Unavailable | Unable to connect
by_talk hangup: Hang up | Disconnected
""",
    ),
    table(
        "JustCall",
        "JustCall: Call logs export, status; API, call_info.type",
        ends="""
completed: Answered | Completed | Connected
completed voicemail: Voicemail | Left Voicemail
missed no_answer: Unanswered | Missed | No Answer | Missed call
missed busy: Busy
missed canceled: Abandoned | Cancelled | Canceled
missed rejected: Declined | Rejected
failed: Failed
failed blocked: Blocked
""",
        call_type="""
inbound: Incoming | Inbound | Incoming Call
outbound: Outgoing | Outbound | Outgoing Call
""",
    ),
    table(
        "CloudTalk",
        "CloudTalk: Call history export, status",
        ends="""
completed: Answered
completed voicemail: Voicemail
missed no_answer: Missed | Unanswered | No answer
missed canceled: Abandoned | Canceled | Cancelled
missed busy: Busy
failed: Failed
failed blocked: Blocked
""",
        call_type="""
inbound: Incoming | inbound
outbound: Outgoing | outbound
left_out: Internal
""",
    ),
    table(
        "Google Voice",
        "Google Workspace: Voice, call log, type",
        ends="""
completed: Received
completed voicemail: Voicemail
missed no_answer: Missed
by_talk: Placed
""",
        call_type="""
inbound: Received | Missed | Voicemail
outbound: Placed
""",
    ),
    table(
        "Talkdesk",
        "Talkdesk: Calls report, call type",
        ends="""
completed: answered
completed voicemail: voicemail
missed no_answer: missed | outbound_missed | unanswered
missed canceled: abandoned | short_abandoned
by_talk: inbound | outbound | force_pushed | internal
missed blocked: after_hours
""",
        call_type="""
inbound: inbound | missed | abandoned | short_abandoned | voicemail | after_hours | answered
outbound: outbound | outbound_missed
left_out: internal | force_pushed
""",
    ),
)  # fmt: skip
