"""Columns beside those of a call, drawn under any heading: none dates the calls or lengthens them unasked."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.property.guessed import Found, guessed
from tests.property.lengths import examples

RIGHT_UNASKED = 0.95
OBJECTS = (
    "number",
    "user",
    "contact",
    "lead",
    "assistant",
    "campaign",
    "queue",
    "tenant",
    "zzz",
    "phoneNumber",
)
MADE = ("created_at", "createdAt", "created", "date_created", "start_time", "startedAt", "timestamp")
BEGUN = (
    "started_at",
    "start_time",
    "startedAt",
    "timestamp",
    "date",
    "call_start",
    "initiated_at",
    "datetime",
)
CALL_TIMES = ("CALL TIME", "Call Time", "Dial Time", "Handle Time", "Time on Call", "Elapsed", "HT")
TOTALS = ("Duration", "Call Duration", "Total Duration", "Length", "call_length", "Total Time")
SHORTER = (
    "Rating Duration",
    "Agent Talktime",
    "Bill Seconds",
    "Bridge Time",
    "Talked",
    "Effektiv",
    "X1",
    "net",
)
EARLIER = (
    "Arrival",
    "Received",
    "Initiated",
    "Entered Queue",
    "Ringing At",
    "Alerting Time",
    "T0",
    "Eingang",
)
ANSWERED = ("Start Time", "Started", "Start")


@dataclass(frozen=True)
class Call:
    """A call as it was: what every file here says of it."""

    made: datetime
    ring: int
    talk: int
    """0: nobody answered."""

    @property
    def answered(self) -> datetime | None:
        return self.made + timedelta(seconds=self.ring) if self.talk else None

    @property
    def ended(self) -> datetime:
        return self.made + timedelta(seconds=self.ring + self.talk)

    @property
    def status(self) -> str:
        return "Completed" if self.talk else "Missed"


@st.composite
def logs(draw: Any) -> list[Call]:
    """Six calls and more of the working hours of some days, of which some are missed. The first lasts a
    minute or more: lengths that all are below say no unit.
    """
    count = draw(st.integers(6, 14))
    found = []
    for number in range(count):
        day = datetime(2026, 3, 14 + number // 2, draw(st.integers(8, 19)), tzinfo=UTC)
        made = day + timedelta(seconds=draw(st.integers(0, 3_599)))
        talk = draw(st.integers(25 if number else 60, 900)) if number % 3 or number < 2 else 0
        found.append(Call(made, draw(st.integers(4, 40)), talk))
    return sorted(found, key=lambda call: call.made)


def right(found: Found, calls: Sequence[Call]) -> bool:
    """Whether the numbers are those of the calls."""
    talks = [each.talk for each in calls if each.talk]
    return (
        (found.calls, found.completed, found.missed) == (len(calls), len(talks), len(calls) - len(talks))
        and abs(found.average - sum(talks) / len(talks)) < 0.002
        and (found.first, found.last) == (calls[0].made, calls[-1].made)
    )


def guess_of(name: str, content: str) -> Found:
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_text(content)
        return guessed(file, "UTC")


def table(columns: Sequence[tuple[str, Callable[[int, Call], Any]]], calls: Sequence[Call]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(name for name, _ in columns)
    writer.writerows([cell(number, call) for _, cell in columns] for number, call in enumerate(calls, 1))
    return out.getvalue()


def iso(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def check(found: Found, calls: Sequence[Call], counted: Counter[str], content: str) -> None:
    """Right, or asked; counted how often right unasked."""
    is_right = right(found, calls)
    assert is_right or found.about, f"wrong, and nobody was asked\n{found.plan.command()}\n{content}"
    counted["files"] += 1
    counted["right unasked"] += is_right and not found.about


def test_the_time_of_another_thing_is_never_that_of_the_call() -> None:
    """Whatever the object is called, however long ago its time is; and nearly always nobody is asked."""
    counted: Counter[str] = Counter()

    @examples(1)
    @given(
        logs(), st.sampled_from(OBJECTS), st.sampled_from(MADE), st.sampled_from(BEGUN),
        st.integers(1, 900), st.booleans(), st.booleans(),
    )  # fmt: skip
    def each(
        calls: list[Call], thing: str, made: str, begun: str, days: int, same: bool, first: bool
    ) -> None:
        lines = []
        for number, call in enumerate(calls, 1):
            old = calls[0].made - timedelta(days=days, seconds=0 if same else 137 * number)
            own = {
                "id": f"c{number:04}", begun: iso(call.made), "status": call.status, "duration": call.talk
            }  # fmt: skip
            other = {thing: {"id": number, made: iso(old), "status": "active", "name": "Ann"}}
            lines.append(json.dumps(other | own if first else own | other))
        content = "\n".join(lines)
        check(guess_of("calls.ndjson", content), calls, counted, content)

    each()
    assert counted["right unasked"] >= RIGHT_UNASKED * counted["files"], counted


def test_a_length_is_never_the_clock_of_a_day() -> None:
    """Under any heading and in any order of the columns, beside a clock."""
    counted: Counter[str] = Counter()

    @examples(1)
    @given(logs(), st.sampled_from(CALL_TIMES), st.permutations(range(4)))
    def each(calls: list[Call], heading: str, order: list[int]) -> None:
        columns: list[tuple[str, Callable[[int, Call], Any]]] = [
            ("DATE", lambda _, call: call.made.strftime("%Y/%m/%d")),
            ("TIME", lambda _, call: call.made.strftime("%H:%M:%S")),
            (heading, lambda _, call: clock(call.ring + call.talk)),
            ("TALK TIME", lambda _, call: clock(call.talk)),
        ]
        known: list[tuple[str, Callable[[int, Call], Any]]] = [
            ("CALL ID", lambda number, _: f"a{number:04}"), ("STATUS", lambda _, call: call.status)
        ]  # fmt: skip
        content = table([*known, *(columns[at] for at in order)], calls)
        found = guess_of("calls.csv", content)
        assert found.first == calls[0].made, f"{found.plan.command()}\n{content}"
        check(found, calls, counted, content)

    each()
    assert counted["right unasked"] >= RIGHT_UNASKED * counted["files"], counted


def test_a_second_length_is_asked_about_by_its_name() -> None:
    """Where missed calls have 0 in both, and where they have the ringing in the longer one."""

    @examples(1)
    @given(logs(), st.sampled_from(TOTALS), st.sampled_from(SHORTER), st.booleans(), st.booleans())
    def each(calls: list[Call], total: str, shorter: str, rings: bool, ends: bool) -> None:
        columns: list[tuple[str, Callable[[int, Call], Any]]] = [
            ("Call ID", lambda number, _: f"a{number:04}"),
            ("Start Time", lambda _, call: iso(call.made)),
            (total, lambda _, call: call.ring + call.talk if call.talk or rings else 0),
            (shorter, lambda _, call: call.talk),
            ("Status", lambda _, call: call.status),
        ]
        if ends:
            columns.insert(2, ("End Time", lambda _, call: iso(call.ended)))
        content = table(columns, calls)
        found = guess_of("calls.csv", content)
        assert found.about or right(found, calls), f"{found.plan.command()}\n{content}"
        assert any(shorter in each for each in found.said), f"{found.said}\n{content}"

    each()


def test_an_earlier_time_under_any_heading_is_asked_about() -> None:
    """Beside a start that is the answer: it is when the call was made."""

    @examples(1)
    @given(logs(), st.sampled_from(ANSWERED), st.sampled_from(EARLIER), st.booleans())
    def each(calls: list[Call], answered: str, earlier: str, first: bool) -> None:
        times: list[tuple[str, Callable[[int, Call], Any]]] = [
            (answered, lambda _, call: iso(call.answered)), (earlier, lambda _, call: iso(call.made))
        ]  # fmt: skip
        columns: list[tuple[str, Callable[[int, Call], Any]]] = [
            ("Call ID", lambda number, _: f"a{number:04}"),
            *(times[::-1] if first else times),
            ("End Time", lambda _, call: iso(call.ended)),
            ("Talk Time", lambda _, call: call.talk),
            ("Status", lambda _, call: call.status),
        ]
        content = table(columns, calls)
        found = guess_of("calls.csv", content)
        assert right(found, calls) or found.about, f"{found.plan.command()}\n{content}"

    each()


def test_a_creation_days_from_the_start_is_asked_about() -> None:
    """It is when the customer was entered, or when the file was written."""

    @examples(1)
    @given(logs(), st.sampled_from(("Created", "created_at", "Date Created")), st.integers(-90, 90))
    def each(calls: list[Call], made: str, days: int) -> None:
        moved = timedelta(days=days - 3 if days < 0 else days + 3)
        columns: list[tuple[str, Callable[[int, Call], Any]]] = [
            ("Call ID", lambda number, _: f"a{number:04}"),
            (made, lambda _, call: iso(call.made + moved)),
            ("Call Time", lambda _, call: iso(call.made)),
            ("Talk Time", lambda _, call: call.talk),
            ("Status", lambda _, call: call.status),
        ]
        content = table(columns, calls)
        found = guess_of("calls.csv", content)
        assert "time" in found.about, f"{found.plan.command()}\n{content}"
        assert right(found, calls), f"{found.plan.command()}\n{content}"

    each()


@st.composite
def imports(draw: Any, calls: Sequence[Call]) -> list[datetime]:
    """When a database wrote each call: all at once, each a day or two later, or week by week."""
    last = calls[-1].ended
    way = draw(st.sampled_from(("at once", "later", "weekly", "mixed")))
    if way == "at once":
        return [last + timedelta(minutes=draw(st.integers(2, 5_000)))] * len(calls)
    if way == "later":
        seconds = draw(st.integers(120, 200_000))
        return [each.made + timedelta(seconds=seconds + 3 * at) for at, each in enumerate(calls)]
    if way == "weekly":
        return [last + timedelta(hours=7, seconds=at) for at in range(len(calls))]
    late = st.integers(240, 400_000)
    return [each.made + timedelta(seconds=draw(late) if at % 2 else 1) for at, each in enumerate(calls)]


def test_a_creation_after_the_start_is_asked_about() -> None:
    """It is when a database wrote the row, whatever is around it: the start is taken."""

    @examples(1)
    @given(
        st.data(), logs(), st.sampled_from(("", "meta", "event", "record", "session")),
        st.sampled_from(("created_at", "createdAt", "created", "date_created")),
        st.sampled_from(("start_time", "started_at", "startedAt", "call_start", "startTime")),
        st.booleans(),
    )  # fmt: skip
    def each(data: st.DataObject, calls: list[Call], around: str, made: str, begun: str, first: bool) -> None:
        lines = []
        for number, (call, written) in enumerate(zip(calls, data.draw(imports(calls)), strict=True)):
            row = {made: iso(written)}
            late: dict[str, Any] = {around: row} if around else dict(row)
            own = {
                "id": f"c{number:04}", begun: iso(call.made), "status": call.status, "duration": call.talk
            }  # fmt: skip
            lines.append(json.dumps(late | own if first else own | late))
        content = "\n".join(lines)
        found = guess_of("calls.ndjson", content)
        assert right(found, calls), f"{found.said} {found.plan.command()}\n{content}"
        assert "time" in found.about or around, f"{found.plan.command()}\n{content}"

    each()


def test_a_creation_hours_before_the_start_is_asked_about() -> None:
    """It is that of a customer, whose calls began an hour or months after it, or some of them at once."""

    @examples(1)
    @given(
        st.data(), logs(), st.sampled_from(("created_at", "Created", "Date Created")),
        st.sampled_from(("start_time", "started_at", "Call Start", "called_at")), st.booleans(),
    )  # fmt: skip
    def each(data: st.DataObject, calls: list[Call], made: str, begun: str, some: bool) -> None:
        long = data.draw(st.lists(st.integers(3_700, 9_000_000), min_size=len(calls), max_size=len(calls)))
        before = [
            7 * at if some and at % 2 else seconds // 900 * 900 + 118 + at
            for at, seconds in enumerate(long, 1)
        ]
        columns: list[tuple[str, Callable[[int, Call], Any]]] = [
            ("Call ID", lambda number, _: f"a{number:04}"),
            (made, lambda number, call: iso(call.made - timedelta(seconds=before[number - 1]))),
            (begun, lambda _, call: iso(call.made)),
            ("Talk Time", lambda _, call: call.talk),
            ("Status", lambda _, call: call.status),
        ]
        content = table(columns, calls)
        found = guess_of("calls.csv", content)
        assert "time" in found.about, f"{found.plan.command()}\n{content}"
        assert right(found, calls), f"{found.said} {found.plan.command()}\n{content}"

    each()


def test_one_moment_for_all_calls_is_asked_about() -> None:
    """Whatever other times say of them, or if none does: another time is among the answers."""

    @examples(1)
    @given(
        logs(), st.sampled_from(("created_at", "Date Created", "Start Time", "timestamp")),
        st.sampled_from(("", "when_it_rang", "X1", "Phone Time")), st.integers(-5_000, 5_000),
    )  # fmt: skip
    def each(calls: list[Call], made: str, other: str, minutes: int) -> None:
        moment = calls[-1].ended + timedelta(minutes=minutes)
        columns: list[tuple[str, Callable[[int, Call], Any]]] = [
            ("Call ID", lambda number, _: f"a{number:04}"),
            (made, lambda _number, _call: iso(moment)),
            *([(other, lambda _, call: iso(call.made))] if other else []),
            ("Talk Time", lambda _, call: call.talk),
            ("Status", lambda _, call: call.status),
        ]
        content = table(columns, calls)
        found = guess_of("calls.csv", content)
        assert "time" in found.about, f"{found.plan.command()}\n{content}"
        assert not other or right(found, calls), f"{found.said} {found.plan.command()}\n{content}"

    each()


def test_packed_clocks_are_asked_about() -> None:
    """00123 is a minute and 23 seconds, or 123 seconds."""

    @examples(1)
    @given(logs(), st.integers(4, 6))
    def each(calls: list[Call], width: int) -> None:
        columns: list[tuple[str, Callable[[int, Call], Any]]] = [
            ("Call ID", lambda number, _: f"a{number:04}"),
            ("Start Time", lambda _, call: iso(call.made)),
            ("Duration", lambda _, call: f"{call.talk // 60}{call.talk % 60:02}".rjust(width, "0")),
            ("Status", lambda _, call: call.status),
        ]
        content = table(columns, calls)
        found = guess_of("calls.csv", content)
        assert "unit" in found.about, f"{found.plan.command()}\n{content}"

    each()
