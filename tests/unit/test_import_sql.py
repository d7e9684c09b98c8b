"""Dumps of databases as SQL: a COPY block and INSERT statements are read by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from callboard.ingest.sources.guessing.guess import guess
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan

ROWS = [
    (f"s{n}x", f"2026-03-{13 + n} 08:00:0{n}", str(n % 3 and 61 + n), "answered" if n % 3 else "missed")
    for n in range(6)
]
VALUES = ",".join(f"('{a}','{b}',{c},'{d}')" for a, b, c, d in ROWS)
LINES = "\n".join(f"INSERT INTO public.cdr VALUES ('{a}', '{b}', {c}, '{d}');" for a, b, c, d in ROWS)
CREATE = (
    "CREATE TABLE `cdr` (\n  `id` varchar(32),\n  `calldate` datetime DEFAULT '(,',\n"
    "  `billsec` decimal(4,1),\n  `disposition` enum('a','b,c'), PRIMARY KEY (`id`)\n);\n"
)
SCRIPTS = {
    "mysqldump": f"-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\n{CREATE}"
    f"INSERT INTO `cdr` VALUES {VALUES};\n",
    "without comments": f"INSERT INTO cdr (id, calldate, billsec, disposition) VALUES {VALUES};\n",
    "a line each": f"--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n\n{LINES}\n",
}


def _plan(folder: Path, content: str, name: str = "calls.sql") -> ImportPlan:
    file = folder / name
    file.write_text(content)
    return ImportPlan(str(file), "acme.example", space="spc", options=MapOptions(timezone=("UTC",)))


@pytest.mark.parametrize("content", SCRIPTS.values(), ids=SCRIPTS)
def test_the_rows_of_insert_statements_are_calls(content: str, tmp_path: Path) -> None:
    """However many statements they stand in."""
    found = guess(_plan(tmp_path, content))
    assert not [each for each in found.doubts if each.about != "header"]
    assert (found.preview.calls, found.preview.missed) == (6, 2)


@pytest.mark.parametrize(
    "names", ["id, calldate, billsec, disposition", 'id, "calldate", billsec, "disposition"']
)
def test_a_copy_block_is_read_by_its_names(names: str, tmp_path: Path) -> None:
    """Nobody is asked what the columns are called, nor about the lines around the rows."""
    rows = "".join("\t".join(row) + "\n" for row in ROWS)
    above = "--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n\n"
    above += f"COPY public.cdr ({names}) FROM stdin;\n"
    found = guess(_plan(tmp_path, f"{above}{rows}\\.\n\n\n--\n-- PostgreSQL database dump complete\n--\n\n"))
    assert not found.doubts
    assert found.columns == ["id", "calldate", "billsec", "disposition"]
    assert (found.preview.calls, found.preview.missed) == (6, 2)


def test_notes_that_tell_of_statements_are_no_script(tmp_path: Path) -> None:
    """A cell may hold anything."""
    rows = "".join(f'{",".join(row)},"said\nINSERT INTO cdr\n"\n' for row in ROWS)
    found = guess(_plan(tmp_path, f"id,start,talk_time,status,note\n{rows}", "calls.csv"))
    assert found.preview.calls == 6


HEADINGS = ("Setup Time", "Arrival Time", "Placed At")


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_creation_by_another_name_is_taken(heading: str, tmp_path: Path) -> None:
    """Nobody is asked whether it is one."""
    rows = "".join(f"{','.join(row)}\n" for row in ROWS)
    found = guess(_plan(tmp_path, f"id,{heading},talk_time,status\n{rows}", "calls.csv"))
    assert not found.doubts


def test_row_date_and_row_time_are_a_creation(tmp_path: Path) -> None:
    """As a call record of Avaya has them."""
    rows = "".join(f"{a},{b.replace(' ', ',')},{c},{d}\n" for a, b, c, d in ROWS)
    found = guess(_plan(tmp_path, f"id,ROW_DATE,ROW_TIME,talk_time,status\n{rows}", "calls.csv"))
    assert not found.doubts
    assert "creation_time={ROW_DATE} {ROW_TIME}" in found.plan.options.map[0]


def test_calls_that_were_placed_are_answered_if_there_was_talk(tmp_path: Path) -> None:
    """As the log of Google Voice says them."""
    words = ("Missed", "Received", "Placed")
    rows = "".join(
        f"{a},{b},{words[n % 3]},{c if n > 2 else c if n % 3 == 1 else 0}\n"
        for n, (a, b, c, _) in enumerate(ROWS)
    )
    found = guess(_plan(tmp_path, f"Call ID,Date,Type,Duration (seconds)\n{rows}", "calls.csv"))
    assert not found.doubts
    assert (found.preview.completed, found.preview.missed) == (3, 3)
