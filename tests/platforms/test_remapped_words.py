"""Of all words that end calls in the scenarios of all platforms: a call that was read when the tables lacked
its word is, once it is corrected, as if they had had it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from msgspec import structs

from callboard.fold.call import fold_call
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.remapping import correction
from callboard.ingest.sources.platforms.taking import take
from callboard.ingest.sources.platforms.word_table import WordTable
from callboard.model.call import Call
from callboard.model.event import CallEvent, Entry
from callboard.model.words import FINAL_CALL
from callboard.store.hooks import Hook
from tests.platforms.manifests import OTHERS, OWN, Scenario, Sent, scenarios_of
from tests.stores import NOW

ANOTHER_DECIDED = {("bland", "voicemail"), ("bland", "no-answer"), ("vicidial", "A"), ("vicidial", "XFER")}
"""Where a word is not known, a rougher one beside it says why the call ended: it is no call of an unknown
reason."""
TOLD_BESIDE = {("plivo", "4000"), ("telnyx", "normal_clearing")}
"""Who hung up is told beside the word, and not kept where the word is not known: `hangup`."""
DECIDED_BY_A_REPORT = {("vapi", "customer-ended-call")}
"""Of an end without times the status rests on its word; the report that follows has the times."""
FIELDS = ("call_status", "end_reason", "creation_time", "start_time", "end_time", "duration_ms")


def read(sent: Sent) -> list[Entry]:
    settings = msgspec.json.encode(sent.settings).decode()
    hook = Hook(
        id=1, org_id=1, space_id=1, platform=sent.platform, prefix="", settings=settings, created_at=0
    )
    return take(PLATFORMS[sent.platform], sent.delivery, hook, 10_000).entries


def named() -> dict[int, tuple[WordTable, list[tuple[Any, str]]]]:
    """The tables of all platforms, and where each is named."""
    found: dict[int, tuple[WordTable, list[tuple[Any, str]]]] = {}
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("callboard.ingest.sources.platforms."):
            for name, value in vars(module).items():
                if isinstance(value, WordTable):
                    found.setdefault(id(value), (value, []))[1].append((module, name))
    return found


def older(table: WordTable, word: str) -> WordTable:
    """The table without the rows that have the word."""
    return WordTable(*(row for row in table.rows if not WordTable(row).look_up(word, answered=True)))


@contextmanager
def as_before(word: str, of: str) -> Iterator[None]:
    """As a version reads whose tables, each in its turn, lack the word."""
    with pytest.MonkeyPatch.context() as patch:
        platform = PLATFORMS[of]
        words = {field: older(table, word) for field, table in platform.words.items()}
        for table, places in named().values():
            for module, name in places:
                patch.setattr(module, name, older(table, word))
        patch.setitem(PLATFORMS, of, structs.replace(platform, words=words))
        yield


def corrections(entries: Iterable[Entry], platform: Platform) -> list[Entry]:
    return [made for each in entries if (made := correction(each, platform, NOW)) is not None]


def calls(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for each in entries:
        if isinstance(each.event, CallEvent):
            found.setdefault(each.event.call_id, []).append(each)
    return found


def shown(call: Call) -> dict[str, Any]:
    return {name: getattr(call, name) for name in FIELDS}


def ended_by(entries: Iterable[Entry]) -> set[str]:
    """The words by which calls ended."""
    events = [each.event for each in entries if isinstance(each.event, CallEvent)]
    said = {each.source_end_reason for each in events if each.call_status in FINAL_CALL}
    return {word for word in said if isinstance(word, str)}


SCENARIOS = [each for root in (OWN, OTHERS) for each in scenarios_of(root)]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.name)
def test_a_corrected_call_is_as_if_its_word_had_been_known(scenario: Scenario) -> None:
    for sent in scenario.sent:
        platform, new = PLATFORMS[sent.platform], read(sent)
        assert corrections(new, platform) == []
        for word in ended_by(new):
            with as_before(word, sent.platform):
                old = calls(read(sent))
            told_otherwise = ANOTHER_DECIDED | TOLD_BESIDE | DECIDED_BY_A_REPORT
            if (sent.platform, word) in told_otherwise:
                continue
            for call_id, entries in calls(new).items():
                if call_id in old:  # else it waits in quarantine
                    corrected = [*old[call_id], *corrections(old[call_id], platform)]
                    assert shown(fold_call(corrected)) == shown(fold_call(entries)), (word, call_id)
