"""The session of a browser: what its cookie is, opens and does not open, and when it is over."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from callboard.clock import HOUR
from tests.http.board import Board, call

OWN = {"Sec-Fetch-Site": "same-origin"}
HOST = "callboard.test"


def sign_in(board: Board, token: str, **headers: str) -> httpx.Response:
    return board.ask("POST", "/session", json={"token": token}, headers={**OWN, **headers})


def with_cookie(board: Board, method: str, path: str, secret: str, **more: Any) -> httpx.Response:
    headers = {"Cookie": f"theme=dark; callboard_session={secret}", **more.pop("headers", {})}
    return board.ask(method, path, **{"org": board.acme.domain_handle, **more, "headers": headers})


def test_a_token_begins_a_session(board: Board):
    """204 and a cookie with the token that scripts cannot read and other sites' pages do not send."""
    answer = sign_in(board, board.viewer)
    assert (answer.status_code, answer.content) == (204, b"")
    told = answer.headers["Set-Cookie"]
    assert told == f"callboard_session={board.viewer}; Path=/; HttpOnly; SameSite=Strict"


@pytest.mark.parametrize("headers", [{"Origin": f"https://{HOST}"}, {"X-Forwarded-Proto": "https"}])
def test_over_https_the_cookie_stays_there(board: Board, headers: dict[str, str]):
    """`Secure`, whether the browser or the proxy says that it is HTTPS."""
    assert "; Secure;" in sign_in(board, board.viewer, **headers).headers["Set-Cookie"]
    assert "; Secure;" in board.ask("DELETE", "/session", headers={**OWN, **headers}).headers["Set-Cookie"]


def test_under_a_path_prefix_the_cookie_is_of_that_path(tmp_path):
    """What else is served by that host does not get it."""
    with Board(tmp_path, path_prefix="/callboard") as board:
        assert "; Path=/callboard;" in sign_in(board, board.viewer).headers["Set-Cookie"]


@pytest.mark.parametrize("token", ["cb_wrong", "  ", "x; Domain=example.com", "ü"])
def test_an_unknown_token_begins_none(board: Board, token: str):
    """401 and no cookie, as the API answers it."""
    answer = sign_in(board, token)
    assert answer.status_code == 401
    assert "Set-Cookie" not in answer.headers
    assert answer.json()["message"] == "Invalid or missing API token."


def test_a_revoked_or_expired_token_begins_none(board: Board):
    """Nor does one whose time has passed."""
    short = board.token(board.acme, expires_at=board.now + HOUR)
    assert sign_in(board, short).status_code == 204
    board.pass_minutes(60)
    assert sign_in(board, short).status_code == 401
    board.store.revoke_token(board.token_of(board.viewer).id, board.now)
    assert sign_in(board, board.viewer).status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"token": ""}, {"token": 1}, {"token": "x" * 257}, {"token": "x", "user": "y"}, "x"]
)
def test_what_is_no_token_at_all_is_not_valid(board: Board, body: Any):
    """422, without a word of what was sent."""
    answer = board.ask("POST", "/session", json=body, headers=OWN)
    assert answer.status_code == 422
    assert "xxx" not in answer.text


def test_guessing_by_signing_in_is_slowed_down_as_guessing_is(board: Board):
    """The failures of both ways in count together, and both are shut."""
    for number in range(board.settings.failed_auth_per_minute):
        if number % 2:
            assert sign_in(board, f"cb_{number}").status_code == 401
        else:
            assert board.get("spaces/", token=f"cb_{number}").status_code == 401
    assert sign_in(board, "cb_one_more").status_code == 429
    assert board.get("spaces/", token="cb_one_more").status_code == 429
    assert sign_in(board, board.viewer).status_code == 204


def test_the_session_names_the_signed_in_token(board: Board):
    """The token without its secret, and each organization with the role there."""
    answer = with_cookie(board, "GET", "/session", board.both, org=None)
    data = answer.json()["data"]
    assert answer.status_code == 200
    assert data["token"] == {"name": "A admin", "prefix": board.both[:11], "expires_at": None}
    assert {each["domain_handle"]: each["role"] for each in data["organizations"]} == {
        "acme.example": "admin",
        "other.example": "admin",
    }
    assert board.both not in answer.text
    assert board.ask("GET", "/session").status_code == 401


def test_the_session_states_when_it_ends(board: Board):
    """By the token's expiry."""
    token = board.token(board.acme, expires_at=board.now + HOUR)
    told = with_cookie(board, "GET", "/session", token).json()["data"]["token"]["expires_at"]
    board.pass_minutes(60)
    assert told is not None
    assert with_cookie(board, "GET", "/session", token).status_code == 401


def test_the_cookie_opens_what_the_token_opens(board: Board):
    """Every route takes it, with the same answer."""
    board.send(call("c-1"))
    for path in ("organisation/analytics/", "call-logs/", "spaces/", "call-logs/?format=csv"):
        by_header, by_cookie = board.get(path), with_cookie(board, "GET", path, board.viewer)
        assert (by_cookie.status_code, by_cookie.text) == (200, by_header.text)
    assert with_cookie(board, "GET", "tokens/", board.viewer).status_code == 403
    assert with_cookie(board, "GET", "spaces/", board.stranger).status_code == 403


