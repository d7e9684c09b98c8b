"""A line of a table that was torn, by a crash of the machine that wrote it, costs no other line: in a file,
in one that is followed, and over HTTP.
"""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.clock import system_clock
from callboard.ingest.sources.platform_files.translator import Translator
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.watching.places import ProgressFile
from callboard.ingest.sources.watching.watch import Files, Watch
from callboard.store.questions import CallFilter, Scope, Window
from callboard.store.sqlite.store import SqliteStore
from tests.platforms.files import read
from tests.platforms.manifests import RECEIVED
from tests.stores import make_organization, make_space

LINES: Final = {
    "asterisk": (
        '"","100","{n:03}","from-internal","""Ann"" <100>","SIP/100-1","SIP/trunk-1","Dial","SIP/1,30",'
        '"2026-03-05 14:00:00","2026-03-05 14:00:10","2026-03-05 14:01:00",60,50,"ANSWERED","DOCUMENTATION",'
        '"17727{n:05}.1"'
    ),
    "freeswitch": (
        '"Ann","100","{n:03}","public","2026-03-05 14:00:00","2026-03-05 14:00:10","2026-03-05 14:01:00",'
        '"60","50","NORMAL_CLEARING","00000000-0000-4000-8000-0000000{n:05}","","acme"'
    ),
    "kamailio": "{n}\tINVITE\tft\ttt\tcall-{n:05}\t486\tBusy\t2026-03-05 14:00:00",
    "vicidial": (
        "2026-03-05 14:00:00\t12025550101\tNA\tVDAD\t\tCAMP\t101\t{n}\t1\t0\t+1\t0\tV305140000000{n:05}\t"
        "17727{n:05}.1\t60"
    ),
}
HEADERS: Final = {
    "vicidial": "call_date\tphone_number_dialed\tstatus\tuser\tfull_name\tcampaign_id\tvendor_lead_code\t"
    "lead_id\tlist_id\tgmt\tphone_code\tlength_in_sec\tcall_id\tuniqueid\tx",
}
BY_LINE: Final = [each.name for each in PLATFORMS.values() if each.rows_are_lines]


def table(platform: str, lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in [*filter(None, [HEADERS.get(platform)]), *lines]).encode()


def posted(platform: str, body: bytes) -> tuple[set[str], int]:
    """The calls of a delivery, and how many records it could not read."""
    delivery = Delivery(body=body, received_at=RECEIVED)
    found = translated(PLATFORMS[platform], delivery, HookSettings())
    return {event["call_id"] for event in found.events}, len(found.quarantined)


def imported(platform: str, body: bytes) -> tuple[set[str], int]:
    """The calls of a file, and how many rows it could not read."""
    records = read(platform, body)
    good = {str(each.row["event"]["call_id"]) for each in records if each.problem is None}
    return good, sum(each.problem is not None for each in records)


def followed(platform: str, body: bytes, folder: Path) -> set[str]:
    """The calls of a file that is followed."""
    path = folder / "Master.csv"
    path.write_bytes(body)
    store = SqliteStore(str(folder / "calls.db"))
    space = make_space(store, make_organization(store))
    with RejectsFile(folder / "rejected.csv", "delimited", []) as rejects:
        files = Files(path, ProgressFile(folder / ".callboard"), rejects)
        translator = Translator(PLATFORMS[platform], HookSettings(), RECEIVED, Counter())
        run = Watch(store, space, files, translator, system_clock, lambda _: None)
        run.run(threading.Event(), once=True)
        run.close()
    found = store.calls(Scope(space.org_id, space.id), CallFilter(), Window(limit=1_000))
    store.close()
    return {each.call.call_id for each in found}


@st.composite
def torn_tables(draw: st.DrawFn, platform: str) -> tuple[list[str], list[str], int]:
    """Lines of a table of which some are torn, those that are whole, and how many lines are not.

    What was torn off is lost with its line end, so that the next line stands behind it, or without.
    """
    lines = [LINES[platform].format(n=n) for n in range(draw(st.integers(2, 9)))]
    torn = draw(st.sets(st.sampled_from(range(len(lines))), max_size=3))
    written, whole, bad = [""], [], 0
    for place, line in enumerate(lines):
        joined = written[-1] != ""
        if place in torn:
            # So much that the line has another width with the next behind it.
            cells = line.count(",") // 2 or line.count("\t") // 2
            cut = draw(st.integers(2, cells))
            separator = "\t" if "\t" in line else ","
            piece = separator.join(line.split(separator)[:cut]) + draw(st.sampled_from(['"', '"a', "x"]))
            written[-1] += piece
            if draw(st.booleans()):
                written.append("")
                bad += 1
            continue
        written[-1] += line
        written.append("")
        whole += [] if joined else [line]
        bad += joined
    bad += written[-1] != ""
    return [each for each in written if each], whole, bad


def test_every_platform_of_lines_is_drawn() -> None:
    """Each has lines above."""
    assert sorted(BY_LINE) == sorted(LINES)


@pytest.mark.parametrize("platform", BY_LINE)
@given(data=st.data())
def test_a_torn_line_costs_no_other(platform: str, data: st.DataObject) -> None:
    """Posted, and in a file."""
    written, whole, bad = data.draw(torn_tables(platform))
    if not whole:
        return
    expected, none = posted(platform, table(platform, whole))
    assert (len(expected), none) == (len(whole), 0)
    assert posted(platform, table(platform, written)) == (expected, bad)
    assert imported(platform, table(platform, written)) == (expected, bad)


@pytest.mark.parametrize("platform", BY_LINE)
def test_a_line_that_was_torn_in_a_quote_costs_no_other_that_is_followed(
    platform: str, tmp_path: Path
) -> None:
    """Nor is anything waited for behind it."""
    lines = [LINES[platform].format(n=n) for n in range(5)]
    expected = posted(platform, table(platform, [lines[0], *lines[3:]]))[0]
    lines[1] = lines[1][: len(lines[1]) // 3] + '"'
    lines[2] = f'{lines[2][:10]}"{lines[2]}'
    assert followed(platform, table(platform, lines), tmp_path) == expected
