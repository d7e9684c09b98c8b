"""The OpenAPI document and the docs: complete, and readable without the internet."""

from __future__ import annotations

import json
import re

import pytest

from callboard.http.endpoints import DOCUMENTED
from callboard.http.openapi import document
from tests.http.board import Board

DOCUMENT = document()
OPERATIONS = [
    (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_the_document_needs_no_store_and_is_served_as_it_is(board: Board):
    """The same by command and by HTTP, and the same every time."""
    assert board.ask("GET", "/openapi.json").json() == DOCUMENT == document()
    assert DOCUMENT["openapi"].startswith("3.1")


def test_every_endpoint_is_described(board: Board):
    """Each with an id of its own, words, and all it may answer."""
    assert (
        len({operation["operationId"] for *_, operation in OPERATIONS}) == len(OPERATIONS) == len(DOCUMENTED)
    )
    for path, _, operation in OPERATIONS:
        assert operation["summary"]
        assert operation["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
        if path.startswith("/api/"):
            assert {"400", "401", "406", "429", "500", "503"} <= set(operation["responses"])
            assert operation["security"]
        for response in operation["responses"].values():
            assert response["headers"]["X-Request-Id"]["required"]
        for parameter in operation.get("parameters", []):
            assert parameter["in"] != "query" or parameter["description"]


def test_every_reference_leads_somewhere():
    """No schema is named that is not there, and no name of our own types leaks its machinery."""
    text = json.dumps(DOCUMENT)
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    there = set(DOCUMENT["components"]["schemas"])
    assert named <= there
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+", name) for name in there)


def test_the_docs_load_nothing_from_anywhere(board: Board):
    """One page: no script, no image, no font, no address but its own; and a policy that would stop them."""
    answer = board.ask("GET", "/docs")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    page = answer.text
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page
    assert not re.search(r"(src|@import|url\()", page)
    links = set(re.findall(r'href="([^"]+)"', page))
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert {link for link in links if not link.startswith("#")} == {"/openapi.json"}
    assert {link[1:] for link in links if link.startswith("#")} <= anchors


@pytest.mark.parametrize("operation", [endpoint.operation for endpoint in DOCUMENTED])
def test_every_endpoint_is_on_the_page(board: Board, operation: str):
    """With its path."""
    page = board.ask("GET", "/docs").text
    assert f'<article id="{operation}">' in page
