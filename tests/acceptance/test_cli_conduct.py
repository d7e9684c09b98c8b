"""How every command behaves: exit codes, where it prints, help, settings, verification."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from contextlib import closing
from dataclasses import fields

import httpx
import pytest

from callboard import __version__
from callboard.cli.main import COMMANDS
from callboard.settings import Settings
from tests.acceptance.campaign import call, new_campaign
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server


def test_version_and_help_answer():
    """The version is the package's; help lists every command with a sentence."""
    assert done("--version").text == f"callboard {__version__}\n"
    listed = done("--help").text
    for name, place in COMMANDS.items():
        assert f"  {name} " in listed
        assert place.help in " ".join(listed.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_takes_json(name):
    """Also the commands of groups."""
    text = done(name, "--help").text
    if "Commands:" not in text:
        assert "--json" in text
        return
    for line in text.split("Commands:")[1].strip().splitlines():
        if line.startswith("  ") or not line.startswith(" "):
            inner = done(name, line.split()[0], "--help").text
            assert "--json" in inner


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["tokne"], "Did you mean 'token'?"),
        (["anal"], "Did you mean 'analytics'?"),
        (["xyzzy"], "No such command 'xyzzy'"),
        (["org", "lst"], "No such command 'lst'"),
        (["tasks", "--status", "sleeping"], "sleeping"),
        (["tasks", "--limit", "0"], "--limit"),
        (["space", "set", "spc_x"], "Nothing to change"),
        (["token", "create", "--org", "a", "--role", "owner", "--name", "x"], "owner"),
        (["settings", "extra"], "extra"),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments, says, tmp_path):
    """The error is on standard error; nothing is printed on standard output, and nothing is created."""
    outcome = callboard(*arguments, db=tmp_path / "calls.db")
    assert outcome.code == 2
    assert says in outcome.err
    assert outcome.out == b""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [["analytics"], ["tasks"], ["calls"], ["verify"], ["org", "list"], ["space", "list"], ["token", "list"]],
)
def test_a_misspelt_file_is_not_an_empty_store(arguments, tmp_path):
    """Commands that read never make a file: a wrong --db is an error, not a row of zeros."""
    outcome = callboard(*arguments, "--json", db=tmp_path / "cals.db")
    assert (outcome.code, outcome.out) == (1, b"")
    assert "There is no file" in outcome.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [["verify", "--deep"], ["verify", "--deep", "--repair"], ["calls"], ["analytics"], ["db", "status"]],
)
def test_a_file_cut_off_to_nothing_is_no_store(arguments, tmp_path):
    """What held a store and holds nothing must not be verified as a new one; nothing is made of it."""
    path = tmp_path / "calls.db"
    path.touch()
    outcome = callboard(*arguments, "--json", db=path)
    assert (outcome.code, outcome.out) == (1, b"")
    assert "is empty: there is no store in it" in outcome.err
    assert [each.stat().st_size for each in tmp_path.iterdir()] == [0]


