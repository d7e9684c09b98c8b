"""Ids of contacts and conversations are those of calls where a platform's columns or the numbers say so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.doubts import Doubt
from callboard.ingest.sources.guessing.guess import Guess, guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

OWN = "+12025550199"
BESIDE = {
    "Contact ID": ("Initiation method", "Inbound"),
    "contact_id": ("master_contact_id", "x"),
    "conversation_id": ("call_duration_secs", "9"),
    "Conversation ID": ("Media Type", "voice"),
    "Session Id": ("Call Length", "0:09"),
}


def _guess(folder: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Guess:
    file = folder / "calls.csv"
    file.write_text("".join(",".join(map(str, row)) + "\n" for row in (header, *rows)))
    return guess(ImportPlan(str(file), "acme.example", space="spc", options=MapOptions(timezone=("UTC",))))


def _of_id(found: Guess) -> list[Doubt]:
    return [each for each in found.doubts if each.about == "id"]


def _row(n: int) -> list[object]:
    talk = 61 + 7 * n if n % 3 else 0
    return [f"{4400 + 17 * n}", f"2026-03-{10 + n}T08:00:00Z", "answered" if talk else "missed", talk]


@pytest.mark.parametrize("heading", BESIDE)
@pytest.mark.parametrize("is_beside", [True, False])
def test_a_platform_calls_the_id_of_a_call_so(heading: str, is_beside: bool, tmp_path: Path) -> None:
    """Another column of its export tells; without it, it may be the id of a customer."""
    other, cell = BESIDE[heading] if is_beside else ("Note", "x")
    found = _guess(
        tmp_path, [heading, "start", "status", "talk_time", other], [[*_row(n), cell] for n in range(9)]
    )
    assert bool(_of_id(found)) is not is_beside


@pytest.mark.parametrize("heading", ["Contact ID", "conversation_id", "Session Id", "Lead ID", "Order ID"])
@pytest.mark.parametrize("comes_again", [True, False])
def test_one_person_with_two_ids_is_told_by_the_numbers(
    heading: str, comes_again: bool, tmp_path: Path
) -> None:
    """An id that differs for the same two numbers is no person's; it may still be a lead's, or an order's."""
    rows = [[*_row(n), OWN, f"+1202555010{n % 8 if comes_again else n}"] for n in range(9)]
    found = _guess(tmp_path, [heading, "start", "status", "talk_time", "From", "To"], rows)
    assert bool(_of_id(found)) is not (comes_again and heading not in ("Lead ID", "Order ID"))
