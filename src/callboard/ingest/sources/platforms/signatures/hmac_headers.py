"""Signatures that are an HMAC of the body in a header: Retell, ElevenLabs, Bland, senders with options."""

from __future__ import annotations

import base64
import hmac
import re
from typing import Final

from callboard.clock import Micros
from callboard.ingest.sources.platforms.delivery import Delivery, HmacOptions, HookSettings
from callboard.ingest.sources.platforms.signatures.checked import (
    Checked,
    Compared,
    Refusal,
    Secret,
    Secrets,
    Signature,
    Verdict,
    equal,
    malformed,
    missing,
    other_body,
    outside_window,
    replay_key,
    signed_moment,
)

RETELL_WINDOW_S: Final = 300
ELEVENLABS_WINDOW_S: Final = 30 * 60
OPTIONS_WINDOW_S: Final = 300

_RETELL = re.compile(r"v=(\d{1,17}),d=([0-9a-f]{64})")
_PLACE = re.compile(r"\{(body|timestamp|method|url|svix-id)\}")


def _retell(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
    header = "x-retell-signature"
    sent = delivery.headers.get(header)
    if not sent:
        return missing(header, "X-Retell-Signature")
    found = _RETELL.fullmatch(sent.strip())
    at = signed_moment(found[1], per_second=1000) if found else None
    if found is None or at is None:
        return malformed(header, "X-Retell-Signature is not v=<milliseconds>,d=<hexadecimal>.")
    digest = hmac.digest(secrets["api_key"].encode(), delivery.body + found[1].encode(), "sha256").hex()
    return _verdict(delivery, header, [found[2]], digest, at, RETELL_WINDOW_S)


def _elevenlabs(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
    header = "elevenlabs-signature"
    sent = delivery.headers.get(header)
    if not sent:
        return missing(header, "ElevenLabs-Signature")
    parts = [part.strip().partition("=")[::2] for part in sent.split(",")]
    times = [value for name, value in parts if name == "t"]
    signatures = [value for name, value in parts if name == "v0"]
    at = signed_moment(times[0]) if len(times) == 1 else None
    if at is None or not signatures:
        return malformed(header, "ElevenLabs-Signature is not t=<seconds>,v0=<hexadecimal>.")
    digest = hmac.digest(secrets["secret"].encode(), times[0].encode() + b"." + delivery.body, "sha256").hex()
    return _verdict(delivery, header, signatures, digest, at, ELEVENLABS_WINDOW_S)


def _bland(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
    header = "x-webhook-signature"
    sent = delivery.headers.get(header)
    if not sent:
        return missing(header, "X-Webhook-Signature")
    digest = hmac.digest(secrets["secret"].encode(), delivery.body, "sha256").hex()
    return _verdict(delivery, header, [sent.strip()], digest, None, None)


def hmac_by_options(delivery: Delivery, secret: str, options: HmacOptions) -> Verdict:
    """The verdict on an HMAC whose parts are settings of the sender."""
    header = options.signature_header.lower()
    sent = delivery.headers.get(header)
    if not sent:
        return missing(header, options.signature_header)
    written = (
        delivery.headers.get(options.timestamp_header.lower(), "").strip() if options.timestamp_header else ""
    )
    at: Micros | None = None
    if options.timestamp_header:
        at = signed_moment(written, per_second=1000 if len(written) > 11 else 1)
        if at is None:
            return malformed(header, f"{options.timestamp_header} holds no Unix time.")
    signed = _signed_bytes(delivery, options, written)
    key = _key(secret, options)
    if key is None:
        return Refusal("missing", "The hook's secret is not base64, so nothing can be checked.")
    mac = hmac.digest(key, signed, options.algorithm)
    digest = base64.b64encode(mac).decode() if options.encoding == "base64" else mac.hex()
    signatures = [each.removeprefix(options.prefix) for each in sent.split()]
    # A time that is not part of what is signed could be any.
    window = OPTIONS_WINDOW_S if at is not None and "{timestamp}" in options.payload else None
    return _verdict(delivery, header, signatures, digest, at, window)


def _key(secret: str, options: HmacOptions) -> bytes | None:
    if not options.secret_is_base64:
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        return None


def _signed_bytes(delivery: Delivery, options: HmacOptions, written: str) -> bytes:
    values = {
        "body": delivery.body,
        "timestamp": written.encode(),
        "method": delivery.method.encode(),
        "url": delivery.url.encode(),
        "svix-id": delivery.headers.get(options.id_header.lower(), "").encode(),
    }
    parts = _PLACE.split(options.payload)
    return b"".join(values[part] if place % 2 else part.encode() for place, part in enumerate(parts))


def _verdict(
    delivery: Delivery,
    header: str,
    signatures: list[str],
    digest: str,
    at: Micros | None,
    window_s: int | None,
) -> Verdict:
    compared: Compared = {"header": header, "body_bytes": str(len(delivery.body))}
    # All are compared, so that the time tells nothing of which fits.
    fits = [equal(digest, each) for each in signatures]
    if not any(fits):
        return other_body(header, compared)
    if (
        at is not None
        and window_s is not None
        and (refusal := outside_window(delivery, at, window_s, compared))
    ):
        return refusal
    return Checked(replay_key(header, digest))


RETELL: Final = Signature(
    "retell",
    (Secret("api_key", "the API key with the webhook badge: Retell, Settings, API keys"),),
    _retell,
    RETELL_WINDOW_S,
)
ELEVENLABS: Final = Signature(
    "elevenlabs",
    (Secret("secret", "the secret that ElevenLabs shows once, when the webhook is made"),),
    _elevenlabs,
    ELEVENLABS_WINDOW_S,
)
BLAND: Final = Signature(
    "bland",
    (Secret("secret", "the webhook signing secret: Bland, Developer settings, Keys"),),
    _bland,
)
