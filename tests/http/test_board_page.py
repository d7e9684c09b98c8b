"""The board as it is served: its files, its addresses, under a prefix, and when it was not built."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from callboard.http import board_files
from tests.http.board import Board

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip, br"}
PLAIN = {"Accept-Encoding": "identity"}
INDEX = '<!doctype html><base href="/" /><script type="module" src="./assets/index-abc.js"></script>'
SCRIPT = "console.log('the board');\n" * 100


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What a build leaves, in small."""
    root = tmp_path / "built"
    (root / "assets").mkdir(parents=True)
    (root / "index.html").write_text(INDEX)
    (root / "icon.svg").write_text("<svg/>")
    (root / "source.sha256").write_text("0")
    (root / "assets" / "index-abc.js").write_text(SCRIPT)
    monkeypatch.setattr(board_files, "FOLDER", str(root))
    board_files.board_files.cache_clear()
    yield root
    board_files.board_files.cache_clear()


@pytest.fixture
def built(folder: Path, tmp_path: Path) -> Iterator[Board]:
    with Board(tmp_path) as board:
        yield board


@pytest.fixture
def not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    monkeypatch.setattr(board_files, "FOLDER", str(tmp_path / "nothing"))
    board_files.board_files.cache_clear()
    with Board(tmp_path) as board:
        yield board
    board_files.board_files.cache_clear()


def test_the_page_is_at_the_root(built: Board):
    """Never kept without asking, since the names of its files change with every build."""
    answer = built.ask("GET", "/", headers=PLAIN)
    assert (answer.status_code, answer.text) == (200, INDEX)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    again = built.ask("GET", "/", headers={**PLAIN, "If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert built.ask("HEAD", "/", headers=PLAIN).headers["Content-Length"] == str(len(INDEX))


def test_a_file_of_the_page_is_kept_for_a_year(built: Board):
    """Its name says what is in it."""
    answer = built.ask("GET", "/assets/index-abc.js", headers=PLAIN)
    assert (answer.status_code, answer.text) == (200, SCRIPT)
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    icon = built.ask("GET", "/icon.svg", headers={"Accept": "image/*,*/*;q=0.8"})
    assert (icon.text, icon.headers["Cache-Control"]) == ("<svg/>", "no-cache")


def test_files_go_out_compressed_where_the_browser_takes_it(built: Board):
    """With tags of their own, and told apart by caches."""
    plain = built.ask("GET", "/assets/index-abc.js", headers=PLAIN)
    packed = built.ask("GET", "/assets/index-abc.js", headers={"Accept-Encoding": "gzip, deflate, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(gzip.compress(SCRIPT.encode(), 9, mtime=0))
    assert packed.text == SCRIPT
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert {plain.headers["Vary"], packed.headers["Vary"]} == {"Accept-Encoding"}


def test_an_address_within_the_page_is_the_page(built: Board):
    """What a copied link opens; the page itself finds the view."""
    for path in ("/board/acme.example/calls?period=7d", "/board/acme.example/calls/a%2Fb", "/anything"):
        answer = built.ask("GET", path, headers=BROWSER)
        assert (answer.status_code, answer.text) == (200, INDEX)


@pytest.mark.parametrize(
    ("method", "path", "accept", "status"),
    [
        ("GET", "/board/acme.example", "*/*", 404),  # a program, not a person
        ("GET", "/api/v2/platform/nothing/", "text/html", 404),
        ("GET", "/api/v1", "text/html", 404),
        ("GET", "/assets/index-old.js", "text/html", 404),
        ("GET", "/assets/%2e%2e/source.sha256", "*/*", 404),
        ("GET", "/source.sha256", "*/*", 404),
        ("POST", "/board/acme.example", "text/html", 404),
        ("PUT", "/", "text/html", 405),
        ("GET", "/api/v2/platform/spaces/", "text/html", 401),
        ("GET", "/healthz", "text/html", 406),
    ],
)
def test_everything_else_is_what_it_was(built: Board, method: str, path: str, accept: str, status: int):
    """A path of the API is an error in JSON, whoever asks."""
    answer = built.ask(method, path, headers={"Accept": accept})
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"


def test_the_page_may_load_files_of_its_own_and_nothing_else(built: Board):
    """No inline script or style, in nobody's frame, and no address is told to other sites."""
    for path in ("/", "/board/acme.example/"):
        headers = built.ask("GET", path, headers=BROWSER).headers
        policy = dict(each.strip().split(" ", 1) for each in headers["Content-Security-Policy"].split(";"))
        assert policy.pop("default-src") == "'none'"
        assert policy.pop("frame-ancestors") == "'none'"
        assert set(policy.values()) == {"'self'"}
        assert {"script-src", "style-src", "connect-src", "base-uri", "form-action"} <= policy.keys()
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.fixture
def under(folder: Path, tmp_path: Path) -> Iterator[Board]:
    """Served under `/callboard`."""
    with Board(tmp_path, path_prefix="/callboard") as board:
        yield board


@pytest.mark.parametrize("prefix", ["", "/callboard"], ids=["taken off by the proxy", "left by the proxy"])
def test_under_a_prefix_everything_is_found(under: Board, prefix: str):
    """The page knows where it is, and the API answers, whatever the proxy does to the path."""

    def get(path: str, **more: Any) -> httpx.Response:
        return under.ask("GET", f"{prefix}{path}", **more)

    assert '<base href="/callboard/" />' in get("/", headers=BROWSER).text
    assert '<base href="/callboard/" />' in get("/board/acme.example/", headers=BROWSER).text
    assert get("/assets/index-abc.js").text == SCRIPT
    assert get("/healthz").json() == {"status": "ok"}
    path = "/api/v2/platform/organisation/analytics/"
    for _ in range(2):
        assert get(path, token=under.viewer, org="acme.example").status_code == 200
    assert get("/openapi.json").json()["servers"] == [{"url": "/callboard/"}]
    assert 'href="/callboard/openapi.json"' in get("/docs").text
    assert get("/nothing").status_code == 404


def test_the_prefix_itself_is_the_page(under: Board):
    """With and without its slash; a path that only begins like it is another."""
    for path in ("/callboard", "/callboard/"):
        assert "<base" in under.ask("GET", path, headers=BROWSER).text
    assert under.ask("GET", "/callboards/healthz").status_code == 404


def test_a_page_that_was_not_built_says_so(not_built: Board):
    """And how to build it; the API answers."""
    answer = not_built.ask("GET", "/", headers=BROWSER)
    assert answer.status_code == 200
    assert "make page" in answer.text
    assert 'href="/docs"' in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert not_built.ask("GET", "/board/acme.example/", headers=BROWSER).status_code == 404
    assert not_built.get("organisation/analytics/").status_code == 200
