"""Clients of the platform work when only the base URL changes: lists are whole, tokens and contexts kept."""

from __future__ import annotations

from typing import Any

import pytest

from callboard.http.answers import Page
from callboard.http.routes import agents, organizations, spaces
from callboard.model.directory import SpaceSettings
from callboard.query import agents as agent_bounds
from tests.http.board import ANALYTICS, Board, call, task

DOCUMENTS = [{"name": "Asha", "contact_number": "+12025550123"}]


def make_spaces(board: Board, how_many: int) -> None:
    for number in range(how_many):
        board.store.create_space(
            org_id=board.acme.id,
            name=f"Campaign {number}",
            description=None,
            content_type="contact",
            agent_handle=None,
            settings=SpaceSettings(),
            now=board.now,
        )


# --- lists that a script adds up ---------------------------------------------------------------------


def test_spaces_answer_whole_and_a_script_that_adds_them_up_misses_none(board: Board):
    """More than a page of twenty, without page and page_size: all of them, and no cursor."""
    make_spaces(board, 30)
    body = board.get("spaces/").json()
    assert body["count"] == len(body["data"]) > 30
    assert body["next_cursor"] is None
    assert body["message"] == "Spaces fetched successfully"
    for asked, size in (("?page=1", 20), ("?page_size=7", 7), ("?page=2&page_size=7", 7)):
        part = board.get(f"spaces/{asked}").json()
        assert (len(part["data"]), part["message"]) == (size, "Spaces fetched successfully")


def test_beyond_a_thousand_the_message_says_of_how_many_and_the_cursor_leads_on(board: Board):
    """1,000 of them; the cursor, without a page size, gives all the others."""
    make_spaces(board, 1_020)
    first = board.get("spaces/").json()
    every = first["count"]
    assert len(first["data"]) == 1_000
    assert first["message"].startswith(f"Spaces fetched successfully: 1,000 of {every:,}")
    rest = board.get(f"spaces/?cursor={first['next_cursor']}").json()
    assert rest["next_cursor"] is None
    tokens = {each["token"] for each in [*first["data"], *rest["data"]]}
    assert len(tokens) == every == len(first["data"]) + len(rest["data"])


@pytest.mark.parametrize("endpoint", [*organizations.ENDPOINTS, *spaces.ENDPOINTS, *agents.ENDPOINTS])
def test_organizations_spaces_and_agents_are_the_lists_that_answer_whole(endpoint):
    """Each list of them, as the contract names them; a list of tasks pages as every long list does."""
    if endpoint.is_paged:
        assert endpoint.answers_whole == (endpoint.operation != "list_agent_tasks")
    else:
        assert not issubclass(getattr(endpoint.answer, "__origin__", object), Page)


# --- tokens that clients have configured -------------------------------------------------------------


def test_a_space_takes_the_token_that_clients_have_configured(board: Board):
    """It is made under that token, and takes events there at once."""
    made = board.post("spaces/", {"name": "Moved here", "token": "SPACE-8f_2"})
    assert made.status_code == 201
    assert made.json()["data"]["token"] == "SPACE-8f_2"
    sent = board.ask("POST", "spaces/SPACE-8f_2/events/", token=board.admin, json=call("c-1"))
    assert sent.json()["data"]["applied"] == 1


def test_a_space_token_in_use_is_409_with_one_message_for_any_owner(board: Board):
    """Of this and of a foreign organization alike: the answer does not say which."""
    answers = [
        board.post("spaces/", {"name": "x", "token": taken})
        for taken in (board.spring.token, board.elsewhere.token)
    ]
    assert [each.status_code for each in answers] == [409, 409]
    assert len({each.json()["message"] for each in answers}) == 1
    assert board.post("spaces/", {"name": "x", "token": board.spring.token.upper()}).status_code == 201


@pytest.mark.parametrize("token", ["", "x" * 65, "a b", "a/b", "ä", "a\n", "\na", "a.b", 7, "a\x00"])
def test_a_token_that_could_not_stand_in_a_path_is_refused(board: Board, token: Any):
    """422, naming the field and the rule."""
    answer = board.post("spaces/", {"name": "x", "token": token})
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert fault["field"] == "token"


@pytest.mark.parametrize("token", ["a", "x" * 64, "-", "_", "0", "spc_118dd89cc3a03c15"])
def test_every_token_of_the_contract_is_taken(board: Board, token: str):
    """1 to 64 of letters, digits, dash and underscore."""
    assert board.post("spaces/", {"name": "x", "token": token}).status_code == 201


# --- task creation -----------------------------------------------------------------------------------


def test_neither_context_hides_the_other(board: Board):
    """A document's own context stays its own; the request's is every task's objective."""
    body = {
        "pilot": "p",
        "documents": [{**DOCUMENTS[0], "context": "prefers mornings"}, DOCUMENTS[0]],
        "context": {"goal": "renew"},
    }
    answer = board.post(f"spaces/{board.spring.token}/tasks/create/", body)
    assert answer.status_code == answer.json()["status_code"] == 200
    first, second = answer.json()["data"]["task_ids"]
    tasks = {each["task_id"]: each["input"] for each in board.data("tasks/")}
    assert tasks[first] == {**DOCUMENTS[0], "context": "prefers mornings", "objective": {"goal": "renew"}}
    assert tasks[second] == {**DOCUMENTS[0], "objective": {"goal": "renew"}}


