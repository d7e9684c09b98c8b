"""Groups, the slow and obvious way: nothing of the product's own is used."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from callboard.model.call import Call

COUNTED, WITHDRAWN, NO_STATUS, LEG, WITHDRAWN_WITH_HEAD = range(5)
OVERSIZED = 16
most_rows = [200]
"""The most rows of a group; a test may set another number here and in the product."""


def components(rows: Iterable[Call]) -> list[list[Call]]:
    """The rows that have a status and name groups, put together as long as any two share an id."""
    groups = [([row], {*row.group_ids}) for row in rows if row.group_ids and row.void != NO_STATUS]
    merged = True
    while merged:
        merged = False
        for at, (members, ids) in enumerate(groups):
            for other in range(len(groups) - 1, at, -1):
                if ids & groups[other][1]:
                    more, more_ids = groups.pop(other)
                    members.extend(more)
                    ids.update(more_ids)
                    merged = True
    return [members for members, _ in groups]


def too_many(rows: Iterable[Call]) -> set[str]:
    """The ids of the rows whose group has too many to be one."""
    return {row.call_id for group in components(rows) if len(group) > most_rows[0] for row in group}


def plain_groups(rows: Iterable[Call]) -> list[Call]:
    """The rows, each where it stands. They come as their own events, and the ends of groups, make them."""
    every = {row.call_id: row for row in rows}
    for group in components(every.values()):
        if len(group) > most_rows[0]:
            for row in group:
                every[row.call_id] = structs.replace(row, time_marks=row.time_marks | OVERSIZED)
            continue
        head = min(group, key=lambda row: row.call_id)
        for row in group:
            if speaks_before(row, head):
                head = row
        for row in group:
            if row.void == WITHDRAWN:
                continue
            if head.void == WITHDRAWN:
                every[row.call_id] = structs.replace(row, void=WITHDRAWN_WITH_HEAD)
            elif row is not head:
                every[row.call_id] = structs.replace(row, void=LEG, leg_of=head.call_id)
    return [*every.values()]


def speaks_before(one: Call, other: Call) -> bool:
    """Whether one row is rather the head than the other."""
    if (one.call_status == "queued") != (other.call_status == "queued"):
        return other.call_status == "queued"
    ranks = [1 if each.group_rank is None else each.group_rank for each in (one, other)]
    if ranks[0] != ranks[1]:
        return ranks[0] > ranks[1]
    if one.creation_time != other.creation_time:
        return one.creation_time < other.creation_time
    return one.call_id < other.call_id
