"""What English-speaking people and systems write, whatever the platform."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import table

ENGLISH: Final = table(
    "English",
    "common words of call logs and of task runners",
    ends="""
completed: completed | complete | answered | answer | success | successful | succeeded | connected
  | call connected | talked | talked to | spoke | spoken | done | ok | handled | accepted | established
  | served | taken | picked up | pickup | agent | human | live | live answer | machine | answered by human
  | call completed | call answered | answered call | received | recorded | contacted | contact made | reached
  | successful call | call successful | completed successfully | connected call | answered elsewhere
  | agent handled | handled by agent
completed voicemail: voicemail | left voicemail | voicemail left | left message | message left
  | sent to voicemail | to voicemail | vm | went to voicemail | voicemail dropped | voicemail reached
completed machine_detected: answering machine | machine detected | answered by machine | fax | fax machine
  | answering machine detected | amd | machine answered
completed transferred: transferred | transfer | call transferred | transferred call | forwarded to agent
completed: sale | sale made | sold | not interested | interested | callback | callback requested
  | call back later | callback scheduled | do not call | dnc request | appointment | appointment set
  | appointment booked | wrong person | already customer | qualified | not qualified | no sale
  | declined sale | hung up on agent | lead | follow up | follow up required | language barrier
  | decision maker not available
missed no_answer: no answer | unanswered | not answered | missed | miss | missed call | no reply
  | no response | did not answer | ring no answer | rna | no pickup | not picked up | dial no answer
  | no user response | call missed | no one answered | nobody answered | unattended | ring timeout
  | timeout no answer | rang out
missed busy: busy | user busy | line busy | busy signal | engaged | dial busy | busy here | subscriber busy
  | customer busy
missed canceled: canceled | cancelled | cancel | originator cancel | abandoned | abandon | hang
  | abandoned in queue | abandoned in ivr | queue abandon | call abandoned | call canceled | call cancelled
  | caller canceled | caller cancelled | caller abandoned | lost | lost call | short abandoned
  | abandoned call
missed rejected: rejected | call rejected | declined | refused | denied | reject | decline | call declined
  | rejected by user | rejected by callee
missed: not connected | unsuccessful | not reached | not established
failed: failed | fail | failure | error | errored | call failed | failed call | phantom | call error
  | could not be completed | not completed
failed invalid_number: invalid | invalid number | wrong number | bad number | unallocated number
  | disconnected number | number disconnected | not in service | number not in service | out of service
  | non working number | no such number | nonexistent number | number not found | unassigned number
  | number changed
failed unreachable: unreachable | not reachable | not available | unavailable | temporarily unavailable
  | destination unreachable | switched off | phone off | no coverage | out of coverage
failed carrier_error: congestion | carrier error | channel unavailable | dial failed | undelivered
  | dial error | carrier failure | no circuit | circuit busy | all circuits busy | provider error
  | trunk error | no route
failed network_error: network error | dropped | call dropped | connection lost | connection error | cut off
failed blocked: blocked | barred | blacklisted | call blocked | do not call list | on dnc list | spam
failed billing: no credit | insufficient credit | insufficient funds | insufficient balance
failed limit_reached: limit reached | rate limited | too many calls | concurrency limit
failed system_error: system error | internal error
failed config_error: not allowed | configuration error
by_talk: ended | end | finished | finish | closed | close | terminated | terminate | over | hangup | hung up
  | call ended | call finished | call terminated | normal | normal hangup | normal termination | stopped
  | disconnected | disconnect | released | inactive | call over | ended normally | call is over
  | call closed
by_talk hangup: normal clearing | normal call clearing
by_talk customer_hangup: customer hung up | user hangup | user hung up | customer ended call
  | customer hangup | customer disconnected | ended by customer | customer
by_talk caller_hangup: caller hung up | caller hangup | caller disconnected | ended by caller
  | hangup by caller | terminated by caller
by_talk callee_hangup: callee hung up | callee hangup | callee disconnected | ended by callee
  | hangup by callee | terminated by callee
by_talk agent_hangup: agent hung up | agent hangup | agent disconnected | assistant hung up | ended by agent
  | assistant ended call | agent ended call | hangup by agent
queued: queued | queue | scheduled | registered | pending | new | created | not started | waiting | planned
  | to be called | not called | not dialed
ringing: ringing | ring | initiated | dialing | dialling | alerting | calling | initial | trying | in queue
in_progress: in progress | ongoing | active | in call | talking | up | on call | on hold | hold | bridged
  | ongoing call
""",
    end_reason="""
silence_timeout: silence timeout | silence | silence timed out | inactivity
max_duration: max duration | maximum duration | max duration reached | time limit | duration limit
timeout: timeout | timed out
transfer_failed: transfer failed | failed transfer
media_error: media error | no audio | media timeout
agent_error: agent error | assistant error
system_shutdown: system shutdown | shutdown | server shutdown
no_answer: nobody
unknown: unknown | other
left_out: none | n/a | not applicable | null | nil | not available yet
""",
    call_type="""
inbound: inbound | in | incoming | received | inbound call | incoming call | inbound phone call | call in
  | missed | missed call | missed calls | received call | from customer | originating | terminating to us
  | voicemail | rejected | callback from customer | queue | inbound answered | inbound missed | ingress
outbound: outbound | out | outgoing | outbound call | outgoing call | dialed | dialled | outbound phone call
  | call out | placed | made | dialed call | outbound api | outbound dial | manual | predictive | preview
  | progressive | auto dial | auto dialed | outbound answered | outbound missed | egress | click to call
web: web | web call | webrtc | browser | widget | in app
left_out: internal | local | intern | unknown | none | n/a | null | other | internal call | phone
  | phone call | voice
""",
    answered_by="""
human: human | person | live | live person | live human | agent | customer | human answered
  | answered by human
machine: machine | voicemail | answering machine | fax | fax machine | machine start | bot | ivr
  | machine end beep | machine end silence | machine end other | machine detected | voicemail detected | amd
  | answered by machine | voicemail reached | machine greeting
left_out: unknown | no answer | not sure | none | n/a | null | nobody | not answered | unanswered | busy
  | undetermined | undefined | failed | no result | not detected | silence | timeout | error | no one
  | missed
""",
    status="""
completed: completed | complete | success | successful | succeeded | done | finished | finish | ok
  | processed | delivered | closed | resolved | partially completed | passed | cached
failed: failed | fail | failure | error | errored | crashed | crash | timed out | timeout | dead | rejected
  | exception | failing | expired | lost
cancelled: cancelled | canceled | cancel | revoked | aborted | terminated | stopped | killed | abandoned
  | removed | deleted | interrupted | discarded
running: running | in progress | processing | started | active | working | executing | busy | ongoing
  | cancelling | canceling | stopping | in process | live
pending: pending | queued | scheduled | hold | on hold | waiting | new | created | not started | enqueued
  | received | retry | delayed | paused | suspended | planned | open | to do | ready | submitted | accepted
  | late | awaiting retry | up for retry | blocked | assigned | requested | registered | draft | backlog
  | initial
""",
)
