"""From a row to an event: columns, texts of columns, words, constants."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.mapping import MapOptions, RowMapping, assignments, joined, pieces

NEEDED = "call_id=id,call_status=status"


def event(row: dict[str, Any], *assignments: str, **options: Any) -> dict[str, Any]:
    mapped = RowMapping(MapOptions(map=(NEEDED, *assignments), **options)).event(
        {"id": "1", "status": "completed", **row}
    )
    assert mapped.pop("type") == options.get("record_type", "call")
    return {key: value for key, value in mapped.items() if key not in ("call_id", "call_status")}


def test_a_column_fills_a_field() -> None:
    """Cells are read without the blanks around them."""
    assert event({"rep": "  ann "}, "agent=rep") == {"agent": "ann"}


def test_columns_make_a_text() -> None:
    """As `{line}-{number}`; doubled braces are braces."""
    assert event({"a": "x", "b": "7"}, "agent={a}-{b}") == {"agent": "x-7"}
    assert event({"a": "x"}, "agent={{{a}}}") == {"agent": "{x}"}


def test_an_empty_cell_says_nothing() -> None:
    """It is left out, not null: what another event said stands."""
    assert event({"rep": "  "}, "agent=rep") == {}
    assert event({"a": "", "b": " "}, "agent={a}-{b}") == {}


def test_an_id_with_a_part_missing_is_rejected() -> None:
    """Half an id would be the id of other calls as well."""
    mapping = RowMapping(MapOptions(map=("call_id={line}-{no},call_status=status",)))
    with pytest.raises(RowError) as fault:
        mapping.event({"line": "A", "no": "", "status": "completed"})
    assert (fault.value.reason, fault.value.message) == ("missing_field", "call_id: the column 'no' is empty")


def test_null_of_json_says_there_is_none() -> None:
    """As in a request."""
    assert event({"rep": None}, "agent=rep") == {"agent": None}


def test_words_that_say_none_are_null() -> None:
    """--null 'agent:NO_SERVER'; the empty word is an empty cell."""
    assert event({"rep": "NO_SERVER"}, "agent=rep", null=("agent:NO_SERVER,-",)) == {"agent": None}
    assert event({"rep": "-"}, "agent=rep", null=("agent:NO_SERVER,-",)) == {"agent": None}
    assert event({"rep": ""}, "agent=rep", null=("agent:",)) == {"agent": None}


def test_words_are_given_their_meaning() -> None:
    """Exactly as written first, then in any case."""
    mapping = RowMapping(
        MapOptions(map=(NEEDED,), values=("call_status:OK=completed,ok=failed,No Answer=missed",))
    )
    said = {
        word: mapping.event({"id": "1", "status": word})["call_status"]
        for word in ("OK", "ok", "NO ANSWER", "x")
    }
    assert said == {"OK": "completed", "ok": "failed", "NO ANSWER": "missed", "x": "x"}


def test_words_of_several_fields_may_stand_in_one_text() -> None:
    """A piece that begins with a field begins its words."""
    options = {"values": ("call_type:in=inbound,out=outbound,answered_by:h=human",)}
    assert event({"d": "out", "h": "h"}, "call_type=d,answered_by=h", **options) == {
        "call_type": "outbound",
        "answered_by": "human",
    }


def test_a_constant_is_for_every_row_and_gives_way_to_a_cell() -> None:
    """--set fills what a row leaves empty."""
    assert event({}, set=("call_type=inbound",)) == {"call_type": "inbound"}
    assert event({"rep": ""}, "agent=rep", set=("agent=desk",)) == {"agent": "desk"}
    assert event({"rep": "ann"}, "agent=rep", set=("agent=desk",)) == {"agent": "ann"}


def test_fields_inside_documents_are_named_with_dots() -> None:
    """`metadata.campaign`, one by one or the whole."""
    assert event({"c": "x", "d": "y"}, "metadata.a=c,metadata.b.c=d", set=("metadata.k=v",)) == {
        "metadata": {"k": "v", "a": "x", "b": {"c": "y"}}
    }
    assert event({"m": '{"a": 1}'}, "metadata=m") == {"metadata": {"a": 1}}


def test_one_row_leaves_no_trace_in_the_next() -> None:
    """A constant document is not filled by the rows that use it."""
    mapping = RowMapping(MapOptions(map=(NEEDED, "metadata.a=c"), set=('"metadata={""k"": 1}"',)))
    first = mapping.event({"id": "1", "status": "completed", "c": "x"})
    second = mapping.event({"id": "2", "status": "completed", "c": ""})
    assert (first["metadata"], second["metadata"]) == ({"k": 1, "a": "x"}, {"k": 1})


def test_values_inside_objects_are_reached_with_dots() -> None:
    """`call.agent.name`, and keys that hold dots themselves."""
    row = {"call": {"agent": {"name": "ann"}}, "a.b": {"c.d": "x"}}
    assert event(row, "agent=call.agent.name") == {"agent": "ann"}
    assert event(row, "agent=a.b.c.d") == {"agent": "x"}
    assert event(row, "agent=call.nobody") == {}


@pytest.mark.parametrize(
    ("cell", "unit", "seconds"),
    [
        ("166", "seconds", 166),
        ("1.25", "seconds", 1.25),
        ("2:46", "seconds", 166),
        ("1:02:46", "seconds", 3766),
        ("1234", "milliseconds", 1.234),
        ("2.5", "minutes", 150),
        (timedelta(milliseconds=1234), "seconds", 1.234),
        (7, "seconds", 7),
    ],
)
def test_durations_are_read_in_their_unit(cell: object, unit: str, seconds: float) -> None:
    """Seconds unless told otherwise; clocks as they stand."""
    assert event({"d": cell}, "call_duration=d", duration_unit=unit) == {"call_duration": seconds}


@pytest.mark.parametrize("cell", ["soon", "1:99", "1:2:3:4", "inf", "1:-2", True, [1]])
def test_what_is_no_length_of_time_is_rejected(cell: object) -> None:
    """With the field and the value."""
    with pytest.raises(RowError) as fault:
        event({"d": cell}, "call_duration=d")
    assert fault.value.reason == "invalid_duration"
    assert fault.value.message.startswith("call_duration: ")


def test_tasks_have_fields_of_their_own() -> None:
    """--type task."""
    options = MapOptions(map=("task_id=id,status=s,attempt=n,void=v",), record_type="task")
    made = RowMapping(options).event({"id": 7, "s": "pending", "n": "2", "v": "no"})
    assert made == {"type": "task", "task_id": "7", "status": "pending", "attempt": 2, "void": False}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (MapOptions(map=("call_id=id",)), "call_status"),
        (MapOptions(map=(NEEDED, "colour=x")), "colour"),
        (MapOptions(map=(NEEDED, "agent.name=x")), "agent has nothing inside"),
        (MapOptions(map=(NEEDED, "agent")), "field="),
        (MapOptions(map=(NEEDED, "agent=a,agent=b")), "agent is given twice"),
        (MapOptions(map=(NEEDED,), values=("agent:x=y",)), "agent is not mapped"),
        (MapOptions(map=(NEEDED,), values=("call_status:OK",)), "WORD=value"),
        (MapOptions(map=(NEEDED,), null=("NO_SERVER",)), "does not begin with field:"),
        (MapOptions(map=(NEEDED,), set=("standing=high",)), "--set standing"),
        (MapOptions(map=(NEEDED,), timezone=("Mars/Olympus",)), "Mars/Olympus"),
        (MapOptions(map=(f'{NEEDED},"agent=x',)), "agent"),
    ],
)
def test_options_that_make_no_sense_are_named(options: MapOptions, words: str) -> None:
    """Before a row is read."""
    with pytest.raises(ImportOptionError, match=words):
        RowMapping(options)


def test_a_missing_column_is_named_with_those_there_are() -> None:
    """So that the right one can be picked."""
    with pytest.raises(ImportOptionError, match=r"no column 'status'.*id, state"):
        RowMapping(MapOptions(map=(NEEDED,))).check(["id", "state"])
    with pytest.raises(ImportOptionError, match="Two columns are named 'id'"):
        RowMapping(MapOptions(map=(NEEDED,))).check(["id", "id", "status"])


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1))
def test_what_is_joined_is_split_again(parts: list[str]) -> None:
    """Column names with commas, quotes and blanks survive the command line."""
    assert pieces(joined(parts)) == parts


TIMES = ("creation_time=c", "start_time=s", "end_time=e", "call_duration=d", "inferred=inferred")
AT = {"c": "2026-01-01T10:00:00Z", "s": "2026-01-01T10:00:05Z", "e": "2026-01-01T10:01:05Z"}
TEN, ENDED = "2026-01-01T10:00:00+00:00", "2026-01-01T10:01:05+00:00"


def test_an_inferred_end_is_when_the_event_occurred() -> None:
    """It is not stated: `null` says so, and the event is not one that says nothing of its end."""
    found = event({**AT, "d": "", "inferred": "end_time"}, *TIMES)
    assert (found["occurred_at"], found["end_time"]) == (ENDED, None)
    assert "inferred" not in found


def test_an_inferred_creation_is_left_out_where_it_is_inferred_again() -> None:
    """From the moment of the event, which is then the creation's; or from the start."""
    found = event({**AT, "d": "60", "inferred": "creation_time"}, *TIMES)
    assert "creation_time" not in found
    assert found["occurred_at"] == TEN
    at_its_start = event({**AT, "c": AT["s"], "d": "", "inferred": ["creation_time", "end_time"]}, *TIMES)
    assert "creation_time" not in at_its_start
    assert at_its_start["occurred_at"] == ENDED
    # Ended when it was last spoken of, and made before its start: one event cannot infer both.
    both = event({**AT, "d": "", "inferred": "creation_time end_time"}, *TIMES)
    assert (both["creation_time"], both["occurred_at"]) == (TEN, ENDED)


