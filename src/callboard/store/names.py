"""Names that a store generates: public ids, and the slugs of spaces."""

from __future__ import annotations

import re
import secrets
import unicodedata

SPACE_ID_TAKEN = "There is a space with this token already."
"""The same message whether the token is taken in this or in another organization: the difference would reveal
another tenant's tokens.
"""


def public_id(kind: str) -> str:
    """A public id with 64 random bits: enough against collisions. It is no credential."""
    return f"{kind}_{secrets.token_hex(8)}"


def slug(name: str) -> str:
    """A name as a segment of a URL path: lower-case ASCII letters, digits and hyphens."""
    # NFKD splits an accented letter into the letter and its accent; encoding to ASCII drops the accent.
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    # A name without any ASCII letter or digit leaves nothing.
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "space"
