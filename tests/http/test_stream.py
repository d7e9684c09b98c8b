"""The stream of numbers, without a network: what begins, changes, is bounded and ends it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from callboard.errors import NodeUnavailableError, StoreUnavailableError
from callboard.live import subscription
from callboard.live.message import WHY
from callboard.live.permit import Permit
from tests.events import call, send, task
from tests.http.board import ADDRESS, ANALYTICS, API, Board

STREAM = f"{API}organisation/analytics/stream/"


class Reader:
    """A client of one stream, over ASGI: it takes pieces when it wants to."""

    def __init__(self, board: Board, query: str = "", **headers: str) -> None:
        self._board = board
        sent = {"authorization": f"Token {board.viewer}", "org-handle": "acme.example", **headers}
        self.scope = {
            "type": "http",
            "method": "GET",
            "path": STREAM,
            "raw_path": STREAM.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
            "client": (ADDRESS, 50000),
        }
        self.status = 0
        self.headers: dict[str, str] = {}
        self.ended = False
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue()
        self._taken = asyncio.Semaphore(0)
        self._gone = asyncio.Event()

    async def run(self) -> None:
        await self._board.app(self.scope, self._receive, self._send)

    async def _receive(self) -> Any:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        if not message.get("more_body"):
            self.ended = True
        if message["body"]:
            self._pieces.put_nowait(message["body"])
            await self._taken.acquire()  # a connection without buffers

    async def piece(self) -> str:
        self._taken.release()
        return (await asyncio.wait_for(self._pieces.get(), 20)).decode()

    async def message(self) -> dict[str, Any]:
        """The next message's fields, comments passed over."""
        async with asyncio.timeout(20):  # comments go on for ever
            while True:
                piece = await self.piece()
                fields = dict(line.split(": ", 1) for line in piece.splitlines() if ": " in line)
                if "data" in fields:
                    return {**fields, "data": json.loads(fields["data"])}

    async def numbers(self) -> dict[str, Any]:
        numbers: dict[str, Any] = (await self.message())["data"]["data"]
        return numbers

    def hang_up(self) -> None:
        self._gone.set()


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    """One whose streams last."""
    with Board(tmp_path, stream_seconds=3600) as board:
        yield board


@asynccontextmanager
async def reading(board: Board, query: str = "", **headers: str) -> AsyncIterator[Reader]:
    """A reader under way; at the end it hangs up."""
    reader = Reader(board, query, **headers)
    running = asyncio.create_task(reader.run())
    try:
        yield reader
    finally:
        reader.hang_up()
        await asyncio.wait_for(running, 20)


def end_of(fields: dict[str, Any]) -> str:
    """The reason a stream gives for its end, told in its words."""
    assert fields["event"] == "end"
    reason: str = fields["data"]["reason"]
    assert (reason, fields["data"]["message"]) in WHY.items()
    return reason


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
        await asyncio.sleep(0.01)


# --- what it sends -----------------------------------------------------------------------------------


def test_it_begins_with_the_analytics_answer_and_sends_it_again_when_it_changes(board: Board):
    """Each message's data is the endpoint's body, byte for byte; ids only grow."""

    async def story() -> None:
        send(board.store, board.spring, call("c-1"))
        async with reading(board) as reader:
            assert (await reader.piece()) == "retry: 1000\n\n"
            first = await reader.piece()
            assert reader.headers["content-type"] == "text/event-stream"
            assert reader.headers["cache-control"] == "private, no-store"
            assert reader.headers["vary"] == "Authorization, Cookie, Org-Handle"
            assert reader.headers["x-accel-buffering"] == "no"
            assert "content-length" not in reader.headers
            assert "etag" not in reader.headers
            pieces.append(first)
            send(board.store, board.summer, call("c-2"), task("t-1", "running"))
            pieces.append(await reader.piece())

    pieces: list[str] = []
    board.loop.run(story())
    ids = [tuple(map(int, piece.split("\n")[0].removeprefix("id: ").split("."))) for piece in pieces]
    assert ids[0] < ids[1]
    body = board.get(ANALYTICS).text
    assert pieces[1].split("\n")[1:] == [f"data: {body}", "", ""]
    assert json.loads(body)["data"]["total_calls"] == 2


