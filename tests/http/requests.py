"""A good request for every endpoint: what the walkers over all routes start from."""

from __future__ import annotations

from typing import Any

from callboard.http.endpoints import ENDPOINTS
from tests.http.board import Board, call, task

BODIES: dict[str, Any] = {
    "create_space": {"name": "Autumn"},
    "update_space": {"description": "changed"},
    "update_task": {"assignee": "somebody"},
    "create_tasks": {"pilot": "p", "documents": [{"name": "Asha", "contact_number": "+12025550123"}]},
    "send_events": {"type": "call", "call_id": "c-new", "call_status": "queued"},
    "create_token": {"name": "One more", "role": "viewer"},
    "rotate_token": {},
}
BY_OPERATION = {endpoint.operation: endpoint for endpoint in ENDPOINTS}
WITH_TOKEN = [endpoint.operation for endpoint in ENDPOINTS if endpoint.needs_token]
WITHOUT_TOKEN = [endpoint.operation for endpoint in ENDPOINTS if not endpoint.needs_token]


def prepare(board: Board) -> None:
    """Everything that a good request names: a call, a task with its run, a token to administer."""
    for space in (board.spring, board.elsewhere):
        board.send(call("c-1"), task("t-1", run_id="r-1", assignee="renewals"), space=space)


def path_of(board: Board, operation: str, *, space_token: str | None = None) -> str:
    """The endpoint's path with everything filled in."""
    path = BY_OPERATION[operation].path
    if operation in ("rotate_token", "revoke_token"):
        named = {token.name: token for token in board.store.tokens(board.acme.id)}
        path = path.replace("{id}", str(named["A member"].id))
    return (
        path.replace("{space_token}", space_token or board.spring.token)
        .replace("{run_id}", "r-1")
        .replace("{task_id}", "t-1")
        .replace("{call_id}", "c-1")
        .replace("{handle}", "renewals")
    )


def good(board: Board, operation: str, **more: Any) -> dict[str, Any]:
    """What to hand to `board.ask` for a request that is answered well; `more` changes it."""
    endpoint = BY_OPERATION[operation]
    request: dict[str, Any] = {
        "method": endpoint.method,
        "path": path_of(board, operation),
        "token": board.admin,
        "org": board.acme.domain_handle,
    }
    if operation == "create_session":
        request["json"] = {"token": board.viewer}
    elif operation in BODIES:
        request["json"] = BODIES[operation]
    return {**request, **more}
