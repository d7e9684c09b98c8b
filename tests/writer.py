"""The writer that ships, on a thread of this process: the real client at one end of a socket pair, the real
server at the other, in front of a store that a test holds in its hands.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from types import TracebackType
from typing import Any, Self, TypeVar

from callboard.ingest.commit.client import CommitClient
from callboard.ingest.commit.handover import hand_over, handover
from callboard.ingest.commit.process import StartWriter
from callboard.ingest.commit.server import OpenStore, serve
from callboard.settings import Settings
from callboard.store.interface import Batch, Receipt, Store

T = TypeVar("T")


class SharedWriterThread:
    """One writer for several clients, as workers of a server have."""

    def __init__(self, store: Store) -> None:
        self._outside, door = handover()
        self._thread = threading.Thread(
            target=serve, args=(door, lambda _: nullcontext(store)), name="callboard-writer", daemon=True
        )
        self._door = door

    def hand(self, batches: socket.socket, questions: socket.socket) -> Self:
        """Hand it a client's sockets."""
        hand_over(self._outside, batches, questions)
        return self

    @property
    def is_gone(self) -> bool:
        return not self._thread.is_alive()

    def end(self, within_s: float) -> None:
        """It ends with the last of them."""

    def kill(self, silent_since: float) -> None:
        """A thread cannot be ended from outside."""

    def release(self) -> None:
        """The others still have it."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._outside.close()
        self._thread.join(20)
        self._door.close()


class WriterThread:
    """Stands where a writer process does."""

    def __init__(self, batches: socket.socket, questions: socket.socket, opening: OpenStore) -> None:
        outside, self._door = handover()
        with outside:
            hand_over(outside, batches, questions)
        self._opening = opening
        self._thread = threading.Thread(target=self._serve, name="callboard-writer", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with self._door:
            serve(self._door, self._opening)

    @property
    def is_gone(self) -> bool:
        return not self._thread.is_alive()

    def end(self, within_s: float) -> None:
        self._thread.join(within_s)

    def kill(self, silent_since: float) -> None:
        """A thread cannot be ended from outside: it ends when the other end of the socket is closed."""

    def release(self) -> None:
        """It ends by itself."""


def on_a_thread(store: Store) -> StartWriter:
    """Begins writers of this store, which stays open when they end."""
    return beginning(lambda _: nullcontext(store))


def beginning(opening: OpenStore) -> StartWriter:
    """Begins writers that open their store so."""
    return lambda batches, questions: WriterThread(batches, questions, opening)


class Commits:
    """A client on a separate event loop, for tests whose senders are threads."""

    def __init__(
        self, store: Store, settings: Settings, start_writer: Callable[[Store], StartWriter] = on_a_thread
    ) -> None:
        self.client = CommitClient(settings, start_writer(store))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="callboard-client", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self.client.start()

    def commit(self, batch: Batch) -> Receipt:
        """Write a batch; returns when it is on disk."""
        return self.run(self.client.commit_async(batch))

    def run(self, asking: Coroutine[Any, Any, T]) -> T:
        """On the client's event loop."""
        return asyncio.run_coroutine_threadsafe(asking, self._loop).result()

    def stop(self) -> None:
        """Write all that waits, end the writer and the loop. Again: nothing."""
        if self._loop.is_closed():
            return
        self.run(self.client.finish())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
