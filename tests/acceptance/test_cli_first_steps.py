"""From nothing to a right number: init, serve, the printed request, events, the number."""

from __future__ import annotations

import sys

import httpx
import pytest

from tests.acceptance.campaign import call, curl_request, new_campaign, task
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server


def test_the_printed_request_works_and_the_command_line_answers_the_same_bytes(tmp_path):
    """The curl line is answered; after events, `analytics --json` is the endpoint's body, byte for byte."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db) as server:
        request = curl_request(campaign.curl)
        request.url = request.url.copy_with(port=server.port)
        with httpx.Client(trust_env=False, verify=False) as client:
            assert client.send(request).json()["data"]["total_calls"] == 0
        with campaign.client(server.api) as client:
            receipt = campaign.send(
                client,
                call("a", call_duration=60),
                call("b", call_duration=30.5),
                call("c", "failed"),
                call("d", "queued"),
                task("t1", "failed", failure_reason="no_answer"),
                task("t2", "running"),
            )
            assert receipt["applied"] == 6
            whole = client.get("organisation/analytics/")
            alone = client.get("organisation/analytics/", params={"space_token": campaign.space_token})
        while_served = done("analytics", "--org", "ACME.com", "--json", db=campaign.db)
    assert whole.json()["data"] == {
        "total_calls": 3,
        "completed_calls": 2,
        "failed_calls": 1,
        "avg_duration_seconds": 45.25,
        "total_tasks": 2,
        "task_status_breakdown": {"pending": 0, "running": 1, "completed": 0, "failed": 1},
    }
    assert while_served.out == whole.content
    assert done("analytics", "--org", "acme.com", "--json", db=campaign.db).out == whole.content
    space = done("analytics", "--org", "acme.com", "--space", campaign.space_token, "--json", db=campaign.db)
    assert space.out == alone.content


def test_analytics_shows_the_six_fields_the_success_rate_and_what_needs_attention(tmp_path):
    """A person reads the endpoint's fields, then the rate with its two counts, then failed and stuck."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        calls = [call(f"ok-{n}", call_duration=145) for n in range(987)]
        calls += [call(f"bad-{n}", "failed") for n in range(143)]
        calls += [call(f"missed-{n}", "missed") for n in range(120)]
        tasks = [task(f"failed-{n}", "failed") for n in range(113)]
        tasks += [task(f"stuck-{n}", "running") for n in range(4)]
        assert campaign.send(client, *calls, *tasks)["applied"] == 1367
    lines = done("analytics", "--org", "acme.com", db=campaign.db).text.splitlines()
    assert [line.split() for line in lines[:9]] == [
        ["Total", "calls", "1,250"],
        ["Completed", "calls", "987"],
        ["Failed", "calls", "143"],
        ["Average", "duration", "145.0", "s"],
        ["Total", "tasks", "117"],
        ["pending", "0"],
        ["running", "4"],
        ["completed", "0"],
        ["failed", "113"],
    ]
    assert lines[10:] == ["Success rate 78.96 % (987 of 1,250)", "Needs attention: 113 failed, 4 stuck"]


def test_init_asks_for_what_is_not_given(tmp_path):
    """Three questions, a suggestion for each; what was asked does not mix with what is printed."""
    outcome = done("init", db=tmp_path / "calls.db", typed="Müller & Söhne\n\nSpring\n")
    assert "Organization [My organization]:" in outcome.err
    assert "Handle        m-ller-s-hne" in outcome.text
    assert "Campaign      Spring" in outcome.text
    assert "curl -s http://127.0.0.1:8321/api/v2/platform/organisation/analytics/" in outcome.text


def test_init_asks_again_for_an_answer_it_cannot_use(tmp_path):
    """A handle that no header could carry is asked for again, saying why."""
    outcome = done("init", db=tmp_path / "calls.db", typed="Acme\nnot a handle\nacme.com\nSpring\n")
    assert "is no handle" in outcome.err
    assert "Handle        acme.com" in outcome.text


def test_init_takes_its_suggestions_with_yes(tmp_path):
    """With --yes there are no questions."""
    made = done("init", "--yes", "--json", db=tmp_path / "calls.db").json
    assert made["handle"] == made["organization"]["domain_handle"] == "my-organization"
    assert made["token"].startswith("cb_")
    assert made["token"] in made["curl"]
    assert made["space"]["token"] == made["space_token"]


def test_init_without_a_terminal_is_wrong_usage(tmp_path):
    """The error names the missing flag, and nothing is created."""
    outcome = callboard("init", "--org-name", "Acme", db=tmp_path / "calls.db", stdin="acme.com\nSpring\n")
    assert outcome.code == 2
    assert outcome.out == b""
    message = outcome.err.partition("Error: ")[2]
    assert "[" not in outcome.err.partition("[OPTIONS]")[2], "a question was asked"
    assert message == (
        "There is no terminal to ask at: give --handle and --space, or --yes for what is suggested.\n"
    )
    assert not (tmp_path / "calls.db").exists()


def test_init_prints_commands_as_they_can_be_typed_here(tmp_path):
    """`callboard` where the shell finds it, else the way it was started: the printed line runs as it is."""
    found = tmp_path / "bin" / "callboard"
    found.parent.mkdir()
    found.write_text("#!/bin/sh\n")
    found.chmod(0o755)
    for place, begins in ((found.parent, "callboard "), (tmp_path, f"{sys.executable} -m callboard ")):
        db = tmp_path / f"{place.name}.db"
        told = done("init", "--yes", db=db, environment={"PATH": str(place)}).text.splitlines()
        assert f"{begins}serve --db {db}" in told


def test_init_never_touches_an_organization_that_exists(tmp_path):
    """A second init with the same handle fails, saying how to make another token."""
    campaign = new_campaign(tmp_path / "calls.db")
    outcome = callboard("init", "--org-name", "X", "--handle", "ACME.com", "--space", "Y", db=campaign.db)
    assert outcome.code == 1
    assert outcome.out == b""
    assert "acme.com is there already. callboard token create --org acme.com" in outcome.err
    assert len(done("space", "list", "--json", db=campaign.db).json) == 1


@pytest.mark.parametrize("form", ["{path}", "sqlite:///{path}"])
def test_the_store_is_a_path_or_a_url(tmp_path, form):
    """`--db` takes a file path or sqlite:///path, before CALLBOARD_DB, before the settings file."""
    campaign = new_campaign(tmp_path / "calls.db")
    settings = tmp_path / "callboard.toml"
    settings.write_text('db = "elsewhere.db"\n')
    named = form.format(path=campaign.db)
    listed = done("org", "list", "--db", named, "--config", settings, "--json", db=tmp_path / "other.db")
    assert [each["domain_handle"] for each in listed.json] == ["acme.com"]