def test_a_copy_of_an_empty_file_is_refused(tmp_path):
    """The same, for the store that is copied."""
    path = tmp_path / "calls.db"
    path.touch()
    outcome = callboard("db", "copy", "--from", str(path), "--to", str(tmp_path / "other.db"))
    assert outcome.code == 1
    assert "is empty: there is no store in it" in outcome.err


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE meta",
        "UPDATE meta SET value = 'zz'",
        "DROP TABLE cell",
        "DROP TABLE totals",
        "DROP TABLE space",
    ],
)
def test_a_store_that_lost_a_table_is_reported_in_words(damage, tmp_path):
    """With or without a repair: exit code 1 and a sentence or differences, and no traceback."""
    campaign = new_campaign(tmp_path / "calls.db")
    with closing(sqlite3.connect(campaign.db)) as db:
        db.execute(damage)
        db.commit()
    for arguments in (["--deep"], ["--deep", "--repair"], []):
        outcome = callboard("verify", *arguments, db=campaign.db)
        assert outcome.code == 1, arguments
        assert "Traceback" not in outcome.err
        assert outcome.out or "damaged" in outcome.err


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    """`callboard tasks --json | head -1` ends quietly."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        campaign.send(client, *(call(f"call-{n}", agent="a" * 200) for n in range(2000)))
    command = [sys.executable, "-m", "callboard", "calls", "--json", "--db", str(campaign.db)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"[\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


def test_an_interrupted_command_says_so_with_exit_code_130(tmp_path):
    """Ctrl-C at a question: nothing made, no traceback."""
    outer, inner = pty.openpty()
    # What was started in the background has Ctrl-C ignored for all its children: here it counts.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    heeding += "from callboard.cli.main import main; main()"
    command = [sys.executable, "-c", heeding, "init", "--db", str(tmp_path / "calls.db")]
    with subprocess.Popen(command, stdin=inner, stdout=inner, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        asked = os.read(process.stderr.fileno(), 100)
        # A signal that arrives just before the terminal is read from is only seen after it: then once more,
        # but not before the process had time to end: a signal while Python ends kills it.
        time.sleep(0.5)
        while process.poll() is None:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=3)
        told = process.stderr.read()
        assert process.returncode == 130
    os.close(outer)
    os.close(inner)
    assert b"Organization" in asked
    assert b"Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_settings_lists_every_setting_there_is():
    """With its flag, variable, key, default, unit and help; a file of all defaults is a valid one."""
    listed = done("settings", "--json").json
    assert [each["name"] for each in listed] == [each.name for each in fields(Settings)]
    for each in listed:
        assert each["env"] == f"CALLBOARD_{each['name'].upper()}"
        assert each["unit"]
        assert each["help"]
    text = done("settings").text
    serve = done("serve", "--help").text
    for each in listed:
        assert each["name"] in text
        # A secret has none: whoever lists processes would read it there.
        assert (f"--{each['name'].replace('_', '-')} " in serve) == (each["flag"] != "no flag")
        assert each["flag"] in serve or each["flag"] == "no flag"
    defaults = tomllib.loads("\n".join(f"{each['name']} = {_toml(each['default'])}" for each in listed))
    assert Settings(**defaults) == Settings()


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def test_the_openapi_document_is_what_is_served(tmp_path):
    """The command prints it without a store; the server serves the same."""
    printed = done("openapi", cwd=tmp_path).json
    assert printed["openapi"].startswith("3.1")
    assert list(tmp_path.iterdir()) == []
    with Server(tmp_path / "calls.db") as server:
        assert httpx.get(f"{server.url}/openapi.json", trust_env=False, verify=False).json() == printed


def test_verify_finds_drift_reports_it_and_repairs_it(tmp_path):
    """No drift: exit code 0. A number changed behind the store's back: 1, named; repaired and verified: 0."""
    campaign = new_campaign(tmp_path / "calls.db")
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        campaign.send(client, *(call(f"call-{n}", call_duration=10) for n in range(20)))
        before = client.get("organisation/analytics/").content
        while_served = done("verify", "--deep", "--json", db=campaign.db).json
    assert list(while_served) == ["drift", "checked", "differences", "notes"]
    assert (while_served["drift"], while_served["differences"]) == (0, [])
    assert while_served["checked"]["calls"] == 20
    file = sqlite3.connect(campaign.db)
    (table,) = (
        name
        for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if any(row[1] == "calls_completed" for row in file.execute(f"PRAGMA table_info({name})"))
    )
    file.execute(f"UPDATE {table} SET calls_completed = calls_completed + 7")
    file.commit()
    file.close()
    assert done("analytics", "--json", db=campaign.db).out != before
    found = callboard("verify", "--json", db=campaign.db)
    assert found.code == 1
    assert found.json["drift"] == len(found.json["differences"]) == 1
    assert found.json["differences"][0]["what"] == "totals"
    table = callboard("verify", db=campaign.db)
    assert table.code == 1
    assert "Drift: 1 difference." in table.text
    repaired = done("verify", "--repair", "--json", db=campaign.db).json
    assert (repaired["drift"], repaired["repaired"]) == (1, 1)
    assert "No drift" in done("verify", "--deep", db=campaign.db).text
    assert done("analytics", "--json", db=campaign.db).out == before
