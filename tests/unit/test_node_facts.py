"""What a store says of the nodes of its database: which are sick or weak, and how commits are durable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.errors import StoreUnavailableError
from callboard.store.postgres.nodes import Node, NodeSettings, facts_of_cluster, facts_of_one

SOUND = NodeSettings(False, "on", "on", "on", "")
COORDINATOR = Node("first:5432", "first", 5432, True, False)
switches = st.sampled_from(["on", "off"])
settings = st.builds(
    NodeSettings,
    st.booleans(),
    switches,
    switches,
    st.sampled_from(["off", "local", "remote_write", "on", "remote_apply"]),
    st.sampled_from(["", "*"]),
)


@given(st.lists(st.none() | settings, min_size=1, max_size=6))
def test_each_node_is_sound_weak_or_sick_and_never_two_of_them(found: list[NodeSettings | None]) -> None:
    """Who does not answer is unknown, so not weak; while any answers and takes writes the store is ready."""
    nodes = [Node(f"n{place}:5432", f"n{place}", 5432, False, True) for place in range(len(found))]
    read = {node.name: each for node, each in zip(nodes, found, strict=True)}
    serving = {name for name, each in read.items() if each is not None and not each.is_standby}
    if not serving:
        with pytest.raises(StoreUnavailableError, match="No node of the cluster answers"):
            facts_of_cluster(SOUND, [COORDINATOR, *nodes], read)
        return
    facts = facts_of_cluster(SOUND, [COORDINATOR, *nodes], read)
    sick = {each.split(" (")[0] for each in facts.get("sick", "").split("), ") if each}
    weak = {each.split(" (")[0] for each in facts.get("weak", "").split("), ") if each}
    assert sick == {*read} - serving
    assert weak == {
        name
        for name in serving
        if (each := read[name]) and "off" in (each.fsync, each.full_page_writes, each.synchronous_commit)
    }
    texts = {SOUND.durable, *(each.durable for name in serving if (each := read[name]))}
    assert all(text in facts["durable"] for text in texts)


@given(settings)
def test_a_database_that_is_not_distributed_is_one_node(own: NodeSettings) -> None:
    """It is weak by the same settings; a standby is not ready."""
    if own.is_standby:
        with pytest.raises(StoreUnavailableError, match="standby"):
            facts_of_one(own)
        return
    facts = facts_of_one(own)
    assert facts["durable"] == own.durable
    assert "synchronous_commit=off" not in facts["durable"], "our commits raise it"
    assert facts.get("weak", "") == ", ".join(own.weaknesses)
    assert "sick" not in facts
