"""Sending what arrives, in order of arrival, over HTTP: batches of NDJSON, a few connections at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from callboard.demo.client import Access, Client
from callboard.demo.setting_up import Stage
from callboard.demo.telling import Arrival

BATCH_EVENTS = 1_000
CONNECTIONS = 3


@dataclass(frozen=True)
class Parcel:
    """The events of one request."""

    space: str
    lines: list[bytes]


@dataclass
class Tally:
    """What the server said of all that was sent."""

    received: int = 0
    applied: int = 0
    duplicate: int = 0
    stale: int = 0
    rejected: int = 0
    duplicates: dict[str, int] = field(default_factory=dict)
    """Campaign → how many were duplicates."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, parcel: Parcel, answer: dict[str, int]) -> None:
        """Count one answer."""
        with self._lock:
            for what in ("received", "applied", "duplicate", "stale", "rejected"):
                setattr(self, what, getattr(self, what) + answer[what])
            self.duplicates[parcel.space] = self.duplicates.get(parcel.space, 0) + answer["duplicate"]


def parcels(arrivals: Iterable[Arrival], size: int = BATCH_EVENTS) -> Iterator[Parcel]:
    """Requests of up to so many events of one space, as they fill up in order of arrival."""
    open_: dict[str, list[bytes]] = {}
    for arrival in arrivals:
        lines = open_.setdefault(arrival.space, [])
        lines.append(arrival.line)
        if len(lines) >= size:
            yield Parcel(arrival.space, open_.pop(arrival.space))
    for space, lines in open_.items():
        yield Parcel(space, lines)


def access_of(stage: Stage, space: str, url: str) -> Access:
    """How the organization of a campaign is reached."""
    handle = stage.handles[space]
    return Access(url, stage.tokens[handle], handle)


def feed(
    stage: Stage,
    url: str,
    sent: Iterable[Parcel],
    acknowledged: Callable[[Parcel, dict[str, int]], None],
    *,
    connections: int = CONNECTIONS,
) -> None:
    """Send all parcels. `acknowledged` is told of each that was answered 200, and the answer, by any thread.

    Raises the first error that a connection met, when all have stopped.
    """
    source = iter(sent)
    lock = threading.Lock()
    errors: list[Exception] = []

    def work() -> None:
        client = Client(url)
        try:
            while not errors:
                with lock:
                    parcel = next(source, None)
                if parcel is None:
                    return
                access = access_of(stage, parcel.space, url)
                acknowledged(parcel, client.send(access, stage.spaces[parcel.space].token, parcel.lines))
        except Exception as error:  # noqa: BLE001 - of a thread; raised by the caller's, below
            errors.append(error)
        finally:
            client.close()

    threads = [threading.Thread(target=work, daemon=True) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
