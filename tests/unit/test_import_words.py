"""Words of a file: `--values` with wildcards, closed lists in any case, and words that nobody knows."""

from __future__ import annotations

import fnmatch
import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.files.records import ImportOptionError, RowError
from callboard.ingest.sources.mapping import MapOptions, RowMapping, Template, source_of
from callboard.ingest.sources.mapping.closed import MAX_UNKNOWN_WORDS
from callboard.ingest.sources.mapping.patterns import as_pattern
from callboard.ingest.sources.mapping.templates import place_of

MAP = ("call_id=id,call_status=status,call_type=dir,answered_by=amd,agent=rep,end_reason=why",)


def mapping(**options: Any) -> RowMapping:
    return RowMapping(MapOptions(map=MAP, **options))


def read(mapped: RowMapping, **cells: Any) -> dict[str, Any]:
    event = mapped.event({"id": "1", "status": "completed", **cells})
    return {key: value for key, value in event.items() if key not in ("type", "call_id")}


def status_of(word: str, values: str) -> Any:
    return mapping(values=(values,)).event({"id": "1", "status": word}).get("call_status")


def test_stars_stand_for_any_characters() -> None:
    """Words as written come first, then those in other capitals, then patterns in their order, then `*`."""
    values = "call_status:*=failed,no*=missed,NO ROUTE*=failed,*ans*=queued,No Answer=completed"
    said = {
        "No Answer": "completed",
        "NO ANSWER": "completed",
        "no answer!": "missed",
        "NO ROUTE": "missed",
        "Ansage": "queued",
        "else": "failed",
    }
    assert {word: status_of(word, values) for word in said} == said


def test_a_star_of_the_file_is_written_with_a_backslash() -> None:
    """And is then no wildcard."""
    assert status_of("a*b", r"call_status:a\*b=missed,*=failed") == "missed"
    assert status_of("axb", r"call_status:a\*b=missed,*=failed") == "failed"
    assert status_of("**x", r"call_status:\**=missed,*=failed") == "missed"


def test_an_empty_cell_is_no_other_word() -> None:
    """It says nothing, unless the empty word is given a meaning."""
    assert status_of(" ", "call_status:*=failed") is None
    assert status_of(" ", "call_status:*=failed,=missed") == "missed"


def test_an_empty_value_leaves_the_field_out() -> None:
    """The row stays."""
    mapped = mapping(values=("agent:robot*=,call_type:x=",))
    assert read(mapped, rep="Robot 7", dir="X") == {"call_status": "completed"}
    assert mapped.unknown_words == []


def test_capitals_never_matter() -> None:
    """In cells of closed lists, in words of --null and --values, and in values of --set and --values."""
    assert read(mapping(), status="Completed", dir="INBOUND", amd="Machine", why="Busy") == {
        "call_status": "completed",
        "call_type": "inbound",
        "answered_by": "machine",
        "end_reason": "busy",
    }
    assert read(mapping(null=("agent:No_Server",)), rep="NO_SERVER") == {
        "call_status": "completed",
        "agent": None,
    }
    assert read(mapping(set=("call_type=Web",), values=("answered_by:P=Human",)), amd="p") == {
        "call_status": "completed",
        "call_type": "web",
        "answered_by": "human",
    }
    task = RowMapping(MapOptions(map=("task_id=id,status=s",), record_type="task"))
    assert task.event({"id": "1", "s": "Cancelled"})["status"] == "cancelled"


def test_an_unknown_word_costs_an_optional_field_and_not_the_row() -> None:
    """It is left out, not null, so that a later import can say it; and it is counted."""
    mapped = mapping()
    for direction, amd in (("Eingehend", "human"), ("Eingehend", "fax"), ("inbound", ""), ("it's 3*", "fax")):
        found = read(mapped, dir=direction, amd=amd)
        assert found.get("call_type") in (None, "inbound")
        assert None not in found.values()
    assert [each.as_json() for each in mapped.unknown_words] == [
        {
            "field": "answered_by",
            "word": "fax",
            "rows": 2,
            "option": "--values 'answered_by:fax=…'",
            "value": "answered_by:fax=…",
            "choices": ["human", "machine"],
            "rejects": False,
        },
        {
            "field": "call_type",
            "word": "Eingehend",
            "rows": 2,
            "option": "--values 'call_type:Eingehend=…'",
            "value": "call_type:Eingehend=…",
            "choices": ["inbound", "outbound", "web"],
            "rejects": False,
        },
        {
            "field": "call_type",
            "word": "it's 3*",
            "rows": 1,
            "option": "--values 'call_type:it'\"'\"'s 3\\*=…'",
            "value": "call_type:it's 3\\*=…",
            "choices": ["inbound", "outbound", "web"],
            "rejects": False,
        },
    ]
    assert not any(each.rejects for each in mapped.unknown_words)
    mapped.start_over()
    assert mapped.unknown_words == []


