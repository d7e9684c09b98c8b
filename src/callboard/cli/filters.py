"""Options that filter by fields, made from the table of fields (`model/fields.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from callboard.model.field import Field
from callboard.model.fields import FIELDS
from callboard.store.questions import UNKNOWN

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
_UNKNOWN = "unknown"


GROUP_OPTIONS: tuple[Decorator, Decorator] = (
    click.option(
        "--external-id",
        metavar="ID",
        help="Only the call that has this id elsewhere, or that a leg of which has.",
    ),
    click.option("--has-legs/--no-legs", default=None, help="Only those that have legs, or that have none."),
)
"""Options that filter calls by what their groups have."""


def filter_options(
    of: str, *, listing: bool = False, others: Mapping[int, Decorator] | None = None
) -> Decorator:
    """The options of a command that exports, or with `listing` of one that prints a list. `others` are
    options of no field, by their place in the help.
    """
    options = {
        place: _option(field, name) for place, name, field in _optional(of) if field.listed or not listing
    }
    options |= others or {}

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for _, option in sorted(options.items(), reverse=True):
            command = option(command)
        return command

    return decorate


def filters_of(of: str, given: Mapping[str, Any], *, unknown: bool = True) -> list[dict[str, Any]]:
    """The filters that the options ask for: one for each value of the option that may be repeated.
    Without `unknown` that word is a value like any other.
    """
    once: dict[str, Any] = {}
    repeated: dict[str, tuple[str, ...]] = {}
    for _, _, field in _optional(of):
        value = given.get(field.row_name)
        if field.required:
            repeated[field.row_name] = value or ()
        elif value is not None:
            once[field.row_name] = UNKNOWN if unknown and value == _UNKNOWN else value
    every = [{column: value} for column, values in repeated.items() for value in dict.fromkeys(values)]
    return [once | each for each in every] or [once]


def _optional(of: str) -> list[tuple[int, str, Field]]:
    return [(*field.option, field) for field in FIELDS[of] if field.option]


def _option(field: Field, name: str) -> Decorator:
    """A word, a number or a text; how an item stands, which is all that every item has, may be repeated."""
    choices = list(field.row_words or field.words) if field.kind == "word" else []
    if choices and field.nullable:
        choices.append(_UNKNOWN)
    whole = click.IntRange(field.minimum) if field.kind == "whole" else None
    return click.option(
        name,
        field.row_name,
        type=click.Choice(choices) if choices else whole,
        multiple=field.required,
        metavar=field.name.upper() if field.kind == "id" else None,
        help=field.option_help,
    )
