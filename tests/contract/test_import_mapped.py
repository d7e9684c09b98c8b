"""What a mapping leaves to the store: a file completed by a second import, ids over an interruption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from callboard.ingest.sources.files.records import Record
from callboard.ingest.sources.importer import CHUNK_ROWS, Destination, Importer
from callboard.ingest.sources.mapping import MapOptions, RowMapping
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.report import ImportReport
from callboard.ingest.sources.targets import OneSpace
from callboard.model.directory import Organization, Space
from callboard.store.interface import Store
from tests.stores import NOW, bits, dump, make_space

AT = "2025-11-07T10:00:00Z"


class File:
    """Rows as of a file; reading may be interrupted."""

    kind = "delimited"

    def __init__(self, columns: str, rows: Sequence[Sequence[str]], stop_before: int | None = None) -> None:
        self.columns = columns.split(",")
        self._rows = rows
        self._stop_before = stop_before
        self.left_out: dict[str, int] = {}
        self.mended = 0

    def __iter__(self) -> Iterator[Record]:
        for number, cells in enumerate(self._rows):
            if number == self._stop_before:
                raise KeyboardInterrupt
            yield Record(number + 2, dict(zip(self.columns, cells, strict=True)), list(cells))


def load(store: Store, space: Space, folder: Path, file: File, options: MapOptions) -> ImportReport:
    with RejectsFile(folder / "rejected.csv", file.kind, file.columns) as rejects:
        run = Importer(file, RowMapping(options), OneSpace(space), rejects, lambda: NOW)
        return run.run(Destination(store, space.org_id), f"calls.csv {options}"[:200], same_rows=True)


def test_the_line_that_maps_a_word_completes_the_call(
    store: Store, acme: Organization, globex: Organization, tmp_path: Path
) -> None:
    """The field of an unknown word is left out and not null: a second import says it, with the same end as if
    the first had known the word.
    """
    mapped = ("call_id=id,call_status=status,creation_time=at,call_type=way",)
    rows = [["a", "completed", AT, "Eingehend"], ["b", "missed", AT, "inbound"], ["c", "gone", AT, "inbound"]]
    file = File("id,status,at,way", rows)
    space = make_space(store, acme)
    first = load(store, space, tmp_path, file, MapOptions(map=mapped))
    assert (first.applied, first.rejected) == (2, 1)
    assert [(each.field, each.word, each.rows) for each in first.unknown_words] == [
        ("call_status", "gone", 1),
        ("call_type", "Eingehend", 1),
    ]
    calls = dump(store, acme.id)["calls"]
    assert calls[space.id, "a"].call_type is None
    values = ("call_type:Eingehend=inbound,call_status:gone=failed",)
    second = load(store, space, tmp_path, file, MapOptions(map=mapped, values=values))
    assert (second.rejected, second.duplicate, second.unknown_words) == (0, 1, [])
    other = make_space(store, globex)
    load(store, other, tmp_path, file, MapOptions(map=mapped, values=values))
    found = {call_id: call for (_, call_id), call in dump(store, acme.id)["calls"].items()}
    whole = {call_id: call for (_, call_id), call in dump(store, globex.id)["calls"].items()}
    assert found["a"].call_type == "inbound"
    assert bits({"calls": found}) == bits({"calls": whole})


@pytest.mark.parametrize("stop_before", [0, CHUNK_ROWS + 3, 2 * CHUNK_ROWS])
def test_ids_go_on_where_an_import_was_interrupted(
    store: Store, acme: Organization, globex: Organization, tmp_path: Path, stop_before: int
) -> None:
    """Rows that are passed over are counted among those that say the same."""
    rows = [
        [AT, ("completed", "missed")[number % 2], str(number % 900)] for number in range(2 * CHUNK_ROWS + 9)
    ]
    options = MapOptions(map=("creation_time=at,call_status=status",), id_from=("*",))
    space, other = make_space(store, acme), make_space(store, globex)
    with pytest.raises(KeyboardInterrupt):
        load(store, space, tmp_path, File("at,status,n", rows, stop_before), options)
    again = load(store, space, tmp_path, File("at,status,n", rows), options)
    load(store, other, tmp_path, File("at,status,n", rows[::-1]), options)
    assert (again.applied, again.rejected) == (len(rows), 0)
    found = {call_id: call for (_, call_id), call in dump(store, acme.id)["calls"].items()}
    turned = {call_id: call for (_, call_id), call in dump(store, globex.id)["calls"].items()}
    assert len(found) == len(rows)
    assert bits({"calls": found}) == bits({"calls": turned})
