"""Sends events over HTTP in their order of arrival: batches of NDJSON over a few connections at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from callboard.demo.client import Access, Client
from callboard.demo.platform import Arrival
from callboard.demo.setup import DemoStore

BATCH_EVENTS = 1_000
CONNECTIONS = 3


@dataclass(frozen=True)
class RequestBatch:
    """The events of one request."""

    space: str
    lines: list[bytes]


@dataclass
class Tally:
    """The server's answers added up: what became of all events sent. Thread-safe."""

    received: int = 0
    applied: int = 0
    duplicate: int = 0
    stale: int = 0
    rejected: int = 0
    duplicates: dict[str, int] = field(default_factory=dict)
    """Number of duplicates by campaign."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, batch: RequestBatch, answer: dict[str, int]) -> None:
        """Count one answer."""
        with self._lock:
            for what in ("received", "applied", "duplicate", "stale", "rejected"):
                setattr(self, what, getattr(self, what) + answer[what])
            self.duplicates[batch.space] = self.duplicates.get(batch.space, 0) + answer["duplicate"]


def request_batches(arrivals: Iterable[Arrival], size: int = BATCH_EVENTS) -> Iterator[RequestBatch]:
    """Requests of up to `size` events of one space each, in the order in which they fill up."""
    open_: dict[str, list[bytes]] = {}
    for arrival in arrivals:
        lines = open_.setdefault(arrival.space, [])
        lines.append(arrival.line)
        if len(lines) >= size:
            yield RequestBatch(arrival.space, open_.pop(arrival.space))
    for space, lines in open_.items():
        yield RequestBatch(space, lines)


def access_of(demo_store: DemoStore, space: str, url: str) -> Access:
    """URL, token and handle of a campaign's organization."""
    handle = demo_store.handles[space]
    return Access(url, demo_store.tokens[handle], handle)


def send_all(
    demo_store: DemoStore,
    url: str,
    sent: Iterable[RequestBatch],
    acknowledged: Callable[[RequestBatch, dict[str, int]], None],
    *,
    connections: int = CONNECTIONS,
) -> None:
    """Send all parcels. `acknowledged` is called with each parcel that was answered 200, and the answer, from
    any thread.

    Raises the first error of any connection, once all connections have stopped.
    """
    source = iter(sent)
    lock = threading.Lock()
    errors: list[Exception] = []

    def work() -> None:
        client = Client(url)
        try:
            while not errors:
                with lock:  # a generator must not be resumed by two threads at once
                    batch = next(source, None)
                if batch is None:
                    return
                access = access_of(demo_store, batch.space, url)
                acknowledged(batch, client.send(access, demo_store.spaces[batch.space].token, batch.lines))
        except Exception as error:  # noqa: BLE001 - raised again below, by the caller's thread
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
