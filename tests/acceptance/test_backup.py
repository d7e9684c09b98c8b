"""Backups as the page says: one moment of a store in use, counted anew, put back, and their age told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.campaign import call, new_campaign
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server
from tests.cluster import new_database
from tests.stores import on_postgres


def test_a_backup_of_a_store_in_use_is_whole_and_of_one_moment(tmp_path):
    """It holds what was acknowledged before, has no drift, and is served when it is restored."""
    campaign, file, restored = new_campaign(tmp_path / "calls.db"), tmp_path / "one.db", tmp_path / "new.db"
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        assert "callboard_backup_timestamp_seconds" not in client.get(f"{server.url}/metrics").text
        campaign.send(client, *[call(f"before-{number}") for number in range(500)])
        made = done("backup", file, "--json", db=campaign.db).json
        assert (made["file"], made["removed"]) == (str(file), [])
        campaign.send(client, *[call(f"after-{number}") for number in range(500)])
        assert "callboard_backup_timestamp_seconds 1" in client.get(f"{server.url}/metrics").text
        told = done("backup", "verify", file, "--json").json
        assert told == {
            "made_at": made["made_at"],
            "version": told["version"],
            "organizations": ["acme.com"],
            "checked": told["checked"],
            "drift": 0,
        }
        assert (told["checked"]["calls"], told["checked"]["events"]) == (500, 500)
        assert done("db", "status", "--json", db=campaign.db).json["backed_up_at"] == made["made_at"]
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        assert "callboard_backup_timestamp_seconds 1" in client.get(f"{server.url}/metrics").text
    done("restore", file, db=restored)
    with Server(restored) as server, campaign.client(server.api) as client:
        assert done("analytics", "--json", db=restored).json["data"]["total_calls"] == 500
        again = campaign.send(client, *[call(f"before-{number}") for number in range(500)], call("after-0"))
    assert (again["duplicate"], again["applied"]) == (500, 1)
    assert done("db", "status", "--json", db=restored).json["backed_up_at"] == made["made_at"]


def test_a_folder_keeps_the_latest_of_this_store_and_nothing_else_is_removed(tmp_path):
    """Names sort by time; another store's, and what is no backup, stay."""
    campaign, folder = new_campaign(tmp_path / "calls.db"), tmp_path / "backups"
    folder.mkdir()
    older = [folder / f"calls-2024-02-0{day}T031500Z.db" for day in (1, 2, 3)]
    others = [folder / name for name in ("calls-2024.db", "calls-eu-2024-02-01T031500Z.db", "notes.txt")]
    for each in (*older, *others):
        each.write_text("kept")
    made = done("backup", folder, "--keep", "2", "--json", db=campaign.db).json
    assert made["removed"] == [str(each) for each in older[:2]]
    assert sorted(folder.iterdir()) == sorted([older[2], Path(made["file"]), *others])
    assert callboard("backup", tmp_path / "one.db", "--keep", "2", db=campaign.db).code == 2


@pytest.mark.parametrize("name", ["calls.db", "calls.db-wal", "calls.db.key", "one.db", "nowhere/one.db"])
def test_what_is_no_place_for_a_backup_is_refused_with_words(tmp_path, name):
    """And stays as it is."""
    campaign = new_campaign(tmp_path / "calls.db")
    (tmp_path / "one.db").write_text("kept")
    refused = callboard("backup", tmp_path / name, db=campaign.db)
    assert (refused.code, refused.out) == (1, b"")
    assert name.rpartition("/")[0] in refused.err
    assert (tmp_path / "one.db").read_text() == "kept"
    assert not list(tmp_path.glob(".*"))


def test_the_key_of_secrets_is_not_in_a_backup(tmp_path):
    """They stay sealed in it; restored beside the key, they open."""
    campaign, file = new_campaign(tmp_path / "calls.db"), tmp_path / "one.db"
    create = ("hook", "create", "--space", campaign.space_token, "--platform", "vapi", "--json")
    done(*create, db=campaign.db)
    key = Path(f"{campaign.db}.key").read_bytes()
    done("backup", file, db=campaign.db)
    assert key.strip() not in file.read_bytes()
    done("restore", file, "--replace", db=campaign.db)
    assert Path(f"{campaign.db}.key").read_bytes() == key
    assert callboard("hook", "reseal", db=campaign.db).code == 0


def test_a_file_without_its_log_is_refused_until_it_is_accepted(tmp_path):
    """By every command and by the server; what was copied by `cp` never answers by itself."""
    campaign, copy = new_campaign(tmp_path / "calls.db"), tmp_path / "copy.db"
    with Server(campaign.db) as server, campaign.client(server.api) as client:
        campaign.send(client, call("acknowledged"))
        copy.write_bytes(campaign.db.read_bytes())
    for arguments in (("analytics",), ("verify",), ("serve", "--port", "0"), ("db", "status")):
        refused = callboard(*arguments, db=copy)
        assert (refused.code, "not all of a store" in refused.err) == (1, True)
    assert done("db", "accept", "--json", db=copy).json == {"accepted": True}
    assert done("verify", "--deep", "--json", db=copy).json["drift"] == 0
    assert done("db", "accept", "--json", db=campaign.db).json == {"accepted": False}


@on_postgres
def test_a_database_is_backed_up_into_a_verified_file(tmp_path):
    """As `db copy` makes it; it is restored as a file, and noted in the database."""
    url, file = new_database(), tmp_path / "one.db"
    done("init", "--org-name", "Acme", "--handle", "acme.com", "--space", "Spring", db=url)
    made = done("backup", file, "--json", db=url).json
    assert file.stat().st_mode & 0o777 == 0o600
    told = done("backup", "verify", file, "--json").json
    assert (told["organizations"], told["drift"], told["made_at"]) == (["acme.com"], 0, made["made_at"])
    assert done("db", "status", "--json", db=url).json["backed_up_at"] == made["made_at"]
    done("restore", file, db=tmp_path / "calls.db")
    assert done("verify", "--deep", "--json", db=tmp_path / "calls.db").json["drift"] == 0
    assert callboard("restore", file, db=url).code == 2
