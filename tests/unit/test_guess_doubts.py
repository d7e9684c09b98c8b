"""What a doubt says and how it can be answered, where nothing in the file is an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations, product
from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.doubts import Answer, Doubt
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

HEADER = "id,start,status,duration\n"


def plan_of(folder: Path, content: str, name: str = "calls.csv") -> ImportPlan:
    path = folder / name
    path.write_text(content)
    return ImportPlan(str(path), "acme.example", space="spc", options=MapOptions(timezone=("UTC",)))


def only(found: Guess, about: str) -> Doubt:
    (doubt,) = (each for each in found.doubts if each.about == about)
    return doubt


def ends(plan: ImportPlan, doubt: Doubt, answer: Answer) -> bool:
    return doubt not in guess(with_answer(plan, answer)).doubts


def test_day_and_month_are_shown_by_a_day_that_tells(tmp_path: Path) -> None:
    """And not by the first time, the fifth of May, or by one that is none."""
    times = ("05/05/2026 08:00:00", "00/00/0000 00:00:00", "03/05/2026 09:00:00", "04/05/2026 10:00:00")
    rows = "".join(f"c{n},{at},answered,{90 + n}\n" for n, at in enumerate(times))
    doubt = only(guess(plan_of(tmp_path, HEADER + rows)), "day_month")
    assert "'03/05/2026 09:00:00' can be Sunday, 3 May 2026 or Thursday, 5 March 2026" in doubt.message
    assert len({each.meaning for each in doubt.answers}) == 2


def test_calls_without_any_length_are_asked_about_once(tmp_path: Path) -> None:
    """It can be accepted, for tomorrow's file too."""
    rows = "".join(
        f"c{n},2026-03-1{n}T08:00:00Z,{word}\n" for n, word in enumerate(("answered", "missed", "answered"))
    )
    plan = plan_of(tmp_path, "id,start,status\n" + rows)
    found = guess(plan)
    (doubt,) = found.doubts
    assert [each.option for each in doubt.answers] == ["--map", "--accept"]
    assert not guess(with_answer(plan, doubt.answers[1])).doubts


def test_an_end_before_the_start_is_left_out_or_believed(tmp_path: Path) -> None:
    """Each by an answer."""
    rows = "".join(
        f"c{n},2026-03-1{n}T08:00:00Z,2026-03-1{n}T07:00:00Z,{word},{talk}\n"
        for n, (word, talk) in enumerate((("answered", 95), ("missed", 0), ("answered", 421)))
    )
    plan = plan_of(tmp_path, "id,start,end,status,duration\n" + rows)
    found = guess(plan)
    doubt = only(found, "time")
    assert [each.option for each in doubt.answers] == ["--null", "--map"]
    for answer in doubt.answers:
        assert ends(plan, doubt, answer)
    left_out = guess(with_answer(plan, doubt.answers[0]))
    assert not left_out.doubts
    assert left_out.preview.avg_duration_seconds == found.preview.avg_duration_seconds == 258


def test_rows_that_are_rejected_for_two_words_are_left_out_by_two_answers(tmp_path: Path) -> None:
    """The commonest word first; what is left is asked about again."""
    days = [f"2026-03-1{n}T08:00:00Z" for n in range(4)]
    times = (*days[:2], "soon", "later", "soon", *days[2:])
    rows = "".join(f"c{n},{at},answered,{90 + n}\n" for n, at in enumerate(times))
    plan = plan_of(tmp_path, HEADER + rows)
    doubt = only(guess(plan), "time")
    assert [(each.option, each.value) for each in doubt.answers] == [
        ("--leave-out", "start=soon"),
        ("--leave-out", "start=later"),
        ("--accept", "rejected_rows"),
    ]
    for answer in doubt.answers[:2]:
        plan = with_answer(plan, answer)
    assert "time" not in {each.about for each in guess(plan).doubts}


