"""Cursors: where a page ended, as an opaque text that only fits the list it was made for."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from callboard.store.interface import Position


class _Cursor(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    at: int
    item_id: str
    space_id: int
    list_digest: bytes


_NOT_FILTERS = frozenset({"page", "page_size", "cursor"})


def list_digest(path: str, organization: int, filters: Mapping[str, str]) -> bytes:
    """What makes a list the one it is: its path, whose it is, and its filters as written."""
    stated = sorted((name, value) for name, value in filters.items() if name not in _NOT_FILTERS)
    return hashlib.blake2b(msgspec.msgpack.encode([path, organization, stated]), digest_size=8).digest()


def write_cursor(position: Position, digest: bytes) -> str:
    """The cursor of the page that starts behind this position."""
    cursor = _Cursor(position.at, position.item_id, position.space_id, digest)
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(cursor)).rstrip(b"=").decode()


def read_cursor(text: str, digest: bytes) -> Position:
    """The position a cursor stands for. Raises `ValueError` when it is none, or of another list."""
    try:
        raw = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        cursor = msgspec.msgpack.decode(raw, type=_Cursor)
    except (binascii.Error, msgspec.MsgspecError, UnicodeError):
        raise ValueError("not a cursor; send a next_cursor as it came") from None
    if cursor.list_digest != digest:
        raise ValueError("this cursor belongs to a list with another path or other filters")
    if not all(-(2**63) <= number < 2**63 for number in (cursor.at, cursor.space_id)):
        raise ValueError("not a cursor; send a next_cursor as it came")
    return Position(cursor.at, cursor.item_id, cursor.space_id)
