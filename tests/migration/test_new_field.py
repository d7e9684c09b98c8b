"""A field is added by its row in the table, one migration and `make generate`; no other file is touched."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from callboard.settings import Settings
from callboard.store.open import open_store
from callboard.store.sql import compaction
from tests import cluster
from tests.events import call, send
from tests.stores import make_organization, make_space, on_postgres

ROOT = Path(__file__).parents[2]
PACKAGE = Path("src", "callboard")
ROW = """\
    Field(
        name="deal", kind="text", log=(22, "dl"), maximum=64, fold="greatest", exported_since=3,
        description="What became of the deal.",
        filters="What became of the deal.", groups=True, counter=7,
        option=(110, "--deal"), option_help="Only those whose deal became that.", listed=True,
        headings=("deal", "outcome_of_the_deal"),
    ),
    Field(
        name="booked_at", kind="time", log=(23, "bk"), fold="greatest", exported_since=3,
        description="When the deal was booked.",
        headings=("booked_at",),
    ),
    Field(
        name="hold", kind="duration", log=(24, "hd"), maximum=SECONDS_MAX, column="hold_ms", fold="greatest",
        exported_since=3,
        description="How long the caller was on hold.",
        headings=("hold_seconds",),
    ),
"""
BEHIND = '    Field(\n        name="task_id", kind="id", log=(18, "t")'
MIGRATION = """\
-- What became of the deal of a call, and its counter: of the calls so far it is not known.
ALTER TABLE call ADD COLUMN deal TEXT;
ALTER TABLE call ADD COLUMN booked_at INTEGER;
ALTER TABLE call ADD COLUMN hold_ms INTEGER;
ALTER TABLE delta ADD COLUMN deal TEXT NOT NULL DEFAULT '';
INSERT INTO cell (
    org_id, space_id, counter, grain, bucket, d1, d2, d3, items, answered, timed, talk_ms, wait_ms
)
SELECT org_id, space_id, 7, grain, bucket, d1, d2, '', items, answered, timed, talk_ms, wait_ms
FROM cell
WHERE counter = 1;
"""
ENGINES = {"sqlite": {}, "postgres": {"deal TEXT": 'deal TEXT COLLATE "C"', "INTEGER": "BIGINT"}}
"""What the types are called there."""


def next_number(engine: str, root: Path) -> str:
    found = [each.name for each in (root / PACKAGE / "store" / engine / "migrations").glob("*.sql")]
    return f"{1 + max(int(name.split('_')[0]) for name in found):04}"


def by_hand(root: Path) -> set[Path]:
    """What a person does: the row, and a migration of each engine."""
    table = root / PACKAGE / "model" / "fields.py"
    text = table.read_text("utf-8")
    assert text.count(BEHIND) == 1
    table.write_text(text.replace(BEHIND, ROW + BEHIND), "utf-8")
    touched = {table.relative_to(root)}
    for engine, types in ENGINES.items():
        name = f"{next_number(engine, root)}_deal.sql"
        file = root / PACKAGE / "store" / engine / "migrations" / name
        migration = MIGRATION
        for ours, theirs in types.items():
            migration = migration.replace(ours, theirs)
        file.write_text(migration, "utf-8")
        touched.add(file.relative_to(root))
    return touched


def files(root: Path) -> set[Path]:
    return {
        each.relative_to(root)
        for each in (root / PACKAGE).rglob("*")
        if each.suffix in (".py", ".sql") and each.is_file()
    }


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with the field, as `make generate` leaves it."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / PACKAGE, root / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "generate_fields.py", root)
    touched = by_hand(root)
    subprocess.run([sys.executable, root / "generate_fields.py"], check=True)
    differ = {
        each
        for each in files(root) | files(ROOT)
        if not (ROOT / each).exists() or not filecmp.cmp(ROOT / each, root / each, shallow=False)
    }
    written = {each for each in differ - touched if "# end of fields" in (root / each).read_text("utf-8")}
    assert differ == touched | written, "a file was changed by neither a person nor the generator"
    return root


@pytest.fixture
def before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Stores that the package without the field wrote: a call in the cells, and one in a delta."""
    urls = {"sqlite": str(tmp_path / "before.db"), "postgres": cluster.new_database()}
    for url in urls.values():
        store = open_store(Settings(db=url))
        space = make_space(store, make_organization(store))
        with monkeypatch.context() as at_once:
            at_once.setattr(compaction, "COMPACT_AT", 1)
            send(store, space, call("c-1", call_type="inbound"))
        send(store, space, call("c-2", "missed", at=60))
        store.close()
    yield urls
    cluster.drop(urls["postgres"])


def test_the_written_out_fields_have_their_types(copy: Path) -> None:
    """The package with the field passes mypy, as strict as ours."""
    asked = [
        "--config-file",
        str(ROOT / "pyproject.toml"),
        "--cache-dir",
        str(copy / "cache"),
        "-p",
        "callboard",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *asked],
        env={**os.environ, "MYPYPATH": str(copy / "src")},
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


@on_postgres
def test_a_field_in_the_table_is_found_everywhere(copy: Path, before: dict[str, str], tmp_path: Path) -> None:
    """HTTP, import, export, filter, OpenAPI and group, on all stores; and counted in stores of before."""
    environment = {
        **os.environ,
        **{f"CALLBOARD_BEFORE_{kind.upper()}": url for kind, url in before.items()},
        "PYTHONPATH": os.pathsep.join([str(copy / "src"), str(ROOT)]),
        "CALLBOARD_TEST_POSTGRES": f"{cluster.server()}postgres",
    }
    asked = [str(ROOT / "tests" / "migration" / "new_field.py"), f"--basetemp={tmp_path / 'inner'}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *asked],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