def test_authorization_wins_over_the_cookie(board: Board):
    """A program that sends its token is meant by it, right or wrong."""
    path = "organisation/analytics/"
    assert with_cookie(board, "GET", path, board.stranger, token=board.viewer).status_code == 200
    for _ in range(2):  # the second one may come by the short path
        assert with_cookie(board, "GET", path, board.viewer, token="cb_wrong").status_code == 401
    assert with_cookie(board, "GET", path, board.viewer, headers={"Authorization": ""}).status_code == 401


@pytest.mark.parametrize(
    "cookie",
    ["callboard_session=", "callboard_session", "Callboard_Session={}", "x={}", "callboard_session={}x"],
)
def test_any_other_cookie_opens_nothing(board: Board, cookie: str):
    """401, as for no token."""
    headers = {"Cookie": cookie.format(board.viewer)}
    assert board.ask("GET", "spaces/", org="acme.example", headers=headers).status_code == 401


FROM = {
    "our own page": ({"Sec-Fetch-Site": "same-origin"}, 201),
    "our own page, by its origin": ({"Origin": f"http://{HOST}"}, 201),
    "our own page over https": ({"Origin": f"https://{HOST}"}, 201),
    "nobody says": ({}, 403),
    "another site": ({"Sec-Fetch-Site": "cross-site"}, 403),
    "a sister site": ({"Sec-Fetch-Site": "same-site"}, 403),
    "the address bar": ({"Sec-Fetch-Site": "none"}, 403),
    "another origin": ({"Origin": "http://evil.example"}, 403),
    "another port": ({"Origin": f"http://{HOST}:8080"}, 403),
    "a hidden origin": ({"Origin": "null"}, 403),
    "another site with our origin": ({"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"}, 403),
}


@pytest.mark.parametrize("who", FROM)
def test_by_cookie_only_our_own_page_changes_anything(board: Board, who: str):
    """A browser adds cookies to whatever any page asks; what sends the request must be ours, and say so."""
    headers, status = FROM[who]
    answer = with_cookie(board, "POST", "spaces/", board.admin, json={"name": "New"}, headers=headers)
    assert answer.status_code == status
    named = [each.name for each in board.store.spaces(board.acme.id)]
    assert ("New" in named) == (status == 201)


def test_a_program_with_a_token_need_not_say_where_it_comes_from(board: Board):
    """No browser adds `Authorization` by itself."""
    headers = {"Origin": "http://evil.example", "Cookie": "callboard_session=x"}
    assert board.post("spaces/", {"name": "New"}, headers=headers).status_code == 201


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_no_other_page_signs_anybody_in_or_out(board: Board, method: str):
    """Else somebody could be at work in a stranger's account and not know it."""
    body: dict[str, Any] = {"json": {"token": board.viewer}} if method == "POST" else {}
    for headers, status in FROM.values():
        answer = board.ask(method, "/session", headers=headers, **body)
        assert answer.status_code == (204 if status == 201 or not headers else 403)
        assert ("Set-Cookie" in answer.headers) == (answer.status_code == 204)


def test_signing_out_takes_the_cookie_away(board: Board):
    """Also one that opens nothing any more."""
    answer = with_cookie(board, "DELETE", "/session", "cb_over", headers=OWN)
    assert answer.status_code == 204
    assert answer.headers["Set-Cookie"].startswith("callboard_session=; Path=/; Max-Age=0;")


def test_a_revoked_token_ends_its_session_at_once(board: Board):
    """The next request is refused."""
    path = "organisation/analytics/"
    assert with_cookie(board, "GET", path, board.viewer).status_code == 200
    revoked = board.ask(
        "DELETE", f"tokens/{board.token_of(board.viewer).id}/", token=board.admin, org="acme.example"
    )
    assert revoked.status_code == 200
    assert with_cookie(board, "GET", path, board.viewer).status_code == 401
    assert with_cookie(board, "GET", "/session", board.viewer).status_code == 401


def test_the_log_holds_no_cookie(tmp_path, caplog):
    """As it holds no token."""
    with caplog.at_level("DEBUG", logger="callboard.http"), Board(tmp_path) as board:
        sign_in(board, board.viewer)
        with_cookie(board, "GET", "spaces/", board.viewer)
    assert "/session" in caplog.text
    assert board.viewer not in caplog.text


@pytest.mark.parametrize(
    "origin", ["http://[", "http://]", "https://[::1", "null", "//", "\u00e9", "http://[v1.x]"]
)
def test_an_origin_that_is_no_address_is_somebody_elses_page(board: Board, origin: str):
    """403, never 500: for signing in and out, by cookie or without."""
    headers: Any = {"Origin": origin.encode("latin-1"), "Content-Type": "application/json"}
    for method, content in (("POST", b'{"token":"cb_none"}'), ("DELETE", b"")):
        assert board.ask(method, "/session", headers=headers, content=content).status_code == 403
