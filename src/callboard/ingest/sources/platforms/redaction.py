"""Cut secrets, links to recordings and transcripts out of a delivery that is kept."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from callboard.ingest.sources.files.layouts import layout_of
from callboard.ingest.sources.platforms.delivery import Delivery, Unfit
from callboard.ingest.sources.platforms.key_shapes import looks_like_a_key
from callboard.ingest.sources.platforms.reading.bodies import claims_of, documents, form_pairs
from callboard.ingest.sources.platforms.reading.tables import SEPARATORS
from callboard.ingest.sources.platforms.secret_names import Path, SecretNames
from callboard.ingest.sources.platforms.secret_values import CUT, CUT_IN_LINK, without_secrets

_JSON: Final[tuple[tuple[Callable[[bytes], Any], Callable[[Any], bytes]], ...]] = (
    (msgspec.json.decode, msgspec.json.encode),
    (
        json.loads,
        lambda value: json.dumps(value, separators=(",", ":")).encode(),
    ),  # reads halves of surrogate pairs, too
)
_PACKED: Final = ("eyJ", "eyA", "ewo", "ewk", "ew0", "W3")
"""How the base64 of JSON begins."""
_PACKED_WORD: Final = re.compile(rf"(?<![\w+/=.-])(?:{'|'.join(_PACKED)})[\w+/-]{{8,}}+=*+(?!\.)")
"""What cannot be read of one, as when its end is cut off, cannot be told, and goes."""
_PACKED_FIELDS: Final = ("data", "data_base64", "client_state", "clientState")
"""Whose base64 may hold any text."""
_NAME: Final = re.compile(r"""(?<![\w.-])([\w.-]++)\\*+["']?\s*+[:=]\s*+""")
_VALUE: Final = re.compile(r'\\*"(?:[^"\\]|\\.)*"?|\'(?:[^\'\\]|\\.)*\'?|[\[{].*|[^\s,;&}\]]+', re.DOTALL)
"""Where a list or an object ends is not known of a text that is cut off."""
HEADERS_KEPT: Final = (
    "content-type",
    "content-encoding",
    "user-agent",
    "i-twilio-idempotency-token",
)


def redacted(delivery: Delivery, names: frozenset[str], reads: Iterable[Path] = ()) -> Delivery:
    """The delivery without its signature, and at any depth without the values of the fields named, and of
    those whose names tell that they are secret; and without what is secret by itself, whatever its field.

    What replaces a value is of no other kind than a text, so that what is left reads as it did. `reads`:
    where lies what the hook itself is told to read. It stays: it is counted, and may tell calls apart.
    """
    cut = SecretNames(names, reads)
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
    if is_form:
        return _form(text, cut).encode()
    table = _table(text, cut)
    return (_raw(text, cut) if table is None else _named_in(table, cut)).encode()


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


