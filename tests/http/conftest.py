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
