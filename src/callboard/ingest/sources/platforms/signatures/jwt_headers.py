"""JSON Web Tokens, HS256: LiveKit and Vonage send one beside the body, Dialpad as the body."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any, Final

import jwt
from jwt.algorithms import HMACAlgorithm

from callboard.clock import SECOND, Micros
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Unfit
from callboard.ingest.sources.platforms.reading.bodies import json_object
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
    outside_window,
    replay_key,
)
from callboard.ingest.sources.platforms.signatures.forms import shared_secret_fault

LIVEKIT_LEEWAY_S: Final = 60
"""How far the clocks may differ. The token says itself how long it is valid: 5 minutes."""
LIVEKIT_LIFE_S: Final = 300
VONAGE_WINDOW_S: Final = 300
TOKEN_BYTES: Final = 16 * 1024
"""Longest token of a header."""


class _AnyKeyLength(HMACAlgorithm):
    """HS256 with whatever secret the platform gives: Vonage's have 16 characters, LiveKit's example 6."""

    def check_key_length(self, key: bytes) -> str | None:  # noqa: ARG002 - as the library calls it
        return None


_tokens = jwt.PyJWS(algorithms=[])
_tokens.register_algorithm("HS256", _AnyKeyLength(HMACAlgorithm.SHA256))


def _claims(token: str | bytes, secret: str, header: str) -> dict[str, Any] | Refusal:
    """The claims of a token that the secret signed; times in it are not looked at."""
    try:
        payload = _tokens.decode(token, secret, algorithms=["HS256"])
        return json_object(payload)
    except jwt.InvalidSignatureError:
        return Refusal("wrong", f"The token in {header} was signed with another secret.", {"header": header})
    except jwt.InvalidAlgorithmError:
        return malformed(header, f"The token in {header} is not signed by HS256.")
    except (jwt.PyJWTError, Unfit, ValueError, TypeError, RecursionError):
        return malformed(header, f"The token in {header} cannot be read.")


def _bearer(delivery: Delivery) -> str:
    sent = delivery.headers.get("authorization", "").strip()
    scheme, _, token = sent.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else sent


def _moment(claims: dict[str, Any], name: str) -> Micros | None:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**10:
        return None
    return int(value * SECOND)


def _livekit(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
    token = _bearer(delivery)
    if not token:
        return missing("authorization", "Authorization header")
    claims = _claims(token, secrets["api_secret"], "authorization") if len(token) <= TOKEN_BYTES else None
    if claims is None:
        return malformed("authorization", "The token is too long.")
    if isinstance(claims, Refusal):
        return claims
    compared: Compared = {
        "header": "authorization",
        "api_key_of_the_token": _beginning(str(claims.get("iss"))),
        "api_key_of_the_hook": _beginning(secrets["api_key"]),
        "body_bytes": str(len(delivery.body)),
    }
    if not equal(str(claims.get("iss")), secrets["api_key"]):
        return Refusal("wrong", "The token was made with another API key.", compared)
    body_hash = _base64(claims.get("sha256"))
    if body_hash is None:
        return Refusal("malformed", "The token has no sha256 of the body.", compared)
    if not equal(body_hash, hashlib.sha256(delivery.body).digest()):
        return Refusal("wrong", _other_body("sha256"), compared)
    return _livekit_time(delivery, claims, compared) or Checked(replay_key(token))


def _beginning(key: str) -> str:
    """Enough of an API key to recognise it by; the whole is kept encrypted, and shown nowhere."""
    return f"{key[: min(7, len(key) // 2)]}…"


def _livekit_time(delivery: Delivery, claims: dict[str, Any], compared: Compared) -> Refusal | None:
    expires, begins = _moment(claims, "exp"), _moment(claims, "nbf")
    if expires is None:
        return Refusal("malformed", "The token has no time at which it expires.", compared)
    signed_at = expires - LIVEKIT_LIFE_S * SECOND if begins is None else begins
    life_s = max(0, (expires - signed_at) // SECOND)
    if delivery.received_at < signed_at:
        return outside_window(delivery, signed_at, LIVEKIT_LEEWAY_S, compared)
    return outside_window(delivery, signed_at, min(life_s, LIVEKIT_LIFE_S) + LIVEKIT_LEEWAY_S, compared)


def _vonage(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:
    token = _bearer(delivery)
    if not token:
        return missing("authorization", "Authorization header")
    claims = (
        _claims(token, secrets["signature_secret"], "authorization") if len(token) <= TOKEN_BYTES else None
    )
    if claims is None:
        return malformed("authorization", "The token is too long.")
    if isinstance(claims, Refusal):
        return claims
    compared: Compared = {
        "header": "authorization",
        "api_key_of_the_token": str(claims.get("api_key"))[:64],
        "body_bytes": str(len(delivery.body)),
    }
    unproved = _vonage_content(delivery, claims, settings, compared)
    if unproved is not None:
        return unproved
    issued = _moment(claims, "iat")
    if issued is None:
        return Refusal("malformed", "The token has no time at which it was issued.", compared)
    return outside_window(delivery, issued, VONAGE_WINDOW_S, compared) or Checked(replay_key(token))


def _vonage_content(
    delivery: Delivery, claims: dict[str, Any], settings: HookSettings, compared: Compared
) -> Refusal | None:
    """The refusal of what the token does not prove. It proves a body, and never a query: that of one
    delivery would prove any other whose query is read.
    """
    stated = claims.get("payload_hash")
    if delivery.method != "GET":
        if stated is None:
            return Refusal("malformed", "The token has no payload_hash of the body.", compared)
        right = equal(str(stated).lower(), hashlib.sha256(delivery.body).hexdigest())
        return None if right else Refusal("wrong", _other_body("payload_hash"), compared)
    if not settings.unsigned_queries:
        message = "Vonage signs no query: set POST there, or make a hook with the setting unsigned_queries."
        return Refusal("missing", message, compared)
    if delivery.body:
        return Refusal("malformed", "The delivery came by GET and has a body.", compared)
    if stated is not None:
        return Refusal("wrong", "The token has the payload_hash of a body, and the delivery none.", compared)
    return None


def _dialpad(delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:  # noqa: ARG001 - as all
    body = delivery.body.strip()
    if not body or body[:1] in (b"{", b"["):
        return Refusal(
            "missing",
            "The body is no token: give the webhook in Dialpad the secret of this hook.",
            {"header": "body", "content_type": delivery.content_type},
        )
    claims = _claims(body, secrets["secret"], "the body")
    return claims if isinstance(claims, Refusal) else Checked(replay_key(body))


def _other_body(claim: str) -> str:
    return f"The token is right, but its {claim} is of another body: something on the way changes bodies."


def _base64(value: Any) -> bytes | None:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else None
    except (binascii.Error, ValueError):
        return None


LIVEKIT: Final = Signature(
    "livekit",
    (
        Secret("api_key", "the API key: LiveKit, Settings, Keys"),
        Secret("api_secret", "the secret of that key", fault=shared_secret_fault),
    ),
    _livekit,
    LIVEKIT_LIFE_S,
)
VONAGE: Final = Signature(
    "vonage",
    (
        Secret(
            "signature_secret",
            "the signature secret: Vonage, API settings",
            fault=shared_secret_fault,
        ),
    ),
    _vonage,
    VONAGE_WINDOW_S,
)
DIALPAD: Final = Signature(
    "dialpad", (Secret("secret", "the webhook's secret", ours=True, fault=shared_secret_fault),), _dialpad
)
