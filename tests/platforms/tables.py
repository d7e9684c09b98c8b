"""Tables of calls as platforms export them; the first row of each is a call of which deliveries tell, too."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from callboard.ingest.sources.platforms.registry import PLATFORMS

EXPORTING = sorted(name for name, each in PLATFORMS.items() if each.export)


class Table(Struct, frozen=True):
    """A table, and what it says."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    calls: dict[str, dict[str, Any]]
    """Call → what it says of it, read alone."""
    scenario: str
    """The deliveries that tell of its first call, too."""
    zone: str | None = None
    """What its times need to be told."""

    def text(self, separator: str = ",", end: str = "\r\n") -> str:
        """The table as it is written."""
        written = io.StringIO()
        csv.writer(written, delimiter=separator, lineterminator=end).writerows([self.header, *self.rows])
        return written.getvalue()

    def body(self) -> bytes:
        return self.text().encode()


_TWILIO = "CA0000000000000000000000000000000"
_VAPI = "00000000-0000-4000-8000-00000000000"
TABLES = {
    "twilio": Table(
        header=(
            "Sid", "DateCreated", "DateUpdated", "ParentCallSid", "AccountSid", "To", "ToFormatted", "From",
            "FromFormatted", "PhoneNumberSid", "Status", "StartTime", "EndTime", "Duration", "Price",
            "PriceUnit", "Direction", "AnsweredBy", "ApiVersion", "Uri",
        ),
        rows=(
            (
                f"{_TWILIO}1", "Thu, 05 Mar 2026 14:00:00 +0000", "Thu, 05 Mar 2026 14:01:13 +0000", "",
                "AC1",
                "+12025550102", "(202) 555-0102", "+12025550101", "(202) 555-0101", "", "completed",
                "Thu, 05 Mar 2026 14:00:10 +0000", "Thu, 05 Mar 2026 14:01:12 +0000", "62", "-0.02800", "USD",
                "outbound-api", "", "2010-04-01", "/2010-04-01/Accounts/AC1/Calls/CA1.json",
            ),
            (
                f"{_TWILIO}2", "Thu, 05 Mar 2026 14:05:00 +0000", "", f"{_TWILIO}1", "AC1",
                "+12025550103", "",
                "+12025550101", "", "", "no-answer", "Thu, 05 Mar 2026 14:05:01 +0000",
                "Thu, 05 Mar 2026 14:05:31 +0000", "0", "", "USD", "outbound-dial", "", "2010-04-01", "",
            ),
        ),
        calls={
            f"{_TWILIO}1": {
                "call_status": "completed",
                "call_duration": 62,
                "creation_time": "2026-03-05T14:00:00Z",
                "start_time": "2026-03-05T14:00:10Z",
                "end_time": "2026-03-05T14:01:12Z",
                "cost": {"amount": 0.028, "currency": "USD"},
                "call_type": "outbound",
                "source_number": "+12025550101",
                "external_ids": {"twilio": f"{_TWILIO}1"},
            },
            f"{_TWILIO}2": {"call_status": "missed", "end_reason": "no_answer", "group_rank": 0},
        },
        scenario="twilio/a_whole_call",
    ),
    "vapi": Table(
        header=(
            "id", "assistantId", "type", "status", "createdAt", "startedAt", "endedAt", "endedReason", "cost",
            "customer.number", "phoneCallProvider", "phoneCallProviderId", "durationSeconds", "transcript",
        ),
        rows=(
            (
                f"{_VAPI}1", "as1", "outboundPhoneCall", "ended", "2026-03-05T14:00:00.000Z",
                "2026-03-05T14:00:08.211Z", "2026-03-05T14:01:10.481Z", "customer-ended-call", "0.0931",
                "+12025550102", "twilio", f"{_TWILIO}1", "62", 'AI: "Hi"\nUser: Hello, yes',
            ),
            (
                f"{_VAPI}2", "as1", "outboundPhoneCall", "ended", "2026-03-05T14:02:00.000Z", "",
                "2026-03-05T14:02:20.000Z", "customer-did-not-answer", "0", "'+12025550103", "", "", "", "",
            ),
        ),
        calls={
            f"{_VAPI}1": {
                "call_status": "completed",
                "end_reason": "customer_hangup",
                "start_time": "2026-03-05T14:00:08.211Z",
                "end_time": "2026-03-05T14:01:10.481Z",
                "destination_number": "+12025550102",
                "group_id": f"twilio:{_TWILIO}1",
                "cost": {"amount": 0.0931, "currency": "USD"},
            },
            f"{_VAPI}2": {
                "call_status": "missed", "end_reason": "no_answer", "destination_number": "+12025550103",
            },
        },
        scenario="vapi/a_whole_call",
    ),
    "retell": Table(
        header=(
            "call_id", "call_type", "agent_name", "call_status", "direction", "from_number", "to_number",
            "start_timestamp", "end_timestamp", "duration_ms", "disconnection_reason",
            "telephony_identifier.twilio_call_sid", "call_cost.combined_cost", "call_analysis.in_voicemail",
        ),
        rows=(
            (
                "call_1", "phone_call", "Front desk", "ended", "outbound", "+12025550101", "+12025550102",
                "1772719205000", "1772719265500", "60500", "user_hangup", f"{_TWILIO}1", "14.2", "false",
            ),
            (
                "call_2", "phone_call", "Front desk", "ended", "outbound", "+12025550101", "+12025550103",
                "1772719300000", "1772719310000", "10000", "inactivity", "", "", "True",
            ),
        ),
        calls={
            "call_1": {
                "call_status": "completed",
                "end_reason": "customer_hangup",
                "call_duration": 60.5,
                "agent": "Front desk",
                "cost": {"amount": 0.142, "currency": "USD"},
                "group_id": f"twilio:{_TWILIO}1",
            },
            "call_2": {"call_status": "completed", "answered_by": "machine"},
        },
        scenario="retell/a_whole_call",
    ),
    "bland": Table(
        header=(
            "call_id", "created_at", "call_length", "to", "from", "completed", "queue_status", "answered_by",
            "call_ended_by", "error_message", "status", "inbound", "started_at", "corrected_duration",
        ),
        rows=(
            (
                "b-1", "2026-03-05T14:00:00+00:00", "1.18", "+12025550102", "+12025550101", "true",
                "complete", "human", "ASSISTANT", "", "completed", "false", "2026-03-05T14:00:07+00:00", "71",
            ),
            (
                "b-2", "2026-03-05T15:00:00+00:00", "0", "+12025550103", "+12025550101", "true", "complete",
                "no-answer", "", "", "no-answer", "false", "", "",
            ),
            (
                "b-3", "2026-03-05T16:00:00+00:00", "1.6666666", "+12025550103", "+12025550101", "true",
                "complete", "human", "USER", "", "completed", "false", "", "",
            ),
        ),
        calls={
            "b-1": {
                "call_status": "completed",
                "call_duration": 71,
                "call_type": "outbound",
                "start_time": "2026-03-05T14:00:07Z",
            },
            "b-2": {"call_status": "missed", "end_reason": "no_answer"},
            "b-3": {"call_status": "completed", "call_duration": 100},
        },
        scenario="bland/a_whole_call",
    ),
    "elevenlabs": Table(
        header=(
            "conversation_id", "agent_id", "agent_name", "start_time_unix_secs", "call_duration_secs",
            "message_count", "status", "call_successful", "direction", "termination_reason",
        ),
        rows=(
            (
                "conv_1", "agent_1", "Front desk", "1772719200", "62", "9", "done", "success", "outbound",
                "Call ended by remote party",
            ),
            ("conv_2", "agent_1", "Front desk", "1772719900", "0", "0", "failed", "failure", "outbound", ""),
        ),
        calls={
            "conv_1": {
                "call_status": "completed",
                "end_reason": "customer_hangup",
                "call_duration": 62,
                "creation_time": "2026-03-05T14:00:00Z",
                "agent": "Front desk",
            },
            "conv_2": {"call_status": "failed", "end_reason": "agent_error"},
        },
        scenario="elevenlabs/a_whole_call",
    ),
    "plivo": Table(
        header=(
            "Call UUID", "Parent call UUID", "From number", "To number", "Call direction", "End time",
            "Initiation time", "Answer time", "Call duration", "Billed duration", "Call rate",
            "Billed amount",
            "Hangup cause", "Hangup cause code", "Hangup source", "Call leg", "Subaccount Auth ID",
        ),
        rows=(
            (
                "p-1", "", "12025550101", "12025550102", "outbound", "2026-03-05 09:00:54",
                "2026-03-05 09:00:00", "2026-03-05 09:00:07", "47", "60", "0.0085", "0.00850",
                "Normal Hangup", "4000", "Caller", "A", "",
            ),
            (
                "p-2", "p-1", "12025550101", "12025550103", "outbound", "2026-03-05 09:03:00",
                "2026-03-05 09:02:30", "", "0", "0", "0.0085", "0", "Busy Line", "3010", "Callee", "B", "",
            ),
        ),
        calls={
            "p-1": {
                "call_status": "completed",
                "end_reason": "caller_hangup",
                "call_duration": 47,
                "creation_time": "2026-03-05T14:00:00Z",
                "start_time": "2026-03-05T14:00:07Z",
                "end_time": "2026-03-05T14:00:54Z",
                "destination_number": "+12025550102",
                "billed_seconds": 60,
            },
            "p-2": {"call_status": "missed", "end_reason": "busy", "group_rank": 0},
        },
        scenario="plivo/a_whole_call",
        zone="America/New_York",
    ),
    "vonage": Table(
        header=(
            "account_id", "call_id", "direction", "from", "to", "network", "network_name", "country",
            "country_name", "date_start", "date_end", "duration", "status", "status_description", "currency",
            "price", "total_price",
        ),
        rows=(
            (
                "abcd1234", "a", "outbound", "12025550101", "12025550102", "310004", "Example", "US",
                "United States", "2026-03-05T14:00:09+0000", "2026-03-05T14:00:40+0000", "31", "completed",
                "",
                "EUR", "0.01", "0.0054",
            ),
            (
                "abcd1234", "b", "outbound", "12025550101", "12025550103", "", "", "", "",
                "2026-03-05T14:10:00+0000", "2026-03-05T14:10:20+0000", "0", "busy", "", "EUR", "", "",
            ),
            (
                "abcd1234", "c", "inbound", "12025550104", "12025550101", "", "", "", "",
                "2026-03-05T14:20:00+0000", "2026-03-05T14:20:30+0000", "25", "answered", "", "EUR", "",
                "0.01",
            ),
        ),
        calls={
            "a": {
                "call_status": "completed",
                "call_duration": 31,
                "start_time": "2026-03-05T14:00:09Z",
                "end_time": "2026-03-05T14:00:40Z",
                "source_number": "+12025550101",
                "cost": {"amount": 0.0054, "currency": "EUR"},
            },
            "b": {
                "call_status": "missed", "end_reason": "busy", "creation_time": "2026-03-05T14:10:00Z",
            },
            "c": {
                "call_status": "completed", "call_duration": 25, "start_time": "2026-03-05T14:20:05Z",
                "call_type": "inbound",
            },
        },
        scenario="vonage/a_whole_call",
    ),
    "aircall": Table(
        header=(
            "line", "datetime (tz offset incl.)", "number timezone", "datetime (UTC)", "country_code",
            "direction", "from", "to", "answered", "missed_call_reason", "user", "duration (total)",
            "duration (in call)", "voicemail", "recording", "tags", "call id", "call id (internal)",
        ),
        rows=(
            (
                "Sales", "2026-03-05 15:00:00", "Europe/Paris", "2026-03-05 14:00:00", "US", "inbound",
                "12025550102", "12025550101", "Yes", "", "Mira Lund", "80", "60", "", "", "",
                "CA0123456789abcdef0123456789abcdef", "71001",
            ),
            (
                "Sales", "2026-03-05 16:00:00", "Europe/Paris", "2026-03-05 15:00:00", "US", "inbound",
                "12025550103", "12025550101", "No", "abandoned_in_ivr", "[No associated user]", "30", "0", "",
                "", "", "", "71002",
            ),
            (
                "Sales", "2026-03-05 17:00:00", "Europe/Paris", "2026-03-05 16:00:00", "US", "inbound",
                "12025550103", "12025550101", "No", "no_available_agent", "", "45", "0",
                "https://media.example/1", "", "", "", "71003",
            ),
        ),
        calls={
            "aircall:71001": {
                "call_status": "completed",
                "end_reason": "hangup",
                "creation_time": "2026-03-05T14:00:00Z",
                "start_time": "2026-03-05T14:00:20Z",
                "end_time": "2026-03-05T14:01:20Z",
                "agent": "Mira Lund",
                "source_number": "+12025550102",
                "group_id": "twilio:CA0123456789abcdef0123456789abcdef",
            },
            "aircall:71002": {"call_status": "missed", "end_reason": "canceled"},
            "aircall:71003": {
                "call_status": "completed", "end_reason": "voicemail", "answered_by": "machine",
            },
        },
        scenario="aircall/a_whole_call",
    ),
}  # fmt: skip
