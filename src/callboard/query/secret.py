"""The secret of an API token: created once, shown once, stored only as a hash."""

from __future__ import annotations

import hashlib
import secrets

from msgspec import Struct

PREFIX = "cb_"
HOOK_PREFIX = "cbh_"
"""Begins the token in the URL of a hook."""
SHOWN = 11
"""How many characters of a secret are stored readable, so that people can tell their tokens apart."""


class Secret(Struct, frozen=True):
    """A new secret: `text` goes to its owner, `prefix` and `digest` to the store."""

    text: str
    prefix: str
    digest: bytes


def new_secret(begin: str = PREFIX) -> Secret:
    """A new secret: 240 random bits after a prefix by which people and secret scanners recognise it."""
    text = begin + secrets.token_urlsafe(30)
    return Secret(text, text[:SHOWN], secret_digest(text))


def secret_digest(text: str) -> bytes:
    """The hash that the store keeps of a secret.

    A plain SHA-256, not a slow password hash: with 240 random bits there is nothing to guess, and it is
    computed for every request.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
