"""A plan as a command line that does the same again, and as the label of an import on record."""

from __future__ import annotations

import shlex
from copy import copy
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.cli.import_ import import_
from callboard.ingest.sources.mapping import MapOptions, pieces
from callboard.ingest.sources.plan import ImportPlan


class _Opened:
    digest = "0" * 64
    name = "calls.csv"


def label(**plan: Any) -> str:
    return ImportPlan(file="calls.csv", handle="acme.com", **plan).label(_Opened(), None)  # type: ignore[arg-type]


ONE = MapOptions(map=("call_id=id,call_status=s",), timezone=("Europe/Berlin",), duration_unit="minutes")
MANY = MapOptions(
    map=("call_id=id", "call_status=s"),
    set=("call_type=inbound",),
    values=("call_status:OK=completed",),
    null=("agent:-",),
    time_format=("%d.%m.%Y", "unix"),
)
TASK = MapOptions(map=("task_id=id,status=s",), record_type="task", duration_unit="milliseconds")


@pytest.mark.parametrize(
    ("plan", "digest"),
    [
        ({"space": "spc_1"}, "da7069c356e56de3"),
        ({"space": "spc_1", "options": ONE}, "4f4f59a4fa306f90"),
        (
            {"space_from": "campaign", "encoding": "cp1252", "separator": ";", "options": MANY},
            "ad21e1f78ce7b31c",
        ),
        ({"space": "s", "options": TASK}, "9f7dd6ff6de19772"),
    ],
)
def test_an_import_of_before_is_found_by_its_label(plan: dict[str, Any], digest: str) -> None:
    """Recorded when there were fewer options: an import that was interrupted before an upgrade goes on."""
    assert label(**plan) == f"calls.csv {digest}"


@pytest.mark.parametrize(
    "options",
    [
        {"when": (("a=1", "call_status=missed"),)},
        {"id_from": ("a",)},
        {"legs": True},
        {"decimal": "comma"},
        {"timezone": ("UTC", "end_time:Asia/Tokyo")},
        {"duration_unit": "hours"},
    ],
)
def test_another_reading_of_the_file_is_another_import(options: dict[str, Any]) -> None:
    """By each option that changes what rows mean; the unit that counts anyway changes nothing."""
    assert label(options=MapOptions(**options)) != label(options=MapOptions())
    assert label(options=MapOptions(duration_unit="seconds")) == label(options=MapOptions())


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool)
many = st.lists(words, max_size=2).map(tuple)


@given(
    st.builds(
        MapOptions,
        map=many,
        set=many,
        values=many,
        null=many,
        time_format=many,
        timezone=many,
        duration_unit=st.sampled_from([None, "seconds", "hours", "h:mm"]),
        record_type=st.sampled_from(["call", "task"]),
        when=st.lists(st.tuples(words, words), max_size=2).map(tuple),
        id_from=many,
        legs=st.booleans(),
        decimal=st.sampled_from([None, "point", "comma"]),
    )
)
def test_the_command_line_of_a_plan_says_all_its_options(options: MapOptions) -> None:
    """Whatever is in them; a word that begins with a dash too."""
    command = ImportPlan(file="calls.csv", handle="acme.com", space="s", options=options).command()
    name, command_name, *arguments = shlex.split(command)
    assert (name, command_name) == ("callboard", "import")
    own = copy(import_)  # click keeps the help option of the first context in the command
    values, _, _ = own.make_parser(click.Context(own)).parse_args(arguments)
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
    }
    read = MapOptions(
        map=given.get("assignments", ()),
        set=given.get("constants", ()),
        values=given.get("values", ()),
        null=given.get("nulls", ()),
        time_format=given.get("time_formats", ()),
        timezone=given.get("timezones", ()),
        duration_unit=given.get("duration_unit"),
        record_type=given.get("record_type", "call"),
        when=given.get("when", ()),
        id_from=tuple(pieces(given["id_from"])) if "id_from" in given else (),
        legs=given.get("legs", False),
        decimal=given.get("decimal"),
    )
    assert read == options
