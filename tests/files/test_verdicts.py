"""The checker tells right, asked, wrong and refused apart; tried with imports that say it all by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import Outcome
from tests.files.command import FreshStore, Template, in_process
from tests.files.kinds import LAYOUTS
from tests.files.verdict import verdict

LAYOUT = LAYOUTS["total_billed_talk.csv"]
WORDS = "call_status:completed=completed,no-answer=missed,busy=missed"
RIGHT = ("--map", "call_id=Call ID,creation_time=Start Time,call_status=Status,call_duration=Talk Duration")
WRONG = ("--map", "call_id=Call ID,creation_time=Start Time,call_status=Status,call_duration=Total Duration")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("verdicts") / "template")


def word(template: Template, folder: Path, how: tuple[str, ...], asks: str | None = None) -> str:
    """The verdict when `--guess` does this; `asks`: it has a doubt about that first."""

    def command(*arguments: str | Path, **where: Any) -> Outcome:
        said = [each for each in arguments if not str(each).startswith("--guess")]
        if len(said) == len(arguments):
            return in_process(*arguments, **where)
        if asks is not None and "--guess" in arguments:
            return Outcome(3, json.dumps({"doubts": [{"about": asks, "message": "?"}]}).encode(), "")
        return in_process(*said, *how, "--values", WORDS, **where)

    number = iter(range(9))
    fresh: Callable[[], FreshStore] = lambda: FreshStore(template, folder / str(next(number)), command)  # noqa: E731
    return verdict(LAYOUT, fresh).word


def test_right_and_wrong_are_told_by_the_numbers(template: Template, tmp_path: Path) -> None:
    """The talk time is right, the total with its ringing is not."""
    assert word(template, tmp_path / "a", RIGHT) == "RIGHT"
    assert word(template, tmp_path / "b", WRONG) == "WRONG"


def test_a_question_beside_the_point_does_not_excuse_a_wrong_guess(
    template: Template, tmp_path: Path
) -> None:
    """A doubt that the file itself answers counts as asked only if the guess is right."""
    assert word(template, tmp_path / "a", RIGHT, asks="zone") == "ASKED"
    assert word(template, tmp_path / "b", WRONG, asks="zone") == "WRONG"


def test_an_error_is_a_refusal(template: Template, tmp_path: Path) -> None:
    """Nothing was imported, and nobody was asked."""
    assert word(template, tmp_path / "a", ("--map", "call_id=nothing")) == "REFUSED"
