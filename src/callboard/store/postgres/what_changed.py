"""The statements by which readers learn what changed since they asked last, and how answers are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from psycopg import pq

from callboard.model.totals import TOTALS_FIELDS, Totals
from callboard.store.postgres.arrays import array_text

DIRECTORY = b"SELECT value FROM meta WHERE name = 'directory_version'"
OF_ORGANIZATIONS = (
    "SELECT held.org_id, held.version, totals.space_id, totals.version, "
    + ", ".join(f"totals.{name}" for name in TOTALS_FIELDS)
    + " FROM unnest($1::BIGINT[], $2::BIGINT[]) AS watched (org_id, since) "
    "JOIN organization_clock AS held ON held.org_id = watched.org_id "
    "LEFT JOIN totals ON totals.org_id = held.org_id AND totals.version > watched.since "
    "WHERE held.version <> watched.since"
).encode()
ON_NODE = (
    b"SELECT what_changed($1::TEXT, $2::BIGINT[], $3::BIGINT[], $4::BIGINT[]) "
    b"FROM organization_clock WHERE org_id = $5::BIGINT"
)
"""Any organization of the node leads there."""


class Question(NamedTuple):
    """A prepared statement with its values."""

    name: bytes
    values: Sequence[bytes]


class Changed(NamedTuple):
    """An organization that changed, with one of its spaces if that did."""

    org_id: int
    version: int
    space_id: int | None
    space_version: int | None
    totals: Totals


class NodeAnswer(NamedTuple):
    """What a node says."""

    server: str
    """Since when its server runs."""
    state: str
    """Equal as long as nothing changed there."""
    changed: list[Changed]
    away: list[int]
    """Organizations that are not on this node."""


ASK_DIRECTORY = Question(b"directory", [])


def ask_organizations(versions: Mapping[int, int]) -> Question:
    """Of a database that is not distributed: which of these organizations have another version, and since
    then changed spaces.
    """
    return Question(b"changed", [_array(versions), _array(versions.values())])


def ask_node(state: str, shards: Iterable[int], versions: Mapping[int, int]) -> Question:
    """The same of the organizations on one node, which may say at once that nothing changed since `state`."""
    org_ids = list(versions)
    return Question(
        b"changed",
        [
            *(state.encode(), _array(shards), _array(org_ids)),
            *(_array(versions.values()), b"%d" % org_ids[0]),
        ],
    )


def directory_version(result: pq.abc.PGresult) -> int:
    """The answer to `ASK_DIRECTORY`."""
    return int(result.get_value(0, 0) or 0)


def organizations(result: pq.abc.PGresult) -> list[Changed]:
    """The answer to `ask_organizations`."""
    rows = [
        [int(value) if (value := result.get_value(row, column)) is not None else None for column in columns]
        for columns in [range(result.nfields)]
        for row in range(result.ntuples)
    ]
    return [_changed(row) for row in rows]


def node_answer(result: pq.abc.PGresult) -> NodeAnswer | None:
    """The answer to `ask_node`; None when the organization that leads there is gone."""
    text = result.get_value(0, 0) if result.ntuples else None
    if text is None:
        return None
    state, parts, away = msgspec.json.decode(text)
    server = state.rpartition(" ")[0]
    return NodeAnswer(server, state, [_changed(row) for part in parts for row in part], away)


def _changed(row: Sequence[int | None]) -> Changed:
    org_id, version, space_id, space_version, *totals = row
    assert org_id is not None
    assert version is not None
    return Changed(org_id, version, space_id, space_version, Totals(*[value or 0 for value in totals]))


def _array(values: Iterable[int]) -> bytes:
    return array_text(list(values)).encode()