def test_what_is_inferred_is_one_of_two_times() -> None:
    """Anything else is a column that means something else."""
    with pytest.raises(RowError, match="another field than creation_time and end_time"):
        event({**AT, "inferred": "start_time"}, *TIMES)


@given(
    separators=st.lists(
        st.sampled_from(["/", "-", "--", "-x-", "aba", "%", "%2F", " / "]), min_size=1, max_size=2
    ),
    rows=st.lists(
        st.lists(st.text("ab/-x%2F5D ", min_size=1), min_size=3, max_size=3), min_size=2, max_size=20
    ),
)
def test_ids_of_several_columns_are_of_one_row(separators: list[str], rows: list[list[str]]) -> None:
    """Whatever the cells hold, of the separator too: other cells, another id."""
    columns = [f"c{number}" for number in range(len(separators) + 1)]
    text = "{c0}" + "".join(f"{s}{{{name}}}" for s, name in zip(separators, columns[1:], strict=True))
    mapped = RowMapping(MapOptions(map=(f"call_id={text},call_status=s",)))
    made: dict[str, tuple[str, ...]] = {}
    for cells in rows:
        said = tuple(cell.strip() for cell in cells[: len(columns)])
        if all(said):
            made_id = mapped.event(dict(zip(columns, said, strict=True)) | {"s": "missed"})["call_id"]
            assert made.setdefault(made_id, said) == said


