"""`callboard import --guess` on files as platforms write them: right, or asked; neither wrong nor refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.files.command import FreshStore, Template, as_process, in_process
from tests.files.kinds import LAYOUTS, Layout
from tests.files.verdict import differences, verdict

NO_ID = (
    "3cx_calls.csv",
    "aircall_calls.csv",
    "didww.csv",
    "fritzbox_anrufliste.csv",
    "no_id.csv",
    "ringcentral_log.csv",
)
"""Files whose rows hold no id, alone or put together."""
AS_PROCESS = (
    "null_words.csv",
    "vicidial_calls.tsv",
    "celery_tasks.csv",
    "before_the_13th_day_first.csv",
    "no_id.csv",
)

Fresh = Callable[[], FreshStore]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("files") / "template")


@pytest.fixture
def fresh(template: Template, tmp_path: Path) -> Fresh:
    """A new store each time, driven in this process."""
    places = (tmp_path / f"store-{n}" for n in itertools.count())
    return lambda: FreshStore(template, next(places), in_process)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_file_is_right_or_asked_about(layout: Layout, fresh: Fresh) -> None:
    """Right without a question where the file tells all; asked where it cannot."""
    found = verdict(layout, fresh)
    assert found.word in {"RIGHT", "ASKED"}, f"{found.word}: {found.why}\ntrap: {layout.trap}"
    if not layout.asks:
        assert found.word == "RIGHT", f"it tells all, and was asked about: {found.why}"
    if "day_month" in layout.asks:
        assert "day_month" in found.about, "imported unasked: nothing in it tells the day from the month"
    if layout.name in NO_ID:
        assert "id" in found.about, "imported unasked: its rows have no id"


@pytest.mark.parametrize("name", AS_PROCESS)
def test_the_command_itself_says_the_same(
    name: str, template: Template, fresh: Fresh, tmp_path: Path
) -> None:
    """As a process, with its exit code and output, as in this process."""
    places = (tmp_path / f"process-{n}" for n in itertools.count())
    layout = LAYOUTS[name]
    itself = verdict(layout, lambda: FreshStore(template, next(places), as_process))
    assert (itself.word, itself.about) == (verdict(layout, fresh).word, verdict(layout, fresh).about)
    assert itself.word in {"RIGHT", "ASKED"}, itself.why


@pytest.mark.parametrize("name", ["no_id.csv", "3cx_calls.csv", "didww.csv", "aircall_calls.csv"])
def test_overlapping_exports_without_ids_neither_merge_nor_double(name: str, fresh: Fresh) -> None:
    """Today's export, then tomorrow's: longer, sorted otherwise, under another name. Each call is there once,
    also two whose rows say the same.
    """
    layout = LAYOUTS[name]
    header, *rows = layout.content.splitlines(keepends=True)
    rows = [row for row in rows if not row.startswith(b"Total")]
    twice = rows[1]  # the file has it twice, to the letter: two calls
    store = fresh()
    shorter = b"".join([header, *rows[1:], twice])
    longer = b"".join([header, twice, *reversed(rows)])
    for file, content in (("today.csv", shorter), ("tomorrow.csv", longer), ("today-again.csv", shorter)):
        done = store.import_(file, content, "calls", layout.zone, "--guess=anyway")
        assert done.code == 0, done.err
    assert store.numbers("calls")["calls"] == len(rows) + 1


def test_unknown_words_of_an_optional_field_cost_the_field(fresh: Fresh) -> None:
    """And the line that maps them completes the calls: imported again with it, each is there once, whole."""
    layout = LAYOUTS["unknown_direction.csv"]
    store = fresh()
    columns = "call_id=call_id,creation_time=start_time,call_type=direction,call_status=status"
    columns += ",call_duration=duration"
    how = ("--map", columns, "--values", "call_status:NO-ANSWER=missed,BUSY=missed")
    assert store.import_(layout.name, layout.content, "calls", "UTC", *how).code == 0
    assert not differences(store.numbers("calls"), layout.truth(layout.meant))
    mapped = store.import_(
        layout.name,
        layout.content,
        "calls",
        "UTC",
        *how,
        "--values",
        "call_type:ringback=inbound",
        "--replace",
    )
    assert mapped.code == 0, mapped.err
    calls = store.run("calls", "--org", "files.example", "--json").json
    assert len(calls) == len(layout.meant)
    assert {each["call_type"] for each in calls} == {"inbound", "outbound"}
