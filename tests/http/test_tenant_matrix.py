"""A tenant sees only itself: every route, asked by those who must not get through.

The statuses are written by hand. A route without its row here fails.
"""

from __future__ import annotations

import pytest

from callboard.http.endpoints import ENDPOINTS
from tests.http.board import Board
from tests.http.requests import BY_OPERATION, good, path_of, prepare

NA = None
"""There is nothing of that kind in the request."""

# operation: (no token, a foreign tenant's token, a foreign tenant's handle, its space, too small a role)
MATRIX: dict[str, tuple[int | None, ...]] = {
    "get_analytics": (401, 403, 403, 404, NA),
    "stream_analytics": (401, 403, 403, 404, NA),
    "get_spaces_report": (401, 403, 403, NA, NA),
    "get_series": (401, 403, 403, 404, NA),
    "get_durations": (401, 403, 403, 404, NA),
    "get_concurrency": (401, 403, 403, 404, NA),
    "get_attention": (401, 403, 403, 404, NA),
    "get_trust": (401, 403, 403, 404, NA),
    "get_metrics": (401, 403, 403, NA, NA),
    "list_organizations": (401, 200, 200, NA, NA),  # each token sees its own, whatever handle it sends
    "list_spaces": (401, 403, 403, NA, NA),
    "create_space": (401, 403, 403, NA, 403),
    "get_space": (401, 403, 403, 404, NA),
    "update_space": (401, 403, 403, 404, 403),
    "list_runs": (401, 404, 403, 404, NA),
    "get_run": (401, 404, 403, 404, NA),
    "list_tasks": (401, 403, 403, 404, NA),
    "list_space_tasks": (401, 404, 403, 404, NA),
    "list_run_tasks": (401, 404, 403, 404, NA),
    "get_task": (401, 404, 403, 404, NA),
    "update_task": (401, 404, 403, 404, 403),
    "create_tasks": (401, 404, 403, 404, 403),
    "list_agents": (401, 403, 403, 404, NA),
    "list_agent_tasks": (401, 403, 403, 404, NA),
    "list_calls": (401, 403, 403, 404, NA),
    "get_call": (401, 403, 403, 404, NA),
    "send_events": (401, 404, 403, 404, 403),
    "list_imports": (401, 404, 403, 404, 403),
    "open_import": (401, 404, 403, 404, 403),
    "get_import": (401, 404, 403, 404, 403),
    "drop_import": (401, 404, 403, 404, 403),
    "put_import_part": (401, 404, 403, 404, 403),
    "read_import": (401, 404, 403, 404, 403),
    "start_import": (401, 404, 403, 404, 403),
    "undo_import": (401, 404, 403, 404, 403),
    "list_mappings": (401, 403, 403, NA, NA),
    "get_mapping": (401, 403, 403, NA, NA),
    "delete_mapping": (401, 403, 403, NA, 403),
    "list_hooks": (401, 403, 403, NA, 403),
    "list_platforms": (401, 403, 403, NA, 403),
    "create_hook": (401, 403, 403, NA, 403),
    "get_hook": (401, 403, 403, NA, 403),
    "rotate_hook": (401, 403, 403, NA, 403),
    "test_hook": (401, 403, 403, NA, 403),
    "revoke_hook": (401, 403, 403, NA, 403),
    "list_quarantine": (401, 403, 403, NA, 403),
    "get_quarantined": (401, 403, 403, NA, 403),
    "replay_quarantined": (401, 403, 403, NA, 403),
    "drop_quarantined": (401, 403, 403, NA, 403),
    "receive_delivery": (200, 200, 200, NA, NA),  # proved by its signature, whatever token is sent along
    "receive_delivery_by_query": (200, 200, 200, NA, NA),
    "list_tokens": (401, 403, 403, NA, 403),
    "create_token": (401, 403, 403, NA, 403),
    "rotate_token": (401, 403, 403, NA, 403),
    "revoke_token": (401, 403, 403, NA, 403),
    "scrape_organization": (401, 403, 403, 404, NA),
    "scrape_service": (200, 200, 200, NA, NA),
    "healthz": (200, 200, 200, NA, NA),
    "readyz": (200, 200, 200, NA, NA),
    "openapi": (200, 200, 200, NA, NA),
    "docs": (200, 200, 200, NA, NA),
    "create_session": (204, 204, 204, NA, NA),  # whoever has a token may sign in with it
    "get_session": (401, 200, 200, NA, NA),  # each token sees its own, whatever handle it sends
    "delete_session": (204, 204, 204, NA, NA),
    "board": (200, 200, 200, NA, NA),
}


