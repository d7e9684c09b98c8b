"""What users and their programs see stays, byte for byte, until it is changed on purpose.

`make record` writes the recordings anew; CONTRIBUTING.md says when that may be done.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from callboard.http.endpoints import DOCUMENTED
from callboard.model.words import REJECT_REASONS
from tests.http import board
from tests.recorded.command import helps
from tests.recorded.form import body_lines, differences, recorded
from tests.recorded.recording import answers, commands
from tests.stores import on_postgres

OF_COMMANDS = ("command_", "help")
NOT_OVER_HTTP = {"withdrawn_import", "unknown_task"}
"""Reasons of rejections that the answer of `send_events` never has: an import's, and a 404 elsewhere."""


def _recorded(*, of_commands: bool) -> dict[str, str]:
    return {name: text for name, text in recorded().items() if name.startswith(OF_COMMANDS) == of_commands}


def _must_be_equal(before: dict[str, str], after: dict[str, str]) -> None:
    if changed := differences(before, after):
        pytest.fail(
            f"What users see has changed:\n{changed}\n\n"
            "Where that is meant, and CHANGELOG.md says so: make record writes the recordings anew.",
            pytrace=False,
        )


def test_every_answer_is_as_recorded(tmp_path: Path):
    """Status, headers and bytes of every endpoint's answers, good and bad."""
    _must_be_equal(_recorded(of_commands=False), answers(tmp_path))


@on_postgres
def test_every_answer_is_the_same_on_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Only `readyz` may tell which store it is."""
    monkeypatch.setattr(board, "ON", "postgres")
    before, after = _recorded(of_commands=False), answers(tmp_path)
    del before["readyz"], after["readyz"]
    _must_be_equal(before, after)


def test_every_help_and_message_of_the_command_line_is_as_recorded(tmp_path: Path):
    """Each `--help`, list, report and message, with its exit code."""
    _must_be_equal(_recorded(of_commands=True), commands(tmp_path))


def test_every_documented_endpoint_has_a_recorded_answer_and_a_recorded_error():
    """An endpoint that is added is not served before its answers are recorded."""
    texts = recorded()
    missing = {each.operation for each in DOCUMENTED} - set(texts)
    assert not missing, f"no recorded request: {missing}"
    for each in DOCUMENTED:
        assert f"\n--- {each.status} " in texts[each.operation], (
            f"{each.operation}: no good answer is recorded"
        )
        if each.needs_token:
            assert "\n--- 401 " in texts[each.operation], each.operation
        if each.needs_handle or each.in_space:
            assert "\n--- 404 " in texts[each.operation], each.operation


def test_every_parameter_of_a_documented_endpoint_is_asked_with():
    """A parameter that is added is recorded as well."""
    texts = recorded()
    missing = [
        f"{each.operation}: {name}"
        for each in DOCUMENTED
        for name in each.parameters
        if f"?{name}=" not in texts[each.operation] and f"&{name}=" not in texts[each.operation]
    ]
    assert not missing, missing


def test_every_reason_of_a_rejection_is_recorded():
    """Of each reason at least one message."""
    sent = recorded()["send_events"].replace("\n+ ", "")
    missing = {reason for reason in REJECT_REASONS if f'"reason":"{reason}"' not in sent}
    assert missing == NOT_OVER_HTTP


def test_every_command_has_its_help_recorded():
    """Whatever can be called, the help of groups included."""
    told = recorded()["help"]
    for path in helps():
        assert f"=== {' '.join(('callboard', *path, '--help'))}\n" in told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"a\nb", b"a\\nb"),
        (b"a\r\n", b"a\n"),
        (b"", b"\n"),
        (b"\xff", b"\\xff"),
        (b"\xc3\xbf", b"\xff"),
        (b"a ", b"a\xc2\xa0"),
        (b"| a", b"a"),
        (b'["' + b"x" * 99 + b'",\n"y"]', b'["' + b"x" * 99 + b'","y"]'),
    ],
)
def test_bytes_that_differ_are_recorded_differently(one: bytes, other: bytes):
    """The text of a recording stands for one body only."""
    assert body_lines(one) != body_lines(other)
