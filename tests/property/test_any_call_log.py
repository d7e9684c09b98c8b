"""Any call log, in any dialect, imported by `--guess`: the numbers are right, or it asked."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings

from callboard.errors import CallerError
from tests.property.call_logs import Log, logs
from tests.property.dialects import USUAL, Dialect, dialects, says_everything, untold
from tests.property.guessed import Found, guessed, imported
from tests.property.lengths import examples

RIGHT_UNASKED = 0.95
"""The share of files that say everything which nobody may be asked about."""
STORED_EVERY = 8
"""One example in so many is imported for real, and the store's own numbers compared."""


A_QUARTER = 0.21
"""Less four standard errors of 2,000 draws."""


def test_any_call_log_is_right_or_asked_about(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """In every file drawn; nearly all that say everything are right unasked; what cannot be told is asked."""
    check(tmp_path, examples(3), record_property)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_any_call_log_at_length(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """The same for 2,000 files (`N` says how many, `SHORT=1` asks for 500)."""
    most = int(os.environ.get("N") or (500 if os.environ.get("SHORT") else 2_000))
    check(tmp_path, settings(max_examples=most), record_property)


def test_each_trait_is_odd_in_a_quarter_of_the_files() -> None:
    """Also after what cannot go together was mended."""
    odd: Counter[str] = Counter()

    @settings(max_examples=2_000, derandomize=True, database=None)
    @given(dialects())
    def each(dialect: Dialect) -> None:
        odd["files"] += 1
        odd.update(name for name, usual in asdict(USUAL).items() if getattr(dialect, name) != usual)

    each()
    seldom = {
        name: odd[name] / odd["files"] for name in asdict(USUAL) if odd[name] < A_QUARTER * odd["files"]
    }
    assert not seldom


def check(folder: Path, how_many: Any, record_property: Callable[[str, object], None]) -> None:
    """Draw logs and import each. Every fault shows its dialect, its file and what was found."""
    counted: Counter[str] = Counter()
    asked_in_vain: Counter[str] = Counter()
    number = itertools.count()

    @how_many
    @given(logs())
    def each(log: Log) -> None:
        place = folder / str(next(number))
        place.mkdir()
        told(log, place, counted, asked_in_vain)

    each()
    record_property("drawn", f"{dict(counted)}; asked about though the file says it: {dict(asked_in_vain)}")
    says, right = counted["says everything"], counted["of these right unasked"]
    assert says, "no file drawn says everything"
    assert right >= RIGHT_UNASKED * says, (
        f"{right} of {says} files that say everything were right unasked; asked about: {dict(asked_in_vain)}"
    )


def told(log: Log, place: Path, counted: Counter[str], asked_in_vain: Counter[str]) -> None:
    """One log: right, or asked; asked about what cannot be told."""
    file = place / "calls.csv"
    file.write_bytes(log.content)
    try:
        found = guessed(file, log.dialect.timezone)
    except CallerError as error:
        raise AssertionError(f"refused: {error}\n{log.shown()}") from error
    about = untold(
        log.dialect,
        same_either_way=log.same_either_way,
        largest_first_part=log.largest_first_part,
        has_legs=log.has_legs,
    )
    everything = says_everything(log.dialect, about)
    counted["files"] += 1
    counted["asked"] += bool(found.about)
    counted["cannot be told"] += bool(about)
    counted["says everything"] += everything
    if not found.about:
        off = log.numbers.differences(found)
        assert not off, failure("imported wrong, and nobody was asked", off, found, log)
        if crc32(log.content) % STORED_EVERY == 0:
            counted["stored"] += 1
            off = log.numbers.differences(imported(found.plan, place))
            assert not off, failure("the store has other numbers than the preview", off, found, log)
    unasked = about - set(found.about)
    assert not unasked, failure(
        f"not asked about {', '.join(sorted(unasked))}, which nothing tells", [], found, log
    )
    if everything:
        counted["of these right unasked"] += not found.about
        asked_in_vain.update(found.about)


def failure(what: str, off: list[str], found: Found, log: Log) -> str:
    """A fault in words, with all that is needed to see it again."""
    doubts = "\n".join(f"  {each}" for each in found.said) or "  none"
    return "\n".join(
        [what, *off, "doubts:", doubts, "command:", f"  {found.plan.command()}", "dialect:", log.shown()]
    )
