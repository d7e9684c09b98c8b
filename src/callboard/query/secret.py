"""The secret of an API token: made once, shown once, kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets

from msgspec import Struct

PREFIX = "cb_"
SHOWN = 11
"""How many characters of a secret are kept readable, so that people can tell their tokens apart."""


class Secret(Struct, frozen=True):
    """A new secret: `text` goes to its owner, `prefix` and `digest` to the store."""

    text: str
    prefix: str
    digest: bytes


def new_secret() -> Secret:
    """A secret nobody can guess: 240 random bits behind a prefix that people and scanners recognise."""
    text = PREFIX + secrets.token_urlsafe(30)
    return Secret(text, text[:SHOWN], secret_digest(text))


def secret_digest(text: str) -> bytes:
    """What the store knows a secret by. The secret is random and long: a plain hash cannot be reversed."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