def _without(value: Any, cut: SecretNames, path: Path = (), *, is_secret: bool = False) -> Any:
    """`is_secret`: it lies in a value that is cut, but for what the hook reads in it."""
    if isinstance(value, dict):
        return {
            key: _named(key, inner, cut, _step(path, key, cut), is_secret=is_secret)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [
            _without(inner, cut, _step(path, str(place), cut), is_secret=is_secret)
            for place, inner in enumerate(value)
        ]
    if cut.is_read(path) or not (is_secret or isinstance(value, str)):
        return value
    if is_secret:
        return CUT if _holds(value) else value
    return _in_text(value, cut)


def _named(key: str, value: Any, cut: SecretNames, path: Path, *, is_secret: bool) -> Any:
    """The value of a field."""
    if not ((is_secret or cut[key]) and _holds(value)):
        return _inside(key, _without_keys(key, value, cut, path), cut, path)
    if isinstance(value, dict | list):
        return _without(value, cut, path, is_secret=True) if cut.leads(path) else CUT
    return value if cut.is_read(path) else CUT


def _without_keys(key: str, value: Any, cut: SecretNames, path: Path) -> Any:
    """The value of a field whose name leaves open whether it is secret, without what looks like a key."""
    if isinstance(value, list) and cut.leaves_open(key):
        return [
            _without_keys(key, each, cut, _step(path, str(place), cut)) for place, each in enumerate(value)
        ]
    return CUT if isinstance(value, str) and cut.cuts(key, value) and not cut.is_read(path) else value


def _step(path: Path, name: str, cut: SecretNames) -> Path:
    return (*path, name) if cut.reads else path


def _holds(value: Any) -> bool:
    """Whether a value may hold a secret: a flag does not."""
    return value not in (None, "") and not isinstance(value, bool)


def _in_text(value: str, cut: SecretNames) -> str:
    """A text, which may hold JSON, also packed. One with nothing to cut stays as it is written."""
    if value.startswith(_PACKED) and (kept := _packed(value, cut)) is not None:
        return kept
    if value[:1] not in ("{", "["):
        return without_secrets(value, cut)
    kept = _body(value.encode("utf-8", "surrogatepass"), cut).decode("utf-8", "replace")
    return kept if _cuts(kept.encode()) > _cuts(value.encode("utf-8", "replace")) else value


def _inside(key: str, value: Any, cut: SecretNames, path: Path) -> Any:
    """A value without what is cut; also of what is packed as base64, as Data Firehose, CloudEvents and users
    who let a platform carry something do it.
    """
    if key in _PACKED_FIELDS and isinstance(value, str) and not cut.is_read(path):
        kept = _packed(value, cut)
        if kept is not None:
            return kept
    return _without(value, cut, path)


def _packed(value: str, cut: SecretNames) -> str | None:
    """A text in base64, of either alphabet, as it is or without what is cut; None if it is none."""
    written = value.strip().replace("-", "+").replace("_", "/").rstrip("=")
    try:
        packed = base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
        packed.decode()
    except (binascii.Error, ValueError):
        return None
    kept = _body(packed, cut)
    return base64.b64encode(kept).decode() if _cuts(kept) > _cuts(packed) else value


def _cuts(body: bytes) -> int:
    return sum(body.count(each.encode()) for each in (CUT, CUT_IN_LINK))


def _form(text: str, cut: SecretNames) -> str:
    try:
        pairs = form_pairs(text)
    except Unfit:
        return _raw(text, cut)
    kept = [
        (name, CUT if value and cut.cuts(name, value) else _in_field(value, cut)) for name, value in pairs
    ]
    return text if kept == pairs else urlencode(kept)


def _in_field(value: str, cut: SecretNames) -> str:
    """The value of a form's field, which may hold JSON, as it is or in base64."""
    if value[:1] in ("{", "["):
        return _body(value.encode("utf-8", "replace"), cut).decode()
    if not value.startswith(_PACKED):
        return without_secrets(value, cut)
    try:
        body = base64.b64decode(value.strip().replace(" ", "+"), validate=True)
    except (binascii.Error, ValueError):
        return CUT  # what it holds cannot be told
    return base64.b64encode(_body(body, cut)).decode()


def _table(text: str, cut: SecretNames) -> str | None:
    """A delimited text without the cells of columns that are named to be cut, by its header, or by the layout
    that its rows have without one. None if it is none.
    """
    first = text.lstrip().partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    rows = _rows(text, separator) if separator in first else []
    if not rows:
        return None
    if any(cut[name] or cut.leaves_open(name) for name in map(str.strip, rows[0])):
        kept = [rows[0], *(_cells(row, rows[0], cut) for row in rows[1:])]
    else:
        found = {
            width: layout_of([row for row in rows if len(row) == width]) for width in set(map(len, rows))
        }
        kept = [_cells(row, layout.columns if (layout := found[len(row)]) else (), cut) for row in rows]
    kept = [[_in_text(cell, cut) for cell in row] for row in kept]
    if kept == rows:
        return text
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator="\n").writerows(kept)
    return written.getvalue()


def _rows(text: str, separator: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if row]
    except csv.Error:
        return [line.split(separator) for line in text.splitlines() if line]


def _cells(row: list[str], columns: Iterable[str], cut: SecretNames) -> list[str]:
    """The cells of a row. Of one that has not as many as there are columns, all go from the first on that may
    be of a column that is cut.
    """
    columns = [name.strip() for name in columns]
    if any(map(cut.leaves_open, columns)):
        is_even = len(columns) == len(row)
        places = zip(columns, row, strict=True) if is_even else (("key", cell) for cell in row)
        row = [CUT if cut.leaves_open(name) and looks_like_a_key(cell) else cell for name, cell in places]
    names = [cut[name] for name in columns]
    if True not in names:
        return row
    begin = max(names.index(True) - abs(len(names) - len(row)), 0)
    if len(row) > len(names) and not any(row[len(names) :]):
        names += [False] * (len(row) - len(names))
    elif len(row) != len(names):
        names = [place >= begin for place in range(len(row))]
    return [CUT if is_cut and cell else cell for cell, is_cut in zip(row, names, strict=True)]


def _raw(text: str, cut: SecretNames) -> str:
    """A text that is neither form, JSON nor table."""
    kept = _PACKED_WORD.sub(lambda word: _packed(word[0], cut) or CUT, _named_in(text, cut))
    return without_secrets(kept, cut)


def _named_in(text: str, cut: SecretNames) -> str:
    """A text of any kind: what follows one of the names goes, to the end of its value."""
    kept, at = [], 0
    while named := _NAME.search(text, at):
        value = _VALUE.match(text, named.end()) if cut[named[1]] or cut.leaves_open(named[1]) else None
        if value is not None and not cut.cuts(named[1], value[0].strip("\\\"'")):
            value = None
        kept.append(text[at : named.end()])
        at = named.end()
        if value is not None:
            kept.append(f'"{CUT}"')
            at = value.end()
    return "".join((*kept, text[at:]))
