"""Group commit: requests share commits, nobody is answered before theirs, and nothing stops the writer."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest

from callboard.errors import (
    IdempotencyConflictError,
    NodeUnavailableError,
    QueueFullError,
    StoreError,
    StoreLockedError,
    StoreUnavailableError,
)
from callboard.ingest.commit import process
from callboard.ingest.commit.health import Answer
from callboard.ingest.commit.protocol import results_frame
from callboard.settings import Settings
from callboard.store.interface import Batch, Idempotency, Receipt, Rejection
from tests.events import call
from tests.model import MemoryStore
from tests.stores import NOW, make_organization, make_space
from tests.writer import Commits, SharedWriterThread

T = TypeVar("T")


class Gated(MemoryStore):
    """A memory store whose writing waits at a gate, and that tells what was written together."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.lock = threading.Event()
        self.lock.set()
        self.arrived = threading.Semaphore(0)
        self.commits: list[list[str]] = []
        self.fault: Exception | None = None
        self.poison = ""

    def ingest(self, batches: Sequence[Batch], *, waited_s: float = 0.0) -> list[Receipt | Exception]:
        self.arrived.release()
        assert self.gate.wait(20)
        names = [entry.event.item_id for batch in batches for entry in batch.entries]
        if self.fault is not None:
            raise self.fault
        if self.poison in names:
            raise ZeroDivisionError(self.poison)
        receipts = super().ingest(batches, waited_s=waited_s)
        self.commits.append(names)
        return receipts

    def try_writing(self) -> None:
        """Waits for the lock that a writer check needs."""
        assert self.lock.wait(20)


class World:
    def __init__(self, **settings: Any) -> None:
        self.store = Gated()
        self.spaces = [
            make_space(self.store, make_organization(self.store, handle))
            for handle in ("a.example", "b.example")
        ]
        self.commits = Commits(self.store, Settings(**settings))
        self.commits.start()
        self.client = self.commits.client
        self.commit = self.commits.commit

    def run(self, asking: Coroutine[Any, Any, T]) -> T:
        """On the client's event loop."""
        return self.commits.run(asking)

    def batch(self, *names: str, org: int = 0, **more: Any) -> Batch:
        space = self.spaces[org]
        entries = [call(name) for name in names]
        return Batch(org_id=space.org_id, space_id=space.id, entries=entries, received_at=NOW, **more)

    def close_gate(self) -> None:
        """From now on writing waits; one request is on its way so that others gather behind it."""
        self.store.gate.clear()
        while self.store.arrived.acquire(blocking=False):
            pass

    def calls(self) -> int:
        return sum(
            self.store.changes_since(space.org_id, -1).totals[space.id].total_calls for space in self.spaces
        )


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.store.gate.set()
    world.commits.stop()


def test_a_receipt_tells_what_became_of_the_batch(world: World) -> None:
    """Also in the next request: what is known already is a duplicate."""
    receipt = world.commit(world.batch("c1", "c2"))
    assert (receipt.received, receipt.applied) == (2, 2)
    again = world.run(world.client.commit_async(world.batch("c1", "c3")))
    assert (again.applied, again.duplicate) == (1, 1)
    assert (world.client.commits, world.client.waiting) == (2, 0)


def test_requests_at_once_share_commits_and_none_is_answered_before_its_own(world: World) -> None:
    """31 requests that arrive while one is being written are one commit more; nobody is answered early."""

    async def main() -> None:
        world.close_gate()
        first = asyncio.ensure_future(world.client.commit_async(world.batch("first")))
        await asyncio.to_thread(world.store.arrived.acquire)
        rest = [asyncio.ensure_future(world.client.commit_async(world.batch(f"c{n}"))) for n in range(31)]
        await asyncio.sleep(0.05)
        assert not any(request.done() for request in [first, *rest])
        assert world.client.waiting == 32
        assert world.calls() == 0
        world.store.gate.set()
        receipts = await asyncio.gather(first, *rest)
        assert all(receipt.applied == 1 for receipt in receipts)

    world.run(main())
    assert [len(commit) for commit in world.store.commits] == [1, 31]
    assert world.calls() == 32