def test_an_unknown_status_stays_to_be_rejected_and_is_counted() -> None:
    """Of a call and of a task."""
    mapped = mapping()
    assert read(mapped, status="Verbunden") == {"call_status": "Verbunden"}
    [word] = mapped.unknown_words
    assert (word.field, word.word, word.rows, word.rejects) == ("call_status", "Verbunden", 1, True)
    task = RowMapping(MapOptions(map=("task_id=id,status=s",), record_type="task"))
    assert task.event({"id": "1", "s": 7})["status"] == "7"
    assert [(each.field, each.word, each.rejects) for each in task.unknown_words] == [("status", "7", True)]


def test_an_unknown_end_reason_is_kept_and_counted() -> None:
    """With the line that maps it; not where an option says that very word."""
    mapped = mapping()
    for why in ("Geht nicht", "Geht nicht", "BUSY"):
        assert read(mapped, why=why)["end_reason"] == ("busy" if why == "BUSY" else why)
    [word] = mapped.unknown_words
    assert (word.rows, word.rejects, word.is_kept) == (2, False, True)
    assert word.option == "--values 'end_reason:Geht nicht=…'"
    stated = mapping(values=("end_reason:Geht nicht=out of order",))
    assert read(stated, why="Geht nicht")["end_reason"] == "out of order"
    assert stated.unknown_words == []


def test_many_reasons_do_not_hide_a_status() -> None:
    """Each field has room for its own words."""
    mapped = mapping()
    for number in range(MAX_UNKNOWN_WORDS + 5):
        read(mapped, why=f"reason {number}")
    read(mapped, status="Verbunden")
    assert "Verbunden" in {each.word for each in mapped.unknown_words}


def test_the_option_that_is_shown_maps_the_word() -> None:
    """Put onto the command line with a meaning in the place of the dots."""
    for word in ("it's 3*", "a,b", 'say "x"', "x=y", "agent:z", "*", "ünï"):
        mapped = mapping()
        read(mapped, dir=word)
        [unknown] = mapped.unknown_words
        option, value = shlex.split((unknown.option or "").replace("…", "web"))
        assert option == "--values"
        assert read(mapping(values=(value,)), dir=word)["call_type"] == "web"


def test_the_counted_words_are_bounded() -> None:
    """Beyond the bound they are counted together, and none is lost."""
    mapped = mapping()
    for number in range(MAX_UNKNOWN_WORDS + 50):
        read(mapped, dir=f"word {number}")
    words = mapped.unknown_words
    assert len(words) == MAX_UNKNOWN_WORDS + 1
    assert (words[0].word, words[0].rows, words[0].option) == (None, 50, None)
    assert sum(each.rows for each in words) == MAX_UNKNOWN_WORDS + 50


@pytest.mark.parametrize("word", ["-", "n/a", "NULL", "\\N", "None", "0000-00-00 00:00:00"])
def test_usual_words_for_none_are_empty_cells_of_times_and_numbers(word: str) -> None:
    """The field is left out; in a column of texts such a word is a word."""
    mapped = RowMapping(
        MapOptions(map=("call_id=id,call_status=s,start_time=b,call_duration=d,sequence=q,agent=a",))
    )
    row = {"id": "1", "s": "completed", "b": word, "d": word, "q": word, "a": word}
    assert mapped.event(row) == {"type": "call", "call_id": "1", "call_status": "completed", "agent": word}


