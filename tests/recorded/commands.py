"""What is asked of the command line: its help, its lists and reports, and its messages."""

from __future__ import annotations

from tests.recorded.command import helps, run
from tests.recorded.world import World

ACME = ("--org", "acme.example")
COPY = ("db", "copy", "--from", "calls.db", "--to", "copy.db")


def command_texts(world: World) -> dict[str, str]:
    """What every command prints: name of the file → text."""
    texts = {"help": "\n".join(_help(world, path) for path in helps())}
    db = world.board.settings.db
    for name, asked in _asked(world).items():
        texts[f"command_{name}"] = "\n".join(world.command(*each) for each in asked)
    texts["command_settings"] += "\n" + "\n".join(
        world.command("analytics", *ACME, **{name: value})
        for name, value in {
            "CALLBOARD_PORT": "high",
            "CALLBOARD_QUERY_TIMEOUT_MS": "-1",
            "CALLBOARD_COLOUR": "red",
            "CALLBOARD_DB": "mysql://x",
            "CALLBOARD_READERS": "1.5",
        }.items()
    )
    assert db == world.board.settings.db
    return texts


def _help(world: World, path: tuple[str, ...]) -> str:
    return run(world.patch, world.folder, [*path, "--help"])


def _asked(world: World) -> dict[str, list[tuple[str, ...]]]:
    spring, berlin = world.board.spring.token, world.berlin.token
    return {
        "usage": [
            *(("colour",), ("analytic",), ("analytics", "--colour"), ("report", "serie"), ("tasks", "extra")),
            *(("analytics",), ("analytics", "--org", "nowhere.example"), ("analytics", "--db", "missing.db")),
            *(("analytics", *ACME, "--space", "nowhere"), ("import",), ("db",), ("token", "rotate", "x")),
            ("analytics", *ACME, "--config", "missing.toml"),
            *(("init",), ("init", "--yes", "--handle", "acme.example"), ("init", "--yes", "--handle", "A B")),
        ],
        "analytics": [
            *(("analytics", *ACME), ("analytics", *ACME, "--json"), ("analytics", *ACME, "--space", berlin)),
            *(("analytics", "--org", "empty.example"), ("analytics", "--org", "OTHER.example", "--json")),
        ],
        "report": [
            ("report", "metrics"),
            *(
                ("report", "spaces", *ACME, *each)
                for each in ((), ("--json",), ("--csv",), ("--sort", "name"))
            ),
            *(("report", "attention", *ACME), ("report", "attention", *ACME, "--json")),
            *(("report", "trust", *ACME), ("report", "trust", *ACME, "--space", berlin, "--json")),
            *(
                ("report", "series", *ACME, *each)
                for each in (
                    ("--start", "2025-12-25"),
                    ("--start", "2025-12-25", "--csv", "--group-by", "agent"),
                    ("--start", "2025-12-01", "--interval", "week", "--compare", "previous", "--csv"),
                    ("--interval", "total", "--metric", "total_tasks", "--agent", "asha"),
                    ("--start", "2025-12-02", "--end", "2025-12-01"),
                    ("--start", "soon"),
                    ("--timezone", "Mars"),
                    ("--interval", "minute"),
                )
            ),
            ("report", "durations", *ACME, "--start", "2025-12-01"),
            ("report", "durations", *ACME, "--start", "2025-12-01", "--group-by", "call_status", "--csv"),
            ("report", "concurrency", *ACME),
            ("report", "concurrency", *ACME, "--interval", "day", "--start", "2025-12-25", "--json"),
        ],
        "lists": [
            *(("calls", *ACME, "--limit", "5"), ("calls", *ACME, "--limit", "2", "--json")),
            (
                "calls",
                *ACME,
                "--status",
                "failed",
                "--from",
                "2025-12-01",
                "--to",
                "2025-12-20",
                "--limit",
                "3",
            ),
            *(("calls", *ACME, "--contradicting"), ("calls", *ACME, "--agent", "nobody")),
            *(("calls", *ACME, "--outcome", "interested", "--limit", "2", "--json"),),
            *(("calls", *ACME, "--limit", "0"), ("calls", *ACME, "--end-reason", "bored")),
            *(
                ("tasks", *ACME, "--stuck", "--limit", "5"),
                ("tasks", *ACME, "--status", "failed", "--limit", "3"),
            ),
            *(("tasks", *ACME, "--json", "--limit", "2"), ("tasks", "--org", "empty.example")),
            *(("runs", "--space", spring), ("runs", "--space", spring, "--limit", "1", "--json")),
            *(("runs", "--space", "nowhere"), ("runs",)),
        ],
        "export": [
            ("export", "calls", *ACME, "--from", "2025-12-31", "-o", "-"),
            ("export", "calls", *ACME, "--from", "2025-12-31", "--format", "ndjson", "-o", "-"),
            ("export", "calls", *ACME, "--from", "2025-12-31"),
            ("export", "tasks", *ACME, "--from", "2025-12-31", "-o", "-"),
            ("export", "tasks", *ACME, "--run", "r-1", "--format", "ndjson", "-o", "-"),
            ("export", "calls", *ACME, "--format", "xml"),
            ("export", "calls", *ACME, "--agent", "nobody", "--output", "none.csv"),
            ("export", "calls", *ACME, "--agent", "nobody", "--output", "none.csv"),
            ("export", "calls", *ACME, "--agent", "nobody", "--output", "missing/none.csv"),
        ],
        "import": [
            world.import_of("good.csv"),
            (*world.import_of("good.csv"), "--json"),
            (*world.import_of("half.csv"), "--dry-run"),
            world.import_of("withdrawn.csv"),
            world.import_of("missing.csv"),
            ("import", "good.csv", *ACME, "--space", berlin),
            ("import", "good.csv", *ACME),
            ("import", "good.csv", *ACME, "--space", berlin, "--map", "call_id=nowhere"),
            ("import", "good.csv", *ACME, "--space", berlin, "--map", "colour=id"),
            ("import", "good.csv", *ACME, "--space", berlin, "--map", "call_id=id", "--timezone", "Mars"),
            ("import", "good.csv", *ACME, "--space", "nowhere", "--map", "call_id=id"),
            *(("import", "undo", each, *ACME) for each in ("b1", "b1", world.withdrawn, "b999", "x")),
            ("import", "undo", "b3", *ACME, "--json"),
        ],
        "administration": [
            *(("org", "list"), ("org", "list", "--json")),
            ("org", "create", "--name", "New", "--handle", "new.example", "--timezone", "Europe/Berlin"),
            ("org", "create", "--name", "New", "--handle", "new.example"),
            *(
                ("org", "set", "new.example", "--timezone", "UTC"),
                ("org", "set", "none", "--timezone", "UTC"),
            ),
            *(("space", "list", *ACME), ("space", "list", *ACME, "--json")),
            ("space", "create", *ACME, "--name", "By hand", "--token", "by-hand", "--timezone", "Asia/Tokyo"),
            ("space", "create", *ACME, "--name", "By hand", "--token", "by-hand"),
            ("space", "set", "by-hand", "--description", "x", "--archived"),
            ("space", "set", "by-hand"),
            ("space", "set", "nowhere", "--name", "x"),
            *(("token", "list", *ACME), ("token", "list", *ACME, "--json")),
            ("token", "create", *ACME, "--role", "viewer", "--name", "From a shell", "--expires", "30d"),
            ("token", "create", *ACME, "--role", "owner", "--name", "x"),
            ("token", "create", *ACME, "--role", "viewer", "--name", "x", "--expires", "2020-01-01"),
            *(("token", "rotate", "2", "--json"), ("token", "revoke", "2"), ("token", "revoke", "2")),
            *(("token", "rotate", "2"), ("token", "revoke", "999")),
            ("init", "--db", "new.db", "--yes", "--org-name", "My Org"),
            ("init", "--db", "new.db", "--yes", "--org-name", "Another", "--json"),
        ],
        "store": [
            *(("db", "status"), ("db", "upgrade"), ("db", "distribute")),
            *(("db", "copy"), COPY, COPY),
            *(
                ("verify",),
                ("verify", "--deep"),
                ("verify", "--deep", "--json"),
                ("verify", "--db", "none.db"),
            ),
            ("verify", "--db", "good.csv"),
            ("backup", "one.db"),
            *(("backup", "one.db"), ("backup", "calls.db"), ("backup", "none/one.db"), ("backup", "verify")),
            *(("backup", "other.db", "--keep", "2"), ("backup", "one.db", "--db", "none.db")),
            *(("backup", "verify", "one.db"), ("backup", "verify", "one.db", "--json")),
            *(
                ("backup", "verify", "good.csv"),
                ("backup", "verify", "none.db"),
                ("backup", "verify", "--help"),
            ),
            *(("restore", "one.db", "--db", "restored.db"), ("restore", "one.db", "--db", "restored.db")),
            *(("restore", "good.csv", "--db", "more.db"), ("restore", "one.db", "--db", "postgresql://x/y")),
            *(("db", "status"), ("db", "status", "--json"), ("db", "accept"), ("db", "accept", "--json")),
        ],
        "settings": [("settings",), ("settings", "--json")],
    }