def test_requests_of_one_turn_of_the_loop_are_one_commit(world: World) -> None:
    """An idle writer wakes after all of them are entered, not with the first."""

    async def main() -> None:
        await asyncio.gather(*(world.client.commit_async(world.batch(f"c{n}")) for n in range(32)))

    world.run(main())
    assert [len(commit) for commit in world.store.commits] == [32]


def test_requests_at_once_get_their_own_receipts(world: World) -> None:
    """Each request gets what belongs to its batch, however many share a commit."""

    async def main() -> list[int]:
        batches = [world.batch(*(f"{n}-{i}" for i in range(n)), org=n % 2) for n in range(40)]
        return [each.applied for each in await asyncio.gather(*map(world.client.commit_async, batches))]

    assert world.run(main()) == list(range(40))
    assert len(world.store.commits) < 40


def test_what_one_batch_did_wrong_is_told_to_it_alone(world: World) -> None:
    """A used Idempotency-Key is its sender's fault; the neighbours in the commit stand."""
    key = Idempotency("k", b"one", b"{}")
    world.commit(world.batch("c0", idempotency=key))

    async def main() -> list[Receipt | BaseException]:
        other = Idempotency("k", b"two", b"{}")
        batches = [world.batch("c1"), world.batch("c2", idempotency=other), world.batch("c3")]
        return await asyncio.gather(*map(world.client.commit_async, batches), return_exceptions=True)

    before, conflict, after = world.run(main())
    assert isinstance(conflict, IdempotencyConflictError)
    assert [each.applied for each in (before, after) if isinstance(each, Receipt)] == [1, 1]


def test_a_store_that_is_down_is_told_to_everybody_who_waits(world: World) -> None:
    """And the next commit is tried anew."""
    world.store.fault = StoreUnavailableError("locked")

    async def main() -> list[Receipt | BaseException]:
        requests = (world.client.commit_async(world.batch(f"c{n}")) for n in range(3))
        return await asyncio.gather(*requests, return_exceptions=True)

    failures = world.run(main())
    assert [(type(each), str(each)) for each in failures] == [(StoreUnavailableError, "locked")] * 3
    with pytest.raises(StoreError, match="locked"):
        world.commit(world.batch("c1"))
    world.store.fault = None
    assert world.commit(world.batch("c1")).applied == 1


