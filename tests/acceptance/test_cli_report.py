"""`callboard report`: for people, as the endpoint's body, and for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import httpx
import pytest

from callboard.model.directory import SpaceSettings
from callboard.query.reports.spaces import MAX_SPACES
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.campaign import Campaign, new_campaign
from tests.acceptance.command import callboard as run
from tests.acceptance.server import Server

REPORTS: dict[str, list[str]] = {
    "spaces": ["--sort=-total_calls"],
    "series": [
        "--start",
        "2026-02-01",
        "--end",
        "2026-02-03",
        "--group-by",
        "agent",
        "--timezone",
        "Asia/Kolkata",
    ],
    "durations": ["--start", "2026-02-01", "--end", "2026-02-03"],
    "concurrency": ["--start", "2026-02-01", "--end", "2026-02-02", "--kind", "offered"],
    "attention": [],
    "trust": [],
    "metrics": [],
}
"""Report → options; the same are asked of the endpoint."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Campaign, dict[str, bytes]]:
    """A file with calls, and what a server answers to each report."""
    path = tmp_path_factory.mktemp("reports") / "calls.db"
    campaign = new_campaign(path)
    answers = {}
    with Server(path) as server, campaign.client(server.api) as client:
        events = [
            {
                "type": "call",
                "call_id": f"c-{number}",
                "call_status": ("completed", "missed", "failed")[number % 3],
                "creation_time": f"2026-02-0{1 + number % 3}T0{number % 10}:00:00Z",
                "agent": ("=1+1", "ann")[number % 2],
            }
            for number in range(30)
        ]
        assert client.post(f"spaces/{campaign.space_token}/events/", json=events).status_code == 200
        for name, options in REPORTS.items():
            answer = client.get(f"organisation/analytics/{name}/", params=_parameters(options))
            assert answer.status_code == 200, answer.text
            answers[name] = answer.content
    return path, campaign, answers


def _parameters(options: list[str]) -> httpx.QueryParams:
    pairs = " ".join(options).replace("=", " ", 1).split()
    return httpx.QueryParams(
        {
            name.removeprefix("--").replace("-", "_"): value
            for name, value in zip(pairs[::2], pairs[1::2], strict=True)
        }
    )


@pytest.mark.parametrize("name", REPORTS)
def test_json_is_the_endpoints_body(told, name: str):
    """Byte for byte."""
    path, _, answers = told
    arguments = ["report", name, *REPORTS[name], "--json"]
    done = run(*arguments, db=None if name == "metrics" else path)
    assert done.code == 0, done.err
    if name not in ("attention", "trust"):  # these tell the moment, which has passed
        assert json.loads(done.out) == json.loads(answers[name])
        assert done.out.strip() == answers[name]
    assert json.loads(done.out)["data"].keys() == json.loads(answers[name])["data"].keys()


@pytest.mark.parametrize("name", REPORTS)
def test_people_get_a_table_and_spreadsheets_csv(told, name: str):
    """No cell of which a spreadsheet would run."""
    path, _, _ = told
    db = None if name == "metrics" else path
    table = run("report", name, *REPORTS[name], db=db)
    assert table.code == 0, table.err
    assert "\x1b" not in table.text
    assert table.text.strip()
    sheet = run("report", name, *REPORTS[name], "--csv", db=db)
    assert sheet.code == 0, sheet.err
    rows = list(csv.reader(io.StringIO(sheet.text)))
    assert len(rows) > (name != "attention")
    assert all(len(row) == len(rows[0]) for row in rows)
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_an_invalid_query_is_wrong_usage(told):
    """By the option's name; and a period that ends before it begins fails with what is wrong."""
    path, _, _ = told
    wrong = run("report", "series", "--interval", "fortnight", db=path)
    assert wrong.code == 2
    assert "--interval" in wrong.err
    both = run("report", "series", "--json", "--csv", db=path)
    assert both.code == 2
    turned = run("report", "series", "--start", "2026-02-02", "--end", "2026-02-01", db=path)
    assert turned.code == 1
    assert turned.err == "Error: end: must be later than start\n"


