"""What an export writes and an import reads again gives the same numbers, whatever was said of the calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from callboard.clock import DAY, MINUTE, SECOND
from callboard.ingest.sources.exported import recognised
from callboard.ingest.sources.importer import Destination, Importer
from callboard.ingest.sources.mapping import RowMapping
from callboard.ingest.sources.plan import ImportPlan, open_rows
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.report import ImportReport
from callboard.ingest.sources.targets import OneSpace
from callboard.model.call import Call
from callboard.model.event import CallEvent
from callboard.query.export.files import encoder_for
from callboard.query.export.formats import FORMATS
from callboard.query.export.list_reader import all_calls, encoded
from callboard.query.export.tables import SpaceNames, call_table
from callboard.store.interface import Batch, Store
from callboard.store.questions import CallFilter, Scope, Window
from tests.events import call, send
from tests.model import MemoryStore
from tests.property.histories import call_event, call_fields, receipt_of
from tests.property.lengths import examples
from tests.stores import NOW, make_organization, make_space

ALL = Window(limit=1_000)
LATER = NOW + 300 * DAY
NUMBERS = (
    "call_status",
    "creation_time",
    "start_time",
    "end_time",
    "duration_ms",
    "wait_ms",
    "contradicting",
)


def _plain(fields: dict[str, Any]) -> CallEvent:
    # What histories draw of documents, a request could not say.
    return call_event({**fields, "external_ids": UNSET, "metadata": UNSET})


words = st.lists(call_fields.map(_plain), min_size=1, max_size=9)


def taken_along(store: Store, scope: Scope, word: str, folder: Path) -> tuple[Store, Scope, ImportReport]:
    """An export of a scope, imported into another store."""
    file = folder / f"calls.{word}"
    table = call_table(SpaceNames(store, scope.org_id))
    reader = all_calls(store, scope, CallFilter(), LATER)
    file.write_bytes(b"".join(encoded(reader, encoder_for(FORMATS[word], table))))
    return imported(file, folder)


def imported(file: Path, folder: Path) -> tuple[Store, Scope, ImportReport]:
    """A file that is known as an export, in a store of its own."""
    other = MemoryStore()
    organization = make_organization(other)
    space = make_space(other, organization)
    plan = recognised(ImportPlan(file=str(file), handle=organization.domain_handle, space=space.token))
    assert plan is not None
    mapping = RowMapping(plan.options)
    with (
        open_rows(plan, mapping.columns) as (source, rows),
        RejectsFile(folder / "rejected", rows.kind, rows.columns) as rejected,
    ):
        importer = Importer(rows, mapping, OneSpace(space), rejected, lambda: LATER)
        report = importer.run(
            Destination(other, organization.id), plan.label(source, None), same_rows=source.rewindable
        )
    return other, Scope(organization.id), report


def numbers(call: Call) -> dict[str, Any]:
    """All that a number is made of."""
    facts = {name: getattr(call, name) for name in NUMBERS}
    for kind in ("talk", "offered"):
        began = call.begins(kind)
        facts[kind] = (call.has_unknown_time(kind), began, None if began is None else call.ends(began, 60))
    told = call.duration_ms or (call.duration_ms == 0 and call.call_status == "completed")
    if call.end_time is None and told and call.start_time is None:
        # A length without a start, of a call whose end is unknown: it comes back as over when it was made,
        # which an event states that tells a length and no other time.
        del facts["end_time"], facts["offered"]
    return facts


def calls_of(store: Store, scope: Scope) -> dict[str, Call]:
    return {each.call.call_id: each.call for each in store.calls(scope, CallFilter(), ALL)}


@pytest.mark.parametrize("word", FORMATS)
@examples(0.5)
@given(said=words)
def test_export_and_import_give_the_same_numbers(
    word: str, said: list[CallEvent], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Call by call: how it stands, when it was made, answered and over, how long it was."""
    store = MemoryStore()
    organization = make_organization(store)
    space = make_space(store, organization)
    store.ingest(
        [
            Batch(
                org_id=organization.id,
                space_id=space.id,
                entries=[receipt_of(each) for each in said],
                received_at=NOW,
            )
        ]
    )
    scope = Scope(organization.id)
    before = calls_of(store, scope)
    if not before:
        return
    other, its_scope, report = taken_along(store, scope, word, tmp_path_factory.mktemp("taken"))
    assert report.rejected == 0, report.reasons
    after = calls_of(other, its_scope)
    assert before.keys() == after.keys()
    for call_id, kept in before.items():
        expected, found = numbers(kept), numbers(after[call_id])
        assert {name: found[name] for name in expected} == expected
        assert ("end_time" in kept.inferred) <= ("end_time" in after[call_id].inferred)


@pytest.mark.parametrize("word", FORMATS)
def test_an_inferred_end_does_not_become_talk_time(word: str, tmp_path: Path) -> None:
    """A completed call with a start, no known length and a late note came back with 824,203 s of talk."""
    store = MemoryStore()
    organization = make_organization(store)
    space = make_space(store, organization)
    send(
        store, space, call("c", "in_progress", at=0, start_time=NOW), call("c", at=824_203, metadata={"n": 1})
    )
    scope = Scope(organization.id)
    assert calls_of(store, scope)["c"].duration_ms is None
    other, its_scope, _ = taken_along(store, scope, word, tmp_path)
    found = calls_of(other, its_scope)["c"]
    assert (found.duration_ms, found.end_time) == (None, NOW + 824_203 * SECOND)
    assert found.inferred == ("creation_time", "end_time")


