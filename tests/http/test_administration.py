"""Spaces and tokens are administered over HTTP; what a role does not allow is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.board import Board, call

NEW = {"name": "Autumn Drive"}


def test_a_space_is_created_and_found(board: Board):
    """201 with the space; it takes events at once, and is first in the list when it is newest."""
    board.pass_minutes(1)
    body = {
        "name": "Autumn Drive",
        "description": "All of it",
        "content_type": "contact",
        "agent_handle": "renewals",
        "settings": {"timezone": "Asia/Kolkata", "stuck_running_after": 60},
    }
    answer = board.post("spaces/", body)
    assert answer.status_code == 201
    space = answer.json()["data"]
    assert list(space) == [
        "id", "name", "slug", "token", "description", "privacy_type", "space_type", "content_type",
        "agent_handle", "organization", "settings", "created_at",
    ]  # fmt: skip
    assert space["slug"] == "autumn-drive"
    assert space["organization"] == {"name": "Acme", "domain_handle": "acme.example"}
    assert space["settings"] == {
        "timezone": "Asia/Kolkata",
        "stuck_running_after": 60,
        "stuck_pending_after": 3600,
        "live_call_limit": 14_400,
    }
    assert board.data(f"spaces/{space['token']}/") == space
    assert board.data("spaces/")[0] == space
    events = board.ask("POST", f"spaces/{space['token']}/events/", token=board.member, json=call("c-1"))
    assert events.json()["data"]["applied"] == 1


def test_a_space_is_changed_in_the_named_fields_only(board: Board):
    """Null empties what may be empty; settings are changed one by one."""
    path = f"spaces/{board.spring.token}/"
    before = board.data(path)
    assert board.patch(path, {}).json()["data"] == before
    board.patch(path, {"description": "x", "settings": {"stuck_pending_after": 5}})
    board.patch(path, {"name": "Late Spring", "settings": {"timezone": "Europe/Berlin"}})
    after = board.patch(path, {"description": None}).json()["data"]
    settings = {**before["settings"], "timezone": "Europe/Berlin", "stuck_pending_after": 5}
    assert after == {**before, "name": "Late Spring", "slug": "late-spring", "settings": settings}
    assert board.data(path) == after


def test_spaces_are_found_by_kind_and_by_whether_they_are_archived(board: Board):
    """All of them without a filter."""
    board.patch(f"spaces/{board.summer.token}/", {"archived": True})
    made = board.post("spaces/", {"name": "Old", "archived": True}).json()["data"]

    def names(query: str = "") -> set[str]:
        return {each["name"] for each in board.data(f"spaces/{query}")}

    assert names() == {"Spring", "Summer", "Mail", "Old"}
    assert names("?archived=true") == {"Summer", "Old"}
    assert names("?archived=false") == {"Spring", "Mail"}
    assert names("?content_type=email") == {"Mail"}
    board.patch(f"spaces/{made['token']}/", {"archived": False})
    assert names("?archived=true") == {"Summer"}


def test_archiving_says_what_it_means(board: Board):
    """The item does not show the label, so the message tells the state; other changes say nothing of it."""
    path = f"spaces/{board.spring.token}/"
    told = {
        True: "Space archived: its numbers stay, and it still takes events",
        False: "Space no longer archived",
    }
    for archived, message in told.items():
        assert board.patch(path, {"archived": archived}).json()["message"] == message
    assert board.patch(path, {"description": "x"}).json()["message"] == "Space updated"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": 5}, "name"),
        ({**NEW, "content_type": "phone"}, "content_type"),
        ({**NEW, "settings": {"timezone": "Mars/Base"}}, "settings.timezone"),
        ({**NEW, "settings": {"timezone": "../../etc/passwd"}}, "settings.timezone"),
        ({**NEW, "settings": {"stuck_running_after": 0}}, "settings.stuck_running_after"),
        ({**NEW, "settings": {"stuck_running_after": 1.5}}, "settings.stuck_running_after"),
        ({**NEW, "settings": {"live_call_limit": 604_801}}, "settings.live_call_limit"),
        ({**NEW, "settings": None}, "settings"),
        ({**NEW, "archived": "yes"}, "archived"),
        ({**NEW, "colour": "red"}, "colour"),
        ([], "body"),
    ],
)
def test_a_space_that_cannot_be_is_refused_with_the_field(board: Board, body: Any, field: str):
    """422 for making and for changing alike; nothing is made."""
    for answer in (board.post("spaces/", body), board.patch(f"spaces/{board.spring.token}/", body)):
        if body == {} and answer.status_code == 200:
            continue  # a change may change nothing
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == field
    assert len(board.data("spaces/")) == 3


def test_every_field_at_fault_is_reported_with_its_rule(board: Board):
    """In our words, with the words that are taken; one request is enough to mend them all."""
    body = {
        "description": 5,
        "content_type": "sms",
        "agent_handle": "x" * 256,
        "settings": {"stuck_running_after": 0, "timezone": 7, "colour": 1},
        "archived": 1,
    }
    said = board.post("spaces/", body).json()
    assert said["message"] == "name: is missing"
    settings = "timezone, stuck_running_after, stuck_pending_after, live_call_limit"
    assert {each["field"]: each["message"] for each in said["errors"]} == {
        "name": "is missing",
        "description": "must be a text or null",
        "content_type": "must be one of contact, email, general, table",
        "agent_handle": "must have at most 255 characters",
        "settings.timezone": "must be a text or null",
        "settings.stuck_running_after": "must be at least 1",
        "settings.colour": f"is not a field here (it takes: {settings})",
        "archived": "must be true or false",
    }
    tokens = board.post("tokens/", {"name": "", "role": "owner", "organizations": ["a", 5]}).json()
    assert {each["field"]: each["message"] for each in tokens["errors"]} == {
        "name": "must not be empty",
        "role": "must be one of viewer, member, admin",
        "organizations[1]": "must be a text",
    }


@pytest.mark.parametrize("content", [b"", b"{", b'{"name": "a", "name": "b"}', b"\xff", b"[" * 60_000])
def test_a_body_of_the_administration_that_cannot_be_read_is_400(board: Board, content: bytes):
    """A key twice included: which of the two was meant, nobody knows."""
    headers = {"Content-Type": "application/json"}
    answer = board.ask(
        "POST", "spaces/", token=board.admin, org="acme.example", content=content, headers=headers
    )
    assert answer.status_code == 400


def test_a_token_is_shown_once_and_works_at_once(board: Board):
    """Its secret in the answer that makes it, and in no other; recognisable by its prefix."""
    answer = board.post(
        "tokens/", {"name": "Dialler", "role": "member", "expires_at": "2026-06-01T12:00:00+02:00"}
    )
    assert answer.status_code == 201
    made = answer.json()["data"]
    assert list(made) == [
        "id", "prefix", "name", "role", "organizations", "expires_at", "last_used_at", "created_at",
        "revoked_at", "token",
    ]  # fmt: skip
    assert made["token"].startswith(made["prefix"])
    assert made["prefix"].startswith("cb_")
    assert (made["role"], made["organizations"]) == ("member", ["acme.example"])
    assert made["expires_at"] == "2026-06-01T10:00:00Z"
    assert board.get("organisation/analytics/", token=made["token"]).status_code == 200
    listed = board.get("tokens/", token=board.admin).text
    assert made["token"] not in listed
    assert '"token"' not in listed


def test_a_revoked_token_is_refused_at_once_and_for_good(board: Board):
    """Revoking it again changes nothing; it cannot be brought back by rotating it."""
    token_id = board.token_of(board.member).id
    path = f"tokens/{token_id}/"
    assert board.get("spaces/", token=board.member).status_code == 200
    first = board.ask("DELETE", path, token=board.admin, org="acme.example")
    assert first.status_code == 200
    assert first.json()["data"]["revoked_at"] == "2026-01-01T00:00:00Z"
    assert board.get("spaces/", token=board.member).status_code == 401
    board.pass_minutes(1)
    assert board.ask("DELETE", path, token=board.admin, org="acme.example").json() == first.json()
    assert board.post(f"{path}rotate/").status_code == 409
    assert board.get("spaces/", token=board.member).status_code == 401


def test_a_rotated_token_keeps_everything_but_its_secret(board: Board):
    """Without hours the old secret ends at once."""
    before = board.token_of(board.member)
    answer = board.post(f"tokens/{before.id}/rotate/")
    rotated = answer.json()["data"]
    assert (rotated["id"], rotated["name"], rotated["role"]) == (before.id, before.name, "member")
    assert board.get("spaces/", token=board.member).status_code == 401
    assert board.get("spaces/", token=rotated["token"]).status_code == 200


@pytest.mark.parametrize("token_id", ["0", "999999", "x", "1.0", "-1", "9" * 30, "%31%30%30%30"])
def test_a_token_that_is_not_there_is_not_found(board: Board, token_id: str):
    """404, and for another tenant's token the same."""
    assert board.post(f"tokens/{token_id}/rotate/").status_code == 404
    strangers = board.token_of(board.stranger).id
    assert board.post(f"tokens/{strangers}/rotate/").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "viewer"}, "name"),
        ({"name": "x"}, "role"),
        ({"name": "x", "role": "owner"}, "role"),
        ({"name": "x", "role": "viewer", "organizations": []}, "organizations"),
        ({"name": "x", "role": "viewer", "organizations": "acme.example"}, "organizations"),
        ({"name": "x", "role": "viewer", "expires_at": "soon"}, "expires_at"),
        ({"name": "x", "role": "viewer", "expires_at": "2026-06-01"}, "expires_at"),
        ({"name": "x", "role": "viewer", "expires_at": "2026-06-01T00:00:00"}, "expires_at"),
    ],
)
def test_a_token_that_cannot_be_is_refused_with_the_field(board: Board, body: dict[str, Any], field: str):
    """422."""
    answer = board.post("tokens/", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


def test_a_tokens_last_use_is_recorded_every_ten_minutes_at_most(board: Board):
    """And never on a request's way: the answer does not wait for it."""

    def last_use() -> int | None:
        board.loop.run(board.app._touches.flush())
        token = board.store.find_token(token_id)
        assert token is not None
        return token.last_used_at

    token_id = board.token_of(board.viewer).id
    assert last_use() is None
    board.get("spaces/")
    first = last_use()
    assert first == board.now
    for _ in range(9):
        board.pass_minutes(1)
        board.get("organisation/analytics/")
        assert last_use() == first
    board.pass_minutes(1)
    board.get("organisation/analytics/")
    assert last_use() == board.now


def test_the_organizations_that_a_token_may_use(board: Board):
    """Each with the role it has there, newest first; nothing of any other."""
    assert [(each["domain_handle"], each["role"]) for each in board.data("organizations/")] == [
        ("acme.example", "viewer")
    ]
    both = board.get("organizations/", token=board.both, org=None).json()
    assert {each["domain_handle"] for each in both["data"]} == {"acme.example", "other.example"}
    assert list(both["data"][0]) == [
        "id", "name", "domain_handle", "domain", "token", "is_private_domain", "role", "created_at",
    ]  # fmt: skip