@pytest.mark.parametrize(
    ("cells", "made"),
    [
        (
            ("dag", "scheduled__2026-02-13T08:00:00+00:00", "load"),
            "dag/scheduled__2026-02-13T08:00:00+00:00/load",
        ),
        (("50%", "100%", "%"), "50%/100%/%"),
        (("a/b", "c", "d"), "a/b/c/d"),
        (("a", "b/c", "d"), "a/b%2Fc/d"),
        (("a", "b%2Fc", "d"), "a/b%252Fc/d"),
    ],
)
def test_ids_of_usual_cells_are_plain(cells: tuple[str, ...], made: str) -> None:
    """Only a separator behind the first column is written otherwise, and what looks as if it were."""
    mapped = RowMapping(MapOptions(record_type="task", map=("task_id={a}/{b}/{c},status=s",)))
    row = dict(zip("abc", cells, strict=True)) | {"s": "completed"}
    assert mapped.event(row)["task_id"] == made


def test_columns_of_an_id_with_nothing_between_are_refused() -> None:
    """1 and 23 would be 12 and 3."""
    with pytest.raises(ImportOptionError, match=r"call_id: \{b\} follows another column"):
        RowMapping(MapOptions(map=("call_id={a}{b},call_status=s",)))


def test_an_answer_that_two_doubts_offer_may_be_given_twice() -> None:
    """The same of the same field says nothing else."""
    said = ("call_status=Result", "agent=who,call_status=Result")
    assert assignments(said, "--map") == {"call_status": "Result", "agent": "who"}
