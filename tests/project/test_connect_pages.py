"""The pages about platforms are those of the program: their commands run, their tables are its tables."""

from __future__ import annotations

import re
from typing import Any

import click
import pytest

from callboard.cli.main import callboard
from callboard.clock import system_clock
from callboard.ingest.sources.platforms.administering import looked_over
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.signatures.checked import Checked, verify
from callboard.store.hooks import Hook, HookCounts
from tests.connect.pages import FOLDER, INDEX, index_sections, page_of, sections, written
from tests.connect.shell import Shell
from tests.connect.words import fitting, sample
from tests.pages import REFERENCE, code, examples, headings, links, page, tables
from tests.platforms import signing
from tests.sip.network import pasted

TEMPLATE = [
    "Create the hook",
    "See the first calls",
    "What is read",
    "What its words mean",
    "What a call is",
    "What is filled",
    "What it does not tell",
    "What proves a delivery",
    "What comes late or never",
    "What can go wrong",
    "When nothing is counted",
    "What was tried",
]
"""The headings of a page, in order."""
ROWS = [
    pytest.param(row, id=f"{name}-{row[0][:40]}")
    for name, platform in PLATFORMS.items()
    for table in platform.words.values()
    for row in table.rows
]
MEND = "python -m tests.connect.pages writes the pages anew"


def test_each_platform_has_its_page_and_nothing_else_has():
    assert {page_of(name).name for name in PLATFORMS} == {path.name for path in FOLDER.iterdir()} - {
        INDEX.name
    }
    assert {page_of(name).name for name in PLATFORMS} <= {*links(page(INDEX))}


def test_the_reference_has_each_platform_and_each_setting_of_a_hook():
    rows = tables(REFERENCE / "hooks.md")
    told = {word for row in rows if row.section == "Platforms" for word in code(row.cells[0])}
    assert told == PLATFORMS.keys()
    secrets = {
        name: code(row.cells[1]) for row in rows if row.section == "Platforms" for name in code(row.cells[0])
    }
    assert secrets == {
        name: [each.name for each in platform.signature.secrets] for name, platform in PLATFORMS.items()
    }
    settings = {row.name for row in rows if row.section == "Settings of a hook"}
    assert settings == {*HookSettings.__struct_fields__}


def test_the_reference_has_each_check_of_a_hook():
    hook = Hook(id=1, org_id=1, space_id=1, platform="twilio", prefix="", settings="{}", created_at=0)
    checks = looked_over(hook, HookCounts(), {}, "https://calls.example")
    [row] = [each for each in tables(REFERENCE / "hooks.md") if each.name == "checks"]
    assert {each.name for each in checks} <= {*code(row.cells[2])}


def test_the_lines_for_kamailio_set_what_they_use():
    """Variables of the dialog, queues, timers and routes: nobody has to guess what is meant. Whether calls
    are counted by them is tried with a Kamailio, where there is one.
    """
    loaded, called, routes = pasted(PLATFORMS["kamailio"].setup)
    told = loaded + called + routes
    used = {*re.findall(r"\$dlg_var\((\w+)\)", told)}
    assert used == {*re.findall(r"\$dlg_var\((\w+)\) = ", routes)} != set()
    assert {*re.findall(r"cdr_extra.*", loaded)}
    named = {*re.findall(r"\broute\((\w+)\)|route=(\w+)\"", told)}
    assert {one or other for one, other in named} == {*re.findall(r"^route\[(\w+)\]", routes, re.MULTILINE)}
    assert {*re.findall(r't_on_reply\("(\w+)"\)', routes)} == {*re.findall(r"onreply_route\[(\w+)\]", routes)}
    queues = {*re.findall(r'(?:mq_add\("|mq_fetch\("|_output_mqueue", "|\$mqv\()(\w+)', told)}
    assert queues == {*re.findall(r'"mqueue", "name=(\w+)', loaded)}
    modules = {*re.findall(r'loadmodule "(\w+)\.so"', loaded)}
    assert {*re.findall(r'modparam\("(\w+)"', loaded)} <= modules


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_pages_are_of_one_template(name):
    """What differs stands below equal headings. Each has something below it."""
    own = ["Send from Python"] if name == "generic" else []
    text = page(page_of(name))
    assert [each for each in headings(text)[1:] if each not in own] == TEMPLATE
    assert not re.search(r"^## [^\n]*\n\n*(?=## |\Z)", text, re.MULTILINE)


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_follows_from_the_program_is_on_the_page(name, tmp_path):
    """Its commands are run, its deliveries are sent and translated, its tables are read."""
    text = page(page_of(name))
    assert written(text, sections(name, Shell(tmp_path))) == text, MEND


def test_what_follows_from_the_program_is_on_the_index(tmp_path):
    assert written(page(INDEX), index_sections(Shell(tmp_path))) == page(INDEX), MEND


@pytest.mark.parametrize("name", PLATFORMS)
def test_the_statuses_and_end_reasons_of_each_row_stand_on_the_page(name):
    """In the row with its words, whatever makes the tables."""
    rows = [row.cells for row in tables(page_of(name)) if len(row.cells) == 3]
    wanted = [row for table in PLATFORMS[name].words.values() for row in table.rows]
    assert len(rows) == len(wanted)
    for cells, row in zip(rows, wanted, strict=True):
        for word in code(cells[0].partition(", also with")[0]):
            assert re.fullmatch(
                row[0], sample(word.replace("x", "5") if "\\d" in row[0] else word), re.DOTALL
            )
        assert row[1].startswith(("answered?", "ignore")) or code(cells[1]) == [row[1]]
        assert len(row) == 2 or row[2] in code(cells[2])


@pytest.mark.parametrize("row", ROWS)
def test_the_words_that_are_shown_are_words_of_their_row(row):
    words = fitting(row[0])
    assert words
    for word in words:
        assert re.fullmatch(row[0], sample(word), re.DOTALL), word


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.stem)
def test_the_options_of_commands_that_are_written_by_hand_are_there(path):
    """Those that are made are run. A setting of a hook that is named is one."""
    text = page(path)
    for line in re.findall(r"`(callboard [^`\n]+)`", text):
        words = [word for word in line.split()[1:] if not word.startswith(("$", "1"))]
        found: click.Command = callboard
        while words and isinstance(found, click.Group):
            found = found.get_command(click.Context(found), words.pop(0)) or pytest.fail(line)
        options = {option for parameter in found.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line
    for name in re.findall(r"`--setting (\w+)=", text) + re.findall(r"setting\s`(\w+)`", text):
        assert name in HookSettings.__struct_fields__, name


def test_the_sender_of_the_generic_page_signs_what_is_taken():
    """The Python of the page is run."""
    [sender] = [each for each in examples(page_of("generic")) if each.language == "python"]
    made: dict[str, Any] = {}
    exec(sender.text, made)
    body = b'[{"call_id": "c-1", "call_status": "ringing"}]'
    headers = made["headers_of"](body, signing.STANDARD_SECRET)
    delivery = Delivery(body=body, headers=headers, received_at=system_clock())
    secrets = [{"secret": signing.STANDARD_SECRET}]
    assert isinstance(verify(PLATFORMS["generic"].signature, delivery, secrets, HookSettings()), Checked)
    other = Delivery(body=body + b" ", headers=headers, received_at=system_clock())
    assert not isinstance(verify(PLATFORMS["generic"].signature, other, secrets, HookSettings()), Checked)