@pytest.mark.parametrize(
    ("ids", "is_asked"),
    [
        (("5a10-1", "5a10-2", "7b22-1", "9c33-1"), True),
        (("5a10-1", "5a11-1", "7b22-1", "9c33-1"), False),
        (("5a10", "5A10", "7b22", "9c33"), True),
        (("1001A", "1001B", "1002A", "1003A"), True),
        (("5a1a", "5a1b", "7b22", "9c33"), False),
        (("1001", "10011", "1002", "1003"), False),
        (("1770.1", "1770.2", "1770.3", "1770.4"), False),
        (("5a10", "5a10-transfer", "7b22", "9c33"), True),
    ],
)
@pytest.mark.parametrize("pause", [0, 600])
def test_ids_with_something_beside_them(
    ids: tuple[str, ...], pause: int, *, is_asked: bool, tmp_path: Path
) -> None:
    """Are those of legs where the second row begins as the first ends; ids in two forms always are asked
    about.
    """
    begins = (0, 90 + pause, 7_200, 14_400)
    rows = "".join(
        f"{each},2026-03-19T{8 + at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}Z,answered,{90 + n}\n"
        for n, (each, at) in enumerate(zip(ids, begins, strict=True))
    )
    asked = {each.about for each in guess(plan_of(tmp_path, HEADER + rows)).doubts}
    in_two_forms = len({each.casefold() for each in ids}) < len(ids)
    assert ("legs" in asked) is (is_asked and (not pause or in_two_forms))


def _week(heading: str, ids: Sequence[str]) -> str:
    rows = "".join(
        f"{each},2026-03-{10 + n:02}T08:00:00Z,{'answered' if talk else 'missed'},{talk}\n"
        for n, each in enumerate(ids)
        for talk in [(95 + 7 * n) * (n % 3 > 0)]
    )
    return f"{heading},start,status,talk seconds\n{rows}"


OF_MANY_CALLS = (
    *("Contact ID", "contact_id", "ContactId", "Contact.id", "Phone ID", "Key", "Session ID"),
    *("Activity ID", "Conversation ID", "Reference"),
)


@pytest.mark.parametrize("heading", OF_MANY_CALLS)
def test_ids_of_what_has_many_calls_are_asked_about(heading: str, tmp_path: Path) -> None:
    """However different they are in this file: customers call again."""
    plan = plan_of(tmp_path, _week(heading, [f"X{1000 + 37 * n}" for n in range(8)]))
    doubt = only(guess(plan), "id")
    assert [each.option for each in doubt.answers] == ["--id-from", "--map"]
    assert doubt.answers[1].value == f"call_id={heading}"
    for answer in doubt.answers:
        answered = guess(with_answer(plan, answer))
        assert not answered.doubts
        assert answered.preview.items == 8


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("form", ["{}", "{:03}", "{}.0", "#{}", "{}."])
@pytest.mark.parametrize(
    "heading",
    ["S.No", "Lfd.Nr", "Lfd. Nr.", "Call #", "Call No", "Call", "record_id", "No.", "Nr.", "Sr. No."],
)
def test_numbers_that_count_the_rows_are_asked_about(
    heading: str, form: str, first: int, order: int, tmp_path: Path
) -> None:
    """And the ids that are made in their place are the same in a file that counts otherwise."""
    numbers = [form.format(n) for n in range(first, first + 8)][::order]
    doubt = only(guess(plan_of(tmp_path, _week(heading, numbers))), "id")
    made = next(each for each in doubt.answers if each.option == "--id-from")
    assert heading not in made.value.split(",")


@pytest.mark.parametrize("heading", ["#", "No.", "Nr", "Row", "", "S.No", "Lfd.Nr", "Call #", "№"])
@pytest.mark.parametrize("form", ["{}", "{:05}", "{:,}"])
@pytest.mark.parametrize("order", [1, -1])
def test_numbers_of_a_later_page_are_asked_about(heading: str, form: str, order: int, tmp_path: Path) -> None:
    """They count on where the page before ended, and are no part of the ids that are made."""
    numbers = [f'"{form.format(n)}"' for n in range(997, 1005)][::order]
    plan = plan_of(tmp_path, _week(heading, numbers))
    found = guess(plan)
    made = next(each for each in only(found, "id").answers if each.option == "--id-from")
    assert made.value == "start,status,talk seconds"