def test_a_scope_is_notified_of_its_own_changes_only(board: Board):
    """Of one space, of the contact spaces, of all: who follows one hears nothing of another."""

    async def story() -> None:
        async with (
            reading(board, f"space_token={board.spring.token}") as spring,
            reading(board) as contact,
            reading(board, "content_type=all") as every,
        ):
            for reader in (spring, contact, every):
                assert (await reader.numbers())["total_calls"] == 0
            send(board.store, board.mail, call("m-1"))
            assert (await every.numbers())["total_calls"] == 1
            send(board.store, board.summer, call("c-1"))
            assert (await contact.numbers())["total_calls"] == 1
            assert (await every.numbers())["total_calls"] == 2
            send(board.store, board.spring, call("c-2"), call("c-3"))
            assert (await spring.numbers())["total_calls"] == 2
            assert (await contact.numbers())["total_calls"] == 3

    board.loop.run(story())


def test_a_space_that_becomes_a_contact_space_moves_the_organizations_numbers(board: Board):
    """A change of the directory is a change of the answer, and has another id."""

    async def story() -> None:
        send(board.store, board.mail, call("m-1"))
        async with reading(board) as reader:
            before = await reader.message()
            board.store.update_space(board.acme.id, board.mail.id, {"content_type": "contact"})
            after = await reader.message()
            assert [each["data"]["data"]["total_calls"] for each in (before, after)] == [0, 1]
            assert before["id"] != after["id"]

    board.loop.run(story())


def test_a_slow_reader_gets_the_newest_and_not_all_there_was(board: Board):
    """However much changed while it took its time, its backlog is one message."""

    async def story() -> None:
        async with reading(board) as reader:
            assert (await reader.numbers())["total_calls"] == 0
            send(board.store, board.spring, call("c-0"))
            for number in range(1, 50):
                send(board.store, board.spring, call(f"c-{number}"))
                await asyncio.sleep(0.01)
            seen = [(await reader.numbers())["total_calls"]]
            while seen[-1] < 50:
                seen.append((await reader.numbers())["total_calls"])
            assert len(seen) <= 3
            assert seen == sorted(seen)

    board.loop.run(story())


def test_messages_keep_their_distance(board: Board, monkeypatch: pytest.MonkeyPatch):
    """With an interval of an hour, a subscriber that just got a message gets no other; another one does."""
    monkeypatch.setattr(subscription, "MIN_INTERVAL_S", 3600.0)

    async def story() -> None:
        async with reading(board) as reader:
            assert (await reader.numbers())["total_calls"] == 0
            send(board.store, board.spring, call("c-1"))
            async with reading(board) as other:
                assert (await other.numbers())["total_calls"] == 1
            assert reader._pieces.empty()

    board.loop.run(story())


def test_silence_is_filled_with_comments(board: Board, monkeypatch: pytest.MonkeyPatch):
    """They are no messages: a client that listens for numbers hears nothing."""
    monkeypatch.setattr(subscription, "HEARTBEAT_S", 0.01)
    monkeypatch.setattr(subscription, "MIN_INTERVAL_S", 0.0)

    async def story() -> None:
        async with reading(board) as reader:
            await reader.message()
            assert [await reader.piece() for _ in range(3)] == [":\n\n"] * 3

    board.loop.run(story())


def test_a_client_may_ask_for_signs_of_life_sooner(board: Board, monkeypatch: pytest.MonkeyPatch):
    """A comment after `heartbeat` seconds of silence: it takes two seconds, where others hear nothing yet."""
    monkeypatch.setattr(subscription, "MIN_INTERVAL_S", 0.0)

    async def story() -> None:
        async with reading(board) as patient, reading(board, "heartbeat=2") as wary:
            await patient.message()
            await wary.message()
            assert await wary.piece() == ":\n\n"
            assert patient._pieces.empty()

    board.loop.run(story())


@pytest.mark.parametrize("heartbeat", ["1", "16", "x", ""])
def test_a_heartbeat_has_its_bounds(board: Board, heartbeat: str):
    """A worker with two thousand streams must not be made to write to each of them all the time."""
    assert board.get(f"{STREAM}?heartbeat={heartbeat}").status_code == 400


