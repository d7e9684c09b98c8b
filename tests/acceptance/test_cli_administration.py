"""Organizations, spaces and tokens from the command line: the same objects as the API's, the same effect."""

from __future__ import annotations

import httpx
import pytest

from callboard.clock import HOUR
from callboard.settings import Settings
from callboard.store.open import open_store
from tests.acceptance.campaign import call
from tests.acceptance.command import callboard, done
from tests.acceptance.server import Server
from tests.events import call as event
from tests.events import send

ORGANIZATION = [
    "id",
    "name",
    "domain_handle",
    "domain",
    "token",
    "is_private_domain",
    "role",
    "created_at",
]
SPACE = [
    "id",
    "name",
    "slug",
    "token",
    "description",
    "privacy_type",
    "space_type",
    "content_type",
    "agent_handle",
    "organization",
    "settings",
    "created_at",
]
TOKEN = [
    "id",
    "prefix",
    "name",
    "role",
    "organizations",
    "expires_at",
    "last_used_at",
    "created_at",
    "revoked_at",
]


@pytest.fixture
def db(tmp_path):
    """A store with the organization acme.com and no server."""
    path = tmp_path / "calls.db"
    done("org", "create", "--name", "Acme", "--handle", "Acme.com", "--json", db=path)
    return path


def test_organizations_are_created_and_listed_as_the_api_shows_them(db):
    """`org create` prints the organization of the contract, `org list` an array of them, newest first."""
    made = done("org", "create", "--name", "Beta Ltd", "--handle", "beta.example", "--json", db=db).json
    listed = done("org", "list", "--json", db=db).json
    assert list(made) == ORGANIZATION
    assert [each["domain_handle"] for each in listed] == ["beta.example", "acme.com"]
    assert listed[0] == made
    assert "beta.example" in done("org", "list", db=db).text


def test_a_handle_exists_once(db):
    """A second organization with a handle, in any case, is refused."""
    outcome = callboard("org", "create", "--name", "Again", "--handle", "ACME.com", db=db)
    assert outcome.code == 1
    assert "acme.com" in outcome.err.lower()


@pytest.mark.parametrize("handle", ["", "a b", "-a", "a/b", "ü.example", "a" * 256, "a\n"])
def test_a_handle_fits_in_a_header(db, handle):
    """What `Org-Handle` could not carry is no handle (a line break at the end is only trimmed)."""
    outcome = callboard("org", "create", "--name", "X", "--handle", handle, db=db)
    assert outcome.code == (0 if handle == "a\n" else 2)


def test_spaces_are_created_listed_and_set_as_the_api_shows_them(db):
    """The three commands print the space of the contract; what was set is what is listed."""
    made = done("space", "create", "--org", "acme.com", "--name", "Spring", "--json", db=db).json
    assert list(made) == SPACE
    assert made["content_type"] == "contact"
    assert made["organization"] == {"name": "Acme", "domain_handle": "acme.com"}
    assert made["settings"] == {
        "timezone": None,
        "stuck_running_after": 900,
        "stuck_pending_after": 3600,
        "live_call_limit": 14_400,
    }
    changed = done(
        *("space", "set", made["token"], "--name", "Autumn", "--content-type", "email", "--archived"),
        *("--timezone", "Asia/Kolkata", "--stuck-running-after", "2h", "--description", "Leaves", "--json"),
        db=db,
    ).json
    assert (changed["name"], changed["content_type"], changed["description"]) == ("Autumn", "email", "Leaves")
    assert changed["settings"] == {
        "timezone": "Asia/Kolkata",
        "stuck_running_after": 7200,
        "stuck_pending_after": 3600,
        "live_call_limit": 14_400,
    }
    assert done("space", "list", "--org", "acme.com", "--json", db=db).json == [changed]
    assert done("space", "list", "--not-archived", "--json", db=db).json == []
    cleared = done("space", "set", made["token"], "--description", "", "--json", db=db).json
    assert cleared["description"] is None
    assert "Autumn" in done("space", "list", db=db).text


def test_a_token_made_on_the_command_line_opens_its_organizations_and_no_other(db):
    """One token for two organizations works in both with its role, and in no third."""
    for handle in ("beta.example", "gamma.example"):
        done("org", "create", "--name", handle, "--handle", handle, db=db)
    made = done(
        *("token", "create", "--org", "acme.com", "--org", "beta.example", "--role", "viewer"),
        *("--name", "dashboards", "--expires", "30d", "--json"),
        db=db,
    ).json
    assert list(made) == [*TOKEN, "token"]
    assert sorted(made["organizations"]) == ["acme.com", "beta.example"]
    assert made["token"].startswith(made["prefix"])
    space = done("space", "create", "--org", "acme.com", "--name", "Spring", "--json", db=db).json
    with Server(db) as server:

        def status(handle: str) -> int:
            headers = {"Authorization": f"Token {made['token']}", "Org-Handle": handle}
            return httpx.get(
                f"{server.api}organisation/analytics/", headers=headers, trust_env=False
            ).status_code

        assert [status(each) for each in ("acme.com", "beta.example", "gamma.example")] == [200, 200, 403]
        refused = httpx.post(
            f"{server.api}spaces/{space['token']}/events/",
            headers={"Authorization": f"Token {made['token']}"},
            json=[call("a")],
            trust_env=False,
            verify=False,
        )
        assert refused.status_code == 403
        done("token", "revoke", str(made["id"]), db=db)
        assert status("acme.com") == 401


