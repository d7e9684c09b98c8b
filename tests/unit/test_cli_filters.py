"""Options of the command line that ask for values of fields, and the filters they become."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import pytest
from click.testing import CliRunner

from callboard.cli.filters import filter_options, filters_of
from callboard.model.fields import FIELDS
from callboard.store.questions import UNKNOWN, CallFilter, TaskFilter

KINDS = pytest.mark.parametrize("of", FIELDS)
FILTERS: dict[str, Callable[..., Any]] = {"call": CallFilter, "task": TaskFilter}


def given(of: str, *arguments: str) -> dict[str, Any]:
    """What a command gets of these arguments."""

    @click.command()
    @filter_options(of)
    def command(**fields: Any) -> dict[str, Any]:
        return fields

    found: dict[str, Any] = command.main([*arguments], standalone_mode=False)
    return found


@KINDS
def test_options_stand_in_their_places(of: str) -> None:
    """No two of one command have the same, and each is of a field that lists are filtered by."""
    places = [each.option[0] for each in FIELDS[of] if each.option]
    assert len({*places}) == len(places)
    assert all(each.filters and each.option_help for each in FIELDS[of] if each.option)
    asking = sorted(each.option for each in FIELDS[of] if each.option)
    shown = CliRunner().invoke(click.command()(filter_options(of)(lambda **_: None)), ["--help"]).output
    at = [shown.index(f"  {name} ") for _, name in asking]
    assert at == sorted(at)


@KINDS
def test_every_option_becomes_the_filter_of_its_field(of: str) -> None:
    """Each alone: its value, and nothing else; without options one filter of nothing."""
    assert filters_of(of, given(of)) == [{}]
    for field in FIELDS[of]:
        if field.option:
            value = (field.row_words or field.words or ("7",))[0]
            [where] = filters_of(of, given(of, field.option[1], value))
            assert where == {field.row_name: value}
            FILTERS[of](**where)


def test_a_repeated_status_asks_for_each_once() -> None:
    """Beside what else is asked for, in the order of the arguments."""
    options = ("--status", "missed", "--agent", "ann", "--status", "failed", "--status", "missed")
    assert filters_of("call", given("call", *options)) == [
        {"agent": "ann", "call_status": "missed"},
        {"agent": "ann", "call_status": "failed"},
    ]


def test_unknown_asks_for_items_without_one() -> None:
    """Where it may be unknown; in the list of tasks it is a name like any other."""
    assert filters_of("task", given("task", "--run", "unknown")) == [{"run_id": UNKNOWN}]
    assert filters_of("task", given("task", "--run", "unknown"), unknown=False) == [{"run_id": "unknown"}]