def _rows(*options: str, db: Path) -> list[dict[str, str]]:
    sheet = run("report", "series", "--metric", "total_calls", *options, "--csv", db=db)
    assert sheet.code == 0, sheet.err
    return list(csv.DictReader(io.StringIO(sheet.text)))


def test_a_sheet_has_the_local_start_and_the_period_before(told):
    """Beside each bucket; what only the period before has follows, so that the column adds up."""
    path, _, _ = told
    period = ("--start", "2026-02-01", "--end", "2026-02-28")
    plain = _rows(*period, "--timezone", "Asia/Kolkata", db=path)
    assert [*plain[0]] == ["start", "end", "local_start", "total_calls"]
    assert plain[0]["start"] == "2026-01-31T18:30:00Z"
    assert plain[0]["local_start"] == "2026-02-01T00:00:00+05:30"
    compared = _rows(*period, "--compare", "previous", db=path)
    assert [*compared[0]][3:] == [
        "total_calls",
        "previous_start",
        "previous_end",
        "previous_partial",
        "previous_total_calls",
        "difference_total_calls",
    ]
    assert len(compared) == 28 + 3, "January has three days more"
    assert [each["previous_start"][:10] for each in compared[28:]] == [
        "2026-01-29",
        "2026-01-30",
        "2026-01-31",
    ]
    assert {each["start"] for each in compared[28:]} == {""}
    assert {each["previous_partial"] for each in compared} == {"true"}
    longer = _rows("--start", "2026-03-01", "--end", "2026-03-31", "--compare", "previous", db=path)
    assert sum(int(each["previous_total_calls"] or 0) for each in longer) == 30
    assert {each["previous_partial"] for each in longer} == {"false"}, "the first call is of its first moment"


def test_people_see_the_compared_periods_and_no_percentage(told):
    """Where the period before is not known whole, also that."""
    path, _, _ = told
    table = run(
        "report", "series", "--start", "2026-02-01", "--end", "2026-02-28", "--compare", "previous", db=path
    )
    assert table.code == 0, table.err
    assert "Before: 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z" in table.text
    assert "That begins before the first call" in table.text
    assert "%" not in table.text
    later = ("--start", "2026-02-03", "--end", "2026-02-03", "--compare", "previous", "--group-by", "agent")
    groups = run("report", "series", *later, db=path)
    assert "difference" in groups.text
    assert "That begins before" not in groups.text


def test_every_campaign_is_printed(tmp_path: Path):
    """Also those beyond a page, as a table and as CSV; as JSON the page that the endpoint answers."""
    path = tmp_path / "many.db"
    new_campaign(path)
    store = SqliteStore(str(path))
    (owner,) = store.organizations()
    for number in range(MAX_SPACES + 1):
        store.create_space(
            org_id=owner.id,
            name=f"Campaign {number}",
            description=None,
            content_type="contact",
            agent_handle=None,
            settings=SpaceSettings(),
            now=1_770_000_000_000_000,
        )
    store.close()
    everything = MAX_SPACES + 2
    assert len(run("report", "spaces", "--csv", db=path).text.splitlines()) == 1 + everything
    assert sum("Campaign" in line for line in run("report", "spaces", db=path).text.splitlines()) > MAX_SPACES
    assert len(run("report", "spaces", "--csv", "--page", "1", db=path).text.splitlines()) == 1 + MAX_SPACES
    page = json.loads(run("report", "spaces", "--json", db=path).out)
    assert page["message"].endswith(f": 1,000 of {everything:,}; next_cursor leads to the rest")
    rest = run("report", "spaces", "--csv", "--cursor", page["data"]["next_cursor"], db=path)
    assert len(rest.text.splitlines()) == 1 + 2
