"""Ids that may be of something else than a call: of a row, of a customer, of a second row of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.guess import guess
from tests.unit.guesses import HEADER, ends, only, plan_of


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