def test_a_rotated_token_has_a_new_secret_and_the_old_one_ends(db):
    """Rotation is seen by a running server at once; the old secret lives as long as it was given."""
    made = done(
        "token", "create", "--org", "acme.com", "--role", "admin", "--name", "ops", "--json", db=db
    ).json
    with Server(db) as server:

        def status(secret: str) -> int:
            headers = {"Authorization": f"Token {secret}", "Org-Handle": "acme.com"}
            return httpx.get(
                f"{server.api}organisation/analytics/", headers=headers, trust_env=False
            ).status_code

        assert status(made["token"]) == 200
        kept = done("token", "rotate", str(made["id"]), "--keep-old", "1h", "--json", db=db).json
        assert [status(made["token"]), status(kept["token"])] == [200, 200]
        ended = done("token", "rotate", str(made["id"]), "--json", db=db).json
        assert [status(each["token"]) for each in (made, kept, ended)] == [401, 401, 200]


def test_a_secret_is_shown_once(db):
    """No list and no later command shows it again, and the file does not hold it."""
    made = done(
        "token", "create", "--org", "acme.com", "--role", "member", "--name", "x", "--json", db=db
    ).json
    listed = done("token", "list", "--org", "acme.com", "--json", db=db)
    assert [list(each) for each in listed.json] == [TOKEN]
    assert made["token"] not in listed.text
    revoked = done("token", "revoke", str(made["id"]), "--json", db=db).json
    assert revoked["revoked_at"] is not None
    assert "token" not in revoked
    for file in db.parent.glob("calls.db*"):
        assert made["token"].encode() not in file.read_bytes()


@pytest.mark.parametrize("expires", ["yesterday", "2020-01-01T00:00:00Z", "2036-01-01T00:00:00", "30y"])
def test_an_expiry_is_a_moment_to_come(db, expires):
    """Past, unreadable and ambiguous moments are wrong usage, and no token is made."""
    arguments = ("token", "create", "--org", "acme.com", "--role", "viewer", "--name", "x")
    assert callboard(*arguments, "--expires", expires, db=db).code == 2
    assert done("token", "list", "--json", db=db).json == []


def test_an_organization_has_a_home_zone_that_its_campaigns_follow(db):
    """Set on the command line; a campaign keeps one of its own until it is given up."""
    ours = done("space", "create", "--name", "Ours", "--json", db=db).json
    own = done("space", "create", "--name", "Own", "--timezone", "UTC", "--json", db=db).json
    assert (ours["settings"]["timezone"], own["settings"]["timezone"]) == (None, "UTC")
    told = done("org", "set", "acme.com", "--timezone", "Asia/Kolkata", "--json", db=db).json
    assert [*told] == [*ORGANIZATION, "timezone"]
    assert told["timezone"] == "Asia/Kolkata"
    assert "Asia/Kolkata" in done("org", "list", db=db).text
    assert (
        "time zone Asia/Kolkata, the organization's"
        in done("space", "set", ours["token"], "--name", "O", db=db).text
    )
    assert "time zone UTC" in done("space", "set", own["token"], "--name", "P", db=db).text
    assert "the organization's" in done("space", "set", own["token"], "--timezone", "", db=db).text
    assert callboard("org", "set", "acme.com", "--timezone", "Mars/Base", db=db).code == 2
    assert callboard("org", "set", "nobody.com", "--timezone", "UTC", db=db).code == 1


def test_lists_and_reports_without_a_zone_mean_the_home_zone(db):
    """The days of `--from` and `--to`, of exports and of reports; a zone that is named goes before."""
    space = done("space", "create", "--name", "Ours", "--json", db=db).json["token"]
    done("org", "set", "acme.com", "--timezone", "Asia/Kolkata", db=db)
    store = open_store(Settings(db=str(db)))
    at = 1_707_177_600_000_000  # 2024-02-06T00:00:00Z
    hours = [event(f"c{hour}", creation_time=at + hour * HOUR) for hour in range(12, 24)]
    send(store, store.find_space(space), *hours)
    store.close()

    def ids(*options):
        return {each["call_id"] for each in done("calls", *options, "--json", db=db).json}

    late = {f"c{hour}" for hour in range(19, 24)}
    assert ids("--from", "2024-02-07") == ids("--from", "2024-02-07", "--space", space) == late
    assert ids("--from", "2024-02-07T01:30:00") == late - {"c19"}
    assert ids("--from", "2024-02-07", "--timezone", "UTC") == set()
    assert "From and to are of Asia/Kolkata." in done("calls", "--from", "2024-02-07", db=db).text
    sheet = done("export", "calls", "-o", "-", "--from", "2024-02-07", db=db).text.splitlines()
    assert len(sheet) == 1 + len(late)
    done("space", "set", space, "--timezone", "UTC", db=db)
    assert ids("--from", "2024-02-07", "--space", space) == set()
    report = done("report", "series", "--start", "2024-02-07", "--end", "2024-02-07", "--json", db=db).json
    assert report["data"]["timezone"] == "Asia/Kolkata"
    assert report["data"]["series"][0]["totals"]["total_calls"] == len(late)
