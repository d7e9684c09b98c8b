"""Promise 7, what hangs: a writer that is stopped, a disk that does not return from a sync, a lock that is
not let go. Writing is refused within its stated time, reading goes on, `/readyz` says why within 2 s, SIGTERM
ends everything; and it all goes on by itself when the cause is over.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.crash.hanging import (
    COMMIT_TIMEOUT_S,
    LOCK_TIMEOUT_S,
    WRITING_S,
    Watched,
    check_file,
    lives,
    own_disk,
    small_disk,
    watched,
    writer_of,
)
from tests.crash.stopping import stopped
from tests.crash.test_disk_faults import locked_by_another_process
from tests.crash.test_writer_ends import writers

READY_S = 2.0

pytestmark = pytest.mark.timeout(120)


def is_refused(board: Watched) -> None:
    """A write is answered 503 with `Retry-After`, and says whether anything may have been kept."""
    answer = board.send()
    assert (answer.status, bool(answer.retry_after)) == (503, True), answer
    assert answer.took_s < WRITING_S + LOCK_TIMEOUT_S, answer
    assert "kept" in answer.text, answer


def is_not_ready(board: Watched, *words: str) -> None:
    """`/readyz` says so, and why, in time."""
    answer = board.ready()
    assert answer.status == 503, answer
    assert answer.took_s < READY_S, answer
    assert any(word in answer.text for word in words), answer


def reads_go_on(board: Watched) -> None:
    for answer in (board.numbers(), board.calls()):
        assert answer.status == 200, answer
        assert answer.took_s < READY_S, answer


def test_a_stopped_writer_is_503_reported_and_replaced(tmp_path: Path) -> None:
    """Stopped while idle: told at once, by `/readyz`; requests are answered within `commit_timeout_ms`, and
    say that they may have been kept; the next writer takes what is sent again.
    """
    with watched(tmp_path) as board:
        pid = writer_of(board)
        os.kill(pid, signal.SIGSTOP)
        is_not_ready(board, "has not answered")
        reads_go_on(board)
        with ThreadPoolExecutor(4) as senders:
            sent = list(senders.map(lambda number: board.send(call_id=f"again{number}"), range(4)))
        for answer in sent:
            assert (answer.status, bool(answer.retry_after)) == (503, True), answer
            assert answer.took_s < WRITING_S, answer
            assert "may have been kept or not: send it again" in answer.text
            assert '"field":"commit_in_doubt"' in answer.text
        board.recover()
        assert [board.send(call_id=f"again{number}").status for number in range(4)] == [200] * 4
        assert writer_of(board) != pid
        board.check()


def test_a_writer_stopped_under_load_blocks_no_request_permanently(tmp_path: Path) -> None:
    """Stopped at any moment, also inside a commit with the file's lock held: all senders are answered in
    time, what was acknowledged is counted.
    """
    with watched(tmp_path, workers=2) as board:
        enough = threading.Event()
        slow: list[float] = []

        def feed(name: int) -> None:
            number = 0
            while not enough.is_set():
                answer = board.send(call_id=f"f{name}-{number}")
                number += answer.status == 200
                assert answer.status in (200, 503), answer
                slow.append(answer.took_s)

        with ThreadPoolExecutor(4) as senders:
            fed = [senders.submit(feed, name) for name in range(4)]
            for moment in (0.3, 0.5):
                time.sleep(moment)
                for pid in writers(board.server):
                    os.kill(pid, signal.SIGSTOP)
                time.sleep(COMMIT_TIMEOUT_S + 1)
            enough.set()
            for each in fed:
                each.result()
        assert max(slow) < WRITING_S + LOCK_TIMEOUT_S
        board.recover()
        board.check()


def test_a_writer_that_continues_in_time_fails_no_request(tmp_path: Path) -> None:
    """Shorter than the stated time: requests wait and are kept."""
    with watched(tmp_path) as board:
        pid = writer_of(board)
        with ThreadPoolExecutor(1) as sender:
            with stopped(pid):
                sent = sender.submit(board.send)
                time.sleep(0.3)
            assert sent.result().status == 200
        assert writer_of(board) == pid
        board.check()


@pytest.mark.parametrize("busy", [pytest.param(False, marks=pytest.mark.long), True])
def test_sigterm_ends_a_server_whose_writer_is_stopped(busy: bool, tmp_path: Path) -> None:
    """Within 30 s, and no process is left."""
    with watched(tmp_path, impatient=busy) as board:
        os.kill(writer_of(board), signal.SIGSTOP)
        sender = threading.Thread(target=board.send)
        if busy:
            sender.start()
            time.sleep(0.3)
        board.stop(30)
        if busy:
            sender.join(30)


@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_a_stopped_worker_is_ended_with_its_writer(how: signal.Signals, tmp_path: Path) -> None:
    """A worker that does not hear is killed when its time is over, and its writer with it."""
    with watched(tmp_path, impatient=False) as board:
        main, writer = board.server.pid, writer_of(board)
        [worker] = set(board.server.processes()) - {main, writer}
        for pid in (writer, worker):
            os.kill(pid, signal.SIGSTOP)
        os.kill(main, how)
        deadline = time.monotonic() + 32
        while lives(worker) or lives(writer):
            assert time.monotonic() < deadline, "a process outlived its server"
            time.sleep(0.05)


def test_a_held_lock_is_waited_for_no_longer_than_stated_also_by_the_second(tmp_path: Path) -> None:
    """A request queued behind another waits no longer than the first: `lock_timeout_ms` from its arrival.
    `/readyz` reports it; reads go on.
    """
    with watched(tmp_path) as board:
        with locked_by_another_process(board.path), ThreadPoolExecutor(6) as senders:
            sent = []
            for number in range(6):
                sent.append(senders.submit(board.send, call_id=f"l{number}"))
                time.sleep(0.25)
            is_not_ready(board, "locked")
            reads_go_on(board)
            for each in sent:
                answer = each.result()
                assert (answer.status, bool(answer.retry_after)) == (503, True), answer
                assert "locked" in answer.text
                # Each by itself: the second in the row had twice the time before.
                assert answer.took_s < LOCK_TIMEOUT_S + 0.6 * LOCK_TIMEOUT_S, answer
        board.recover()
        board.check()


def test_who_comes_late_to_a_held_lock_has_its_own_time(tmp_path: Path) -> None:
    """The timeout of the first request does not refuse later ones."""
    with watched(tmp_path) as board:
        with ThreadPoolExecutor(2) as senders:
            with locked_by_another_process(board.path):
                first = senders.submit(board.send)
                time.sleep(0.7 * LOCK_TIMEOUT_S)
                second = senders.submit(board.send)
                assert first.result().status == 503
            assert second.result().status == 200
        board.check()


def test_a_full_disk_is_reported_and_used_again_once_there_is_space(tmp_path: Path) -> None:
    """A real file system without room."""
    with small_disk(tmp_path) as folder, watched(folder) as board:
        ballast = folder / "ballast"
        with ballast.open("wb", buffering=0) as file:
            try:
                while file.write(b"\0" * 4096):
                    pass
            except OSError:
                pass
        board.until(lambda: board.send(many=200).status == 503)
        is_refused_for_want_of_room(board)
        is_not_ready(board, "full")
        reads_go_on(board)
        ballast.unlink()
        board.recover()
        board.check()


def is_refused_for_want_of_room(board: Watched) -> None:
    answer = board.send(many=200)
    assert (answer.status, bool(answer.retry_after)) == (503, True), answer
    assert "full" in answer.text


def test_a_hung_disk_is_503_reported_and_used_again(tmp_path: Path) -> None:
    """A real disk that hangs: the writer cannot even be killed. Writing is refused in time, `/readyz`
    tells, reading goes on; when the disk is back it all goes on by itself, and nothing acknowledged is lost.
    """
    with own_disk(tmp_path) as disk, watched(disk.folder, log=tmp_path / "log") as board:
        with disk.hung():
            with ThreadPoolExecutor(2) as senders:
                sent = [senders.submit(board.send, call_id=f"d{number}") for number in range(2)]
                time.sleep(0.3)
                is_not_ready(board, "has not taken a commit", "has not answered", "takes very long")
                reads_go_on(board)
                for each in sent:
                    assert each.result().status == 503
                    assert each.result().took_s < WRITING_S
            is_refused(board)
            is_not_ready(board, "process that writes", "has not", "takes very long")
            reads_go_on(board)
        board.recover()
        board.check()


@pytest.mark.long
def test_sigterm_ends_a_server_whose_disk_does_not_return(tmp_path: Path) -> None:
    """In time; a process that the system cannot end is gone as soon as the disk is back."""
    with own_disk(tmp_path) as disk, watched(disk.folder, log=tmp_path / "log") as board:
        pid = writer_of(board)
        with disk.hung():
            sender = threading.Thread(target=board.send)
            sender.start()
            time.sleep(0.3)
            began = time.monotonic()
            board.server.stop()
            assert time.monotonic() - began < 30
            sender.join(30)
        board.until(lambda: not lives(pid))
        check_file(board.path, board.campaign, board.acknowledged)
