"""A delivery as a tree of values, of which parts are taken away or written otherwise."""

from __future__ import annotations

import base64
import binascii
import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from msgspec import structs

from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.reading.bodies import claims_of
from tests.platforms.manifests import Sent

Step = str | int
Path = tuple[Step, ...]


class Parts:
    """The content of one delivery. Of a token it is what the token says; of a batch, what is packed in it."""

    def __init__(self, sent: Sent, content: Any, write: Callable[[Any], Delivery]) -> None:
        self.sent = sent
        self.content = content
        self._write = write

    def leaves(self) -> list[Path]:
        """The paths of all values that hold no others."""
        return list(_leaves(self.content))

    def value(self, path: Path) -> Any:
        """What lies at a path."""
        return _inside(self.content, (*path, ""))

    def without(self, paths: list[Path]) -> Delivery:
        """The delivery without the values at these paths."""
        return self._write(_without(copy.deepcopy(self.content), paths))

    def written(self, path: Path, value: Any, gone: Sequence[Path] = ()) -> Delivery:
        """The delivery with another value at a path, and without the values at others."""
        content = copy.deepcopy(self.content)
        _inside(content, path)[path[-1]] = value
        return self._write(_without(content, gone))


def parts_of(sent: Sent) -> Parts | None:
    """The parts of a delivery; None for a table, and for what cannot be read."""
    delivery = sent.delivery
    body = claims_of(delivery.body) or delivery.body
    if delivery.method == "GET" or delivery.content_type == "application/x-www-form-urlencoded":
        return _form(sent)
    try:
        value = json.loads(body)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    if sent.platform == "amazon_connect":
        return _packed(sent, value)
    return Parts(sent, value, lambda content: structs.replace(delivery, body=_json(content)))


def name_of(path: Path) -> str:
    """The path in one text; all items of a list are one."""
    return ".".join("*" if isinstance(step, int) else step for step in path)


def _form(sent: Sent) -> Parts | None:
    delivery = sent.delivery
    asked = delivery.method == "GET"
    pairs = parse_qsl(delivery.query if asked else delivery.body.decode("utf-8", "replace"), True)
    if not pairs:
        return None

    def write(content: Any) -> Delivery:
        sent_as = urlencode(content, encoding="utf-8", errors="replace")
        if asked:
            return structs.replace(delivery, query=sent_as)
        return structs.replace(delivery, body=sent_as.encode())

    return Parts(sent, dict(reversed(pairs)), write)


def _packed(sent: Sent, value: dict[str, Any]) -> Parts | None:
    try:
        records = [json.loads(base64.b64decode(each["data"])) for each in value["records"]]
    except (KeyError, TypeError, ValueError, binascii.Error):
        return None

    def write(content: Any) -> Delivery:
        packed = [{"data": base64.b64encode(_json(each)).decode()} for each in content]
        return structs.replace(sent.delivery, body=_json(value | {"records": packed}))

    return Parts(sent, records, write)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _without(content: Any, paths: Sequence[Path]) -> Any:
    for path in paths:
        inside = _inside(content, path)
        if isinstance(inside, dict):
            inside.pop(path[-1], None)
        else:
            inside[path[-1]] = None
    return content


def _inside(content: Any, path: Path) -> Any:
    for step in path[:-1]:
        content = content[step]
    return content


def _leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    inside = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if not inside:
        if path:
            yield path
        return
    for step, each in inside:
        yield from _leaves(each, (*path, step))
