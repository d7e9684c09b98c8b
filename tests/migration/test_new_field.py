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
from tests import cluster
from tests.events import call, send
from tests.stores import compact_at, make_organization, make_space, on_postgres

ROOT = Path(__file__).parents[2]
PACKAGE = Path("src", "callboard")
CALL_ROWS = """\
    Field(
        name="deal", kind="text", log=(28, "dl"), maximum=64, fold="greatest", exported_since=5,
        description="What became of the deal.",
        filters="What became of the deal.", groups=True, counter=7,
        option=(110, "--deal"), option_help="Only those whose deal became that.", listed=True,
        headings=("deal", "outcome_of_the_deal"),
    ),
    Field(
        name="booked_at", kind="time", log=(29, "bk"), fold="greatest", exported_since=5,
        description="When the deal was booked.",
        headings=("booked_at",),
    ),
    Field(
        name="hold", kind="duration", log=(30, "hd"), maximum=SECONDS_MAX, column="hold_ms", fold="greatest",
        exported_since=5,
        description="How long the caller was on hold.",
        headings=("hold_seconds",),
    ),
    Field(
        name="recorded", kind="flag", log=(32, "rc"), fold="greatest", exported_since=5,
        description="Whether it was recorded.",
    ),
    Field(
        name="answers", kind="document", log=(33, "an"), maximum=2 * KIB, fold="keys", exported_since=5,
        description="What the caller answered.",
    ),
    Field(
        name="labels", kind="texts", log=(34, "lb"), maximum=2 * KIB, fold="greatest", exported_since=5,
        description="Its labels.",
    ),
"""
SCORE_ROW = """\
    Field(
        name="score", kind="whole", log=(31, "sc"), maximum=100, fold="greatest", exported_since=5,
        description="How content the caller was.",
        filters="How content the caller was.",
    ),
"""
TASK_ROWS = """\
    Field(
        name="team", kind="text", log=(19, "tm"), maximum=64, fold="greatest", exported_since=5,
        description="Which team carries it out.",
        filters="Which team carries it out.",
        option=(60, "--team"), option_help="Only that team's.", listed=True,
    ),
    Field(
        name="urgent", kind="flag", log=(20, "ur"), fold="attempt", exported_since=5,
        description="Whether this attempt is urgent.",
    ),
    Field(
        name="details", kind="document", log=(21, "de"), maximum=2 * KIB, fold="greatest", exported_since=5,
        description="What else is known.",
    ),
"""
BEFORE_THE_ROW = {
    '    Field(\n        name="task_id", kind="id", log=(18, "t")': CALL_ROWS,
    # Before the space's token too, which is of no event.
    '    Field(name="space_token", kind="id", in_events=False, in_rows=False, always_set=True),\n'
    '    Field(\n        name="event_id"': SCORE_ROW,
    '    Field(\n        name="run_id"': TASK_ROWS,
}
MIGRATION = """\
-- What became of the deal of a call, and its counter: of the calls so far it is not known.
ALTER TABLE call ADD COLUMN deal TEXT;
ALTER TABLE call ADD COLUMN booked_at INTEGER;
ALTER TABLE call ADD COLUMN hold_ms INTEGER;
ALTER TABLE call ADD COLUMN recorded INTEGER;
ALTER TABLE call ADD COLUMN answers TEXT;
ALTER TABLE call ADD COLUMN labels TEXT;
ALTER TABLE call ADD COLUMN score INTEGER;
ALTER TABLE task ADD COLUMN team TEXT;
ALTER TABLE task ADD COLUMN urgent INTEGER;
ALTER TABLE task ADD COLUMN details TEXT;
ALTER TABLE delta ADD COLUMN deal TEXT NOT NULL DEFAULT '';
INSERT INTO cell (
    org_id, space_id, counter, grain, bucket, d1, d2, d3, items, answered, timed, talk_ms, wait_ms
)
SELECT org_id, space_id, 7, grain, bucket, d1, d2, '', items, answered, timed, talk_ms, wait_ms
FROM cell
WHERE counter = 1;
"""
ENGINES = {"sqlite": {}, "postgres": {" TEXT": ' TEXT COLLATE "C"', "INTEGER": "BIGINT"}}
"""What the types are called there."""
REFERENCE = Path("docs", "reference", "events.md")


def next_number(engine: str, root: Path) -> str:
    found = [each.name for each in (root / PACKAGE / "store" / engine / "migrations").glob("*.sql")]
    return f"{1 + max(int(name.split('_')[0]) for name in found):04}"


def by_hand(root: Path) -> set[Path]:
    """What a person does: the rows, and a migration of each engine."""
    table = root / PACKAGE / "model" / "fields.py"
    text = table.read_text("utf-8")
    for row, added in BEFORE_THE_ROW.items():
        assert text.count(row) == 1
        text = text.replace(row, added + row)
    table.write_text(text, "utf-8")
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
    (root / REFERENCE).parent.mkdir(parents=True)
    shutil.copy(ROOT / REFERENCE, root / REFERENCE)
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
            compact_at(at_once, 1)
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


def test_the_written_out_fields_are_as_the_linter_wants_them(copy: Path) -> None:
    """`make check` passes as soon as `make generate` has run: `make fix` would change nothing."""
    config = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    for words in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, *config, "src"],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    again = [sys.executable, str(copy / "generate_fields.py"), "--check"]
    done = subprocess.run(again, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_reference_of_events_has_it(copy: Path) -> None:
    """Name, type with its bound, and words."""
    rows = (copy / REFERENCE).read_text("utf-8").splitlines()
    for row in (
        "| `deal` | text, 64 bytes | What became of the deal. |",
        "| `hold` | number | How long the caller was on hold. |",
        "| `labels` | object of texts, 2 KiB | Its labels. |",
        "| `urgent` | boolean | Whether this attempt is urgent. |",
    ):
        assert rows.count(row) == 1


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
