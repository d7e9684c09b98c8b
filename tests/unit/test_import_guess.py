"""What a guess makes of common exports; what it cannot know it asks."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from callboard.ingest.sources.files.dialect import separator_of_sample
from callboard.ingest.sources.files.records import ImportOptionError, UnreadableFileError
from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.guessing.times import time_formats
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.plan import ImportPlan, open_rows


def guessed(path: Path, content: str | bytes, **plan: Any) -> Guess:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return guess(ImportPlan(str(path), "acme.com", space="spc_1", **plan))


def about(found: Guess) -> list[str]:
    return [doubt.about for doubt in found.doubts]


def events(found: Guess) -> list[dict[str, Any]]:
    """All rows as events, by the options that the guess came to."""
    mapping = RowMapping(found.plan.options)
    with open_rows(found.plan, mapping.columns) as (_, rows):
        mapping.check(rows.columns)
        return [mapping.event(record.row) for record in rows]


def test_an_asterisk_export(tmp_path: Path) -> None:
    """Dispositions, billsec rather than duration, local times that need a zone."""
    found = guessed(
        tmp_path / "Master.csv",
        "calldate,clid,src,dst,duration,billsec,disposition,uniqueid\n"
        '2026-02-07 10:00:00,"""Ann"" <100>",+12025550100,+12025550123,45,30,ANSWERED,1770.1\n'
        "2026-02-07 10:05:00,x,+12025550100,+12025550124,20,0,NO ANSWER,1770.2\n"
        "2026-02-07 10:06:00,x,+12025550100,+12025550125,0,0,CONGESTION,1770.3\n",
    )
    assert "zone" in about(found)
    found = guessed(
        tmp_path / "Master.csv", (tmp_path / "Master.csv").read_text(),
        options=MapOptions(timezone=("America/New_York",)),
    )  # fmt: skip
    assert not found.doubts
    assert events(found)[:2] == [
        {
            "type": "call",
            "call_id": "1770.1",
            "call_status": "completed",
            "creation_time": "2026-02-07T15:00:00+00:00",
            "call_duration": 30,
            "source_number": "+12025550100",
            "destination_number": "+12025550123",
        },
        {
            "type": "call",
            "call_id": "1770.2",
            "call_status": "missed",
            "creation_time": "2026-02-07T15:05:00+00:00",
            "call_duration": 0,
            "source_number": "+12025550100",
            "destination_number": "+12025550124",
        },
    ]


def test_a_twilio_export(tmp_path: Path) -> None:
    """Times with weekday and offset, outbound-api, no-answer."""
    found = guessed(
        tmp_path / "twilio.csv",
        "sid,date_created,from,to,status,start_time,end_time,duration,direction,answered_by\n"
        'CA1,"Sat, 07 Feb 2026 05:57:45 +0000",+12025550100,+12025550123,completed,'
        '"Sat, 07 Feb 2026 05:57:50 +0000","Sat, 07 Feb 2026 05:58:50 +0000",60,outbound-api,human\n'
        'CA2,"Sat, 07 Feb 2026 05:57:45 +0000",+12025550100,+12025550123,no-answer,'
        ",,0,inbound,\n",
    )
    assert not found.doubts
    first, second = events(found)
    assert (first["call_status"], first["call_type"], first["answered_by"]) == (
        "completed",
        "outbound",
        "human",
    )
    assert first["start_time"] == "2026-02-07T05:57:50+00:00"
    assert (second["call_status"], second["call_type"]) == ("missed", "inbound")
    assert "start_time" not in second


def test_a_voice_agent_export_in_ndjson(tmp_path: Path) -> None:
    """Milliseconds since 1970, a duration in milliseconds, reasons kept as they come."""
    lines = [
        {
            "call_id": f"call_{number}",
            "call_status": status,
            "start_timestamp": 1_770_443_865_000 + number,
            "end_timestamp": 1_770_443_965_000 + number,
            "duration_ms": 100_000,
            "disconnection_reason": reason,
            "agent_id": "nova",
            "direction": "outbound",
        }
        for number, (status, reason) in enumerate([("ended", "user_hangup"), ("error", "dial_failed")])
    ]
    found = guessed(tmp_path / "calls.jsonl", "\n".join(map(json.dumps, lines)))
    first, second = events(found)
    assert (first["call_status"], second["call_status"]) == ("completed", "failed")
    assert first["call_duration"] == 100
    assert first["creation_time"] == "2026-02-07T05:57:45+00:00"
    assert (first["end_reason"], first["source_end_reason"]) == ("customer_hangup", "user_hangup")