def test_an_objective_together_with_a_context_is_refused(board: Board):
    """422 naming the document; without a context of the request a document may have one."""
    document = {**DOCUMENTS[0], "objective": "mine"}
    path = f"spaces/{board.spring.token}/tasks/create/"
    refused = board.post(path, {"pilot": "p", "documents": [DOCUMENTS[0], document], "context": "ours"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "documents[1].objective"
    assert board.get(ANALYTICS).json()["data"]["total_tasks"] == 0
    assert board.post(path, {"pilot": "p", "documents": [document]}).status_code == 200


# --- agents ------------------------------------------------------------------------------------------


def agents_of(board: Board, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = board.data(f"agents/{query}")
    return found


def test_agents_add_up_to_all_tasks(board: Board):
    """Tasks without anybody stand under null; only contact spaces count unless all are asked for."""
    board.send(task("a", assignee="zoe"), task("b", "failed", assignee="zoe"), task("c"))
    board.send(task("d", "running", assignee="amir"), space=board.summer)
    board.send(task("e", assignee="zoe"), space=board.mail)
    total = board.get(ANALYTICS).json()["data"]["total_tasks"]
    found = agents_of(board)
    assert [each["handle"] for each in found] == ["amir", "zoe", None]
    assert sum(each["total_tasks"] for each in found) == total == 4
    assert found[1] == {
        "handle": "zoe",
        "total_tasks": 2,
        "task_status_breakdown": {"pending": 1, "running": 0, "completed": 0, "failed": 1},
        "spaces": [board.spring.token],
    }
    everywhere = agents_of(board, "?content_type=all")
    assert everywhere[1]["total_tasks"] == 3
    assert set(everywhere[1]["spaces"]) == {board.spring.token, board.mail.token}
    assert [each["handle"] for each in agents_of(board, f"?space_token={board.summer.token}")] == ["amir"]


def test_each_agent_leads_to_its_tasks(board: Board):
    """As many as its number says, also of a handle that needs escaping; filters narrow as in any list."""
    handles = ["amir", "a/b ?&", "Zoë", "unknown"]
    board.send(*[task(f"{number}", assignee=handle) for number, handle in enumerate(handles)], task("free"))
    for handle in handles[:3]:
        listed = board.get(f"agents/{escaped(handle)}/tasks/").json()
        assert listed["count"] == len(listed["data"]) == 1
        assert listed["data"][0]["assignee"] == handle
    # `unknown` means null, or that very word, as it does in the filter.
    assert {each["assignee"] for each in board.data("agents/unknown/tasks/")} == {None, "unknown"}
    assert board.data("agents/amir/tasks/?status=failed") == []


def test_an_unknown_agent_is_404_and_one_of_a_space_has_no_tasks_yet(board: Board):
    """A misspelt handle must not look like an agent without work; nor does another tenant's."""
    board.send(task("theirs", assignee="stranger"), space=board.elsewhere)
    board.patch(f"spaces/{board.spring.token}/", {"agent_handle": "renewals"})
    assert board.get("agents/renewals/tasks/").json()["count"] == 0
    for handle in ("renewal", "stranger", "x" * 256, "%00"):
        answer = board.get(f"agents/{handle}/tasks/")
        assert (answer.status_code, answer.json()["message"]) == (404, "Agent not found."), handle


def test_pages_and_cursors_of_agents_miss_none_and_repeat_none(board: Board):
    """By code point, null last; each page with exact numbers."""
    handles = [f"agent {number:03}" for number in range(25)] + ["Ä", "z", "Z"]
    board.send(*[task(f"t{at}", assignee=handle) for at, handle in enumerate(handles)], task("free"))
    expected = [*sorted(handles), None]
    assert [each["handle"] for each in agents_of(board)] == expected
    for size in (1, 7, 28, 29):
        seen, query = [], f"?page_size={size}"
        while True:
            body = board.get(f"agents/{query}").json()
            seen += body["data"]
            if body["next_cursor"] is None:
                break
            query = f"?page_size={size}&cursor={body['next_cursor']}"
        assert [each["handle"] for each in seen] == expected
        assert all(each["total_tasks"] == 1 for each in seen)
        by_number = [
            each["handle"]
            for page in range(1, -(-29 // size) + 1)
            for each in board.data(f"agents/?page={page}&page_size={size}")
        ]
        assert by_number == expected


def test_agents_have_bounds_that_say_what_to_narrow(board: Board, monkeypatch: pytest.MonkeyPatch):
    """Too many tasks: one space. Too many pairs of agent and space: a smaller page."""
    board.send(*[task(name, assignee=name) for name in "xyz"])
    monkeypatch.setattr(agent_bounds, "MAX_PAIRS", 2)
    answer = board.get("agents/")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "page_size")
    assert len(agents_of(board, "?page_size=1")) == 1
    monkeypatch.setattr(agent_bounds, "MAX_TASKS", 1)
    answer = board.get("agents/")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "space_token")


def test_call_items_show_the_further_fields_of_the_source(board: Board):
    """`metadata` and `external_ids`, in lists and of one call."""
    board.send(call("c-1", metadata={"lead": 7}, external_ids={"twilio": "CA1"}), call("c-2"))
    listed = {each["call_id"]: each for each in board.data("call-logs/")}
    one = board.data("call-logs/c-1/")
    for item in (listed["c-1"], one):
        assert (item["metadata"], item["external_ids"]) == ({"lead": 7}, {"twilio": "CA1"})
    assert (listed["c-2"]["metadata"], listed["c-2"]["external_ids"]) == (None, None)


def escaped(handle: str) -> str:
    return "".join(f"%{byte:02X}" for byte in handle.encode())