@pytest.mark.parametrize("word", FORMATS)
def test_a_length_of_nothing_stays_known(word: str, tmp_path: Path) -> None:
    """It is in the average, and so is its call in that of whoever imports it."""
    store = MemoryStore()
    organization = make_organization(store)
    space = make_space(store, organization)
    send(store, space, call("c", creation_time=NOW), call("c", at=300, duration_ms=0))
    other, scope, _ = taken_along(store, Scope(organization.id), word, tmp_path)
    assert calls_of(other, scope)["c"].duration_ms == 0


EARLIER = (
    "call_id,space_token,source_number,destination_number,call_type,call_status,creation_time,start_time,end_time,"
    "call_duration,end_reason,source_end_reason,answered_by,agent,task_id,source,external_ids,metadata\n"
    "late,s,,,,completed,2025-11-10T10:00:00Z,2025-11-10T10:00:00Z,2025-11-12T10:00:00Z,,,,,,,events,,\n"
    "never,s,,,,completed,2025-11-10T10:00:00Z,2025-11-10T10:00:00Z,2025-11-10T10:00:00Z,,,,,,,events,,\n"
    "turned,s,,,,completed,2025-11-10T10:00:00Z,2025-11-10T11:00:00Z,2025-11-10T10:00:00Z,0,,,,,,events,,\n"
    "sound,s,,,,completed,2025-11-10T10:00:00Z,2025-11-10T10:00:00Z,2025-11-10T10:01:00Z,60,,,,,,events,,\n"
)


def test_what_an_earlier_version_inferred_is_not_taken_as_stated(tmp_path: Path) -> None:
    """It told a length wherever it knew one: a start and an end without it are no talk time."""
    file = tmp_path / "calls.csv"
    file.write_text(EARLIER)
    store, scope, _ = imported(file, tmp_path)
    found = {name: each.duration_ms for name, each in calls_of(store, scope).items()}
    assert found == {"late": None, "never": None, "turned": None, "sound": 60_000}


def test_exports_of_earlier_versions_are_known(tmp_path: Path) -> None:
    """Their columns were one fewer; what they inferred they did not tell apart."""
    file = tmp_path / "calls.csv"
    file.write_text(
        "call_id,space_token,source_number,destination_number,call_type,call_status,creation_time,start_time,"
        "end_time,call_duration,end_reason,source_end_reason,answered_by,agent,task_id,source,external_ids,"
        "metadata\n"
        "c,spc_1,,,outbound,completed,2026-01-01T00:00:00Z,2026-01-01T00:00:05Z,2026-01-01T00:01:05Z,60,,,,,,"
        "events,,\n"
    )
    store, scope, report = imported(file, tmp_path)
    assert report.rejected == 0
    found = calls_of(store, scope)["c"]
    assert (found.duration_ms, found.inferred) == (60_000, ())
    assert found.end_time == NOW + MINUTE + 5 * SECOND


def test_exports_without_outcomes_are_known(tmp_path: Path) -> None:
    """The version before had no column of outcomes; it said which times it inferred."""
    file = tmp_path / "calls.csv"
    file.write_text(
        "call_id,space_token,source_number,destination_number,call_type,call_status,creation_time,start_time,"
        "end_time,call_duration,end_reason,source_end_reason,answered_by,agent,task_id,external_ids,metadata,"
        "source,inferred\n"
        "c,spc_1,,,outbound,completed,2026-01-01T00:00:00Z,2026-01-01T00:00:05Z,2026-01-01T00:01:05Z,,,,,,,,,"
        "events,creation_time end_time\n"
    )
    store, scope, report = imported(file, tmp_path)
    assert report.rejected == 0
    found = calls_of(store, scope)["c"]
    assert (found.duration_ms, found.inferred) == (None, ("end_time",))
    assert (found.end_time, found.outcome) == (NOW + MINUTE + 5 * SECOND, None)


def test_exports_without_costs_are_known(tmp_path: Path) -> None:
    """The version before had no columns of what a call costs."""
    file = tmp_path / "calls.csv"
    file.write_text(
        "call_id,space_token,source_number,destination_number,call_type,call_status,creation_time,start_time,"
        "end_time,call_duration,end_reason,source_end_reason,answered_by,agent,task_id,outcome,external_ids,"
        "metadata,source,inferred\n"
        "c,spc_1,,,outbound,completed,2026-01-01T00:00:00Z,2026-01-01T00:00:05Z,2026-01-01T00:01:05Z,,,,,,,sold,,,"
        "events,creation_time end_time\n"
    )
    store, scope, report = imported(file, tmp_path)
    assert report.rejected == 0
    found = calls_of(store, scope)["c"]
    assert (found.outcome, found.cost, found.inferred) == ("sold", None, ("end_time",))
