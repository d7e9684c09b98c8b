"""A layout: how a file of its kind is written from what was meant, and a reader made for it alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.files.drawing import Call, Seen, Task, draw_calls, draw_tasks, numbers_of

Reader = Callable[[bytes], list[Seen]]


@dataclass
class Layout:
    """A file of this kind, and what is true of it."""

    name: str
    kind: str
    zone: str
    """What the person who imports names as `--timezone`."""
    asks: tuple[str, ...]
    """What the file alone cannot tell: `may_ask`."""
    trap: str
    write: Callable[[], bytes]
    meant: list[Seen]
    within: int = 0
    untimed: bool = False
    """The file does not say when they were made."""
    read: list[Reader] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        return self.write()

    def truth(self, seen: Sequence[Seen]) -> dict[str, Any]:
        """The entry of truth.json that these rows lead to."""
        numbers = numbers_of(self.kind, seen)
        if self.untimed:
            numbers |= {"first": None, "last": None}
        within = {"within_seconds": self.within} if self.within else {}
        said = {"may_ask": list(self.asks), "trap": self.trap}
        return {"kind": self.kind, "timezone": self.zone, **numbers, **within, **said}


LAYOUTS: dict[str, Layout] = {}


def layout(
    name: str,
    hows: str,
    *,
    trap: str,
    asks: str = "",
    zone: str = "UTC",
    written: str | None = None,
    encoding: str = "utf-8",
    within: int = 0,
    leave_out: Sequence[int] = (),
    **draw: Any,
) -> Callable[[Callable[[list[Call]], str]], None]:
    """Register a writer of calls.

    `written`: the zone in which the file writes its times, if that is not `zone`. `leave_out`: the numbers
    of calls whose rows cannot be read, and do not count.
    """

    def register(write: Callable[[list[Call]], str]) -> None:
        calls = draw_calls(name, hows, written or zone, **draw)
        meant = [each.seen for each in calls if each.n not in leave_out]

        def content() -> bytes:
            return write(calls).encode(encoding)

        LAYOUTS[name] = Layout(name, "calls", zone, tuple(asks.split()), trap, content, meant, within)

    return register


def tasks_layout(
    name: str,
    states: Sequence[tuple[str, str]],
    *,
    trap: str,
    asks: str = "status",
    within: int = 0,
    untimed: bool = False,
) -> Callable[[Callable[[list[Task]], str]], None]:
    """Register a writer of tasks."""

    def register(write: Callable[[list[Task]], str]) -> None:
        tasks = draw_tasks(name, states)
        meant = [each.seen for each in tasks]

        def content() -> bytes:
            return write(tasks).encode()

        LAYOUTS[name] = Layout(
            name, "tasks", "UTC", tuple(asks.split()), trap, content, meant, within, untimed
        )

    return register


def reads(name: str) -> Callable[[Reader], Reader]:
    """Register the reader of a file, which knows nothing of how it was written."""

    def register(reader: Reader) -> Reader:
        LAYOUTS[name].read.append(reader)
        return reader

    return register


# --- for writers ------------------------------------------------------------------------------------


def table(
    header: str | None,
    rows: Iterable[Iterable[Any]],
    *,
    separator: str = ",",
    end: str = "\r\n",
    quoted: bool = False,
) -> str:
    """A delimited file. `header`: names with the same separator. `quoted`: quotes around every cell."""
    lines = [] if header is None else [header]
    lines += [separator.join(_cell(cell, separator, quoted=quoted) for cell in row) for row in rows]
    return "".join(line + end for line in lines)


def _cell(value: Any, separator: str, *, quoted: bool) -> str:
    text = "" if value is None else str(value)
    if quoted or any(sign in text for sign in (separator, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def objects(rows: Iterable[dict[str, Any]]) -> str:
    """NDJSON."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def hms(seconds: float, *, wide: bool = True) -> str:
    """Hours, minutes and seconds: 01:01:02, or 1:01:02."""
    text = f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}"
    return text if wide else text.removeprefix("0")


# --- for readers ------------------------------------------------------------------------------------


def cells(text: bytes | str, separator: str = ",") -> list[dict[str, str]]:
    """The rows of a plain CSV with a header, as Python reads it."""
    whole = text.decode("utf-8-sig") if isinstance(text, bytes) else text
    return list(csv.DictReader(io.StringIO(whole, newline=""), delimiter=separator))


def lines(data: bytes) -> list[Any]:
    return [json.loads(line) for line in data.splitlines()]


def utc(text: str, form: str = "", zone: str = "UTC") -> datetime:
    """An instant; `form` empty: ISO 8601."""
    moment = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def unix(text: float | str) -> datetime:
    return datetime.fromtimestamp(float(text), UTC)


def clock(text: str) -> int:
    """Seconds of h:mm:ss or m:ss; 0 of nothing."""
    total = 0
    for part in text.split(":") if text else ():
        total = total * 60 + int(part)
    return total
