"""What an upload says of earlier imports that it would contradict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callboard.store.importing import ImportBatch, Reading, contradicts, is_of_series
from callboard.store.interface import batch_id

SAME_FILE: Final = (
    "This file was imported before, read by other options ({batches}). Start it with replace to replace that."
)
SERIES: Final = (
    "The mapping {mapping!r} has read files by other options before ({batches}). Start it with replace to "
    "read anew what this file names; the rest stays as it was read."
)
OTHERS: Final = (
    "Earlier imports say something else of calls or tasks that this file names ({batches}). Start it with "
    "replace to read these anew; the rest stays as it was read."
)
_NAMED: Final = 5
"""Earlier imports that a message names one by one."""


def collision(earlier: Sequence[ImportBatch], reading: Reading, overlapping: Sequence[int] = ()) -> str:
    """What to say of these imports, with which the reading collides; `overlapping` are the numbers of those
    that say something else of what the file names.
    """
    same_file = [each for each in earlier if contradicts(each, reading)]
    series = [each for each in earlier if each not in same_file and is_of_series(each, reading)]
    told_of = {each.batch_no for each in (*same_file, *series)}
    others = sorted({*overlapping, *_numbers(earlier)} - told_of)
    told = (
        [SAME_FILE.format(batches=_names(_numbers(same_file)))] if same_file or not (series or others) else []
    )
    if series:
        told.append(SERIES.format(mapping=reading.mapping, batches=_names(_numbers(series))))
    if others:
        told.append(OTHERS.format(batches=_names(others)))
    return " ".join(told)


def _numbers(batches: Sequence[ImportBatch]) -> list[int]:
    return [each.batch_no for each in batches]


def _names(batches: Sequence[int]) -> str:
    if not batches:
        return "no longer on record"
    names = ", ".join(map(batch_id, batches[-_NAMED:]))
    more = len(batches) - _NAMED
    return f"{names} and {more} before" if more > 0 else names
