"""Guesses of small files, and the answers to their doubts."""

from __future__ import annotations

from pathlib import Path

from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.doubts import Answer, Doubt
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

HEADER = "id,start,status,duration\n"


def plan_of(folder: Path, content: str, name: str = "calls.csv") -> ImportPlan:
    path = folder / name
    path.write_text(content)
    return ImportPlan(str(path), "acme.example", space="spc", options=MapOptions(timezone=("UTC",)))


def only(found: Guess, about: str) -> Doubt:
    (doubt,) = (each for each in found.doubts if each.about == about)
    return doubt


def ends(plan: ImportPlan, doubt: Doubt, answer: Answer) -> bool:
    return doubt not in guess(with_answer(plan, answer)).doubts
