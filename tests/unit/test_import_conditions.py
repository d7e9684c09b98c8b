"""`--when`: conditions on cells, and the values they give."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.mapping.conditions import condition_of, condition_text

ROW = {
    "billsec": "0",
    "disposition": "Answered",
    "hang up": "NO ANSWER",
    "sip_code": 486,
    "talk": "0:01:10",
    "n": "n/a",
    "empty": " ",
    "none": None,
    "agent": {"name": "ann", "left": None},
    "star": "a*b",
    'q"': "x",
    "and": "both",
}


@pytest.mark.parametrize(
    "text",
    [
        "billsec=0 and disposition=ANSWERED",
        "billsec = 0 AND disposition = answered",
        "billsec=0.00",
        "billsec<=0 and billsec>=0 and billsec<1 and billsec>-1",
        "sip_code>=400 and sip_code!=487",
        "disposition!=BUSY",
        '"hang up"="no answer"',
        '"hang up"=no*',
        '"hang up"="* answer"',
        "disposition!=b*",
        r"star=a\*b",
        "star=a*",
        "talk=70 and talk>1:09 and talk<0:01:11",
        "empty= and none= and nowhere= and n=",
        "billsec!= and disposition!=",
        "empty= and billsec=0",
        "agent.name=ann and agent.left= and agent!=",
        'billsec="0"',
        '"q"""=x',
        '"and"=both',
        "empty!=x",
    ],
)
def test_a_condition_holds(text: str) -> None:
    """Numbers compare as numbers, texts in any case, no value means empty."""
    assert condition_of(text).test()(ROW)


@pytest.mark.parametrize(
    "text",
    [
        "billsec=0 and disposition=BUSY",
        "billsec!=0",
        'billsec="0.0"',
        "n=0",
        "n!=0",
        "n<1",
        "empty=0",
        "empty!=0",
        "disposition=0",
        "disposition=answere",
        "star=a",
        r"disposition=\*",
        "billsec=",
        "empty!=",
        "n!=",
    ],
)
def test_a_condition_does_not_hold(text: str) -> None:
    """A cell that is no number is compared with none, not even by !=."""
    assert not condition_of(text).test()(ROW)


def test_cells_have_the_files_decimal_sign() -> None:
    """The numbers of a condition have a point."""
    assert condition_of("talk>1.4").test("comma")({"talk": "1,5"})
    assert not condition_of("talk>1.5").test("comma")({"talk": "1,5"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the name of a column"),
        ("billsec", "one of = !="),
        ("billsec=0 disposition=ANSWERED", '"and" is missing'),
        ("a=1 or b=2", "give --when once more"),
        ("a=1 and", "the name of a column"),
        ("a=and", "the name of a column"),
        ("=1", "at '='"),
        ("a=1 = 2", "at '='"),
        ("a<ten", "compares numbers"),
        ("a>", "compares numbers"),
        ('a>"1"', "compares numbers"),
        ('a="1', "at '\"'"),
        ("and=1", "the name of a column"),
        ("a!b=1", "at '!'"),
    ],
)
def test_a_condition_that_makes_no_sense_is_shown_with_the_place(text: str, words: str) -> None:
    """Before a row is read."""
    with pytest.raises(ImportOptionError) as fault:
        condition_of(text)
    assert fault.value.message.startswith(f"--when {text!r}: ")
    assert words in fault.value.message


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool)


@given(st.lists(st.tuples(texts, st.sampled_from(["=", "!="]), st.one_of(texts, st.just(""))), min_size=1))
def test_what_is_written_is_read_again(comparisons: list[tuple[str, str, str]]) -> None:
    """Whatever the names of columns and the words of cells."""
    found = condition_of(condition_text(*comparisons)).comparisons
    assert [(each.column, each.operator, each.value) for each in found] == comparisons


NEEDED = "call_id=id,call_status=status"


def event(row: dict[str, Any], *when: tuple[str, str], **options: Any) -> dict[str, Any]:
    options.setdefault("map", (NEEDED,))
    mapped = RowMapping(MapOptions(when=when, **options)).event({"id": "1", "status": "completed", **row})
    return {key: value for key, value in mapped.items() if key not in ("call_id", "type")}


def test_the_first_condition_of_a_field_that_holds_counts() -> None:
    """Over what --map and --set say; where none holds these do."""
    when = (("talk=0", "call_status=missed"), ("talk<5", "call_status=failed"))
    assert event({"talk": "0"}, *when) == {"call_status": "missed"}
    assert event({"talk": "3"}, *when) == {"call_status": "failed"}
    assert event({"talk": "9"}, *when) == {"call_status": "completed"}
    assert event({"talk": "9", "status": ""}, *when, set=("call_status=queued",)) == {"call_status": "queued"}


def test_a_value_may_be_of_the_row() -> None:
    """A template, read as a mapped column is: as a time, through --values, null where it says so."""
    when = (("m=BYE", "end_time={at}"), ("m=BYE", "agent={a}-{b}"), ("m=BYE", "call_type={d}"))
    assert event(
        {"m": "bye", "at": "2026-02-07 10:00:00", "a": "x", "b": "7", "d": "I"},
        *when,
        timezone=("UTC",),
        values=("call_type:I=inbound",),
    ) == {
        "call_status": "completed",
        "end_time": "2026-02-07T10:00:00+00:00",
        "agent": "x-7",
        "call_type": "inbound",
    }
    assert event({"m": "INVITE"}, *when) == {"call_status": "completed"}
    with pytest.raises(RowError, match="end_time: 'soon' is not a time"):
        event({"m": "bye", "at": "soon"}, *when)


def test_an_empty_value_leaves_the_field_out() -> None:
    """Also one that --set fills for every row, and one whose template is empty."""
    options = {"map": (NEEDED, "agent=rep"), "set": ("call_type=web",)}
    row = {"rep": "robot"}
    left = event(row, ("rep=robot", "agent="), ("rep=robot", "call_type={nothing}"), **options)
    assert left == {"call_status": "completed"}


def test_a_field_may_be_filled_by_conditions_alone() -> None:
    """Then a row of which none holds does not have it."""
    found = RowMapping(MapOptions(map=("call_id=id",), when=(("a=1", "call_status=missed"),)))
    assert found.event({"id": "1", "a": "1"})["call_status"] == "missed"
    assert "call_status" not in found.event({"id": "1", "a": "2"})
    assert found.columns == ["id", "a"]


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (("a=1", "call_status"), "is not FIELD=VALUE"),
        (("a=1", "colour=red"), "There is no field 'colour'"),
        (("a=1", "call_status=over"), "--when: call_status cannot be 'over'"),
        (("a=1", "call_duration=long"), "--when call_duration: 'long'"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(when: tuple[str, str], words: str) -> None:
    """Before a row is read."""
    with pytest.raises(ImportOptionError, match=words):
        RowMapping(MapOptions(map=(NEEDED,), when=(when,)))


def test_the_columns_of_conditions_have_to_be_there() -> None:
    """As those of --map."""
    mapping = RowMapping(MapOptions(map=(NEEDED,), when=(("talk=0", "agent={rep}"),)))
    assert mapping.columns == ["id", "status", "talk", "rep"]
    with pytest.raises(ImportOptionError, match="no column 'talk'"):
        mapping.check(["id", "status", "rep"])
