"""The words of Vapi: 604 reasons why calls end are known, by their patterns."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.platforms.word_table import WordTable

STATUSES: Final = WordTable(
    (r"scheduled|queued", "queued"),
    (r"ringing", "ringing"),
    (r"in-progress|forwarding", "in_progress"),
)
"""`status`; of `ended` the reason decides."""

_BUG = r"call\.in-progress\.error-"
_SIP = _BUG + r"providerfault-outbound-sip-"

REASONS: Final = WordTable(
    (r"customer-ended-call(-.*)?", "answered?", "customer_hangup"),
    (r"assistant-(ended-call|said-end-call-phrase).*", "completed", "agent_hangup"),
    (
        (
            r"assistant-forwarded-call|assistant-request-returned-forwarding-phone-number"
            r"|call\.(ringing|ending)\.hook-executed-transfer"
        ),
        "completed",
        "transferred",
    ),
    (r"call\.(ringing|ending)\.hook-executed-say", "completed", "agent_hangup"),
    (r"silence-timed-out", "completed", "silence_timeout"),
    (r"exceeded-max-duration", "completed", "max_duration"),
    (r"voicemail", "completed", "voicemail"),
    (r"hangup|call\.in-progress\.(twilio|sip)-completed-call|vonage-completed", "answered?", "hangup"),
    (r"customer-busy", "missed", "busy"),
    (r"customer-did-not-answer", "missed", "no_answer"),
    (r"call\.forwarding\.(no-answer|operator-busy)", "completed", "transfer_failed"),
    (r"call\.ringing\.sip-inbound-caller-hungup-before-call-connect", "missed", "canceled"),
    (r"manually-canceled", "answered?", "canceled"),
    (r"scheduled-call-deleted|call-deleted", "missed", "canceled"),
    (r"twilio-reported-customer-misdialed|sip-outbound-unallocated-number", "failed", "invalid_number"),
    (_SIP + r"403.*", "failed", "blocked"),
    (_SIP + r"407.*", "failed", "config_error"),
    (_SIP + r"(408|480).*", "missed", "no_answer"),
    (_SIP + r".*", "failed", "carrier_error"),
    (
        (
            r"(twilio|vonage)-failed-to-connect-call|vonage-rejected|sip-outbound-carrier-released-call"
            r"|call\.(ringing|in-progress)\.error-sip-.*failed-to-connect"
            r"|phone-call-provider-bypass-enabled-but-no-call-received"
        ),
        "failed",
        "carrier_error",
    ),
    (
        (
            r"call\.start\.error-subscription-concurrency-limit.*"
            r"|call\.start\.error-vapi.*(limit|concurrency).*"
        ),
        "failed",
        "limit_reached",
    ),
    (r"call\.start\.error-(subscription|enterprise|vapi.*(wallet|credit)).*", "failed", "billing"),
    (r"call\.start\.error-fraud.*", "failed", "blocked"),
    (r"call\.start\.error-vapi.*", "failed", "system_error"),
    (r"call\.start\..*", "failed", "config_error"),
    (
        (
            r"vonage-disconnected|phone-call-provider-closed-websocket"
            rf"|{_BUG}providerfault-transport-never-connected"
        ),
        "failed",
        "network_error",
    ),
    (
        (
            r"customer-did-not-give-microphone-permission"
            rf"|{_BUG}assistant-did-not-receive-customer-audio"
        ),
        "failed",
        "media_error",
    ),
    (_BUG + r"(transfer-failed|warm-transfer-.*)", "failed", "transfer_failed"),
    (
        _BUG + r"configfault-.*|assistant-(not-found|not-valid|request-.*)|call-start-error-.*",
        "failed",
        "config_error",
    ),
    (r"worker-shutdown", "failed", "system_shutdown"),
    (
        _BUG + r"vapifault-.*(worker-died|worker-not-available|deployment|shutdown).*",
        "failed",
        "system_shutdown",
    ),
    (_BUG + r"vapifault-(chat|transport|phone-call|worker).*", "failed", "system_error"),
    (r"assistant-join-timed-out|pipeline-.*|" + _BUG + r".*", "failed", "agent_error"),
)
"""`endedReason`."""

ERRORS: Final = WordTable((r".*\b(error|failed)\b.*", "failed", "unknown"))
"""Of words newer than the table: those that tell of a failure by their form. They are counted as unknown."""
