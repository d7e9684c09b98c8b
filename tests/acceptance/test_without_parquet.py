"""An installation without the extra `parquet`: it says how to add it, and everything else works."""

from __future__ import annotations

import site
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.acceptance.campaign import Campaign, call, new_campaign
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server

HINT = "pip install 'callboard[parquet]'"
PARQUET = "application/vnd.apache.parquet"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with all that ours has, except pyarrow."""
    folder = tmp_path_factory.mktemp("installation") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    found = folder / "bin" / "python"
    say = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([found, "-c", say], text=True).strip())
    for own in map(Path, site.getsitepackages()):
        for each in own.iterdir():
            if not each.name.startswith("pyarrow") and not (packages / each.name).exists():
                (packages / each.name).symlink_to(each)
    return found


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    return new_campaign(tmp_path / "calls.db")


@pytest.mark.parametrize("how", [["--map", "call_id=id,call_status=status"], ["--guess"]])
def test_a_parquet_file_is_not_imported(python: Path, campaign: Campaign, tmp_path: Path, how: list[str]):
    """Exit code 1, with the command that adds the extra; a CSV file is imported as ever."""
    rows = {"id": ["1", "2"], "status": ["completed", "missed"], "date": ["2026-02-07T05:57:45Z"] * 2}
    path, text = tmp_path / "calls.parquet", tmp_path / "calls.csv"
    pq.write_table(pa.table(rows), path)
    text.write_text("id,status,date\n1,completed,2026-02-07T05:57:45Z\n2,missed,2026-02-07T05:57:45Z\n")
    options = ["--space", campaign.space_token, *how]
    outcome = callboard("import", path, *options, db=campaign.db, python=python)
    assert outcome.code == 1
    assert outcome.out == b""
    assert HINT in outcome.err
    assert "Traceback" not in outcome.err
    mapped = [*options[:2], "--map", "call_id=id,call_status=status"]
    assert done("import", text, *mapped, "--json", db=campaign.db, python=python).json["applied"] == 2


def test_no_parquet_file_is_written(python: Path, campaign: Campaign, tmp_path: Path):
    """Exit code 1, and what stood at its place stays; CSV is written."""
    path = tmp_path / "out" / "calls.parquet"
    path.parent.mkdir()
    path.write_bytes(b"before")
    for target in (["-o", path], ["-o", "-", "--format", "parquet"]):
        outcome = callboard("export", "calls", *target, db=campaign.db, python=python)
        assert outcome.code == 1
        assert outcome.out == b""
        assert HINT in outcome.err
    assert [(each, each.read_bytes()) for each in path.parent.iterdir()] == [(path, b"before")]
    assert done("export", "calls", "-o", "-", db=campaign.db, python=python).text.startswith("call_id,")


def test_over_http_it_is_406(python: Path, campaign: Campaign):
    """By `format` as by `Accept`, whole or a page; what `Accept` takes besides is answered."""
    with (
        Server(campaign.db, python=[str(python), "-m", "callboard"]) as server,
        campaign.client(server.api) as client,
    ):
        campaign.send(client, call("c-1"))
        asked = [
            (f"{path}?{query}format=parquet", "*/*")
            for path in ("call-logs/", "tasks/")
            for query in ("", "page=1&")
        ]
        for address, accept in [*asked, ("call-logs/", PARQUET)]:
            answer = client.get(address, headers={"Accept": accept})
            assert answer.status_code == 406, address
            assert answer.json()["status_code"] == 406
            assert HINT in answer.json()["message"]
        assert client.head("call-logs/?format=parquet").status_code == 406
        for accept, media in (
            (f"{PARQUET}, text/csv;q=0.5", "text/csv"),
            ("application/*", "application/json"),
            ("*/*", "application/json"),
        ):
            answer = client.get("call-logs/", headers={"Accept": accept})
            assert answer.status_code == 200
            assert answer.headers["content-type"].partition(";")[0] == media
        assert "c-1" in client.get("call-logs/?format=csv").text
    assert "Traceback" not in server.log