@pytest.mark.parametrize("column", ["outcome", "Call Outcome", "session-outcome"])
def test_an_outcome_is_not_taken_for_the_status(tmp_path: Path, column: str) -> None:
    """What the call came to for the business is its outcome, wherever the column stands."""
    found = guessed(
        tmp_path / "calls.csv",
        f"call_id,{column},date_created,disposition\n"
        "c1,completed,2026-02-07T05:57:45Z,no answer\n"
        "c2,call back,2026-02-07T05:58:45Z,answered\n",
    )
    assert [(each["outcome"], each["call_status"]) for each in events(found)] == [
        ("completed", "missed"),
        ("call back", "completed"),
    ]


def test_camel_case_headings_and_a_dotted_one() -> None:
    """`createdAt`, `Call SID` and `call.endedReason` are one spelling each."""
    assert [heading(each) for each in ("createdAt", "Call SID", "callSID", "ended-reason", "vru+line")] == [
        "created_at",
        "call_sid",
        "call_sid",
        "ended_reason",
        "vru_line",
    ]


def test_day_and_month_that_cannot_be_told_apart_are_asked_about(tmp_path: Path) -> None:
    """Both readings are offered; one day beyond the twelfth settles it."""
    head = "id;status;date_created\n1;answered;03/04/2026 10:00\n"
    found = guessed(tmp_path / "a.csv", head + "2;busy;05/06/2026 11:00\n", encoding=None)
    doubt = next(each for each in found.doubts if each.about == "day_month")
    assert sorted(each.value for each in doubt.answers) == ["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]
    answered = guess(with_answer(found.plan, Answer("--time-format", "%m/%d/%Y %H:%M", "")))
    assert "day_month" not in about(answered)
    settled = guessed(tmp_path / "b.csv", head + "2;busy;25/06/2026 11:00\n")
    assert "day_month" not in about(settled)
    assert settled.plan.options.time_format == ("%d/%m/%Y %H:%M",)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("2026-02-07T05:57:45Z", ""),
        ("2026-02-07 05:57:45", ""),
        ("1770443865", "unix"),
        ("1770443865250", "unix_ms"),
        ("1770443865.5", "unix"),
        ("07.02.2026 05:57", "%d.%m.%Y %H:%M"),
        ("13/02/2026 5:57 PM", "%d/%m/%Y %I:%M %p"),
        ("2/13/2026, 5:57:45 PM", "%m/%d/%Y, %I:%M:%S %p"),
        ("Sat, 07 Feb 2026 05:57:45 +0000", "%a, %d %b %Y %H:%M:%S %z"),
        ("07 Feb 2026 05:57:45 UTC", "%d %b %Y %H:%M:%S %Z"),
        ("Feb 7, 2026 at 05:57", "%b %d, %Y at %H:%M"),
        ("20260207055745", "%Y%m%d%H%M%S"),
        ("990201 7:02:47", "%y%m%d %H:%M:%S"),
        ("2026/02/07 05:57:45.250", "%Y/%m/%d %H:%M:%S.%f"),
    ],
)
def test_formats_of_times_are_told_by_their_values(value: str, form: str) -> None:
    """The usual ones of exports."""
    assert time_formats([value]) == [form]


def test_what_is_no_time_has_no_format() -> None:
    """Numbers of calls and words are none."""
    assert time_formats(["7", "8"]) is None
    assert time_formats(["2026-02-07", "soon"]) is None
    assert time_formats([]) is None


def test_a_foreign_encoding_is_told_in_the_command(tmp_path: Path) -> None:
    """So that the command, repeated, reads the same."""
    body = "id;status;agent;created_at\n" + "".join(
        f"{number};answered;Jürgen Müller-Lüdenscheidt;2026-02-07T05:57:45Z\n" for number in range(40)
    )
    found = guessed(tmp_path / "calls.csv", body.encode("cp1252"))
    assert found.plan.encoding is not None
    assert f"--encoding {found.plan.encoding}" in found.plan.command()
    assert events(found)[0]["agent"] == "Jürgen Müller-Lüdenscheidt"


def test_words_nobody_knows_are_told(tmp_path: Path) -> None:
    """They would be rejected; --values can say what they mean."""
    found = guessed(
        tmp_path / "a.csv",
        "id,status,created_at\n1,answered,2026-02-07T05:57:45Z\n2,blurb,2026-02-07T05:57:45Z\n",
    )
    assert any("blurb" in doubt.message for doubt in found.doubts if doubt.about == "status")


def test_ids_that_come_twice_are_told(tmp_path: Path) -> None:
    """Rows of one id are one call: perhaps another column belongs to the id, also when that shows late."""
    rows = "".join(f"{number},answered,{number // 3000},2026-02-07T05:57:45Z,60\n" for number in range(3000))
    again = "".join(f"{number},answered,1,2026-02-07T05:57:45Z,60\n" for number in range(1000))
    found = guessed(tmp_path / "a.csv", "id,status,line,created_at,duration\n" + rows + again)
    doubt = next(each for each in found.doubts if each.about == "id")
    assert "Several rows have one 'id'; with 'line' each comes once" in doubt.message
    assert found.preview.items == 4000


