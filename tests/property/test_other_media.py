"""Rows of other media among calls, drawn under any heading: they never count as calls unasked."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.lengths import examples
from tests.property.test_sum_rows import guessed, text_of

SHARE = float(os.environ.get("CALLBOARD_FILES", "10")) / 100
HEADER = ("id", "Start", "Number", "Status", "Duration")
HEADINGS = (
    "Media Type", "mediaType", "Channel", "channel_used", "Interaction", "Type", "kind", "Art", "Vorgang",
    "via", "X7", "Skill Media",
)  # fmt: skip
CALLS = ("Voice", "VOICE", "Phone", "Inbound Call", "call", "Anruf", "Telefon", "Llamada")
MEDIA = (
    "chat", "CHAT", "Email", "E-Mail", "Inbound Email", "Web Chat", "SMS", "fax", "callback", "TASK",
    "WhatsApp", "Social Messaging",
)  # fmt: skip
NO_MEDIA = (
    ("direction", ("inbound", "outbound")),
    ("Call Type", ("Inbound", "Outbound", "Callback")),
    ("lead_source", ("Phone", "Email", "Web")),
    ("utm_medium", ("email", "phone")),
    ("Media", ("voice",)),
    ("answered_by", ("human", "fax", "machine")),
    ("Disposition", ("Answered", "Fax", "No Answer")),
    ("Queue", ("Sales calls", "Support", "Mail order")),
)


def log(heading: str, words: list[str]) -> str:
    """A row for each word."""
    rows: list[list[Any]] = [
        [f"c{at:03}", datetime(2026, 3, 14 + at, 8, at, tzinfo=UTC), f"+120255501{at:02}",
         *(("Answered", 61 + 31 * at) if at % 3 else ("No answer", 0)), word]
        for at, word in enumerate(words)
    ]  # fmt: skip
    return text_of(rows, (*HEADER, heading))


def test_rows_of_other_media_are_asked_about() -> None:
    """However few they are; the answers leave out those rows and no call, or take all of them."""

    @examples(SHARE)
    @given(
        st.sampled_from(HEADINGS), st.sampled_from(CALLS),
        st.lists(st.sampled_from(MEDIA), min_size=1, max_size=3), st.permutations(range(12)),
    )  # fmt: skip
    def each(heading: str, call: str, media: list[str], order: list[int]) -> None:
        words = [([call] * (12 - len(media)) + media)[at] for at in order]
        content = log(heading, words)
        found = guessed(content)
        doubts = [each for each in found.doubts if each.about == "rows"]
        assert doubts, content
        again = guessed(content, *(each.answers[0] for each in doubts))
        assert not [each for each in again.doubts if each.about == "rows"], content
        assert again.preview.calls == words.count(call), content
        taken = guessed(content, doubts[0].answers[-1])
        assert not [each for each in taken.doubts if each.about == "rows"], content
        assert taken.preview.calls == len(words), content

    each()


@pytest.mark.parametrize(("heading", "words"), NO_MEDIA, ids=[heading for heading, _ in NO_MEDIA])
def test_a_column_of_something_else_asks_nothing(heading: str, words: tuple[str, ...]) -> None:
    found = guessed(log(heading, [words[at % len(words)] for at in range(12)]))
    assert "rows" not in [each.about for each in found.doubts], [each.message for each in found.doubts]
    assert found.preview.calls == 12