@pytest.mark.parametrize(
    ("cell", "formats"),
    [
        ("0", ("unix",)),
        (0, ("unix",)),
        ("0", ()),
        ("1970-01-01T00:00:00Z", ()),
        ("0.0", ("unix_ms",)),
        ("00:00:00.000 UTC Jan 01 1970", ("%H:%M:%S.%f %Z %b %d %Y",)),
        ("Thu, 01 Jan 1970 00:00:00 +0000", ("%a, %d %b %Y %H:%M:%S %z",)),
        ("01/01/0001 00:00:00", ("%d/%m/%Y %H:%M:%S",)),
    ],
)
def test_a_time_that_never_came_is_an_empty_cell(cell: object, formats: tuple[str, ...]) -> None:
    """As exchanges write a call that nobody answered: not the first second of 1970."""
    mapped = RowMapping(
        MapOptions(map=("call_id=id,call_status=s,start_time=b",), time_format=formats, timezone=("UTC",))
    )
    assert "start_time" not in mapped.event({"id": "1", "s": "missed", "b": cell})


def test_a_creation_that_never_came_is_no_empty_cell() -> None:
    """The call would be of the moment of the import."""
    mapped = RowMapping(MapOptions(map=("call_id=id,call_status=s,creation_time=c",), time_format=("unix",)))
    found = mapped.event({"id": "1", "s": "missed", "c": "0"})["creation_time"]
    assert found == "1970-01-01T00:00:00+00:00"  # which is too early for a call: the row is rejected


def test_a_field_may_have_formats_and_a_zone_of_its_own() -> None:
    """They count instead of the others."""
    mapped = RowMapping(
        MapOptions(
            map=("call_id=id,call_status=s,creation_time=c,start_time=b,end_time=e",),
            time_format=("%d/%m/%Y %H:%M", "end_time:unix", "end_time:%H:%M %d.%m.%Y"),
            timezone=("UTC", "end_time:Asia/Tokyo"),
        )
    )
    row = {"id": "1", "s": "completed", "c": "07/02/2026 10:00", "b": "07/02/2026 10:01"}
    ends = [mapped.event({**row, "e": cell})["end_time"] for cell in ("1770458520", "19:02 07.02.2026")]
    assert ends == ["2026-02-07T10:02:00+00:00"] * 2
    assert mapped.event({**row, "e": ""})["creation_time"] == "2026-02-07T10:00:00+00:00"
    with pytest.raises(RowError, match="end_time"):
        mapped.event({**row, "e": "07/02/2026 10:02"})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"timezone": ("UTC", "Asia/Tokyo")}, "--timezone is given twice"),
        ({"timezone": ("agent:UTC",)}, "--timezone: agent is no time"),
        ({"timezone": ("end_time:Mars/Olympus",)}, "Mars/Olympus"),
        ({"time_format": ("end_time:soon",)}, "'soon' is no strptime format"),
        ({"time_format": ("metadata:unix",)}, "metadata is no time"),
    ],
)
def test_formats_and_zones_that_make_no_sense_are_named(options: dict[str, Any], words: str) -> None:
    """Before a row is read."""
    with pytest.raises(ImportOptionError, match=words):
        mapping(**options)


def test_a_column_with_braces_in_its_name_can_be_said() -> None:
    """In double quotes inside the braces; `source_of` writes what is needed."""
    for column in ("a{b}", "{", 'x"{y}"', "plain name", "{{"):
        for text in (source_of(column), place_of(column)):
            assert Template(text).columns == [column]
    row = {"a{b}": "x", "c": "y"}
    assert Template('{"a{b}"}/{c}{{}}').reader(whole=True)(row) == "x/y{}"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"values": ("call_status:OK=over",)}, "--values: call_status cannot be 'over', only queued, "),
        ({"set": ("answered_by=robot",)}, "--set: answered_by cannot be 'robot'"),
        ({"values": ("colour:x=1",)}, "does not begin with field:"),
    ],
)
def test_a_value_that_no_list_knows_is_named(options: dict[str, Any], words: str) -> None:
    """Before a row is read."""
    with pytest.raises(ImportOptionError, match=words):
        mapping(**options)


def test_many_stars_cost_no_more_than_one() -> None:
    """Tried in all their combinations, these would not come to an end."""
    found = as_pattern("*a" * 200 + "*b")
    assert found is not None
    assert found.fullmatch("a" * 5_000) is None
    assert found.fullmatch("a" * 5_000 + "b") is not None


@given(st.text("ab*", max_size=8).filter(lambda word: "*" in word), st.text("ab", max_size=8))
def test_a_pattern_fits_what_the_shell_says(word: str, text: str) -> None:
    """As the shell's, whatever else stands between them."""
    found = as_pattern(word)
    assert found is not None
    assert (found.fullmatch(text) is not None) == fnmatch.fnmatchcase(text, word)
