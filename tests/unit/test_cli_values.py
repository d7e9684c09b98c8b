"""Values typed on the command line: what they mean, and that others are refused with a reason."""

from __future__ import annotations

import click
import pytest

from callboard.cli import values
from callboard.clock import DAY, HOUR, MINUTE, SECOND, iso, system_clock


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30d", 30 * DAY),
        ("12h", 12 * HOUR),
        (" 15M ", 15 * MINUTE),
        ("90s", 90 * SECOND),
        ("900", 900 * SECOND),
    ],
)
def test_a_length_of_time_has_a_unit_or_is_seconds(text, length):
    """Days, hours, minutes and seconds, in either case."""
    assert values.length(text) == length
    assert values.seconds(text) == length // SECOND


@pytest.mark.parametrize("text", ["", "d", "1y", "-5m", "1.5h", "9" * 10 + "d", "36501d"])
def test_what_is_no_length_is_refused(text):
    """Negative, fractional and unknown ones, and more than a hundred years."""
    with pytest.raises(click.BadParameter):
        values.length(text)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-02-07T12:00:00Z", "2026-02-07T12:00:00Z"),
        ("2026-02-07T12:00:00+05:30", "2026-02-07T06:30:00Z"),
        ("2026-02-07", "2026-02-07T00:00:00Z"),
    ],
)
def test_a_moment_is_exact(text, instant):
    """With its offset; a bare day begins at midnight UTC."""
    assert iso(values.moment(text)) == instant


@pytest.mark.parametrize("text", ["2026-02-07T12:00:00", "2026-02-30", "soon", ""])
def test_what_is_no_moment_is_refused(text):
    """Without an offset nobody knows when it is."""
    with pytest.raises(click.BadParameter):
        values.moment(text)


def test_an_expiry_lies_ahead():
    """A length counts from now; a day lasts to its end; the past is refused."""
    now = system_clock()
    assert now + 30 * DAY <= values.expiry("30d") <= system_clock() + 30 * DAY
    assert iso(values.expiry("2999-12-30")) == "2999-12-31T00:00:00Z"
    with pytest.raises(click.BadParameter, match="in the past"):
        values.expiry("2001-01-01")


@pytest.mark.parametrize("text", ["", "  ", "a\tb", "a\x00", "ü" * 128])
def test_a_name_is_text_within_its_bound(text):
    """Some text, no control characters, at most 255 bytes."""
    with pytest.raises(click.BadParameter):
        values.name(text)
    assert values.name("  Müller & Söhne ") == "Müller & Söhne"


@pytest.mark.parametrize("name", ["Acme", "Müller & Söhne", "日本", "-", "a" * 300, "x" * 254 + " y"])
def test_a_suggested_handle_is_always_a_valid_one(name):
    """Whatever the organization is called."""
    assert values.handle(values.slug(name)) == values.slug(name)
