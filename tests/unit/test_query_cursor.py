"""Cursors: what is written is read again, and nothing of their form is a fault."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.query.cursor import CURSOR_PATTERN, read_cursor, write_cursor
from callboard.store.questions import Position

NUMBERS = st.integers(-(2**63), 2**63 - 1)
IDS = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: len(text.encode()) <= 255)


@given(st.builds(Position, NUMBERS, IDS, NUMBERS))
def test_a_position_comes_back_from_its_cursor(position: Position):
    """Whatever id it stands at."""
    cursor = write_cursor(position)
    assert re.search(CURSOR_PATTERN, cursor)
    assert read_cursor(cursor) == position


@given(st.from_regex(CURSOR_PATTERN, fullmatch=True))
def test_every_text_of_the_form_is_some_position(text: str):
    """So that what the OpenAPI document allows is taken."""
    position = read_cursor(text)
    assert -(2**63) <= position.at < 2**63
    assert -(2**63) <= position.space_id < 2**63
    position.item_id.encode()


@pytest.mark.parametrize(
    "text", ["", "0", "0" * 30, "0" * 33, "0" * 544, "g" * 32, "A" * 32, "0" * 32 + "\n"]
)
def test_anything_else_is_refused(text: str):
    """With a message for the caller."""
    with pytest.raises(ValueError, match="not a cursor"):
        read_cursor(text)
