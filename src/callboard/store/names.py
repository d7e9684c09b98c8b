"""Names that a store gives: public ids, and the slugs of spaces."""

from __future__ import annotations

import re
import secrets
import unicodedata

TAKEN = "There is a space with this token already."
"""One message for a token of the same and of another organization: the answer tells nobody which."""


def public_id(kind: str) -> str:
    """A public id: unguessable enough not to collide, and no credential."""
    return f"{kind}_{secrets.token_hex(8)}"


def slug(name: str) -> str:
    """A name as it may stand in an address."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "space"
