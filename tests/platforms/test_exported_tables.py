"""Tables of calls that platforms export: what they say is what their deliveries say."""

from __future__ import annotations

import csv
import io
import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from callboard.ingest.parse import event_from_mapping
from callboard.ingest.sources.files.records import ImportOptionError, Record
from callboard.ingest.sources.platform_files.rows import FIRST_ROWS
from callboard.ingest.sources.platforms.delivery import FROM_FILE, Delivery, HookSettings
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.reading.exports import Export
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.pages import DOCS
from tests.platforms.files import read, rows_of
from tests.platforms.manifests import OWN, RECEIVED, scenarios_of
from tests.platforms.plain_calls import Told, calls_of
from tests.platforms.tables import EXPORTING, TABLES, Table
from tests.platforms.test_any_delivery import SETTINGS
from tests.platforms.test_scenarios import same, told_by

LISTED = ("twilio", "vapi", "retell", "bland", "elevenlabs", "plivo")
"""Those whose rows stand in answers of a list API as well."""
NAIVE = {
    "twilio": "2026-03-05 14:00:10", "vapi": "2026-03-05T14:00:10", "retell": "2026-03-05 14:00:10",
    "bland": "2026-03-05T14:00:10.5", "elevenlabs": "2026-03-05 14:00:10", "plivo": "2026-03-05 14:00:10",
    "vonage": "Thu, 05 Mar 2026 14:00:10",
}  # fmt: skip


def export_of(platform: str) -> Export:
    found = PLATFORMS[platform].export
    assert found is not None
    return found


def events_of(records: list[Record]) -> list[dict[str, Any]]:
    assert [each.problem for each in records if each.problem] == []
    return [each.row["event"] for each in records]


def told(events: list[dict[str, Any]]) -> list[Told]:
    return [(event, RECEIVED) for event in events]


def changed(table: Table, heading: str, cell: str, row: int = 0) -> Table:
    """The table with another cell."""
    rows = [list(each) for each in table.rows]
    rows[row][list(table.header).index(heading)] = cell
    return structs.replace(table, rows=rows)


def without(table: Table, heading: str) -> Table:
    """The table without a column."""
    place = list(table.header).index(heading)
    rows = [[*each[:place], *each[place + 1 :]] for each in table.rows]
    return structs.replace(table, header=[*table.header[:place], *table.header[place + 1 :]], rows=rows)


def test_every_platform_with_a_table_is_tried():
    assert sorted(TABLES) == EXPORTING


@pytest.mark.parametrize("platform", EXPORTING)
def test_a_table_says_what_its_rows_say(platform):
    table = TABLES[platform]
    found: dict[str, dict[str, Any]] = {}
    for event in events_of(read(platform, table.body(), zone=table.zone)):
        event_from_mapping(event, now=RECEIVED, source="import")
        before = found.get(event["call_id"], {})
        found[event["call_id"]] = before | event
    assert found.keys() == table.calls.keys()
    for call_id, said in table.calls.items():
        for field, value in said.items():
            assert same(value, found[call_id].get(field)), (call_id, field, found[call_id].get(field))


@pytest.mark.parametrize("platform", EXPORTING)
def test_deliveries_and_the_table_are_one_call_in_any_order(platform):
    """However they arrive the rows are the same, and as far as deliveries tell it, what they tell."""
    table = TABLES[platform]
    [scenario] = [each for each in scenarios_of(OWN, platform) if each.name == table.scenario]
    sent = told_by(scenario.sent)
    first = structs.replace(table, rows=table.rows[:1])
    listed = told(events_of(read(platform, first.body(), zone=table.zone)))
    alone = calls_of(sent)
    both = calls_of(sent + listed)
    assert calls_of(listed + sent) == both
    for place in range(len(sent)):
        assert calls_of(sent[place:] + listed + sent[:place]) == both
    [before], [call] = alone, both
    assert call["call_id"] == before["call_id"]
    for field in ("call_status", "end_reason", "call_duration", "start_time", "end_time", "call_type"):
        assert call[field] == before[field], field


@pytest.mark.parametrize("platform", EXPORTING)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_table_is_read_however_it_is_written(platform, separator, mark):
    table = TABLES[platform]
    body = (mark + table.text(separator, "\n")).encode()
    assert events_of(read(platform, body, zone=table.zone)) == events_of(
        read(platform, table.body(), zone=table.zone)
    )


def _of_the_command_line(when: str) -> str:
    """`Thu, 05 Mar 2026 14:00:10 +0000` as Twilio's command line writes it, five hours west."""
    _, day, month, year, clock, _ = when.split()
    hour, rest = clock.split(":", 1)
    return f"{month} {day} {year} {int(hour) - 5:02d}:{rest} GMT-0500"


