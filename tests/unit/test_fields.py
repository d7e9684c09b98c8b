"""The table of fields and what is written out for it say the same."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from callboard.ingest.wire import CallIn, TaskIn
from callboard.model import fields
from callboard.model.call import Call
from callboard.model.event import CallEvent, TaskEvent
from callboard.model.field import SECONDS_MAX, Field
from callboard.model.task import Task
from callboard.query.items import CallItem, TaskItem
from callboard.store.sql.columns import COLUMNS, expanded

KINDS = ("call", "task")
EVENTS: dict[str, Any] = {"call": CallEvent, "task": TaskEvent}
SENT: dict[str, Any] = {"call": CallIn, "task": TaskIn}
ROWS: dict[str, Any] = {"call": Call, "task": Task}
ITEMS: dict[str, Any] = {"call": CallItem, "task": TaskItem}
OF_THE_ANSWER = {"call": set(), "task": {"stuck"}}
"""What is of no field: it is as of the moment of the answer."""


@pytest.mark.parametrize("of", KINDS)
def test_a_name_and_a_place_in_the_log_are_one_fields_own(of: str) -> None:
    """No two fields share a name, a place in the log or a short name."""
    table = fields.FIELDS[of]
    assert len({each.name for each in table}) == len(table)
    logged = [each.log for each in table if each.log]
    assert sorted(place for place, _ in logged) == list(range(1, len(logged) + 1))
    assert len({name for _, name in logged}) == len(logged)


@pytest.mark.parametrize("of", KINDS)
def test_structs_have_the_fields_of_the_table(of: str) -> None:
    """Kept events, events as sent, rows and answers: each has what the table says, in its order."""
    assert [each.row_name for each in fields.log_fields(of)] == [*EVENTS[of].__struct_fields__]
    short = [fields.log_names(of)[name] for name in EVENTS[of].__struct_fields__]
    assert short == [*EVENTS[of].__struct_encode_fields__]
    assert [each.name for each in fields.event_fields(of)] == [*SENT[of].__struct_fields__]
    assert fields.row_fields(of).keys() == {*ROWS[of].__struct_fields__}
    items = [name for name in ITEMS[of].__struct_fields__ if name not in OF_THE_ANSWER[of]]
    assert [each.name for each in fields.answer_fields(of)] == items


@pytest.mark.parametrize("of", KINDS)
def test_a_list_of_columns_is_put_where_its_name_stands(of: str) -> None:
    """`{columns}` and its kin; a statement without them is left as it is, and so is another table's."""
    columns = ", ".join(COLUMNS[of])
    assert expanded(f"{of}.find", "SELECT no, {columns} FROM x") == f"SELECT no, {columns} FROM x"
    assert expanded(f"{of}.update", "SET {assigned} WHERE no = ?2").startswith(f"SET {COLUMNS[of][0]} = ?3, ")
    assert expanded(f"{of}.insert", "({arrays})").startswith("(:c4::TEXT[], :c5::TEXT[], ")
    assert expanded("run.find", "SELECT '{columns}'") == "SELECT '{columns}'"


def test_the_fields_that_are_written_out_are_those_of_the_table() -> None:
    """`make generate` has nothing to write: nobody changed a written-out field, or the table, alone."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, root / "generate_fields.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def generator() -> Any:
    """The module that writes the fields out."""
    spec = spec_from_file_location("generate_fields", Path(__file__).parents[2] / "generate_fields.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


LONG = 2 * SECONDS_MAX
UNRULED = {
    "a fold of its own": ("fold of the facts", Field(name="x", kind="text", log=(99, "xx"))),
    "a filter by a range": ("filter", Field(name="x", kind="time", log=(99, "xx"), filters="When.")),
    "other bounds of a duration": (
        "stored event",
        Field(name="x", kind="duration", log=(99, "xx"), maximum=LONG, fold="greatest"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("of", KINDS)
@pytest.mark.parametrize(("region", "field"), UNRULED.values(), ids=[*UNRULED])
def test_a_field_without_a_general_rule_is_refused_by_name(
    of: str, region: str, field: Field, generator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written for it that would only look right."""
    by_hand = "".join(f"{each.row_name}=1,\n" for each in fields.FIELDS[of])
    text = f"# fields: {region} of a {of}\n# end of fields"
    monkeypatch.setitem(generator.table.FIELDS, of, (*fields.FIELDS[of], field))
    with pytest.raises(SystemExit, match=r"^x: "):
        generator.written(by_hand + text)


WITHOUT_A_RULE = {
    "a counter of tasks": ("task", Field(name="x", kind="text", counter=99)),
    "a counter by a number": ("call", Field(name="x", kind="whole", counter=99)),
    "a group by a time": ("call", Field(name="x", kind="time", groups=True)),
    "objects of two bounds": ("task", Field(name="metadata", kind="document", log=(99, "xx"))),
}


@pytest.mark.parametrize(("of", "field"), WITHOUT_A_RULE.values(), ids=[*WITHOUT_A_RULE])
def test_a_property_without_a_general_rule_is_refused_by_name(
    of: str, field: Field, generator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nothing would read is no silent word of the table."""
    generator.refuse_what_has_no_rule()
    monkeypatch.setitem(generator.table.FIELDS, of, (*fields.FIELDS[of], field))
    with pytest.raises(SystemExit, match=f"^{field.name}: "):
        generator.refuse_what_has_no_rule()


@pytest.mark.parametrize(
    ("of", "name"), [("call", "agent"), ("task", "assignee"), ("call", "x"), ("task", "x")]
)
def test_a_struct_in_another_order_than_the_log_is_refused_by_name(
    of: str, name: str, generator: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A field by hand behind the region would swap two values, and change the bytes of events."""
    path = Path("callboard", "model", "event.py")
    text = (generator.SOURCE / path).read_text("utf-8")
    end = "    # end of fields\n"
    place = text.index(end, text.index(f"class {of.title()}Event(")) + len(end)
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(f"{text[:place]}    {name}: Text = UNSET\n{text[place:]}", "utf-8")
    monkeypatch.setattr(generator, "SOURCE", tmp_path)
    with pytest.raises(SystemExit, match=rf"^\w+: {of.title()}Event has "):
        generator.written(f"# fields: stored event of a {of}\n# end of fields")
