"""Each command that the program or its pages print about a platform is one that the command line takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from callboard.cli.main import callboard
from callboard.ingest.sources.platforms.administering import setup_text
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.connect.pages import INDEX, page_of
from tests.pages import DOCS

LOST_ENDS = DOCS / "how-to" / "find-lost-ends.md"
PAGES = {path.name: path for path in (*map(page_of, PLATFORMS), INDEX, LOST_ENDS)}


def whole_lines(text: str) -> Iterator[str]:
    """Commands that stand on lines of their own, to be pasted."""
    joined = re.sub(r"\\\n\s*", " ", text)
    for line in joined.splitlines():
        found = re.match(r"\s*(?:\$ )?(callboard .*)", line)
        if found and "`" not in line:
            yield found[1].partition(" | ")[0]


def named(text: str) -> Iterator[str]:
    """Commands inside of sentences, which may leave out what is clear."""
    yield from (found.replace("\n", " ") for found in re.findall(r"`(callboard [^`]+)`", text))
    yield from re.findall(r": (callboard [^(.]+?)(?: \(|$)", text, re.MULTILINE)


def parse(command: str, *, is_whole: bool) -> None:
    """Raises `click.UsageError` for what is no such command, or lacks something."""
    words = shlex.split(command.replace("…", "TEXT"), comments=True)
    found: click.Command = callboard
    # With its settings: click keeps the help option that it first makes of a command.
    context = click.Context(callboard, info_name="callboard", **callboard.context_settings)
    rest = words[1:]
    while isinstance(found, click.Group) and rest:
        name, sub, rest = found.resolve_command(context, rest)
        assert sub is not None, name
        context, found = click.Context(sub, parent=context, info_name=name), sub
    if is_whole:
        found.make_context(context.info_name, list(rest), parent=context.parent)
    else:
        known = {word for each in found.params for word in (*each.opts, *each.secondary_opts)} | {"--help"}
        unknown = {word.partition("=")[0] for word in rest if word.startswith("-") and word != "-"} - known
        assert not unknown, f"{command}: {unknown}"


def check(text: str) -> int:
    many = 0
    for command in whole_lines(text):
        parse(command, is_whole=True)
        many += 1
    for command in named(text):
        parse(command, is_whole=False)
        many += 1
    return many


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_a_hook_prints_can_be_pasted(name):
    text = setup_text(PLATFORMS[name], "https://calls.example.com/hooks/x/", {}, {}, "spc_8f3a52c1d09be764")
    check(text)
    assert not re.findall(r"\{(url|secret|space)\}", text)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_what_a_page_shows_can_be_pasted(path):
    assert check(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "    callboard watch Master.csv --format asterisk",
        "$ callboard hook create --platform twilio",
        "callboard nothing",
        "so: callboard hook rotate ID --api-kee @FILE (the key)",
        "read by `callboard import FILE --formt x`",
    ],
)
def test_a_command_that_is_none_is_noticed(text):
    with pytest.raises((click.UsageError, AssertionError)):
        check(text)