@pytest.mark.parametrize("last", ["1.1", "999999999.1", "", "nonsense"])
def test_a_stream_taken_up_again_starts_with_the_current_answer(board: Board, last: str):
    """Whatever `Last-Event-ID` says: the newest answer is all there is to know."""

    async def story() -> None:
        send(board.store, board.spring, call("c-1"))
        async with reading(board, **{"last-event-id": last}) as reader:
            assert (await reader.numbers())["total_calls"] == 1

    board.loop.run(story())


# --- how it ends -------------------------------------------------------------------------------------


def test_a_revoked_token_ends_its_streams_and_no_others(board: Board):
    """By another process as by this one: the store says that the directory changed."""

    async def story() -> None:
        async with reading(board) as viewer, reading(board, authorization=f"Token {board.admin}") as admin:
            await viewer.message()
            await admin.message()
            board.store.revoke_token(board.token_of(board.viewer).id, board.now)
            assert end_of(await viewer.message()) == "token_ended"
            send(board.store, board.spring, call("c-1"))
            assert (await admin.numbers())["total_calls"] == 1
        assert viewer.ended
        assert not admin.ended

    board.loop.run(story())
    assert board.ask("GET", STREAM, token=board.viewer, org="acme.example").status_code == 401


def test_a_token_that_expires_ends_its_streams(board: Board):
    """Nothing is committed then: the clock alone says so."""
    brief = board.token(board.acme, role="viewer", expires_at=board.now + 90_000_000)

    async def story() -> None:
        async with reading(board, authorization=f"Bearer {brief}") as reader, reading(board) as other:
            await reader.message()
            await other.message()
            board.pass_minutes(2)
            assert end_of(await reader.message()) == "token_ended"
            assert not other.ended

    board.loop.run(story())


def test_a_rotated_secret_ends_at_its_stated_time(board: Board):
    """The token lives on under its new secret; the old one's hours are over, and its streams with it."""
    from callboard.query.secret import new_secret

    async def story() -> None:
        async with reading(board) as reader:
            await reader.message()
            fresh = new_secret()
            board.store.rotate_token(
                board.token_of(board.viewer).id,
                prefix=fresh.prefix,
                secret_digest=fresh.digest,
                old_until=board.now + 60_000_000,
            )
            send(board.store, board.spring, call("c-1"))
            assert (await reader.numbers())["total_calls"] == 1
            board.pass_minutes(1)
            assert end_of(await reader.message()) == "token_ended"

    board.loop.run(story())


def test_a_server_that_stops_ends_its_streams_and_begins_none(board: Board):
    """Each gets the reason; a new one is 503."""

    async def story() -> None:
        async with reading(board) as reader:
            await reader.message()
            board.services.streams.stop()
            assert end_of(await reader.message()) == "stopping"

    board.loop.run(story())
    assert board.get(STREAM).status_code == 503


def test_a_store_that_cannot_answer_ends_the_streams(board: Board):
    """Silence would say that nothing changes."""

    async def story() -> None:
        async with reading(board) as reader:
            await reader.message()
            board.store.close()
            assert end_of(await reader.message()) == "store_unavailable"

    board.loop.run(story())
    assert board.get(STREAM).status_code == 503


def test_an_organization_that_cannot_be_read_ends_its_own_streams(
    board: Board, monkeypatch: pytest.MonkeyPatch
):
    """Its node may be away: streams of others go on."""
    changes_since = board.store.changes_since

    def away(org_id: int, since: int) -> Any:
        if org_id == board.acme.id:
            raise NodeUnavailableError
        return changes_since(org_id, since)

    async def story() -> None:
        theirs = {"authorization": f"Token {board.stranger}", "org-handle": "other.example"}
        async with reading(board) as reader, reading(board, **theirs) as other:
            await reader.message()
            await other.message()
            monkeypatch.setattr(board.store, "changes_since", away)
            send(board.store, board.elsewhere, call("c-1"))
            assert end_of(await reader.message()) == "store_unavailable"
            assert (await other.numbers())["total_calls"] == 1

    board.loop.run(story())


