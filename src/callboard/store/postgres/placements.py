"""Where the organizations of a cluster are: on which shard, and on which node that is."""

from __future__ import annotations

from collections.abc import Collection

from callboard.store.sql.database import Database

MAX_PLACED = 100_000
"""Organizations whose shard is known; all are looked up anew beyond that."""

_SHARDS = (
    "SELECT placed.shardid, node.nodename || ':' || node.nodeport "
    "FROM pg_dist_shard AS shard "
    "JOIN pg_dist_placement AS placed ON placed.shardid = shard.shardid "
    "JOIN pg_dist_node AS node ON node.groupid = placed.groupid AND node.noderole = 'primary' "
    "WHERE shard.logicalrelid = 'organization_clock'::REGCLASS"
)
_OF_ORGANIZATIONS = (
    "SELECT id, get_shard_id_for_distribution_column('organization_clock', id) "
    "FROM unnest(:ids::BIGINT[]) AS wanted (id)"
)


class Placements:
    """Organization → shard → node, as of when they were looked up: a shard may have moved since. Thread-safe:
    what is replaced is replaced whole.
    """

    def __init__(self) -> None:
        self._shard_of: dict[int, int] = {}
        self._nodes: dict[int, str] = {}

    def shard_of(self, org_id: int) -> int | None:
        """The shard of an organization's clock; None when it is not known."""
        return self._shard_of.get(org_id)

    def node_of(self, org_id: int) -> str | None:
        """The name of the node; None when it is not known."""
        return self._nodes.get(self._shard_of.get(org_id, -1))

    def look_up(self, db: Database, org_ids: Collection[int]) -> None:
        """Read where all shards are now, and on which these organizations are."""
        self._nodes = {row[0]: row[1] for row in db.select(_SHARDS)}
        if len(self._shard_of) + len(org_ids) > MAX_PLACED:
            self._shard_of = {}
        found = db.select(_OF_ORGANIZATIONS, {"ids": sorted(org_ids)}) if org_ids else []
        self._shard_of |= {row[0]: row[1] for row in found}
