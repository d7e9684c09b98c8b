"""Guessing is slow: unknown tokens of an address, and wrong handles of a token, are limited."""

from __future__ import annotations

from pathlib import Path

import pytest

from callboard.clock import DAY, SECOND
from tests.http.board import Board, call

PATH = "organisation/analytics/"
LIMIT = 5


def test_unknown_tokens_of_an_address_are_limited(tmp_path: Path):
    """After so many a minute 429 with when to come back; then again."""
    with Board(tmp_path, failed_auth_per_minute=LIMIT) as board:
        statuses = [board.get(PATH, token=f"cb_{number}").status_code for number in range(LIMIT + 2)]
        assert statuses == [401] * LIMIT + [429] * 2
        shut = board.get(PATH, token="cb_x")
        assert int(shut.headers["Retry-After"]) == 60
        assert board.get(PATH, token=None).status_code == 429
        assert board.get(PATH, token="cb_x", address="203.0.113.8").status_code == 401
        board.pass_minutes(0.75)
        assert int(board.get(PATH, token="cb_x").headers["Retry-After"]) == 15
        board.pass_minutes(0.25)
        assert board.get(PATH, token="cb_x").status_code == 401


def test_a_good_token_is_never_shut_out_by_a_neighbour(tmp_path: Path):
    """Behind one address there may be many callers."""
    with Board(tmp_path, failed_auth_per_minute=LIMIT) as board:
        for _ in range(LIMIT + 1):
            board.get(PATH, token="cb_wrong")
        assert board.get(PATH, token="cb_wrong").status_code == 429
        assert board.get(PATH).status_code == 200


def test_foreign_handles_of_a_token_are_limited(tmp_path: Path):
    """Then 429 for whatever handle is not its own, there or not: guessing on tells nothing. Elsewhere, and by
    another token, it is as before.
    """
    with Board(tmp_path, failed_auth_per_minute=LIMIT) as board:
        statuses = [board.get(PATH, org=f"{number}.example").status_code for number in range(LIMIT)]
        assert statuses == [404] * LIMIT
        shut = [board.get(PATH, org=handle) for handle in ("other.example", "nobody.example")]
        assert [each.status_code for each in shut] == [429, 429]
        assert int(shut[0].headers["Retry-After"]) == 60
        assert board.get(PATH, org="other.example", token=board.member).status_code == 403
        assert board.get(PATH, org="other.example", address="203.0.113.8").status_code == 403
        board.pass_minutes(1)
        assert board.get(PATH, org="other.example").status_code == 403


def test_a_wrong_script_never_shuts_out_the_same_tokens_good_requests(tmp_path: Path):
    """Reading, sending events and paths that need no handle go on, on the short path and off it."""
    with Board(tmp_path, failed_auth_per_minute=LIMIT) as board:
        for _ in range(LIMIT + 1):
            board.get(PATH, org="wrong.example")
        assert board.get(PATH, org="wrong.example").status_code == 429
        for _ in range(2):
            assert board.get(PATH).status_code == 200
        assert board.get(f"{PATH}?space_token={board.spring.token}").status_code == 200
        assert board.send(call("c-1"))["applied"] == 1
        assert board.get(f"spaces/{board.spring.token}/tasks/", org=None).status_code == 200
        assert board.get("organizations/", org=None).status_code == 200


def test_handles_that_a_new_token_names_are_limited_too(tmp_path: Path):
    """`POST tokens/` tells of a handle what the header tells, so it counts the same."""
    with Board(tmp_path, failed_auth_per_minute=LIMIT) as board:
        new = {"name": "x", "role": "viewer"}
        statuses = [
            board.post("tokens/", {**new, "organizations": [f"{number}.example"]}).status_code
            for number in range(LIMIT + 2)
        ]
        assert statuses == [404] * LIMIT + [429] * 2
        assert board.get(PATH, org="nobody.example", token=board.admin).status_code == 429
        assert board.post("tokens/", {**new, "organizations": ["acme.example"]}).status_code == 201


@pytest.mark.parametrize("days", [0, -400, 400])
def test_a_limit_ends_after_its_minute_whatever_becomes_of_the_clock(tmp_path: Path, days: int):
    """Set back, set forward or standing still: a minute is a minute."""
    with Board(tmp_path, failed_auth_per_minute=LIMIT) as board:
        for _ in range(LIMIT):
            board.get(PATH, token="cb_x")
        board.now += days * DAY
        board.elapsed += 59 * SECOND
        assert int(board.get(PATH, token="cb_x").headers["Retry-After"]) == 1
        board.elapsed += SECOND
        assert board.get(PATH, token="cb_x").status_code == 401


def test_addresses_that_one_holder_has_anyway_count_as_one(tmp_path: Path):
    """A /64 of IPv6 is one caller."""
    with Board(tmp_path, failed_auth_per_minute=LIMIT) as board:
        for number in range(LIMIT):
            board.get(PATH, token="cb_x", address=f"2001:db8::{number + 1:x}")
        assert board.get(PATH, token="cb_x", address="2001:db8:0:0:ffff::1").status_code == 429
        assert board.get(PATH, token="cb_x", address="2001:db8:0:1::1").status_code == 401


def test_behind_an_own_proxy_the_forwarded_address_counts(tmp_path: Path):
    """Only the entry that our own proxy added, and only when that is said."""
    with Board(tmp_path, failed_auth_per_minute=LIMIT, trust_forwarded_for=True) as board:
        for number in range(LIMIT):
            board.get(PATH, token="cb_x", headers={"X-Forwarded-For": f"198.51.100.{number}, 192.0.2.1"})
        assert board.get(PATH, token="cb_x", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 429
        assert board.get(PATH, token="cb_x", headers={"X-Forwarded-For": "192.0.2.2"}).status_code == 401


def test_a_forged_address_is_not_believed(tmp_path: Path):
    """Without the setting the connection's address counts."""
    with Board(tmp_path, failed_auth_per_minute=LIMIT) as board:
        for number in range(LIMIT):
            board.get(PATH, token="cb_x", headers={"X-Forwarded-For": f"192.0.2.{number}"})
        assert board.get(PATH, token="cb_x", headers={"X-Forwarded-For": "192.0.2.99"}).status_code == 429


def test_concealed_organizations_look_like_missing_ones(tmp_path: Path):
    """403 for either, with one message, wherever a handle is named."""
    with Board(tmp_path, conceal_organizations=True) as board:
        answers = [
            board.get(path, org=org)
            for path in (PATH, f"spaces/{board.spring.token}/tasks/")
            for org in ("other.example", "nobody.example")
        ]
        assert {answer.status_code for answer in answers} == {403}
        assert {answer.json()["message"] for answer in answers} == {"Invalid organization handle."}
        new = {"name": "x", "role": "viewer"}
        for handle in ("other.example", "nobody.example"):
            assert board.post("tokens/", {**new, "organizations": [handle]}).status_code == 403