def test_a_file_without_ids_is_asked_about(tmp_path: Path) -> None:
    """The ids are then made of what the rows say."""
    found = guessed(tmp_path / "a.csv", "colour,status\nred,answered\nblue,busy\n")
    assert "id" in about(found)
    assert found.plan.options.id_from == ("colour", "status")


def test_a_file_without_good_rows_gives_no_guess(tmp_path: Path) -> None:
    """There is nothing to guess from."""
    with pytest.raises(ImportOptionError, match="no row"):
        guessed(tmp_path / "a.csv", "id,status\n1\n2\n")


def test_brackets_without_end_are_said_to_be_json(tmp_path: Path) -> None:
    """And not a header without rows."""
    with pytest.raises(UnreadableFileError, match="nested too deep"):
        guessed(tmp_path / "a.json", "[" * 2_000)


def test_what_was_told_is_not_guessed(tmp_path: Path) -> None:
    """--set and --timezone stay as they were said."""
    options = MapOptions(set=("call_status=completed",), timezone=("UTC",))
    found = guessed(
        tmp_path / "a.csv", "id,status,created_at\n1,blurb,2026-02-07 05:57:45\n", options=options
    )
    assert events(found)[0]["call_status"] == "completed"
    assert not {"zone", "status"} & set(about(found))


def test_the_command_can_be_typed_as_it_is_printed(tmp_path: Path) -> None:
    """Quoted for a shell, with separator and all."""
    found = guessed(
        tmp_path / "my calls.csv", 'id;call status;created at\n1;"it\'s ok";2026-02-07T05:57:45Z\n',
        options=MapOptions(values=("call_status:it's ok=completed",), map=("call_id=id",)),
    )  # fmt: skip
    words = shlex.split(found.plan.command())
    assert words[:3] == ["callboard", "import", str(tmp_path / "my calls.csv")]
    assert words[words.index("--separator") + 1] == ";"
    assert words[words.index("--values") + 1] == "call_status:it's ok=completed"


def test_separators_are_told_by_how_evenly_they_cut() -> None:
    """Commas inside quotes and in texts do not fool it."""
    assert separator_of_sample('a;b\n"x, y";1\n"z, w, v";2\n') == ";"
    assert separator_of_sample("a\tb\n1,5\t2\n") == "\t"


def test_tasks_have_headings_of_their_own(tmp_path: Path) -> None:
    """--type task."""
    found = guessed(
        tmp_path / "a.csv",
        "task_id,status,created_at,worker\nt1,success,2026-02-07T05:57:45Z,w1\nt2,queued,2026-02-07T05:57:45Z,w2\n",
        options=MapOptions(record_type="task"),
    )
    first, second = events(found)
    assert (first["status"], first["assignee"]) == ("completed", "w1")
    assert second["status"] == "queued"


WHOLE_MINUTES = "id,created_at,Billable Seconds,total_sec,status\n" + "".join(
    f"c{n},2026-02-07T10:0{n}:00Z,{60 * n},{60 * n + 12},completed\n" for n in range(1, 5)
)


def test_seconds_that_are_whole_minutes_are_asked_about(tmp_path: Path) -> None:
    """They are billed in minutes; and no column of lengths is taken for a number."""
    found = guessed(tmp_path / "a.csv", WHOLE_MINUTES + "c9,2026-02-07T11:00:00Z,0,8,no-answer\n")
    assert "unit" in about(found)
    assert "_number=" not in found.plan.command()


def test_lengths_that_are_left_out_are_not_asked_about_again(tmp_path: Path) -> None:
    """The calls count, and their talk time is unknown."""
    file = tmp_path / "a.csv"
    doubt = next(each for each in guessed(file, WHOLE_MINUTES).doubts if each.about == "unit")
    answer = next(each for each in doubt.answers if each.option == "--null")
    plan = ImportPlan(str(file), "acme.com", space="spc_1")
    found = guess(with_answer(plan, answer))
    assert "unit" not in about(found)
    assert found.preview.completed == found.preview.without_duration == 4


@pytest.mark.parametrize(
    ("talk", "asked"),
    [
        ("70.5 70.5 90.1", True),
        ("61.18 70.38 4.08", True),
        ("83.512 70.25 61.1", False),
        ("83 70 61.5", False),
    ],
)
def test_fractions_that_may_be_minutes_are_asked_about(tmp_path: Path, talk: str, asked: bool) -> None:
    """Whole seconds have 60 fractions in minutes; others are fractions of seconds."""
    rows = "".join(f"c{n},2026-02-07T1{n}:00:00Z,{each},completed\n" for n, each in enumerate(talk.split()))
    found = guessed(
        tmp_path / "a.csv", f"id,created_at,talk_time,status\n{rows}c9,2026-02-07T11:00:00Z,0,no-answer\n"
    )
    assert ("unit" in about(found)) is asked