def test_a_fault_of_ours_hits_only_the_batch_that_brings_it_up(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged and given to that request; its neighbours are written and the writer lives on."""
    world.store.poison = "bad"

    async def main() -> list[Receipt | BaseException]:
        batches = [world.batch("c1"), world.batch("c2", "bad"), world.batch("c3", org=1)]
        return await asyncio.gather(*map(world.client.commit_async, batches), return_exceptions=True)

    with caplog.at_level(logging.ERROR):
        results = world.run(main())
    assert [type(each) for each in results] == [Receipt, RuntimeError, Receipt]
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert world.commit(world.batch("c4")).applied == 1
    assert world.calls() == 3


def test_a_request_that_went_away_is_written_all_the_same(world: World) -> None:
    """Cancelled while it waited: its neighbours are answered, and its events are kept."""

    async def main() -> None:
        world.close_gate()
        first = asyncio.ensure_future(world.client.commit_async(world.batch("c1")))
        await asyncio.to_thread(world.store.arrived.acquire)
        gone = asyncio.ensure_future(world.client.commit_async(world.batch("c2")))
        stays = asyncio.ensure_future(world.client.commit_async(world.batch("c3")))
        await asyncio.sleep(0)
        gone.cancel()
        world.store.gate.set()
        assert (await first).applied == (await stays).applied == 1
        assert gone.cancelled()

    world.run(main())
    assert world.calls() == 3


def test_a_full_queue_is_503_with_nothing_kept() -> None:
    """At the bound a request is refused at once, whole; when there is room again it is taken."""
    world = World(queue_events=10)

    async def main() -> None:
        world.close_gate()
        first = asyncio.ensure_future(world.client.commit_async(world.batch("c1")))
        await asyncio.to_thread(world.store.arrived.acquire)
        with pytest.raises(QueueFullError) as caught:
            await world.client.commit_async(world.batch(*(f"x{n}" for n in range(10))))
        assert caught.value.retry_after_s >= 1
        other = asyncio.ensure_future(world.client.commit_async(world.batch("y1", org=1)))
        await asyncio.sleep(0)
        world.store.gate.set()
        assert (await first).applied == (await other).applied == 1
        assert (await world.client.commit_async(world.batch(*(f"x{n}" for n in range(10))))).applied == 10

    world.run(main())
    world.commits.stop()
    assert world.calls() == 12


def test_an_organization_that_floods_does_not_hold_up_another() -> None:
    """Behind 200 requests of one, another's single request is in the very next commit."""
    world = World(commit_events=20)

    async def main() -> None:
        world.close_gate()
        flood = [asyncio.ensure_future(world.client.commit_async(world.batch("f0")))]
        await asyncio.to_thread(world.store.arrived.acquire)
        flood += [
            asyncio.ensure_future(world.client.commit_async(world.batch(f"f{n}"))) for n in range(1, 201)
        ]
        late = asyncio.ensure_future(world.client.commit_async(world.batch("late", org=1)))
        await asyncio.sleep(0)
        world.store.gate.set()
        await asyncio.gather(late, *flood)

    world.run(main())
    world.commits.stop()
    assert "late" in world.store.commits[1]
    assert max(map(len, world.store.commits)) <= 20


def test_stopping_writes_what_waits_and_refuses_what_comes() -> None:
    """A server told to stop keeps its word to whoever was taken in; stopping again is nothing."""
    world = World()
    world.close_gate()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(world.commit, world.batch(f"c{n}")) for n in range(4)]
        world.store.arrived.acquire()
        while world.client.waiting < 4:
            pass
        stopped = pool.submit(world.commits.stop)
        while not world.client._stopping:
            pass
        with pytest.raises(StoreUnavailableError, match="stopping"):
            world.commit(world.batch("late"))
        world.store.gate.set()
        assert [each.result().applied for each in waiting] == [1] * 4
        stopped.result()
    world.commits.stop()
    assert world.calls() == 4


def test_a_batch_of_rejections_alone_is_written_too(world: World) -> None:
    """What was refused is counted with the rest; an empty batch has a receipt as well."""
    rejection = Rejection(0, "invalid_status", "call_status: 'x' is none of …")
    receipt = world.commit(world.batch(rejections=[rejection]))
    assert (receipt.received, receipt.rejected) == (1, 1)
    assert world.commit(world.batch()).received == 0


def test_a_writer_that_does_not_read_is_sent_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Backpressure: what it leaves unread is bounded, the rest waits in the queue, in turn; none is lost."""
    monkeypatch.setattr(process, "UNSENT_BYTES", 1 << 16)
    world = World()
    many, long = 60, "x" * 15_000

    async def main() -> None:
        world.close_gate()
        sent = [asyncio.ensure_future(world.client.commit_async(world.batch("first")))]
        await asyncio.to_thread(world.store.arrived.acquire)
        for number in range(many):
            batch = world.batch()
            batch.entries.append(call(f"c{number}", metadata={"text": long}))
            sent.append(asyncio.ensure_future(world.client.commit_async(batch)))
            await asyncio.sleep(0.001)
        writer = world.client._supervisor.writer
        assert writer is not None
        assert isinstance(writer._transport, asyncio.WriteTransport)
        assert 1 << 16 < writer._transport.get_write_buffer_size() < (1 << 16) + 2 * len(long)
        assert world.client.waiting == many + 1
        world.store.gate.set()
        assert [receipt.applied for receipt in await asyncio.gather(*sent)] == [1] * (many + 1)

    world.run(main())
    world.commits.stop()
    assert world.calls() == many + 1


def test_a_check_during_which_the_writer_ends_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last answer may be read after its end was noticed; the check fails with the reason all the same."""
    doing = process.WriterProcess.doing

    async def last_answer(writer: process.WriterProcess) -> Answer:
        found = await doing(writer)
        world.client.ended(writer)
        return found

    world.commit(world.batch("c1"))
    monkeypatch.setattr(process.WriterProcess, "doing", last_answer)
    with pytest.raises(StoreUnavailableError, match="ended and is not back yet"):
        world.run(world.client.check(5))


