"""Cut secrets, links to recordings and transcripts out of a delivery that is kept."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from callboard.ingest.sources.platforms.delivery import Delivery, Unfit
from callboard.ingest.sources.platforms.reading.bodies import claims_of, documents, form_pairs
from callboard.ingest.sources.platforms.secret_names import SecretNames

CUT: Final = "[redacted]"
_JSON: Final[tuple[tuple[Callable[[bytes], Any], Callable[[Any], bytes]], ...]] = (
    (msgspec.json.decode, msgspec.json.encode),
    (
        json.loads,
        lambda value: json.dumps(value, separators=(",", ":")).encode(),
    ),  # reads halves of surrogate pairs, too
)
_PACKED: Final = ("eyJ", "eyA", "ewo", "ewk", "ew0", "W3")
"""How the base64 of JSON begins."""
_NAME: Final = re.compile(r"""(?<![\w.-])([\w.-]++)\\*+["']?\s*+[:=]\s*+""")
_VALUE: Final = re.compile(r'\\*"(?:[^"\\]|\\.)*"?|\'(?:[^\'\\]|\\.)*\'?|[\[{].*|[^\s,;&}\]]+', re.DOTALL)
"""Where a list or an object ends is not known of a text that is cut off."""
HEADERS_KEPT: Final = (
    "content-type",
    "content-encoding",
    "user-agent",
    "i-twilio-idempotency-token",
    "ce-id",
    "ce-time",
)


def redacted(delivery: Delivery, names: frozenset[str]) -> Delivery:
    """The delivery without its signature, and at any depth without the values of the fields named, and of
    those whose names tell that they are secret.

    What replaces a value is of no other kind than a text, so that what is left reads as it did.
    """
    cut = SecretNames(names)
    return Delivery(
        method=delivery.method,
        url="",
        query=_form(delivery.query, cut),
        headers={name: value for name, value in delivery.headers.items() if name in HEADERS_KEPT},
        body=_body(delivery.body, cut),
        received_at=delivery.received_at,
    )


def _body(body: bytes, cut: SecretNames) -> bytes:
    body = claims_of(body) or body  # the token itself would prove another delivery of the same
    if body.lstrip()[:1] in (b"{", b"["):
        return b"\n".join(_document(each, cut) for each in documents(body))
    text = body.decode("utf-8", "replace")
    is_form = "=" in text and not any(map(str.isspace, text.strip()))
    return (_form(text, cut) if is_form else _raw(text, cut)).encode()


def _document(body: bytes, cut: SecretNames) -> bytes:
    if body[:1] in (b"{", b"["):
        for decode, encode in _JSON:
            try:
                kept = encode(_without(decode(body), cut))
            except (msgspec.MsgspecError, ValueError, RecursionError):
                continue
            # What made a body unreadable may be among what was cut: then it is written as any other.
            return kept if decode is msgspec.json.decode else _again(kept)
    return _raw(body.decode("utf-8", "replace"), cut).encode()


def _again(body: bytes) -> bytes:
    try:
        return msgspec.json.encode(msgspec.json.decode(body))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return body


def _without(value: Any, cut: SecretNames) -> Any:
    if isinstance(value, dict):
        return {
            key: CUT if cut[key] and _holds(inner) else _inside(key, inner, cut)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_without(inner, cut) for inner in value]
    return _in_text(value, cut) if isinstance(value, str) and value[:1] in ("{", "[") else value


def _holds(value: Any) -> bool:
    """Whether a value may hold a secret: a flag does not."""
    return value not in (None, "") and not isinstance(value, bool)


def _in_text(value: str, cut: SecretNames) -> str:
    """A text that holds JSON. One with nothing to cut stays as it is written."""
    kept = _body(value.encode("utf-8", "surrogatepass"), cut).decode("utf-8", "replace")
    return kept if kept.count(CUT) > value.count(CUT) else value


def _inside(key: str, value: Any, cut: SecretNames) -> Any:
    """A value without what is cut; also of JSON that is packed as base64, as Data Firehose does it."""
    if key != "data" or not isinstance(value, str):
        return _without(value, cut)
    try:
        packed = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return _without(value, cut)
    is_json = packed.lstrip()[:1] in (b"{", b"[")
    return base64.b64encode(_body(packed, cut)).decode() if is_json else value


def _form(text: str, cut: SecretNames) -> str:
    try:
        pairs = form_pairs(text)
    except Unfit:
        return _raw(text, cut)
    kept = [(name, CUT if cut[name] and value else _in_field(value, cut)) for name, value in pairs]
    return text if kept == pairs else urlencode(kept)


def _in_field(value: str, cut: SecretNames) -> str:
    """The value of a form's field, which may hold JSON, as it is or in base64."""
    if value[:1] in ("{", "["):
        return _body(value.encode("utf-8", "replace"), cut).decode()
    if not value.startswith(_PACKED):
        return value
    try:
        body = base64.b64decode(value.strip().replace(" ", "+"), validate=True)
    except (binascii.Error, ValueError):
        return CUT  # what it holds cannot be told
    return base64.b64encode(_body(body, cut)).decode()


def _raw(text: str, cut: SecretNames) -> str:
    """A text that is neither form nor JSON: what follows one of the names goes, to the end of its value."""
    kept, at = [], 0
    while named := _NAME.search(text, at):
        value = _VALUE.match(text, named.end()) if cut[named[1]] else None
        kept.append(text[at : named.end()])
        at = named.end()
        if value is not None:
            kept.append(f'"{CUT}"')
            at = value.end()
    return "".join((*kept, text[at:]))
