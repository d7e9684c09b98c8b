"""Tables of the user's own, which no platform exports: imported by the settings of the scenario."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.acceptance.command import callboard, done
from tests.platforms.manifests import OTHERS, OWN

OPTIONS: Final = {"delimiter": "--separator", "timezone": "--timezone", "duration_unit": "--duration-unit"}
FIELDS: Final = ("call_id", "call_status", "creation_time", "call_duration")
"""Of a call, what such a table tells as the platforms do."""


def scenarios() -> list[Any]:
    found: list[Any] = []
    for root in (OWN, OTHERS):
        if root is not None and (path := root / "generic_csv" / "_manifest.json").exists():
            told = json.loads(path.read_text("utf-8"))["scenarios"]
            found += [pytest.param(path.parent, each, id=each["name"]) for each in told]
    return found


def options_of(settings: dict[str, Any]) -> list[str]:
    found = [f"{OPTIONS[name]}={value}" for name, value in settings.items() if name in OPTIONS]
    return [*found, "--decimal=comma"] if settings.get("decimal") == "," else found


@pytest.mark.parametrize(("folder", "scenario"), scenarios())
def test_a_table_is_imported_by_the_settings_of_its_scenario(
    tmp_path: Path, folder: Path, scenario: dict[str, Any]
) -> None:
    """Every row has its outcome; a row that comes twice, in the file or with the file, counts once."""
    db, expect = tmp_path / "calls.db", scenario["expect"]
    done("org", "create", "--name", "Acme", "--handle", "acme.example", db=db)
    made = done("space", "create", "--org", "acme.example", "--name", "Spring", "--json", db=db)
    options = ["--guess=anyway", *options_of(expect.get("settings", {}))]
    for sent in scenario["deliveries"]:
        how = ("--space", made.json["token"], *options, "--json")
        told = callboard("import", folder / sent["file"], *how, db=db, cwd=tmp_path)
        assert told.code == 0, told.err
        report = told.json
        assert report["rejected"] == 0
        if not sent.get("duplicate"):
            assert report["received"] == expect.get("rows", report["received"])
            assert report["duplicate"] == expect.get("duplicates", report["duplicate"])
    calls = {each["call_id"]: each for each in done("calls", "--json", db=db).json}
    assert len(calls) == expect.get("total_calls", len(calls))
    for wanted in expect.get("calls", ()):
        found = calls[wanted["call_id"]]
        assert {name: found[name] for name in FIELDS if name in wanted} == {
            name: wanted[name] for name in FIELDS if name in wanted
        }
