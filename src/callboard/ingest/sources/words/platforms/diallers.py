"""Words of outbound diallers: ViciDial, Convoso, Five9."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import Table, table

DIALLERS: Final[tuple[Table, ...]] = (
    table(
        "ViciDial",
        "ViciDial: VICIDIAL_statuses.txt, system statuses",
        ends="""
missed no_answer: NA | N | CPDNA | NOANSW | NOANS
missed busy: B | AB | CPDB
missed rejected: CPDREJ
missed canceled: PDROP | HOLDTO | WAITTO | QVMAIL
missed blocked: AFTHRS | CLOSOP
failed invalid_number: ADC | DC | DISCONN | DISC | CPDINV | CPDSV | CPDSI | WRONG
failed carrier_error: ADCT | CPDATB | CPDSUA | CPDSNC | CPDSR | CPDERR | LRERR | CPDUK | CPDUNK | CG
failed no_answer: DROP | XDROP
failed limit_reached: TIMEOT | MAXCAL | NANQUE | IQNANQ
failed blocked: DNCL | DNCC
completed machine_detected: AA | AM | AL | AMDXFR | AFAX | UNKAM | UNKAL
completed voicemail: A
completed transferred: XFER | RAXFER | HXFER | IVRXFR | SVYEXT | SVYCLM | UNKXFR
completed hangup: PM | SVYVM | SVYREC | SVYHU
completed: SALE | NI | NP | DEC | CALLBK | CBHOLD | CB | DNC | UNTALK
by_talk agent_error: ERI | DISPO | DONEM | BLANK
by_talk: RQXFER | LSMERG | DONE | PU | HANG
in_progress: INCALL
queued: QUEUE | NEW
""",
        answered_by="""
human: HUMAN
machine: AMD | MACHINE | FAX
left_out: NOTSURE | UNKNOWN | HANGUP
""",
    ),
    table(
        "ViciDial's names of statuses",
        "ViciDial: VICIDIAL_statuses.txt, the names beside the system statuses; Convoso's are alike",
        ends="""
missed no_answer: No Answer AutoDial | No Answer
missed busy: Busy | Busy Auto
missed canceled: Outbound Pre-Routing Drop | Hold Timeout | Wait Timeout | Queue Abandon Voicemail Left
  | Inbound Queue Abandon Voicemail Left
missed blocked: Inbound After Hours Drop | Inbound Closing Time Option
failed invalid_number: Disconnected Number | Disconnected Number Auto | Wrong Number
failed carrier_error: Outbound Local Channel Res Err | Disconnected Number Temporary | Congestion
  | Congested
failed no_answer: Agent Not Available | Agent Not Available IN | Dropped Call
failed limit_reached: Inbound Queue Timeout Drop | Inbound Max Calls Drop | Inbound No Agent No Queue Drop
  | InQueue No Agent No Queue Drop
failed blocked: DO NOT CALL Hopper Match | DO NOT CALL Hopper Camp Match | DNC Hopper Match
completed voicemail: Answering Machine
completed machine_detected: Answering Machine Auto | Answering Machine SentTo Mesg
  | Answering Machine Msg Played | Fax Machine Auto | Answering Machine Transfer
completed transferred: Call Transferred | Survey sent to Extension | Survey sent to Call Menu
  | Outbound drop to Call Menu | Re-Agent Transfer | Hangup Transfer
completed hangup: Played Message | Survey sent to Voicemail | Survey sent to Record | Survey Hungup
completed: Sale Made | Not Interested | No Pitch No Price | Declined Sale | Call Back | Call Back Hold
  | DO NOT CALL
by_talk agent_error: Agent Error | Agent In Dispo
by_talk: Re-Queue | Agent lead search old lead mrg | Call Picked Up
in_progress: Lead Being Called
queued: Lead To Be Called | New Lead
""",
    ),
    table(
        "Convoso",
        "Convoso: System Status Codes and Dispositions",
        ends="""
missed no_answer: NA | N | No Answer | No Answer Auto Dial | NOANS
missed busy: B | AB | Busy | Busy Auto
missed canceled: ABAN | Abandoned | PDROP | Pre-Routing Drop | Inbound Abandon | HU | Hang Up | HUNGUP
missed blocked: AFTHRS | After Hours
failed invalid_number: DC | ADC | WN | Disconnected Number | Disconnected Number Auto | Wrong Number
  | BADNUM | Bad Number
failed carrier_error: CG | Congestion | CONG | Carrier Error | FAILED | Call Failed | CHANUN
  | Channel Unavailable
failed no_answer: DROP | XDROP | Dropped Call | Agent Not Available
failed blocked: DNCL | DNC Lead | Blocked | BLOCK
failed limit_reached: TIMEOT | Queue Timeout
completed voicemail: A | Answering Machine | VM | Voicemail
completed machine_detected: AA | AM | AMD | AFAX | AL | Answering Machine Auto | Answering Machine Detected
  | Fax Machine | FAX
completed transferred: XFER | Transfer | Call Transferred | TRANSF
completed: SALE | Sale Made | NI | Not Interested | CB | CALLBK | Call Back | DNC | Do Not Call | NP | NQ
  | Not Qualified | DA | Dead Air | LB | Language Barrier | APPT | Appointment Set | ANS | Answered | PU
  | SUCCES
by_talk agent_error: DISPO | ERI | NODISP | No Disposition
in_progress: INCALL
queued: NEW | QUEUE
""",
    ),
    table(
        "Five9",
        "Five9: System Dispositions, Call Log report",
        ends="""
missed no_answer: No Answer | No Response From Caller | Agent Missed | Missed | No Party Contact
missed busy: Busy
missed canceled: Abandon | Abandoned | Queue Callback Timeout | Caller Hung Up | Abandon In Queue
missed rejected: Declined | Rejected | Agent Rejected
failed invalid_number: Operator Intercept | Wrong Number | Bad Number | Disconnected Number
failed carrier_error: Dial Error | Hardware Timeout | Resource Unavailable | Technical Problem | Congestion
failed system_error: System Error | Internal Error
failed system_shutdown: System Shutdown
failed unreachable: Unreachable | Number Unreachable
failed blocked: Internal DNC | Blocked
failed timeout: Timeout | Dial Timeout
completed machine_detected: Answering Machine | Fax | AMD
completed voicemail: Sent To Voicemail | Voicemail | Voicemail Dump | Voicemail Processed
  | Voicemail Returned | Left Message | Attached To Agent Voicemail | Voicemail Left
completed transferred: Transferred To 3rd Party | Forwarded | Call Transferred | Transferred
completed: Sale | No Sale | Do Not Call | Callback | Not Interested | Queue Callback Assigned | Completed
  | Case Opened | Case Closed | Conference | Queue Callback | Recording Played | Agent Callback | Sale Made
by_talk: No Disposition | Forward Participant Disconnected | Station Session | Disconnected
  | Duplicated Callback Request
by_talk caller_hangup: Caller Disconnected
""",
        call_type="""
inbound: Inbound | Inbound Voicemail | Queue Callback | Inbound Visitor
outbound: Outbound | Manual | Preview | Outbound Preview | Predictive | Autodial | Agent Callback
  | 3rd party transfer | External call | Outbound Autodial | Test
left_out: Internal | 3rd party conference | Voicemail | Internal Voicemail
""",
    ),
)  # fmt: skip