@pytest.mark.parametrize(
    "spelled",
    [
        lambda name: name,
        lambda name: name[0].lower() + name[1:],
        lambda name: "".join(f"_{each.lower()}" if each.isupper() else each for each in name)[1:],
        lambda name: "".join(f" {each}" if each.isupper() else each for each in name)[1:],
    ],
    ids=["StartTime", "startTime", "start_time", "Start Time"],
)
def test_headings_of_twilio_are_known_however_they_are_spelled(spelled):
    table = TABLES["twilio"]
    other = structs.replace(table, header=[spelled(each) for each in table.header])
    assert events_of(read("twilio", other.body())) == events_of(read("twilio", table.body()))


def test_what_the_command_line_of_twilio_writes_is_what_its_api_writes():
    """As a table and as JSON."""
    table = TABLES["twilio"]
    wanted = events_of(read("twilio", table.body()))
    names = [each[0].lower() + each[1:] for each in table.header]
    rows = [
        [_of_the_command_line(cell) if cell.endswith(" +0000") else cell for cell in row]
        for row in table.rows
    ]
    written = structs.replace(table, header=names, rows=rows)
    assert events_of(read("twilio", written.text("\t", "\n").encode())) == wanted
    objects = [dict(zip(names, row, strict=True)) for row in table.rows]
    assert events_of(read("twilio", json.dumps(objects).encode())) == wanted


def _needed() -> list[Any]:
    return [
        pytest.param(platform, field, id=f"{platform}-{field}")
        for platform in EXPORTING
        for field in export_of(platform).needed
    ]


@pytest.mark.parametrize(("platform", "field"), _needed())
def test_a_table_that_lacks_a_needed_column_is_refused_by_its_name(platform, field):
    export = export_of(platform)
    table = TABLES[platform]
    known = export.by_heading()
    squeezed = {field: heading for heading, field in known.items()}[field]
    [heading] = [each for each in table.header if known.get(_squeezed(each)) == field]
    assert _squeezed(heading) == squeezed
    with pytest.raises(ImportOptionError) as refused:
        read(platform, without(table, heading).body(), zone="UTC")
    assert f"no column {export.heading(field)}." in str(refused.value)
    for each in export.needed:
        assert export.heading(each) in str(refused.value)
    assert "--guess" in str(refused.value)


def _squeezed(heading: str) -> str:
    return "".join(each for each in heading.lower() if each.isalnum() or each == ".")


@pytest.mark.parametrize("platform", EXPORTING)
def test_a_column_that_stands_twice_is_refused(platform):
    table = TABLES[platform]
    heading = export_of(platform).heading(export_of(platform).needed[0])
    place = [_squeezed(each) for each in table.header].index(_squeezed(heading))
    twice = structs.replace(
        table,
        header=[*table.header, table.header[place]],
        rows=[[*each, each[place]] for each in table.rows],
    )
    with pytest.raises(ImportOptionError, match="more than once"):
        read(platform, twice.body(), zone="UTC")


def _headings_of_times(platform: str) -> list[str]:
    export = export_of(platform)
    known = export.by_heading()
    open_ = set(export.times) - set(export.in_utc)
    return [each for each in TABLES[platform].header if known.get(_squeezed(each)) in open_]


@pytest.mark.parametrize("platform", [each for each in EXPORTING if each in NAIVE])
def test_a_time_without_a_zone_is_refused_until_the_zone_is_said(platform):
    table = TABLES[platform]
    for heading in _headings_of_times(platform):
        table = changed(table, heading, NAIVE[platform])
    with pytest.raises(ImportOptionError, match="names no zone: say it by --timezone"):
        read(platform, table.body())
    utc, tokyo = (events_of(read(platform, table.body(), zone=zone)) for zone in ("UTC", "Asia/Tokyo"))
    assert [each["occurred_at"] for each in utc] != [each["occurred_at"] for each in tokyo]


def test_every_time_that_may_lack_its_zone_is_tried():
    assert sorted(NAIVE) == [
        each for each in EXPORTING if set(export_of(each).times) - set(export_of(each).in_utc)
    ]


def test_a_time_without_a_zone_far_behind_costs_its_row():
    table = TABLES["twilio"]
    naive = changed(table, "StartTime", "2026-03-05 14:00:10").rows[0]
    many = structs.replace(table, rows=[*itertools.repeat(table.rows[0], FIRST_ROWS), naive, table.rows[1]])
    *read_, wrong, last = read("twilio", many.body())
    assert all(each.problem is None for each in (*read_, last))
    assert wrong.problem is not None
    assert wrong.problem.reason == "invalid_time"
    assert "--timezone" in str(wrong.problem)


@pytest.mark.parametrize("platform", EXPORTING)
def test_the_zone_in_a_cell_counts_over_the_zone_that_is_said(platform):
    table = TABLES[platform]
    if table.zone is None:
        assert read(platform, table.body(), zone="Asia/Tokyo") == read(platform, table.body())


