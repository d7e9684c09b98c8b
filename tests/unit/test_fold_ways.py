"""An entry that is folded again, because its commit failed, knows nothing of what came beside it there."""

from __future__ import annotations

from msgspec import structs

from callboard.fold.batch import Loaded, SpaceFold
from callboard.model.call import Call
from tests.events import call


def folded(*entries: object) -> str:
    fold = SpaceFold(Loaded({}, {}, {}))
    for batch_no, entry in enumerate(entries, 1):
        entry.batch_no = batch_no  # type: ignore[attr-defined]
        fold.arrive(entry)  # type: ignore[arg-type]
    [item] = fold.items
    assert isinstance(item.row, Call)
    return item.row.source


def test_a_commit_that_is_tried_again_alone_has_only_its_own_ways():
    """Two requests shared the commit that failed; then only one of them comes again."""
    word = structs.replace(call("c1"), source="zulu")
    assert folded(word, structs.replace(word, source="events")) == "events"
    assert folded(word) == "zulu"
