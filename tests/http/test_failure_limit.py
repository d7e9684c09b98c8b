"""Guessing is slow: unknown tokens of an address, and wrong handles of a token, are limited."""

from __future__ import annotations

from pathlib import Path

from tests.http.board import Board

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


def test_wrong_handles_of_a_token_are_limited(tmp_path: Path):
    """Then this token is shut out at this address, right handles included; elsewhere it goes on."""
    with Board(tmp_path, failed_auth_per_minute=LIMIT) as board:
        assert board.get(PATH).status_code == 200
        statuses = [board.get(PATH, org=f"{number}.example").status_code for number in range(LIMIT)]
        assert statuses == [404] * LIMIT
        assert board.get(PATH).status_code == 429
        assert board.get(PATH, token=board.member).status_code == 200
        assert board.get(PATH, address="203.0.113.8").status_code == 200
        board.pass_minutes(1)
        assert board.get(PATH).status_code == 200


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


def test_concealed_organizations_cannot_be_told_from_missing_ones(tmp_path: Path):
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
