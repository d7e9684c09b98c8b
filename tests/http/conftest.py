"""Fixtures of the tests over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.command import callboard
from tests.http.board import Board
from tests.http.door import Door


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    """A Callboard with two tenants, without calls."""
    with Board(tmp_path) as board:
        yield board


@pytest.fixture
def board_with_small_bodies(tmp_path: Path) -> Iterator[Board]:
    """The same, taking bodies of at most 4 KiB and 8 events, and few failures."""
    with Board(
        tmp_path, max_body_bytes=4096, max_decoded_bytes=16_384, max_events=8, failed_auth_per_minute=5
    ) as board:
        yield board


@pytest.fixture(scope="module")
def door_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A real server for all tests of a module. At the end nothing drifted, and no fault was ours."""
    with Door(tmp_path_factory.mktemp("door")) as door:
        yield door
    assert "ERROR" not in door.server.log, door.server.log
    verified = callboard("verify", "--deep", "--json", db=door.server.db)
    assert (verified.code, verified.json["drift"]) == (0, 0), verified.text


@pytest.fixture
def door(door_of_module: Door) -> Iterator[Door]:
    """The same; whatever a test sends, the server then answers the next request."""
    yield door_of_module
    assert door_of_module.lives()
