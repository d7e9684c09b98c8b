"""The documentation says all there is to say: every setting, command, endpoint, field, word and message.

What is missing is named with the line to add, so that a change and its page come together.
"""

from __future__ import annotations

import ast
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import Any, get_args, get_origin

import click
import msgspec
import pytest

from callboard import errors
from callboard.cli.main import callboard
from callboard.cli.settings import described
from callboard.http import errors as http_errors
from callboard.http.answers import ListPage, One, Page
from callboard.http.endpoints import ENDPOINTS
from callboard.http.router import Router
from callboard.ingest.wire import CallIn, TaskIn
from callboard.model import words
from callboard.model.directory import SpaceSettings
from callboard.model.field import Field
from callboard.model.fields import event_fields
from callboard.settings import Settings
from callboard.store.sqlite import connection
from tests.pages import DOCS, REFERENCE, ROOT, anchors, code, examples, links, page, pages, plain, tables

SOURCE = ROOT / "src" / "callboard"
PAGE_OF = {
    "Analytics": "get-analytics.md",
    "Stream": "stream.md",
    "Reports": "reports.md",
    "Organizations": "organizations.md",
    "Spaces": "spaces.md",
    "Runs": "runs.md",
    "Tasks": "tasks.md",
    "Agents": "agents.md",
    "Call logs": "call-logs.md",
    "Events": "events.md",
    "Hooks": "hooks.md",
    "Imports": "imports.md",
    "Tokens": "tokens.md",
    "Prometheus": "prometheus.md",
    "Session": "session.md",
    "Service": "service.md",
}

FIELDS_ALSO_ON = {"update_task": "events.md", "list_agent_tasks": "tasks.md"}
"""Endpoints whose fields another page describes."""


def reference(name: str) -> str:
    return page(REFERENCE / name)


def named(name: str) -> set[str]:
    """What the first cells of a page's tables name."""
    return {word for row in tables(REFERENCE / name) for word in {row.name, *code(row.cells[0])}}


# --- endpoints ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.operation)
def test_every_endpoint_is_in_the_reference(endpoint):
    """Its method and path, its parameters, its headers and its role."""
    text = reference(PAGE_OF[endpoint.tag])
    assert f"{endpoint.method} {endpoint.path}`" in text or f"{endpoint.method} {endpoint.path}\n" in text
    missing = {*endpoint.parameters, *(header.name for header in endpoint.headers)} - named(
        PAGE_OF[endpoint.tag]
    )
    assert not missing, f"docs/reference/{PAGE_OF[endpoint.tag]}: no row for {sorted(missing)}"
    if endpoint.role != "viewer":
        line = next(
            line for line in text.splitlines() if line.startswith(f"`{endpoint.method} {endpoint.path}`")
        )
        assert f"role `{endpoint.role}`" in line, line


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.operation)
def test_every_field_of_an_answer_and_of_a_body_is_in_the_reference(endpoint):
    """A row for each field that is sent or received, nested ones after their owner."""
    kinds = [_item(endpoint.answer)]
    if endpoint.body is not None:
        kinds.append(endpoint.body.schema)
    there = {name.rpartition(".")[2] for name in named(PAGE_OF[endpoint.tag])}
    there |= {word for row in tables(REFERENCE / PAGE_OF[endpoint.tag]) for word in code(row.cells[-1])}
    there |= named(FIELDS_ALSO_ON[endpoint.operation]) if endpoint.operation in FIELDS_ALSO_ON else set()
    for kind in kinds:
        missing = set(_fields(kind)) - there
        assert not missing, f"docs/reference/{PAGE_OF[endpoint.tag]}: no row for {sorted(missing)}"


def _item(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) in (One, Page, ListPage) else kind


def _fields(kind: Any) -> Iterator[str]:
    if isinstance(kind, dict):
        yield from kind.get("properties", {})
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield from kind.__struct_fields__


