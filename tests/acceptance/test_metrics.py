"""`/metrics` of a server with several workers: any of them tells for all, and none forgets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.acceptance.campaign import call, new_campaign
from tests.acceptance.server import Server


def scraped(server: Server) -> dict[tuple[str, ...], float]:
    """One scrape, on a connection of its own."""
    text = httpx.get(f"{server.url}/metrics", trust_env=False, verify=False).text
    found = text_string_to_metric_families(text)
    return {(each.name, *each.labels.values()): each.value for family in found for each in family.samples}


def test_every_worker_reports_all_workers_and_counts_of_replaced_ones_stay(tmp_path: Path):
    """Requests land anywhere; each scrape shows all of them. A worker is killed, and no counter falls."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db, workers=2) as server:
        for number in range(12):
            with campaign.client(server.api) as client:
                client.get("spaces/")
                campaign.send(client, call(f"c-{number}"))
        for _ in range(6):
            told = scraped(server)
            assert told["callboard_http_requests_total", "list_spaces", "200"] == 12
            assert told["callboard_ingest_events_total", "applied"] == 12
            assert 1 <= told["callboard_commits_total",] <= 12
        _wait_for_workers(server, 2)
        os.kill(_a_worker(server), signal.SIGKILL)
        limit = time.monotonic() + 30
        while (tried := _tried(server)) is None or tried["callboard_workers",] < 2:
            assert time.monotonic() < limit
            time.sleep(0.05)
        told = tried
        assert told["callboard_http_requests_total", "list_spaces", "200"] == 12
        assert told["callboard_ingest_events_total", "applied"] == 12


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the file has a name while the server runs")
def test_a_killed_server_leaves_nothing_behind(tmp_path: Path):
    """The shared file of counters is unlinked: none is left behind, and nothing can delete it in use."""
    campaign = new_campaign(tmp_path / "calls.db")
    counts = tmp_path / "temporary"
    counts.mkdir()
    server = Server(campaign.db, workers=2, environment={"TMPDIR": str(counts)}).start()
    assert scraped(server)["callboard_store_up",] == 1
    assert not list(counts.glob("*.counts"))
    server.kill()
    assert not list(counts.glob("*.counts"))


def _wait_for_workers(server: Server, many: int) -> None:
    limit = time.monotonic() + 30
    while scraped(server)["callboard_workers",] != many:
        assert time.monotonic() < limit
        time.sleep(0.05)


def _tried(server: Server) -> dict[tuple[str, ...], float] | None:
    try:
        return scraped(server)
    except httpx.TransportError:
        return None


def _a_worker(server: Server) -> int:
    told = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], check=True, capture_output=True, text=True)
    rows = [line.split(None, 2) for line in told.stdout.splitlines()]
    return next(int(pid) for pid, parent, args in rows if int(parent) == server.pid and "tracker" not in args)