@pytest.mark.parametrize("platform", EXPORTING)
def test_a_row_that_does_not_fit_takes_no_other_along(platform):
    table = TABLES[platform]
    [head, first, second, *_] = csv.reader(io.StringIO(table.text()))
    written = io.StringIO()
    csv.writer(written).writerows([head, [*first, "", ""], first[:-1], [*second, "more"], head, second])
    found = rows_of(platform, written.getvalue().encode(), zone=table.zone)
    problems = [each.problem.reason if each.problem else None for each in found]
    assert [each for each in problems if each] == ["invalid_value", "invalid_value"]
    assert problems[0] is None
    assert problems[-1] is None
    assert found.left_out == {"repeated header": 1}


def test_words_outside_a_table_are_counted_and_a_status_costs_its_row():
    table = changed(TABLES["vapi"], "endedReason", "a-reason-of-tomorrow")
    [first, _] = read("vapi", table.body())
    assert first.row["words"] == [("end_reason", "a-reason-of-tomorrow")]
    [first, _] = read("twilio", changed(TABLES["twilio"], "Status", "paused").body())
    assert first.problem is not None
    assert first.problem.reason == "invalid_status"
    [first, *_] = read("aircall", changed(TABLES["aircall"], "answered", "Maybe").body())
    assert first.problem is not None
    assert first.problem.reason == "invalid_status"


@pytest.mark.parametrize("platform", ["telnyx", "dialpad", "livekit", "signalwire", "amazon_connect"])
def test_a_table_of_a_platform_without_known_ones_is_refused(platform):
    with pytest.raises(ImportOptionError, match=r"knows no tables of .*--guess"):
        read(platform, b"Call ID,Start time\n1,2026-03-05 14:00:00\n")


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "", " ", "0", "-1", "None", "NaN", "1e999", "9" * 40, "completed", "Yes", "true", "'+12025550101",
            "2026-03-05T14:00:00", "2026-03-05 14:00:00+00:00", "Mar 05 2026 14:00:00 GMT-0500", "\ud800",
            "0001-01-01T00:00:00", "9999-12-31T23:59:59", "1772719200", '{"a": 1}', "é" * 300,
        ]
    ),
)  # fmt: skip


@given(data=st.data())
def test_whatever_stands_in_the_cells_each_row_is_read_or_refused(data):
    """Each row gives events that are taken, is no call, or has its reason; and nothing else happens."""
    platform = data.draw(st.sampled_from(EXPORTING))
    table = TABLES[platform]
    settings = data.draw(SETTINGS)
    zone = data.draw(st.sampled_from(["UTC", "Asia/Kathmandu", "America/New_York"]))
    drawn = [
        [data.draw(st.one_of(st.just(cell), CELLS)) for cell in data.draw(st.sampled_from(table.rows))]
        for _ in range(data.draw(st.integers(1, 3)))
    ]
    drawn = [[each[0] or "x", *each[1:]] for each in drawn]
    body = structs.replace(table, rows=drawn).text().encode("utf-8", "surrogatepass")
    for record in rows_of(platform, body, settings, zone=zone):
        if record.problem is None:
            assert record.row["event"]["type"] == "call"


@given(data=st.data())
def test_a_row_says_what_the_same_call_of_the_list_says(data):
    """A row of a table, and the object of the list API with the same values."""
    platform = data.draw(st.sampled_from(LISTED))
    export, table = export_of(platform), TABLES[platform]
    known = export.by_heading()
    fields = [known.get(_squeezed(each)) for each in table.header]
    columns = [sorted({row[place] for row in table.rows} | {""}) for place in range(len(fields))]
    row = [data.draw(st.sampled_from(cells)) for cells in columns]
    if not any(row):
        return
    call: dict[str, Any] = {}
    for field, cell in zip(fields, row, strict=True):
        if field is None or not cell:
            continue
        *path, name = field.split(".")
        inside = call
        for each in path:
            inside = inside.setdefault(each, {})
        inside[name] = cell.lower() == "true" if field in export.flags else cell.removeprefix("'")
    settings = HookSettings(timezone=table.zone or "UTC")
    whole = translated(
        PLATFORMS[platform],
        Delivery(method=FROM_FILE, body=json.dumps(call).encode(), received_at=RECEIVED),
        settings,
    )
    records = read(platform, structs.replace(table, rows=[row]).body(), settings, zone=table.zone)
    assert [each.row["event"] for each in records if not each.problem] == whole.events
    assert len([each for each in records if each.problem]) == len(whole.quarantined)


@pytest.mark.parametrize("platform", EXPORTING)
def test_the_reference_names_the_columns(platform):
    page = (DOCS / "reference" / "import.md").read_text("utf-8")
    export = export_of(platform)
    needed = ", ".join(f"`{export.heading(each)}`" for each in export.needed)
    assert f"| `{platform}` | {needed} |" in page