def test_no_page_names_an_endpoint_that_is_not_there():
    """Everything that looks like a method and a path of ours has a route."""
    router = Router(ENDPOINTS)
    for name, text in pages().items():
        for method, path in re.findall(r"`(GET|POST|PATCH|PUT|DELETE) (/[^`\s?]*)", text):
            router.find(method, path.encode())  # raises where there is none
            assert name


# --- words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("Call events", {"type", *CallIn.__struct_fields__, *words.CALL_STATUSES}),
        ("Task events", {"type", *TaskIn.__struct_fields__, *words.TASK_WORDS}),
        ("End reasons", {*words.END_REASONS}),
        ("Why an event is rejected", {*words.REJECT_REASONS}),
        ("Standing", {"0", "1", "2"}),
    ],
)
def test_the_lists_of_events_are_those_of_the_program(section, expected):
    """Fields, statuses, end reasons and rejection reasons: all of them, and none besides."""
    rows = [row for row in tables(REFERENCE / "events.md") if row.section == section]
    assert {word for row in rows for word in code(row.cells[0]) or [row.name]} == expected


@pytest.mark.parametrize(("of", "heading"), [("call", "Call events"), ("task", "Task events")])
def test_the_fields_of_events_are_told_as_the_table_has_them(of, heading):
    """Name, type with its bound, and words, row by row, in the order of the table of fields."""
    section = _section(reference("events.md"), heading)
    table = section.split("| --- | --- | --- |\n")[1].split("\n\n")[0].splitlines()
    rows = [
        f"| `{each.name}` | {_told_type(each)} "
        f"| {each.description}{' Required.' if each.required and not each.may_lack else ''} |"
        for each in event_fields(of)
    ]
    assert table == [f"| `type` | text | `{of}`. Required. |", *rows]


def _told_type(field: Field) -> str:
    if field.kind in ("document", "texts"):
        return f"object{' of texts' if field.kind == 'texts' else ''}, {field.maximum // 1024} KiB"
    if field.kind in ("text", "phone"):
        return f"{'word' if field.words else 'text'}, {field.maximum:,} bytes"
    told = {
        "whole": "whole number",
        "duration": "number",
        "flag": "boolean",
        "money": "object",
        "ids": "id, or up to three",
        "names": "list of names",
    }
    return told.get(field.kind, field.kind)


def test_each_synonym_of_a_task_status_is_told_with_its_meaning():
    """The words of task runners stand beside the status they mean."""
    told = {
        word: plain(row.cells[1])
        for row in tables(REFERENCE / "events.md")
        if row.section == "Task events" and len(row.cells) == 2
        for word in code(row.cells[0])
    }
    assert told == words.TASK_WORDS


def test_the_settings_of_a_space_are_told_with_their_defaults():
    """Timezone and the limits of stuck tasks."""
    told = {row.name: plain(row.cells[1]) for row in tables(REFERENCE / "spaces.md") if len(row.cells) == 3}
    for name in SpaceSettings.__struct_fields__:
        assert told[name] == str(getattr(SpaceSettings(), name))


# --- settings and commands ---------------------------------------------------------------------------


def settings_rows() -> list[str]:
    """The rows that `settings.md` must have."""
    rows = []
    for each in described():
        default = "no" if each["default"] is False else "yes" if each["default"] is True else each["default"]
        default = f"{default:,}" if isinstance(default, int) and default > 9999 else default
        bounds = "" if each["lowest"] is None else f"{each['lowest']:,} to {each['highest']:,}"
        names = f"`{each['name']}` | `{each['flag']}` | `{each['env']}`"
        rows.append(f"| {names} | {default} | {each['unit']} | {bounds} | {each['help']} |")
    return rows


def test_every_setting_is_in_the_reference_word_for_word():
    """Name, flag, variable, default, unit, bounds and meaning, as the program has them."""
    assert len(settings_rows()) == len(fields(Settings))
    text = reference("settings.md")
    missing = [row for row in settings_rows() if row not in text]
    assert not missing, "docs/reference/settings.md needs:\n" + "\n".join(missing)
    there = [line for line in text.splitlines() if line.startswith("| `") and "CALLBOARD_" in line]
    left = [line for line in there if line not in settings_rows()]
    assert not left, "docs/reference/settings.md has what is not so:\n" + "\n".join(left)