def test_a_stream_lasts_only_so_long(tmp_path: Path):
    """Then it ends, saying so: the client connects again, to whichever worker is there."""
    with Board(tmp_path, stream_seconds=1) as board:
        answer = board.get(STREAM)
    assert answer.status_code == 200
    assert answer.text.splitlines()[-2].startswith('data: {"reason":"time_over"')


def test_a_reader_that_stalls_is_cut_off_when_its_stream_ends(board: Board, monkeypatch: pytest.MonkeyPatch):
    """It does not take its last words: its place is free all the same, and nothing waits for it."""
    monkeypatch.setattr(subscription, "END_GRACE_S", 0.01)

    async def story() -> None:
        reader = Reader(board)
        running = asyncio.create_task(reader.run())
        await reader.message()
        send(board.store, board.spring, call("c-1"))
        await until(lambda: not reader._pieces.empty())
        board.services.streams.stop()
        await asyncio.wait_for(running, 20)
        assert not reader.ended
        assert board.services.streams.subscribers == 0

    board.loop.run(story())


# --- how many ----------------------------------------------------------------------------------------


def test_places_are_bounded_and_shared(tmp_path: Path):
    """An organization may hold as much as it leaves free; beyond it 503 with Retry-After; who leaves makes
    room.
    """
    with Board(tmp_path, stream_seconds=3600, stream_subscribers=4) as board:

        async def story() -> None:
            async with reading(board) as one, reading(board) as two:
                await one.message()
                await two.message()
                async with reading(board) as third:
                    refusal = json.loads(await third.piece())
                    assert (third.status, third.headers["retry-after"]) == (503, "5")
                    assert refusal["message"].startswith("As many streams are open as there may be")
                theirs = {"authorization": f"Token {board.stranger}", "org-handle": "other.example"}
                async with reading(board, **theirs) as other:
                    assert (await other.numbers())["total_calls"] == 0
            async with reading(board) as again:
                await again.message()

        board.loop.run(story())
        assert board.services.streams.subscribers == 0


def test_who_hangs_up_leaves_its_place(board: Board):
    """Also while nothing is sent; without subscribers the store is no longer polled."""

    async def story() -> None:
        async with reading(board) as reader:
            await reader.message()
            assert board.services.streams.subscribers == 1
        assert board.services.streams.subscribers == 0
        watching = board.services.streams._watching
        if watching is not None:
            await asyncio.wait_for(watching, 20)
        assert board.services.streams._watching is None
        assert not board.services.streams._followed

    board.loop.run(story())


# --- who may -----------------------------------------------------------------------------------------


def test_a_place_is_given_back_when_following_fails(board: Board, monkeypatch: pytest.MonkeyPatch):
    """In following itself, or in whatever is done between that and the first piece: nobody reads it then."""
    live = board.services.streams

    def fails(*_: Any) -> Any:
        raise StoreUnavailableError

    with monkeypatch.context() as patched:
        patched.setattr(Permit, "until", fails)
        assert board.get(STREAM).status_code == 503
    assert (live.subscribers, live._slots.taken) == (0, 0)
    with monkeypatch.context() as patched:
        patched.setattr(board.app, "_after", fails)
        assert board.get(STREAM).status_code == 503
    assert (live.subscribers, live._slots.taken) == (0, 0)
    with monkeypatch.context() as patched:
        patched.setattr(board.app, "_after", fails)
        assert board.get("call-logs/?format=csv").status_code == 503
    assert board.app._exports.taken == 0


@pytest.mark.parametrize(
    ("query", "status"),
    [("space_token=", 400), ("space_token=spc_none", 404), ("x=1", 400), ("content_type=none", 400)],
)
def test_what_cannot_be_followed_is_refused_as_anywhere(board: Board, query: str, status: int):
    """An error is a plain answer, never a stream."""
    answer = board.get(f"{STREAM}?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")


def test_head_holds_no_place(board: Board):
    """The head of the stream, and nothing behind it."""
    answer = board.ask("HEAD", STREAM, token=board.viewer, org="acme.example")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")
    assert board.services.streams.subscribers == 0


def test_only_an_event_stream_is_to_be_had(board: Board):
    """406 for who takes nothing else."""
    assert board.get(STREAM, headers={"Accept": "application/json"}).status_code == 406
