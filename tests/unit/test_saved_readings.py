"""A saved mapping is the options of a plan, whichever there are, and gives the same plan again."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.mapping import MapOptions
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.saved import document_of, options_digest, with_document
from callboard.store.readings import reads_alike

PLAN = ImportPlan(file="calls.csv", handle="acme.com", space="spc_1", db="calls.db", mapping="dialler")
MAPPED = dataclasses.replace(
    PLAN, options=MapOptions(map=("call_id=id,call_status=status", "agent=who"), set=("call_type=inbound",))
)


def drawn(hint: Any, name: str) -> Any:
    """Some value of an option's type that is not its default."""
    if hint in (tuple[str, ...], tuple[str, ...] | None):
        return (f"{name}=x", f"other={name}")
    if hint == tuple[tuple[str, str], ...]:
        return ((f"{name}=1", "agent=x"),)
    return True if hint is bool else 7 if hint in (int, int | None, float | None) else "task"


def test_every_option_of_a_plan_is_saved() -> None:
    """Each field of the plan and its options, also of those that are added later."""
    options = MapOptions(
        **{
            each.name: drawn(get_type_hints(MapOptions)[each.name], each.name)
            for each in dataclasses.fields(MapOptions)
        }
    )
    how = {
        each.name: drawn(get_type_hints(ImportPlan)[each.name], each.name)
        for each in dataclasses.fields(ImportPlan)
        if each.name not in {"file", "handle", "space", "space_from", "db", "mapping", "options", "spool"}
    }
    plan = dataclasses.replace(PLAN, options=options, **how)
    assert json.loads(document_of(plan)).keys() == {
        *how,
        *(each.name for each in dataclasses.fields(MapOptions)),
    }
    assert with_document(PLAN, document_of(plan)) == plan


def test_what_says_nothing_of_how_a_file_is_read_is_not_saved() -> None:
    """Not the file, the space or the store; and nothing of options at their defaults."""
    assert json.loads(document_of(PLAN)) == {}
    assert document_of(MAPPED) == document_of(
        dataclasses.replace(MAPPED, file="x", space=None, space_from="c")
    )


def test_options_beside_a_mapping_override_it() -> None:
    """Fields by --map and --set, words by --values; of others the whole option."""
    saved = dataclasses.replace(
        MAPPED,
        encoding="latin-1",
        options=dataclasses.replace(MAPPED.options, values=("call_status:A=missed",), time_format=("unix",)),
    )
    given = MapOptions(map=("agent=other",), values=("call_status:B=failed",), time_format=("%d.%m.%Y",))
    merged = with_document(dataclasses.replace(PLAN, options=given), document_of(saved))
    assert merged.encoding == "latin-1"
    assert merged.options == MapOptions(
        map=("call_id=id,call_status=status", "agent=other"),
        set=("call_type=inbound",),
        values=("call_status:A=missed", "call_status:B=failed"),
        time_format=("%d.%m.%Y",),
    )


def test_a_default_that_is_stated_overrides_too() -> None:
    """`--type call` beside a mapping of tasks is meant."""
    document = document_of(dataclasses.replace(PLAN, options=MapOptions(record_type="task")))
    assert with_document(PLAN, document).options.record_type == "task"
    assert with_document(PLAN, document, frozenset({"record_type"})).options.record_type == "call"


@pytest.mark.parametrize("document", ['{"sideways": 1}', '{"file": "x"}', '{"map": 7}', "[]", "{"])
def test_a_document_that_is_not_understood_is_refused(document: str) -> None:
    """Not read in part: an option left out would read the file otherwise."""
    with pytest.raises(ImportOptionError, match="saved mapping"):
        with_document(PLAN, document)


WORDS = st.dictionaries(
    st.sampled_from(["asleep", "Away", "busy-1"]), st.sampled_from(["missed", "failed"]), max_size=3
)


@given(WORDS, WORDS, st.sampled_from(["", ",completed=missed"]), st.booleans())
def test_words_that_one_reading_adds_contradict_no_other(one, other, known, is_reason) -> None:
    """What an unknown word means adds to a reading. Another meaning of the same word, in whatever capitals,
    or one of a word that is known or kept without it, is another reading.
    """

    def digest(words: dict[str, str], more: str = "", kept: str = "") -> str:
        said = "call_status:" + ",".join(f"{word}={meaning}" for word, meaning in words.items()) + more
        values = (*((said,) if words else ()), *((kept,) if kept else ()))
        return options_digest(
            dataclasses.replace(MAPPED, options=dataclasses.replace(MAPPED.options, values=values))
        )

    agree = all(other.get(word, meaning) == meaning for word, meaning in one.items())
    capitals = {word.upper(): meaning for word, meaning in other.items()}
    assert reads_alike(digest(one), digest(other)) == reads_alike(digest(other), digest(one)) == agree
    assert reads_alike(digest(one), digest(capitals)) == agree
    if other and known:
        assert not reads_alike(digest(one), digest(other, known))
    if is_reason:
        assert not reads_alike(digest(one), digest(one, kept="end_reason:asleep=busy"))
    if other:
        assert not reads_alike(digest(one), digest(other, ",*=completed"))
    assert not reads_alike(digest(one), None)