def commands(
    group: click.Group = callboard, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        elif name == "file":  # `import FILE` goes without a name
            yield " ".join(path), command
        else:
            yield " ".join((*path, name)), command


def option_rows(command: click.Command) -> list[str]:
    """The rows that a command's table must have."""
    rows = []
    context = click.Context(command)
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            rows.append(f"| `{parameter.make_metavar(context)}` | ")
        elif isinstance(parameter, click.Option):
            names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
            rows.append(f"| {names} | {_shown(parameter)} |".replace("|  |", "| |"))
    return rows


def _shown(option: click.Option) -> str:
    # The environment is said once for all commands, and settings are told with their own page.
    text = (option.help or "").partition("  [")[0].strip().replace("|", "\\|")
    if isinstance(option.type, click.Choice):
        text = f"{text} One of {', '.join(f'`{choice}`' for choice in option.type.choices)}.".strip()
    return text


COMMON = (
    "| `--db` | Where the store is: a file path, sqlite:///path or postgresql://user@host/database. |",
    "| `--config` | A TOML file of settings (callboard settings lists them). |",
    "| `--json` | Print JSON, for scripts. |",
)
"""Options that nearly every command has: told once."""


def test_the_options_of_every_command_are_told_once():
    """`--db`, `--config` and `--json`."""
    section = _section(reference("command-line.md"), "Options of every command")
    assert not [row for row in COMMON if row not in section]


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_every_command_and_option_is_in_the_reference(name):
    """A section for each command; a row for each of its options, with the words of its help."""
    command = dict(commands())[name]
    section = _section(reference("command-line.md"), f"callboard {name}")
    rows = [row for row in option_rows(command) if row not in COMMON]
    if name == "serve":
        rows = [row for row in rows if not any(f"`{each['flag']}`" in row for each in described())]
    missing = [row for row in rows if row not in section]
    assert not missing, f"docs/reference/command-line.md, callboard {name}, needs:\n" + "\n".join(missing)


def test_no_command_is_described_that_is_not_there():
    """The sections of commands are the commands."""
    told = set(re.findall(r"^## callboard (.*)$", reference("command-line.md"), re.MULTILINE))
    assert told == {name for name, _ in commands()}


def _section(text: str, heading: str) -> str:
    _, found, rest = text.partition(f"\n## {heading}\n")
    assert found, f"no section '## {heading}'"
    return rest.partition("\n## ")[0]


# --- errors ------------------------------------------------------------------------------------------

TOLD = {
    "HttpError",
    "NotFoundError",
    "AlreadyExistsError",
    "IdempotencyConflictError",
    "UnreadableBodyError",
    "BodyTooLargeError",
    "UnsupportedBodyError",
    "StoreError",
    "StoreUnavailableError",
    "StoreFileError",
    "StoreVersionError",
    "QueueFullError",
    "SubscribersFullError",
    "ExportsFullError",
    "StoreTooSlowError",
}
"""Errors whose message a caller of the API reads whole."""
FOLDERS = ("http", "ingest", "query", "store")
NOT_OVER_HTTP = {
    # Only commands do this.
    "There is an organization with the handle … already.",
    "No import … in this organization.",
    "No saved mapping … in this organization.",
    "No batch … in this organization.",
}


@cache
def told_messages() -> frozenset[str]:
    """Messages in the tables of the page of errors, what differs written as `…`."""
    cells = [cell for row in tables(REFERENCE / "errors.md") for cell in row.cells]
    return frozenset(message for cell in cells for message in code(cell))


def raised_messages() -> Iterator[tuple[str, str]]:
    """(where, message) of each error of `TOLD` that is made in what the API runs through."""
    for folder in FOLDERS:
        for path in sorted((SOURCE / folder).rglob("*.py")):
            if "sources" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TOLD:
                    for message in filter(None, map(_text, node.args)):
                        yield f"{path.relative_to(SOURCE)}:{node.lineno}", message


def parameter_rules() -> Iterator[tuple[str, str]]:
    """(where, rule) of what is said of a parameter that is not valid."""
    for path in sorted((SOURCE / "query").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id == "ValueError" and node.args and (text := _text(node.args[0])):
                    yield f"{path.relative_to(SOURCE)}:{node.lineno}", text
                if node.func.id == "ParameterError" and (text := _text(node.args[-1])):
                    yield f"{path.relative_to(SOURCE)}:{node.lineno}", text


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
        return "".join(map(str, parts))
    return ""


def test_every_message_of_an_error_is_in_the_reference():
    """What a caller can read of an error stands in the page of errors, with what to do."""
    missing = {
        f"{where}: {text}" for where, text in raised_messages() if text not in told_messages() | NOT_OVER_HTTP
    }
    missing |= {f"{where}: {text}" for where, text in parameter_rules() if text not in told_messages()}
    assert not missing, "docs/reference/errors.md says nothing of:\n" + "\n".join(sorted(missing))


def test_every_message_that_an_error_has_of_itself_is_in_the_reference():
    """Default messages, the fixed ones of the edge, and what SQLite's errors mean."""
    defaults = [
        str(each.__doc__).splitlines()[0]
        for each in vars(errors).values()
        if isinstance(each, type) and each.__name__ in TOLD and issubclass(each, errors.StoreError)
    ]
    defaults.append(str(errors.IdempotencyConflictError.__doc__))
    fixed = [value for name, value in vars(http_errors).items() if name.isupper() and isinstance(value, str)]
    of_sqlite = [re.sub(r"\{\w+\}", "…", message) for _, message in connection._MEANINGS.values()]
    missing = {*defaults, *fixed, *of_sqlite} - told_messages()
    assert not missing, "docs/reference/errors.md says nothing of:\n" + "\n".join(sorted(missing))


def test_every_status_is_in_the_reference():
    """Each status that an endpoint can answer is explained."""
    from callboard.http.openapi import statuses

    told = {row.name for row in tables(REFERENCE / "errors.md") if row.section == "Statuses"}
    assert {str(status) for each in ENDPOINTS for status in statuses(each)} | {"405"} == told


# --- pages among themselves --------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(pages()))
def test_links_lead_somewhere(name):
    """A link within the project names a file that is there, and a heading that is in it."""
    for target in links(pages()[name]):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, heading = target.partition("#")
        found = (ROOT / name).parent.joinpath(path).resolve() if path else ROOT / name
        assert found.exists(), f"{name}: {target} leads nowhere"
        if heading:
            assert heading in anchors(found.read_text("utf-8")), f"{name}: no heading for {target}"


def test_every_page_of_the_docs_is_linked_from_the_map():
    """`docs/README.md` is a map that links every page."""
    reachable = {(DOCS / target.partition("#")[0]).resolve() for target in links(page(DOCS / "README.md"))}
    for folder in (path for path in DOCS.iterdir() if path.is_dir()):
        index = folder / "README.md"
        if index.exists():
            reachable |= {(folder / target.partition("#")[0]).resolve() for target in links(page(index))}
    left = [str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md") if path.resolve() not in reachable]
    assert not [name for name in left if name != "README.md"]


@pytest.mark.parametrize("name", sorted(pages()))
def test_no_page_names_a_folder_of_somebodys_machine(name):
    """Paths are relative, or those that every system has."""
    assert not re.search(r"(?<![\w.])/(work|tmp|root|home|Users|mnt)/", pages()[name])


@pytest.mark.parametrize("name", sorted(pages()))
def test_files_that_are_named_are_there(name):
    """A page that sends its reader to a file of the project sends them to one that exists."""
    for path in re.findall(r"`((?:src|tests|docs|requirements|bench)/[\w./-]*)`", pages()[name]):
        assert (ROOT / path).exists(), f"{name}: {path} is not there"
    for path in re.findall(r"`((?:model|fold|store|ingest|query|http|cli|demo)/[\w./-]*)`", pages()[name]):
        there = (SOURCE / path).exists() or (ROOT / "tests" / path).exists()
        assert there, f"{name}: {path} is not there"


@pytest.mark.parametrize("name", sorted(pages()))
def test_no_page_is_unfinished(name):
    """Nothing is promised for later; what is not there is not mentioned."""
    found = re.findall(
        r"\b(TODO|FIXME|TBD|FILL|XXX|coming soon|not yet implemented|in a future)\b", pages()[name]
    )
    assert not found, f"{name}: {found}"


@pytest.mark.parametrize("name", sorted(pages()))
def test_phone_numbers_are_from_ranges_of_fiction(name):
    """Nobody is called because they copied an example."""
    for number in re.findall(r"\+\d[\d ]{7,}", pages()[name]):
        assert re.fullmatch(r"\+1\d{3}55501\d\d", number.replace(" ", "")), f"{name}: {number}"


@pytest.mark.parametrize("name", sorted(pages()))
def test_examples_can_be_read_by_what_they_are_for(name):
    """JSON is JSON, Python compiles, TOML is TOML, a shell can split its lines."""
    for example in examples(ROOT / name):
        where = f"{name}, line {example.line}"
        if example.language == "json":
            json.loads(example.text)
        elif example.language == "python":
            compile(example.text, where, "exec")
        elif example.language == "toml":
            tomllib.loads(example.text)
        elif example.language in ("sh", "console"):
            assert shlex.split(example.text, comments=True), where


# --- README and what it promises ---------------------------------------------------------------------


def test_the_commands_of_the_readme_are_there():
    """Each `make …` names a target, each `callboard …` a command with its options."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    known = dict(commands())
    for name, text in pages().items():
        for target in re.findall(r"(?:`|\$ )make ([a-z-]+)", text):
            assert target in targets, f"{name}: make {target}"
        for line in re.findall(r"(?:`|\$ |^)callboard ([a-z][a-z ]*)", text, re.MULTILINE):
            told = line.split()
            whole = [" ".join(told[:length]) for length in (2, 1) if " ".join(told[:length]) in known]
            groups = {each.split()[0] for each in known if " " in each}
            assert whole or told[0] in groups, f"{name}: callboard {line}"


def test_the_first_screen_of_the_readme_is_the_analytics_endpoint():
    """Request, reply with its six fields, success rate, stuck tasks and the two commands: before all else."""
    screen = (ROOT / "README.md").read_text("utf-8").splitlines()[:60]
    order = [
        "/organisation/analytics/",
        '"total_calls"',
        '"completed_calls"',
        '"failed_calls"',
        '"avg_duration_seconds"',
        '"total_tasks"',
        '"task_status_breakdown"',
        "Success rate",
        "tuck",
        "make demo",
        "make test",
    ]
    places = [next((n for n, line in enumerate(screen) if word in line), -1) for word in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places), "the analytics endpoint comes first, then the commands"


# --- dependencies ------------------------------------------------------------------------------------


def test_each_dependency_has_its_reason_and_is_used():
    """Its row in ARCHITECTURE.md says why it is here and what was weighed against it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = list(project["project"]["dependencies"])
    for group in (
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ):
        wanted += [each for each in group if isinstance(each, str)]
    names = {re.split(r"[<>=!~;\[ ]", each, maxsplit=1)[0] for each in wanted}
    told = {
        row.name: row.cells
        for row in tables(ROOT / "ARCHITECTURE.md")
        if row.section.endswith("dependencies")
    }
    assert names <= told.keys(), f"ARCHITECTURE.md gives no reason for {sorted(names - told.keys())}"
    assert told.keys() <= names, f"ARCHITECTURE.md names what is not used: {sorted(told.keys() - names)}"
    assert all(len(cell) > 10 for cells in told.values() for cell in cells[1:])
