"""What a path prefix may be."""

from __future__ import annotations

import pytest

from callboard.errors import SettingsError
from callboard.settings import read_settings


@pytest.mark.parametrize(
    ("given", "read"),
    [("", ""), ("/", ""), ("/calls", "/calls"), ("/calls/", "/calls"), ("/a/b-1", "/a/b-1")],
)
def test_a_prefix_is_a_plain_path(given: str, read: str):
    """With or without a slash at its end."""
    assert read_settings({"path_prefix": given}).path_prefix == read


@pytest.mark.parametrize(
    "given", ["calls", "/a b", "//a", "/..", "/a/../b", "/a%2f", "/api", "/session/x", '/"']
)
def test_anything_else_fails_at_the_start(given: str):
    """Also what could not be told from the paths below it."""
    with pytest.raises(SettingsError, match="path_prefix"):
        read_settings({"path_prefix": given})