@pytest.mark.parametrize(
    "heading", ["call_id", "Call ID", "id", "uniqueid", "uuid", "sid", "Call SID", "record_id"]
)
@pytest.mark.parametrize("ids", [range(48_211, 48_219), range(1, 60, 7)], ids=["large", "gaps"])
def test_ids_of_calls_are_not_asked_about(heading: str, ids: range, tmp_path: Path) -> None:
    """Increasing numbers that do not count the rows of the file are those of a database."""
    assert not guess(plan_of(tmp_path, _week(heading, [str(each) for each in ids][:8]))).doubts


@pytest.mark.parametrize("word", ["N/A", "-", "0", "null", "0000"])
def test_a_word_for_none_is_no_id(word: str, tmp_path: Path) -> None:
    """Its row is named: another file's `N/A` is another call."""
    ids = ["a81", "b19", word, "c20", "d77", "e03"]
    found = guess(plan_of(tmp_path, _week("call_id", ids)))
    (doubt,) = found.doubts
    assert "1 row cannot be read" in doubt.message
    assert "line 4" in doubt.message
    assert found.preview.items == 5


TALKS = (185, 0, 3725, 62, 7, 614, 45, 240)


def _talks(heading: str, cells: Iterable[object]) -> str:
    rows = "".join(
        f"k{7 * n},2026-03-{10 + n:02}T08:00:07Z,{'answered' if talk else 'missed'},{each}\n"
        for n, (talk, each) in enumerate(zip(TALKS, cells, strict=True))
    )
    return f"id,start,status,{heading}\n{rows}"


