"""The analytics endpoint: exact at once, for every caller, through the short path and the pipeline."""

from __future__ import annotations

from typing import Any

from callboard.query.analytics import Analytics
from callboard.query.directory import Directory
from callboard.store.open import open_store
from callboard.store.questions import Scope
from tests.http.board import ANALYTICS, Board, call, task

PATH = "organisation/analytics/"


def _scope(board: Board, space: Any) -> dict[str, Any]:
    data: dict[str, Any] = board.data(f"{PATH}?space_token={space.token}")
    return data


def test_the_body_is_exactly_that_of_the_reference(board: Board):
    """Every key, in its order, and nothing else; queued calls are not made yet, unknown lengths not zero."""
    board.send(
        call("c-1", call_duration=10),
        call("c-2", call_duration=11.0005),
        call("c-3"),
        call("c-4", "failed"),
        call("c-5", "missed"),
        call("c-6", "ringing"),
        call("c-7", "queued"),
        task("t-1"),
        task("t-2", "running"),
        task("t-3", "completed"),
        task("t-4", "failed"),
        task("t-5", "cancelled"),
    )
    assert board.get(PATH).text == (
        '{"status_code":200,"message":"Analytics fetched successfully","data":{"total_calls":6,'
        '"completed_calls":3,"failed_calls":1,"avg_duration_seconds":10.5,"total_tasks":5,'
        '"task_status_breakdown":{"pending":1,"running":1,"completed":1,"failed":2}}}'
    )


def test_without_calls_all_is_zero(board: Board):
    """An average over nothing is 0.0, and all four statuses are there."""
    assert board.data(PATH) == {
        "total_calls": 0,
        "completed_calls": 0,
        "failed_calls": 0,
        "avg_duration_seconds": 0.0,
        "total_tasks": 0,
        "task_status_breakdown": {"pending": 0, "running": 0, "completed": 0, "failed": 0},
    }


def test_the_organization_is_the_sum_of_its_contact_spaces(board: Board):
    """A mail space's numbers stand under its own token alone."""
    board.send(call("a"), task("a"))
    board.send(call("b", "failed"), space=board.summer)
    board.send(call("c"), task("c"), space=board.mail)
    assert board.data(PATH)["total_calls"] == 2
    assert board.data(PATH)["total_tasks"] == 1
    assert _scope(board, board.spring)["total_calls"] == 1
    assert _scope(board, board.mail)["total_tasks"] == 1


def test_a_changed_content_type_moves_the_numbers_at_once(board: Board):
    """Out of the organization's, and in again."""
    board.send(call("a"))
    board.send(call("b"), space=board.mail)
    assert board.data(PATH)["total_calls"] == 1
    board.patch(f"spaces/{board.mail.token}/", {"content_type": "contact"})
    assert board.data(PATH)["total_calls"] == 2
    board.patch(f"spaces/{board.spring.token}/", {"content_type": "table"})
    assert board.data(PATH)["total_calls"] == 1
    assert _scope(board, board.spring)["total_calls"] == 1


def test_an_archived_space_keeps_its_numbers(board: Board):
    """Archiving is a label: nothing is subtracted from what happened."""
    board.send(call("a"))
    board.patch(f"spaces/{board.spring.token}/", {"archived": True})
    assert board.data(PATH)["total_calls"] == 1
    board.send(call("b"))
    assert board.data(PATH)["total_calls"] == 2


def test_an_event_acknowledged_is_in_the_next_answer(board: Board):
    """Each time, for the organization and the space, whichever was asked last."""
    for number in range(1, 20):
        board.send(call(f"c-{number}"), space=board.spring if number % 2 else board.summer)
        assert board.data(PATH)["total_calls"] == number
        assert _scope(board, board.spring)["total_calls"] == (number + 1) // 2


def test_an_event_acknowledged_by_another_process_is_in_the_next_answer(board: Board):
    """Another worker on the same file: its own store, its own memory of the numbers."""
    elsewhere = open_store(board.settings)
    theirs = Analytics(elsewhere)
    try:
        for number in range(1, 10):
            board.send(call(f"c-{number}"))
            assert theirs.totals(Scope(board.acme.id)).calls_completed == number
            elsewhere.ingest([])  # nothing to write: no answer may rest on it
            assert board.data(PATH)["completed_calls"] == number
        elsewhere.update_space(board.acme.id, board.spring.id, {"content_type": "email"})
        assert board.data(PATH)["total_calls"] == 0
    finally:
        elsewhere.close()


def test_a_token_revoked_by_another_process_gets_no_further_answer(board: Board):
    """Although its answers were kept as bytes a moment ago."""
    assert board.get(PATH).status_code == 200
    assert board.get(PATH).status_code == 200
    elsewhere = open_store(board.settings)
    try:
        token = Directory(elsewhere, board.clock).principal(board.viewer)
        assert token is not None
        elsewhere.revoke_token(token.token.id, board.now)
    finally:
        elsewhere.close()
    assert board.get(PATH).status_code == 401


def test_a_token_expires_on_time_without_anything_changing(board: Board):
    """Nothing is written at that moment: the clock alone ends it, on the short path too."""
    token = board.token(board.acme, expires_at=board.now + 5_000_000)
    for _ in range(3):
        assert board.get(PATH, token=token).status_code == 200
    board.now += 4_999_999
    assert board.get(PATH, token=token).status_code == 200
    board.now += 1
    assert board.get(PATH, token=token).status_code == 401


def test_a_rotated_secret_lives_for_as_long_as_it_was_given(board: Board):
    """The new one at once, the old one until its hours are over."""
    token = board.token(board.acme, role="viewer")
    assert board.get(PATH, token=token).status_code == 200
    answer = board.post(f"tokens/{board.token_of(token).id}/rotate/", {"old_valid_hours": 2})
    fresh = answer.json()["data"]["token"]
    assert board.get(PATH, token=token).status_code == 200
    board.pass_minutes(119)
    assert board.get(PATH, token=token).status_code == 200
    board.pass_minutes(1)
    assert board.get(PATH, token=token).status_code == 401
    assert board.get(PATH, token=fresh).status_code == 200


def test_an_unset_variable_never_gets_the_whole_organizations_numbers(board: Board):
    """A space token that is there but empty, unknown, misspelt or doubled is refused."""
    token = board.spring.token
    assert board.get(f"{PATH}?space_token=").status_code == 400
    assert board.get(f"{PATH}?space_token").status_code == 400
    assert board.get(f"{PATH}?space_tokn={token}").status_code == 400
    assert board.get(f"{PATH}?space_token={token}&space_token={token}").status_code == 400
    assert board.get(f"{PATH}?space_token=spc_none").status_code == 404
    assert board.get(f"{PATH}?space_token={board.elsewhere.token}").status_code == 404
    assert ANALYTICS.endswith(PATH)
