"""Fixtures of the tests over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.board import Board


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