def _up(seconds: int, step: int) -> int:
    return -(-seconds // step) * step


ROUNDED: dict[str, tuple[str, Callable[[int], object]]] = {
    "minutes": ("Minutes", lambda talk: _up(talk, 60) // 60),
    "minutes in brackets": ("Duration (min)", lambda talk: _up(talk, 60) // 60),
    "talk minutes": ("Talk minutes", lambda talk: f"{_up(talk, 60) // 60}.0"),
    "clock": ("Talk Time", lambda talk: f"{_up(talk, 60) // 3600:02}:{_up(talk, 60) // 60 % 60:02}:00"),
    "words": ("Talk Time", lambda talk: f"{_up(talk, 60) // 60} min"),
    "seconds": ("Duration", lambda talk: _up(talk, 60)),
    "half minutes": ("Duration (s)", lambda talk: _up(talk, 30)),
    "six seconds": ("Talk seconds", lambda talk: _up(talk, 6)),
    "hours": ("Hours", lambda talk: f"{_up(talk, 36) / 3600:.2f}"),
    "minutes as hours": ("Duration", lambda talk: f"{talk // 60:02}:{talk % 60:02}:00"),
}


@pytest.mark.parametrize(("heading", "written"), ROUNDED.values(), ids=ROUNDED)
def test_rounded_lengths_are_asked_about(
    heading: str, written: Callable[[int], object], tmp_path: Path
) -> None:
    """Also where the heading or the cells say minutes: what was billed is longer than the talk."""
    plan = plan_of(tmp_path, _talks(heading, map(written, TALKS)))
    doubt = only(guess(plan), "unit")
    assert [each.option for each in doubt.answers] == ["--map", "--null"]
    for answer in doubt.answers:
        assert not guess(with_answer(plan, answer)).doubts


@pytest.mark.parametrize(
    ("heading", "written"),
    [
        ("Duration (min)", lambda talk: f"{talk / 60:.2f}"),
        ("Talk Time", lambda talk: f"{talk // 3600:02}:{talk // 60 % 60:02}:{talk % 60:02}"),
        ("Talk Time", lambda talk: f"{talk // 60} min {talk % 60} s"),
        ("Talk seconds", lambda talk: talk),
    ],
)
def test_exact_lengths_are_not_asked_about(
    heading: str, written: Callable[[int], object], tmp_path: Path
) -> None:
    assert not guess(plan_of(tmp_path, _talks(heading, map(written, TALKS)))).doubts


def _clocked(talks: Sequence[int], written: Sequence[float]) -> str:
    rows = "".join(
        f"k{7 * n},{at:%FT%TZ},{at + timedelta(seconds=6):%FT%TZ},{at + timedelta(seconds=6 + talk):%FT%TZ},"
        f"answered,{each}\n"
        for n, (talk, each) in enumerate(zip(talks, written, strict=True))
        for at in [datetime(2025, 3, 10, 8, tzinfo=UTC) + timedelta(hours=3 * n)]
    )
    return f"id,start,answer,end,status,talk_seconds\n{rows}"


WRONG: dict[str, Callable[[int], float]] = {
    "twice": lambda talk: talk * 2,
    "minutes": lambda talk: round(talk / 60, 2),
    "hundredths": lambda talk: talk * 100,
    "wrapped": lambda talk: talk % 3600,
    "none of these": lambda talk: talk + 271,
}


@pytest.mark.parametrize(
    ("before", "many", "how"),
    [*product([0, 5], [1, 2], WRONG), (2_600, 1, "twice"), (2_600, 20, "wrapped")],
)
def test_lengths_that_contradict_the_times_of_their_row_are_asked_about(
    before: int, many: int, how: str, tmp_path: Path
) -> None:
    """However few they are, and however late they come."""
    talks = [
        *(61 + 7 * n for n in range(before)),
        *range(3725, 3725 + 31 * many, 31),
        *range(97, 1300, 103),
    ]
    right = slice(before, before + many)
    written: list[float] = [*talks]
    written[right] = map(WRONG[how], talks[right])
    plan = plan_of(tmp_path, _clocked(talks, written))
    asked = [each for each in guess(plan).doubts if f"the first in line {before + 2:,}" in each.message]
    (doubt,) = asked
    assert f"contradicts them in {many} row" in doubt.message
    for answer in doubt.answers if before < 100 else ():
        assert ends(plan, doubt, answer)


@pytest.mark.parametrize("heading", ["total_time", "total_duration", "call_duration", "Gesamtdauer"])
@pytest.mark.parametrize("place", [2, 2_100])
def test_a_talk_longer_than_the_whole_call_is_asked_about(heading: str, place: int, tmp_path: Path) -> None:
    """In a single row too."""
    rows = "".join(
        f"k{7 * n},2026-03-10T08:{n // 60:02}:{n % 60:02}Z,answered,{talk},{talk + more}\n"
        for n in range(place + 9)
        for talk, more in [(61 + 7 * (n % 500), -9 if n == place else 9)]
    )
    plan = plan_of(tmp_path, f"id,start,status,talk_time,{heading}\n{rows}")
    (doubt,) = (each for each in guess(plan).doubts if "is longer than" in each.message)
    assert f"in 1 row, the first in line {place + 2:,}" in doubt.message
    for answer in doubt.answers:
        assert ends(plan, doubt, answer)


@pytest.mark.parametrize("word", ["missed", "failed"])
def test_talk_of_a_call_that_came_about_for_nobody_is_asked_about(word: str, tmp_path: Path) -> None:
    """By the words of its row."""
    rows = _talks("Talk seconds", TALKS).replace("answered,62", f"{word},62")
    rows += "".join(f"n{n},2026-03-20T08:00:0{n}Z,missed,0\n" for n in range(4))
    plan = plan_of(tmp_path, rows)
    doubt = only(guess(plan), "status")
    assert f"taken as {word}" in doubt.message


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_hours_minutes_and_seconds_in_three_columns_are_one_length(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    """In whichever order they stand."""
    names = ("Duration Hours", "Duration Minutes", "Duration Seconds")
    heading = ",".join(names[each] for each in order)
    parts = ((talk // 3600, talk // 60 % 60, talk % 60) for talk in TALKS)
    plan = plan_of(tmp_path, _talks(heading, (",".join(str(of[each]) for each in order) for of in parts)))
    found = guess(plan)
    doubt = only(found, "unit")
    assert doubt.answers[0].value == (
        "call_duration={Duration Hours}h {Duration Minutes}m {Duration Seconds}s"
    )
    answered = guess(with_answer(plan, doubt.answers[0]))
    assert not answered.doubts
    assert round(answered.preview.avg_duration_seconds or 0, 3) == round(sum(TALKS) / 7, 3)


LONGER = (3095, 4512, 3781, 5230, 6644, 4007, 3333, 7213, 5999, 4421, 3890, 4703)
USUAL = (95, 212, 81, 530, 44, 407, 33, 213, 599, 421, 190, 303)
UNSAID: dict[str, tuple[str, Sequence[int], Callable[[float], str]]] = {
    "hundredths of long minutes": ("Talk", LONGER, lambda talk: f"{talk / 60:.2f}"),
    "of parts of a second too": ("Talk", LONGER, lambda talk: f"{(talk + 0.37) / 60:.2f}"),
    "one of half a day": ("Talk", (*LONGER, 43_215), lambda talk: f"{talk / 60:.2f}"),
    "comma": ("Talk", LONGER, lambda talk: f'"{talk / 60:.2f}"'.replace(".", ",")),
    "quarters": ("Talk", LONGER, lambda talk: f"{talk // 15 / 4:.2f}"),
    "seconds under minutes": ("Talk (min)", USUAL, lambda talk: f"{talk}"),
    "minutes above an hour": ("Talk (min)", LONGER, lambda talk: f"{talk / 60:.2f}"),
    "seconds under hours": ("Hours", USUAL, lambda talk: f"{talk}.1"),
    "minutes under seconds": ("Talk (s)", USUAL, lambda talk: f"{talk / 60:.2f}"),
    "minutes cut off under seconds": ("talk_sec", LONGER, lambda talk: f"{talk * 100 // 60 / 100:.2f}"),
    "thousandths of minutes under seconds": ("Talk (s)", USUAL, lambda talk: f"{talk / 60:.3f}"),
}


@pytest.mark.parametrize(("heading", "talks", "written"), UNSAID.values(), ids=UNSAID)
def test_lengths_that_may_be_minutes_are_asked_about(
    heading: str, talks: Sequence[int], written: Callable[[float], str], tmp_path: Path
) -> None:
    """Also above an hour, and where the heading says otherwise; each answer ends it."""
    plan = plan_of(tmp_path, _lasting(heading, map(written, talks)))
    asked = [each for each in guess(plan).doubts if "--duration-unit" in {a.option for a in each.answers}]
    assert len(asked) == 1
    units = {each.value for each in asked[0].answers}
    assert "seconds" in units
    assert units & {"minutes", "hours"}
    for answer in asked[0].answers:
        assert ends(plan, asked[0], answer)


@pytest.mark.parametrize(
    ("heading", "written"),
    [
        ("Talk", lambda talk: f"{talk + talk % 7 / 10:.1f}"),
        ("Talk", lambda talk: f"{talk + talk % 997 / 1000:.3f}1"),
        ("Talk (s)", lambda talk: f"{talk + talk % 89 / 100:.2f}"),
        ("Talk (min)", lambda talk: f"{talk / 60:.2f}"),
    ],
)
def test_lengths_that_are_said_are_not_asked_about(
    heading: str, written: Callable[[int], str], tmp_path: Path
) -> None:
    rows = (*USUAL, 1211, 1409)
    assert not guess(plan_of(tmp_path, _lasting(heading, map(written, rows)))).doubts


def _lasting(heading: str, cells: Iterable[str]) -> str:
    rows = "".join(
        f"k{7 * n}x,2026-03-{10 + n:02}T08:00:07Z,{'missed,0' if n == 3 else f'answered,{each}'}\n"
        for n, each in enumerate(cells)
    )
    return f"id,start,status,{heading}\n{rows}"


@pytest.mark.parametrize("apart", [1, 300])
@pytest.mark.parametrize("many", [1, 6])
@pytest.mark.parametrize("second", ["k{n}-2", "k{n}_b", "leg2-k{n}", "{digest}", "{digest}-9"])
@pytest.mark.parametrize("talk", [0, 61])
def test_rows_that_say_one_call_under_two_ids_are_asked_about(
    second: str, many: int, apart: int, talk: int, tmp_path: Path
) -> None:
    """Whatever the ids look like, and with rows between them; each answer ends it."""
    own = [(n, f"k{1000 + 7 * n}") for n in range(400)]
    legs = [
        (n, second.format(n=1000 + 7 * n, digest=f"{0xAB0E12F0 + n * 7919:x}")) for n in range(50, 50 + many)
    ]
    rows = sorted([*((n, 0, key) for n, key in own), *((n + apart - 1, 1, key) for n, key in legs)])
    said = {key: n for n, key in [*own, *legs]}
    plan = plan_of(tmp_path, _of_numbers((key, said[key], talk) for _, _, key in rows))
    asked = [each for each in guess(plan).doubts if each.about == "legs"]
    assert asked
    for answer in asked[0].answers:
        found = guess(with_answer(plan, answer))
        assert not [each for each in found.doubts if each.about == "legs"]
        assert found.preview.items in (400, 400 + many)


def test_calls_of_one_minute_and_of_one_number_are_not_asked_about(tmp_path: Path) -> None:
    rows = "".join(
        f"k{1000 + 7 * n},2026-03-10T08:{n // 4:02}:00Z,+12025550100,"
        f"{'answered' if n % 5 else 'missed'},{n % 5 * 61}\n"
        for n in range(160)
    )
    assert not guess(plan_of(tmp_path, f"id,start,caller,status,talk seconds\n{rows}")).doubts


def _of_numbers(rows: Iterable[tuple[str, int, int]]) -> str:
    told = "".join(
        f"{key},{datetime(2026, 3, 10, 8, 0, 7, tzinfo=UTC) + timedelta(minutes=9 * n):%FT%TZ},"
        f"+12025550{100 + n % 90},+12025550{100 + n // 90},"
        f"{'answered' if talk or n % 7 == 1 else 'missed'},{(talk or n % 7 == 1) * (61 + n * 7 % 300)}\n"
        for key, n, talk in rows
    )
    return f"id,start,from,to,status,talk seconds\n{told}"


def test_no_answer_names_the_id_twice(tmp_path: Path) -> None:
    """Where `--map` says which column is the id, `--id-from` cannot be given beside it."""
    rows = "".join(f"k{n // 2},2026-03-10T08:{n:02}:07Z,answered,{60 + 7 * n}\n" for n in range(8))
    plan = plan_of(tmp_path, f"id,start,status,talk seconds\n{rows}")
    said = with_answer(plan, Answer("--map", "call_id=id", ""))
    asked = [each for each in guess(said).doubts if each.about == "legs"]
    assert asked
    for answer in asked[0].answers:
        assert ends(said, asked[0], answer)


TWO_WAYS = ("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S")


@pytest.mark.parametrize("form", TWO_WAYS)
@pytest.mark.parametrize("ends_at", ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d %b %Y %H:%M:%S"])
def test_an_end_that_is_read_in_one_way_tells_the_day_of_the_start(
    tmp_path: Path, form: str, ends_at: str
) -> None:
    starts = [datetime(2026, 3, day, 9, 4, 11, tzinfo=UTC) for day in (2, 4, 5, 9)]
    content = "Call ID,Start Time,End Time,Status,Duration\n" + "".join(
        f"R{n},{at.strftime(form)},{(at + timedelta(seconds=68)).strftime(ends_at)},Answered,{60 + n}\n"
        for n, at in enumerate(starts)
    )
    found = guess(plan_of(tmp_path, content))
    assert "day_month" not in {each.about for each in found.doubts}
    assert found.preview.first == int(starts[0].timestamp()) * 1_000_000


@pytest.mark.parametrize("answer", [0, 1])
def test_an_answer_names_its_field_where_other_times_are_written_otherwise(
    tmp_path: Path, answer: int
) -> None:
    """Two cannot be told apart, a third is ISO 8601: each answer ends its own question."""
    content = "task_id,created,scheduled_at,completed_at,status\n" + "".join(
        f"t{n},0{n}/03/2026 09:00:00,0{n}-03-2026 09:00,2026-05-0{n} 10:00:00,completed\n" for n in (2, 4, 5)
    )
    path = tmp_path / "tasks.csv"
    path.write_text(content)
    options = MapOptions(record_type="task", timezone=("UTC",))
    plan = ImportPlan(str(path), "acme.example", space="spc", options=options)
    found = guess(plan)
    asked = [each for each in found.doubts if each.about == "day_month"]
    assert len(asked) == 2
    for doubt in asked:
        assert doubt.answers[0].value.partition(":")[0] in ("created", "scheduled_at")
        plan = with_answer(plan, doubt.answers[answer])
        found = guess(plan)
        assert doubt not in found.doubts
    assert not [each for each in found.doubts if each.about in ("day_month", "time")]
