"""Signs deliveries as the platforms do. Written from their documentation, not from the product's verifiers;
`test_against_vendors.py` holds both against the vendors' own code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Headers = dict[str, str]

TELNYX_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TELNYX_PUBLIC = base64.b64encode(
    TELNYX_KEY.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
).decode()
STANDARD_SECRET = "whsec_" + base64.b64encode(bytes(range(24))).decode()

SECRETS: dict[str, dict[str, str]] = {
    "twilio": {"auth_token": "ffeeddccbbaa99887766554433221100", "shared_key": "a shared key"},
    "signalwire": {"signing_key": "PSK_0123456789abcdef"},
    "plivo": {"auth_token": "an auth token of Plivo"},
    "retell": {"api_key": "key_0123456789abcdef"},
    "elevenlabs": {"secret": "wsec_0123456789abcdef"},
    "bland": {"secret": "a secret of Bland"},
    "livekit": {"api_key": "APIexample", "api_secret": "secret"},
    "vonage": {"signature_secret": "abcdefgh12345678"},
    "dialpad": {"secret": "a secret of Dialpad"},
    "telnyx": {"public_key": TELNYX_PUBLIC},
    "standard": {"secret": STANDARD_SECRET},
    "vapi": {"secret": "a secret of Vapi"},
    "header": {"secret": "a secret of ours"},
    "firehose": {"secret": "an access key"},
    "body-token": {"secret": "TOKEN-OF-THE-HOOK"},
    "path": {},
}
"""Scheme → the secrets that deliveries are signed with here."""


def mac(secret: str, message: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret.encode(), message, algorithm).digest()


def fields(body: bytes) -> dict[str, list[str]]:
    return parse_qs(body.decode(), keep_blank_values=True)


def twilio(url: str, body: bytes, secret: str, algorithm: str = "sha1") -> Headers:
    sent = fields(body)
    text = url + "".join(name + value for name in sorted(sent) for value in sorted(set(sent[name])))
    headers = {"x-twilio-signature": base64.b64encode(mac(secret, text.encode(), algorithm)).decode()}
    if algorithm == "sha256":
        headers["x-twilio-webhooks-signature-settings"] = "key=webhooks_key,algorithm=HMAC_SHA256"
    return headers


def plivo(url: str, body: bytes, secret: str, nonce: str = "12345678901234567890") -> Headers:
    split, sent = urlsplit(url), fields(body)
    query = parse_qs(split.query, keep_blank_values=True)
    text = f"{split.scheme}://{split.netloc}{split.path}"
    text += "?" if query or sent else ""
    text += "&".join(f"{name}={value}" for name in sorted(query) for value in sorted(query[name]))
    text += "." if query and sent else ""
    text += "".join(name + value for name in sorted(sent) for value in sorted(sent[name]))
    signature = base64.b64encode(mac(secret, f"{text}.{nonce}".encode())).decode()
    return {"x-plivo-signature-v3": signature, "x-plivo-signature-v3-nonce": nonce}


def retell(body: bytes, secret: str, at_s: float) -> Headers:
    written = str(int(at_s * 1000))
    return {"x-retell-signature": f"v={written},d={mac(secret, body + written.encode()).hex()}"}


def elevenlabs(body: bytes, secret: str, at_s: float) -> Headers:
    written = str(int(at_s))
    return {"elevenlabs-signature": f"t={written},v0={mac(secret, written.encode() + b'.' + body).hex()}"}


def bland(body: bytes, secret: str) -> Headers:
    return {"x-webhook-signature": mac(secret, body).hex()}


def vapi_hmac(body: bytes, secret: str, at_s: float) -> Headers:
    written = str(int(at_s * 1000))
    return {"x-timestamp": written, "x-signature": mac(secret, written.encode() + b"." + body).hex()}


def standard(body: bytes, secret: str, at_s: float, family: str = "webhook") -> Headers:
    written, key = str(int(at_s)), base64.b64decode(secret.removeprefix("whsec_"))
    signature = hmac.new(key, f"msg_1.{written}.".encode() + body, "sha256").digest()
    return {
        f"{family}-id": "msg_1",
        f"{family}-timestamp": written,
        f"{family}-signature": "v1," + base64.b64encode(signature).decode(),
    }


def telnyx(body: bytes, at_s: float) -> Headers:
    written = str(int(at_s))
    signature = base64.b64encode(TELNYX_KEY.sign(written.encode() + b"|" + body)).decode()
    return {"telnyx-timestamp": written, "telnyx-signature-ed25519": signature}


def token(claims: dict, secret: str, header: dict | None = None) -> str:
    """A JSON Web Token, HS256."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    text = ".".join(
        part(json.dumps(each).encode()) for each in (header or {"alg": "HS256", "typ": "JWT"}, claims)
    )
    return f"{text}.{part(mac(secret, text.encode()))}"


def livekit(body: bytes, key: str, secret: str, at_s: float) -> Headers:
    body_hash = base64.b64encode(hashlib.sha256(body).digest()).decode()
    claims = {"iss": key, "nbf": int(at_s), "exp": int(at_s) + 300, "sha256": body_hash}
    return {"authorization": token(claims, secret)}


def vonage(body: bytes, secret: str, at_s: float) -> Headers:
    claims = {
        "iat": int(at_s), "jti": "0b4b9cf9", "iss": "Vonage", "api_key": "abcd1234",
        "payload_hash": hashlib.sha256(body).hexdigest(),
    }  # fmt: skip
    return {"authorization": f"Bearer {token(claims, secret)}"}


def dialpad(body: bytes, secret: str) -> tuple[Headers, bytes]:
    return {"content-type": "application/jwt"}, token(json.loads(body), secret).encode()


SIGN: dict[str, Callable[[str, bytes, dict[str, str], float], Headers]] = {
    "twilio": lambda url, body, secrets, at_s: twilio(url, body, secrets["auth_token"]),
    "signalwire": lambda url, body, secrets, at_s: twilio(url, body, secrets["signing_key"]),
    "plivo": lambda url, body, secrets, at_s: plivo(url, body, secrets["auth_token"]),
    "retell": lambda url, body, secrets, at_s: retell(body, secrets["api_key"], at_s),
    "elevenlabs": lambda url, body, secrets, at_s: elevenlabs(body, secrets["secret"], at_s),
    "bland": lambda url, body, secrets, at_s: bland(body, secrets["secret"]),
    "vapi": lambda url, body, secrets, at_s: {"x-vapi-secret": secrets["secret"]},
    "standard": lambda url, body, secrets, at_s: standard(body, secrets["secret"], at_s),
    "telnyx": lambda url, body, secrets, at_s: telnyx(body, at_s),
    "livekit": lambda url, body, secrets, at_s: livekit(
        body, secrets["api_key"], secrets["api_secret"], at_s
    ),
    "vonage": lambda url, body, secrets, at_s: vonage(body, secrets["signature_secret"], at_s),
    "header": lambda url, body, secrets, at_s: {"x-callboard-secret": secrets["secret"]},
    "firehose": lambda url, body, secrets, at_s: {"x-amz-firehose-access-key": secrets["secret"]},
    "body-token": lambda url, body, secrets, at_s: {},
    "path": lambda url, body, secrets, at_s: {},
}
"""Scheme → the headers that prove a delivery made at a time in s. Dialpad's body changes: `dialpad`."""
