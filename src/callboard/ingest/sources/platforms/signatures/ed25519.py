"""Telnyx: an Ed25519 signature over the time and the body, checked with the account's public key."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.signatures.checked import (
    Checked,
    Refusal,
    Secret,
    Secrets,
    Signature,
    Verdict,
    malformed,
    missing,
    other_body,
    outside_window,
    replay_key,
    signed_moment,
)
from callboard.ingest.sources.platforms.signatures.forms import public_key_fault

WINDOW_S: Final = 300
SIGNATURE, TIMESTAMP = "telnyx-signature-ed25519", "telnyx-timestamp"


def _telnyx(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
    sent, written = delivery.headers.get(SIGNATURE), delivery.headers.get(TIMESTAMP, "").strip()
    if not sent or not written:
        return missing(f"{SIGNATURE}, {TIMESTAMP}", "Telnyx-Signature-Ed25519 or no Telnyx-Timestamp")
    signed_at = signed_moment(written)
    signature = _base64(sent)
    if signed_at is None or signature is None or len(signature) != 64:
        return malformed(SIGNATURE, "The headers hold no Unix time and no base64 of 64 bytes.")
    try:
        key = Ed25519PublicKey.from_public_bytes(_base64(secrets["public_key"]) or b"")
    except ValueError:
        return Refusal(
            "missing", "The hook's public key is not base64 of 32 bytes, so nothing can be checked."
        )
    compared = {
        "header": SIGNATURE,
        "body_bytes": str(len(delivery.body)),
        "public_key": secrets["public_key"][:64],
    }
    try:
        key.verify(signature, written.encode() + b"|" + delivery.body)
    except InvalidSignature:
        return other_body(SIGNATURE, compared, "public key")
    return outside_window(delivery, signed_at, WINDOW_S, compared) or Checked(
        replay_key(SIGNATURE, signature)
    )


def _base64(written: str) -> bytes | None:
    try:
        return base64.b64decode(written.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None


TELNYX: Final = Signature(
    "telnyx",
    (
        Secret(
            "public_key",
            "the account's public key: Telnyx, Keys and credentials",
            fault=public_key_fault,
        ),
    ),
    _telnyx,
    WINDOW_S,
)