def test_every_route_has_its_row():
    """A route that is added is not served before somebody wrote down who must not use it."""
    assert set(MATRIX) == {endpoint.operation for endpoint in ENDPOINTS}


@pytest.mark.parametrize("operation", MATRIX)
def test_who_must_not_get_through_does_not(board: Board, operation: str):
    """Each row, as written; and no answer to another tenant names what it requested."""
    prepare(board)
    endpoint = BY_OPERATION[operation]
    no_token, foreign_token, foreign_handle, foreign_space, small_role = MATRIX[operation]
    handle = board.acme.domain_handle if endpoint.needs_handle else None

    assert board.ask(**good(board, operation, token=None)).status_code == no_token

    stranger = board.ask(**good(board, operation, token=board.stranger, org=handle))
    assert stranger.status_code == foreign_token
    if endpoint.needs_token:
        assert "c-1" not in stranger.text
        assert board.acme.name not in stranger.text
        assert board.spring.name not in stranger.text

    assert board.ask(**good(board, operation, org=board.other.domain_handle)).status_code == foreign_handle

    if foreign_space is not NA:
        assert _asked_about(board, operation, board.elsewhere.token) == foreign_space
    else:
        assert "space_token" not in endpoint.path
        assert "space_token" not in endpoint.parameters

    too_small = {"member": board.viewer, "admin": board.member}.get(endpoint.role)
    assert (too_small is None) == (small_role is NA)
    if too_small is not None:
        assert board.ask(**good(board, operation, token=too_small)).status_code == small_role


def _asked_about(board: Board, operation: str, space_token: str) -> int:
    request = good(board, operation)
    if BY_OPERATION[operation].in_space:
        request["path"] = path_of(board, operation, space_token=space_token)
    else:
        request["params"] = {"space_token": space_token}
    return board.ask(**request).status_code


def test_two_tenants_with_the_same_ids_stay_apart(board: Board):
    """Calls, tasks and runs of the same names in two organizations are two, each seen by its own."""
    prepare(board)
    board.send(
        {"type": "call", "call_id": "c-1", "call_status": "failed", "sequence": 9}, space=board.elsewhere
    )
    ours = board.data("call-logs/")
    theirs = board.data("call-logs/", token=board.stranger, org=board.other.domain_handle)
    assert [(each["call_id"], each["call_status"]) for each in ours] == [("c-1", "completed")]
    assert [each["space_token"] for each in theirs] == [board.elsewhere.token]


def test_a_token_for_two_organizations_is_held_to_the_one_it_names(board: Board):
    """With access to both, the handle still decides: the other's space is refused under it."""
    prepare(board)
    acme = board.acme.domain_handle
    assert board.get(f"spaces/{board.elsewhere.token}/tasks/", token=board.both, org=acme).status_code == 403
    assert board.get(f"spaces/{board.elsewhere.token}/tasks/", token=board.both, org=None).status_code == 200
    answer = board.get(f"call-logs/?space_token={board.elsewhere.token}", token=board.both)
    assert answer.status_code == 404


def test_an_administrator_learns_nothing_of_other_organizations(board: Board):
    """A token that also works elsewhere is listed here without naming where else."""
    listed = board.data("tokens/", token=board.admin)
    of_both = next(each for each in listed if each["id"] == board.token_of(board.both).id)
    assert of_both["organizations"] == [board.acme.domain_handle]


def test_an_administrator_cannot_take_over_a_token_that_works_elsewhere(board: Board):
    """A new secret of a token works wherever the token does: both organizations' admin is needed."""
    shared = board.token_of(board.both).id
    assert board.post(f"tokens/{shared}/rotate/").status_code == 403
    assert board.ask("DELETE", f"tokens/{shared}/", token=board.admin, org="acme.example").status_code == 403
    assert board.post(f"tokens/{shared}/rotate/", token=board.both).status_code == 200


def test_a_token_is_only_made_for_organizations_that_its_maker_administers(board: Board):
    """Neither for one the maker has no access to (as a handle would be: 403), nor for one not there (404)."""
    new = {"name": "x", "role": "viewer"}
    assert board.post("tokens/", {**new, "organizations": ["other.example"]}).status_code == 403
    assert board.post("tokens/", {**new, "organizations": ["nobody.example"]}).status_code == 404
    made = board.post(
        "tokens/", {**new, "organizations": ["acme.example", "Other.example"]}, token=board.both
    )
    assert made.status_code == 201
    assert sorted(made.json()["data"]["organizations"]) == ["acme.example", "other.example"]
