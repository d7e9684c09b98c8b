"""What a secret must look like for a delivery to be proved by it: told before it is kept."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

import jwt
from jwt.algorithms import HMACAlgorithm

_PRIME: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _PRIME) % _PRIME
_OF_ORDER_8: Final = int.from_bytes(
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
)
_SMALL: Final = (0, 1, _PRIME - 1, _OF_ORDER_8, _PRIME - _OF_ORDER_8)
"""Heights of the points of a small order: anybody could sign for these."""
_WITH_SCHEME: Final = re.compile(r"(?i:bearer|basic|token) .*")
LEAST_BYTES: Final = 8
"""Of a secret in base64: shorter ones are words that happen to be base64."""


def text_fault(secret: str) -> str | None:
    """What is wrong with any secret: it is compared as it is, and headers lose white space around it."""
    if secret != secret.strip():
        return "must not begin or end with a space"
    return None


def public_key_fault(key: str) -> str | None:
    """What is wrong with a public key of Ed25519, in base64."""
    expected = "must be the public key as the platform shows it: base64 of 32 bytes, 44 characters"
    try:
        raw = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        return expected
    if len(raw) != 32:
        return f"{expected}; these are {len(raw)} bytes"
    y = int.from_bytes(raw, "little") & (1 << 255) - 1
    if y % _PRIME in _SMALL or not _is_on_the_curve(y):
        return f"{expected}; this is no key of Ed25519"
    return None


def _is_on_the_curve(y: int) -> bool:
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, _PRIME) % _PRIME
    return pow(x_squared, (_PRIME - 1) // 2, _PRIME) == 1


def shared_secret_fault(secret: str) -> str | None:
    """What is wrong with the secret of tokens of HS256. A key of another algorithm signs none of them."""
    try:
        HMACAlgorithm(HMACAlgorithm.SHA256).prepare_key(secret)
    except jwt.InvalidKeyError:
        return _NO_KEY
    return _NO_KEY if secret.lstrip().startswith(("-----BEGIN", "ssh-")) else None


_NO_KEY: Final = (
    "must be the secret that both sides know, not a private or public key: tokens are signed by HS256"
)


def header_secret_fault(secret: str) -> str | None:
    """What is wrong with a secret that is sent in a header, as a bearer or as a password."""
    if not secret.isascii():
        return "must have characters of ASCII alone: it is sent in a header"
    if _WITH_SCHEME.fullmatch(secret):
        scheme = secret.partition(" ")[0]
        return f"must be the secret alone, without {scheme}: the sender puts that before it"
    return None


def webhook_secret_fault(secret: str) -> str | None:
    """What is wrong with a secret of Standard Webhooks."""
    try:
        raw = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) < LEAST_BYTES:
        return f"must be whsec_ and base64 of {LEAST_BYTES} bytes or more; leave it out, and one is made"
    return None