def test_a_check_ends_within_its_bound_with_a_reason(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the writer does not say what it is doing."""

    async def silent(_: process.WriterProcess) -> Answer:
        await asyncio.sleep(60)
        raise AssertionError("the check did not end")

    async def main() -> None:
        async with asyncio.timeout(10):
            await world.client.check(0.1)

    world.commit(world.batch("c1"))
    monkeypatch.setattr(process.WriterProcess, "doing", silent)
    with pytest.raises(StoreUnavailableError, match="a commit takes very long"):
        world.run(main())


def test_a_check_after_a_failed_commit_names_its_reason_while_the_next_one_waits(world: World) -> None:
    """The lock that made a commit fail is still held: the check's own commit waits for it."""
    world.store.fault = StoreLockedError()
    with pytest.raises(StoreLockedError):
        world.commit(world.batch("c1"))
    world.store.fault = None
    world.store.lock.clear()
    try:
        with pytest.raises(StoreLockedError, match="locked by another process"):
            world.run(world.client.check(0.1))
    finally:
        world.store.lock.set()
    world.run(world.client.check(10))


def test_a_commit_whose_own_node_is_away_makes_nobody_else_unready(world: World) -> None:
    """The probe does not ask for more, and a check under way is answered by what it found itself."""
    world.store.fault = NodeUnavailableError()
    with pytest.raises(NodeUnavailableError):
        world.commit(world.batch("c1"))
    world.run(world.client.check(10))
    world.store.fault = None
    world.commit(world.batch("c2"))


def test_results_of_a_replaced_writer_answer_nothing(world: World) -> None:
    """It was killed and its requests were answered: what it still sent must not answer those of the next."""
    (receipt,) = world.store.ingest([world.batch("c0", "c1")])
    replaced: Any = SimpleNamespace(is_open=True)

    async def main() -> Receipt:
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(world.client.commit_async(world.batch("c2")))
            await asyncio.to_thread(world.store.arrived.acquire)
            world.client.results_received(replaced, [results_frame([(0, receipt)])])
            await asyncio.sleep(0)
            assert not waiting.done()
            world.store.gate.set()
        return waiting.result()

    world.close_gate()
    try:
        assert world.run(main()).applied == 1
    finally:
        world.store.gate.set()


def test_a_worker_waits_for_the_large_batch_of_another() -> None:
    """The writer is late for a reason: of its 4,000 events it may take 4 s longer than of one."""
    world = World(commit_timeout_ms=1000, lock_timeout_ms=0)
    with SharedWriterThread(world.store) as shared:
        large, small = (
            Commits(world.store, Settings(commit_timeout_ms=1000, lock_timeout_ms=0), lambda _: shared.hand)
            for _ in range(2)
        )
        with large, small, ThreadPoolExecutor() as pool:
            world.store.gate.clear()
            first = pool.submit(large.commit, world.batch(*(f"c{number}" for number in range(4_000))))
            assert world.store.arrived.acquire(timeout=20)
            second = pool.submit(small.commit, world.batch("of the other", org=1))
            assert not wait([second], 3).done
            world.store.gate.set()
            assert (first.result(20).applied, second.result(20).applied) == (4_000, 1)
    world.commits.stop()
