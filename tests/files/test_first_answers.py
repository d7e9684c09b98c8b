"""The first answers of all doubts, given together to the command, end their doubts and are not refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.files.command import FreshStore, Template, in_process
from tests.files.kinds import LAYOUTS, Layout

TO_FILL_IN = "…"
Fresh = Callable[[], FreshStore]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("answers") / "template")


@pytest.mark.parametrize(
    "layout", [each for each in LAYOUTS.values() if each.asks], ids=lambda each: each.name
)
def test_all_first_answers_together_end_their_doubts(
    layout: Layout, template: Template, tmp_path: Path
) -> None:
    """In every kind of file that asks; a second round of answers may follow, beside those of the first."""
    store = FreshStore(template, tmp_path / "store", in_process)

    def asked(*given: str) -> list[dict[str, Any]]:
        how = ("--guess", "--dry-run", *given)
        done = store.import_(layout.name, layout.content, layout.kind, layout.zone, *how)
        assert done.code in (0, 3), f"{given} is refused: {done.err or done.text}"
        return list(done.json.get("doubts", ()))

    given: list[str] = []
    for _ in range(3):
        doubts = asked(*given)
        answers = [first for each in doubts if (first := _first(each))]
        if not answers:
            break
        given += itertools.chain.from_iterable(answers)
        left = {(each["about"], each["message"]) for each in asked(*given)}
        for doubt in filter(_first, doubts):
            assert (doubt["about"], doubt["message"]) not in left, f"{given} leaves: {doubt['message']}"


def _first(doubt: dict[str, Any]) -> list[str] | None:
    """The arguments of the first answer that needs no filling in."""
    answers = ([str(each) for each in answer["arguments"]] for answer in doubt.get("answers", ()))
    return next((each for each in answers if TO_FILL_IN not in " ".join(each)), None)
