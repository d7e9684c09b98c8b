"""The tables of words: each row's words mean what the row says, in the order of the rows."""

from __future__ import annotations

import pytest

from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.word_table import Meaning, WordTable
from callboard.model.words import CALL_STATUSES, END_REASON_SET
from tests.platforms.words import WORDS

TABLES = {
    (name, field): table for name, platform in PLATFORMS.items() for field, table in platform.words.items()
}
TABLE = WordTable(
    ("busy(:.*)?", "missed", "busy"),
    ("done", "answered?", "hangup"),
    ("stopped", "answered?", "canceled"),
    ("over", "answered?1", "hangup"),
    ("broken", "answered?failed", "network_error"),
    ("moved", "ignore"),
    ("ringing", "ringing"),
)


@pytest.mark.parametrize(
    ("word", "answered", "meaning"),
    [
        ("busy", False, Meaning("missed", "busy")),
        ("busy:486", True, Meaning("missed", "busy")),
        ("done", True, Meaning("completed", "hangup")),
        ("done", False, Meaning("missed", "no_answer")),
        ("stopped", False, Meaning("missed", "canceled")),
        ("over", True, Meaning("completed", "hangup", 1)),
        ("over", False, Meaning("missed", "no_answer", 1)),
        ("broken", True, Meaning("completed", "network_error")),
        ("broken", False, Meaning("failed", "network_error")),
        ("moved", False, Meaning("ignore")),
        ("ringing", False, Meaning("ringing")),
        ("busybody", False, None),
        ("a busy", False, None),
        ("", False, None),
    ],
)
def test_a_word_means_what_its_row_says(word, answered, meaning):
    assert TABLE.look_up(word, answered=answered) == meaning


@pytest.mark.parametrize(
    "row", [("busy", "unavailable"), ("busy", "missed", "was_busy"), ("(busy", "missed", "busy")]
)
def test_a_row_with_a_word_outside_the_lists_is_refused(row):
    """When the table is made: no delivery ever meets it."""
    with pytest.raises(Exception, match=r"no such|unterminated"):
        WordTable(row)


@pytest.mark.parametrize("key", TABLES, ids="/".join)
def test_every_row_says_a_status_and_reason_of_the_contract(key):
    """For both: an answered call and another."""
    for row in TABLES[key].rows:
        assert row[1].startswith("answered?") or row[1] in (*CALL_STATUSES, "ignore")
        assert len(row) == 2 or row[2] in END_REASON_SET


@pytest.mark.parametrize(
    ("name", "field", "word", "answered", "meaning"),
    [
        (name, field, word, answered, meaning)
        for (name, field), told in WORDS.items()
        for meaning, words in told.items()
        for answered, word in words
    ],
)
def test_the_words_of_a_platform_mean_what_is_written_here(name, field, word, answered, meaning):
    """`words.py` says it a second time, word by word."""
    found = PLATFORMS[name].words[field].look_up(word, answered=answered)
    assert found is not None
    assert (
        " ".join(
            map(str, (each for each in (found.status, found.end_reason, found.standing) if each is not None))
        )
        == meaning
    )


@pytest.mark.parametrize("key", TABLES, ids="/".join)
def test_every_row_of_a_table_has_a_word_that_is_written_here(key):
    """A row that no word reaches is dead, or hidden by one above it."""
    table = TABLES[key]
    words = [word for told in WORDS.get(key, WORDS.get(("twilio", key[1]), {})).values() for _, word in told]
    alone = [WordTable(row) for row in table.rows]
    reached = {
        next(place for place, each in enumerate(alone) if each.look_up(word, answered=True) is not None)
        for word in words
    }
    dead = [table.rows[place][0] for place in range(len(table.rows)) if place not in reached]
    assert dead == []
