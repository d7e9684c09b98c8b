"""What proves a delivery, in the words of a page: by the scheme of its signature, its window, its secrets."""

from __future__ import annotations

import textwrap
from typing import Final

from callboard.ingest.sources.platforms.platform import Platform

PROOFS: Final = {
    "twilio": "`X-Twilio-Signature`: an HMAC of the URL and the form. The URL is the one that starts with "
    "`CALLBOARD_PUBLIC_URL`: behind a proxy, set it.",
    "signalwire": "`X-SignalWire-Signature`, else `X-Twilio-Signature`: an HMAC of the URL and the form. "
    "The URL is the one that starts with `CALLBOARD_PUBLIC_URL`: behind a proxy, set it.",
    "plivo": "`X-Plivo-Signature-V3`: an HMAC-SHA256 of the URL, the form and a nonce. The URL is the one "
    "that starts with `CALLBOARD_PUBLIC_URL`: behind a proxy, set it.",
    "livekit": "A token (JWT, HS256) in `Authorization`, of this API key, with a digest of the body.",
    "elevenlabs": "`ElevenLabs-Signature`: an HMAC-SHA256 of the time and the body.",
    "retell": "`X-Retell-Signature`: an HMAC-SHA256 of the body and the time.",
    "vapi": "What the credential in Vapi sends: the secret as `Authorization: Bearer` or `X-Vapi-Secret`; an "
    "HMAC, by the setting `hmac`; or Standard Webhooks. Only the last two carry a time.",
    "telnyx": "`Telnyx-Signature-Ed25519`: a signature of the time and the body, by the account's key.",
    "vonage": "A token (JWT, HS256) in `Authorization`, with a digest of the body.",
    "bland": "`X-Webhook-Signature`: an HMAC-SHA256 of the body.",
    "body-token": "`token` in the body. It is no signature: the hook's URL must stay secret, too.",
    "dialpad": "The body itself is a token (JWT, HS256). Plain JSON is refused.",
    "firehose": "The access key in `X-Amz-Firehose-Access-Key`.",
    "header": "The hook's secret in `X-Callboard-Secret` (another name by the setting `secret_header`), as "
    "`Authorization: Bearer`, or as the password of `Basic`.",
    "path": "The URL alone. Whoever knows it can write calls.",
    "standard": "Standard Webhooks: `webhook-signature`, an HMAC-SHA256 of id, time and body.",
}
"""Scheme of a signature → what is checked."""


def proof_of(platform: Platform) -> str:
    """What is checked, how old it may be, and what is needed for it."""
    signature = platform.signature
    told = PROOFS[signature.scheme]
    if signature.window_s is not None:
        minutes = f"{signature.window_s // 60} minutes"
        told += (
            f" A signature is taken within {minutes} of its time; later it is `stale`, before it `future`."
        )
    told += " A delivery that is sent again changes nothing."
    lines = [textwrap.fill(told, 118, break_on_hyphens=False, break_long_words=False)]
    for each in signature.secrets:
        whose = "made here" if each.ours else each.title
        lines.append(f"- `{each.name}`: {whose}{' (optional)' if each.optional else ''}")
    return f"{lines[0]}\n\n" + "\n".join(lines[1:]) if lines[1:] else lines[0]
