"""Filters → WHERE conditions. The SQL consists of our own fragments only; values are always bound."""

from __future__ import annotations

from typing import Any, LiteralString

from callboard.model.call import MAX_CALL_SPAN
from callboard.model.fields import filter_fields
from callboard.model.task import CALL_ENDED_FOR
from callboard.store.questions import CallFilter, FilterValue, Position, Scope, TaskFilter, Unknown
from callboard.store.sql.database import Dialect

_FINAL: LiteralString = "call_status IN ('completed', 'missed', 'failed')"
WAIT_KNOWN: LiteralString = "start_time >= creation_time AND (time_marks & 8) = 0"
"""Whether a call's time to answer is known (`Call.wait_ms`)."""


_CALL_MATCHES = tuple(each.row_name for each in filter_fields("call"))
_TASK_MATCHES = tuple(each.row_name for each in filter_fields("task"))
"""Columns of filters that match one value, or `unknown`."""


class Conditions:
    """Conditions joined by AND, and their bound values."""

    def __init__(self) -> None:
        self.fragments: list[str] = []
        self.values: dict[str, Any] = {}

    def add(self, fragment: str, **values: Any) -> None:
        """Add a condition."""
        self.fragments.append(fragment)
        self.values.update(values)

    def match(self, column: LiteralString, wanted: FilterValue | int) -> None:
        """A column equals a value. `Unknown` matches null, and the text `unknown`, which end reasons may
        hold.
        """
        if isinstance(wanted, Unknown):
            self.fragments.append("(" + column + " IS NULL OR " + column + " = 'unknown')")
        elif wanted is not None:
            self.fragments.append(column + " = :" + column)
            self.values[column] = wanted

    @property
    def where(self) -> str:
        return " AND ".join(self.fragments)


def in_scope(scope: Scope, conditions: Conditions, *, by_time: bool) -> None:
    """The organization, always; and one space of it, or its contact spaces, unless the scope is all of it.

    `by_time` makes SQLite read the organization's index by time, which ends after one page of the newest
    rows. The unary + has no other effect than to hide the condition from the planner: otherwise it would take
    an index by space, and sort the rows of all spaces.
    """
    conditions.add("org_id = :org_id", org_id=scope.org_id)
    if scope.space_id is not None:
        conditions.add("space_id = :space_id", space_id=scope.space_id)
    elif not scope.all_content:
        contact: LiteralString = (
            "space_id IN (SELECT id FROM space WHERE org_id = :org_id AND content_type = 'contact')"
        )
        conditions.add("+" + contact if by_time else contact)


_HAS_EXTERNAL_ID: LiteralString = (
    "(space_id, call_id) IN (SELECT member.space_id, coalesce(member.leg_of, member.call_id) "
    "FROM call_link AS link JOIN call AS member ON member.org_id = link.org_id AND member.no = link.no "
    "WHERE link.org_id = :org_id AND link.kind = 'external' AND link.value = :external_id{})"
)
_HAS_LEGS: LiteralString = (
    "(space_id, call_id) IN (SELECT leg.space_id, leg.leg_of FROM call AS leg{} "
    "WHERE leg.org_id = :org_id AND leg.leg_of IS NOT NULL{})"
)


def _of_group(dialect: Dialect, scope: Scope, where: CallFilter, conditions: Conditions) -> None:
    """What is asked of all rows of a call's group."""
    if where.external_id is not None:
        in_space: LiteralString = "" if scope.space_id is None else " AND link.space_id = :space_id"
        conditions.add(_HAS_EXTERNAL_ID.format(in_space), external_id=where.external_id)
    if where.has_legs is not None:
        of_space: LiteralString = "" if scope.space_id is None else " AND leg.space_id = :space_id"
        conditions.add(
            ("" if where.has_legs else "NOT ") + _HAS_LEGS.format(dialect.indexed("call_by_head"), of_space)
        )


def calls_where(dialect: Dialect, scope: Scope, where: CallFilter) -> Conditions:
    """The conditions for calls in scope that match the filter."""
    conditions = Conditions()
    # A task has few calls: the index by task finds them in each space, and sorting them costs nothing.
    in_scope(scope, conditions, by_time=not isinstance(where.task_id, str) and where.external_id is None)
    conditions.add("void = 0")
    for column in _CALL_MATCHES:
        conditions.match(column, getattr(where, column))
    _of_group(dialect, scope, where, conditions)
    if where.answered is not None:
        conditions.add(
            "(start_time IS NOT NULL OR coalesce(duration_ms, 0) > 0)"
            if where.answered
            else "(start_time IS NULL AND coalesce(duration_ms, 0) = 0)"
        )
    if where.made is not None:
        conditions.add("call_status <> 'queued'" if where.made else "call_status = 'queued'")
    if where.final is not None:
        conditions.add(_FINAL if where.final else "NOT " + _FINAL)
    if where.duration_known is not None:
        conditions.add("duration_ms IS NOT NULL" if where.duration_known else "duration_ms IS NULL")
    if where.contradicting is not None:
        conditions.add("(time_marks & 4) <> 0" if where.contradicting else "(time_marks & 4) = 0")
    if where.past_limit is not None:
        conditions.add(("" if where.past_limit else "NOT ") + past_limit(dialect), now=where.now)
    _amounts(where, conditions)
    _under_way(dialect, where, conditions)
    if where.start is not None:
        conditions.add("creation_time >= :start", start=where.start)
    if where.end is not None:
        conditions.add("creation_time < :end", end=where.end)
    return conditions


_TALKS: LiteralString = "call_status IN ('in_progress', 'completed', 'failed')"
# Its times do not contradict each other. If it ended, the talk time fits before its end, give or take 1 s,
# because sources round to whole seconds. An unknown end makes this NULL: not true.
_HAS_KNOWN_TIME: LiteralString = (
    "(time_marks & 4) = 0 AND (NOT ("
    + _FINAL
    + ") OR end_time + 1000000 >= coalesce(duration_ms, 0) * 1000 + "
)
_BEGINS: dict[str, LiteralString] = {
    "talk": "CASE WHEN "
    + _TALKS
    + " AND start_time >= creation_time AND "
    + _HAS_KNOWN_TIME
    # An inferred end that equals the start says nothing about how long they talked.
    + "start_time AND ((time_marks & 2) = 0 OR end_time > start_time)) THEN start_time END",
    "offered": "CASE WHEN call_status <> 'queued' AND "
    + _HAS_KNOWN_TIME
    + "creation_time) THEN creation_time END",
}
_ANSWERED_AFTER: LiteralString = (
    "CASE WHEN start_time > creation_time THEN start_time - creation_time ELSE 0 END"
)
"""From the creation of a live call until it counts as live. The same rule as `Call.live_since`."""
_SPACE_OF_CALL: LiteralString = " FROM space WHERE space.id = call.space_id AND space.org_id = call.org_id)"
_HOOKS_OF_CALL: LiteralString = (
    " FROM hook WHERE hook.org_id = call.org_id AND hook.space_id = call.space_id"
    " AND 'hook:' || hook.platform = call.source AND hook.revoked_at IS NULL)"
)


def interval(dialect: Dialect, kind: str) -> tuple[str, str]:
    """SQL for the begin and the end of the time in which a call talked (`talk`) or was offered (`offered`).
    The same rules as `Call.begins` and `Call.ends`.
    """
    begins = _BEGINS[kind]
    limit = live_limit(dialect)
    if kind == "offered":
        limit = _ANSWERED_AFTER + " + " + limit
    return begins, "CASE WHEN " + _FINAL + " THEN end_time ELSE " + begins + " + " + limit + " END"


def live_limit(dialect: Dialect) -> str:
    """SQL for how long a call may stay live, in microseconds: the least of what its space allows, and of what
    the hooks of its space allow by which it may have come. The one rule for all that asks: lists, reports,
    attention, reconciliation.
    """
    of_space, of_hooks = dialect.live_limit, "(SELECT min(" + dialect.hook_live_limit + ")" + _HOOKS_OF_CALL
    least = dialect.least + "(" + of_space + ", coalesce(" + of_hooks + ", 604800))"
    return "1000000 * (SELECT " + least + _SPACE_OF_CALL


def past_limit(dialect: Dialect) -> str:
    """SQL for whether a call is live at `:now` and should not be any more: no word of its end has come."""
    since: LiteralString = "creation_time + " + _ANSWERED_AFTER
    return (
        "(call_status IN ('ringing', 'in_progress') AND " + since + " + " + live_limit(dialect) + " < :now)"
    )


def has_no_known_time(dialect: Dialect, kind: str) -> str:
    """SQL for whether a call talked or was offered, but when is unknown."""
    begins, ends = interval(dialect, kind)
    turned = "coalesce(" + ends + " < " + begins + ", false)"
    if kind == "offered":
        return "(" + turned + " OR (call_status <> 'queued' AND " + begins + " IS NULL))"
    return (
        "(" + turned + " OR (" + _TALKS + " AND " + begins + " IS NULL AND (start_time IS NOT NULL "
        "OR coalesce(duration_ms, 0) > 0 OR call_status = 'in_progress')))"
    )


def _under_way(dialect: Dialect, where: CallFilter, conditions: Conditions) -> None:
    for kind, span in (("talk", where.talking_at), ("offered", where.offered_at)):
        if span is not None:
            begins, ends = interval(dialect, kind)
            since, until = ":since_" + kind, ":until_" + kind
            conditions.add(
                since + " < " + until + " AND " + begins + " < " + until + " AND " + ends + " > " + since,
                **{"since_" + kind: span[0], "until_" + kind: span[1], "back": MAX_CALL_SPAN},
            )
            conditions.add(begins + " < " + ends + " AND " + begins + " < creation_time + :back")
            # Bounds for the index by creation time: a call cannot be under way before its creation, or later
            # than `MAX_CALL_SPAN` after it.
            conditions.add("creation_time < " + until)
            conditions.add("creation_time > " + since + " - :back")
    if where.unplaced is not None:
        conditions.add(has_no_known_time(dialect, where.unplaced))


def _amounts(where: CallFilter, conditions: Conditions) -> None:
    if where.min_duration_ms is not None:
        conditions.add("duration_ms >= :min_duration", min_duration=where.min_duration_ms)
    if where.max_duration_ms is not None:
        conditions.add("duration_ms <= :max_duration", max_duration=where.max_duration_ms)
    if where.time_to_answer_known is not None:
        known: LiteralString = "coalesce(" + WAIT_KNOWN + ", false)"
        conditions.add(known if where.time_to_answer_known else "NOT " + known)
    wait: LiteralString = WAIT_KNOWN + " AND (start_time - creation_time) / 1000"
    if where.min_wait_ms is not None:
        conditions.add(wait + " >= :min_wait", min_wait=where.min_wait_ms)
    if where.max_wait_ms is not None:
        conditions.add(wait + " <= :max_wait", max_wait=where.max_wait_ms)


_LIMIT: LiteralString = (
    "(SELECT CASE task.status WHEN 'running' THEN stuck_running_after_us ELSE stuck_pending_after_us END"
    " FROM space WHERE space.id = task.space_id AND space.org_id = task.org_id)"
)


_CALL_ENDED: LiteralString = (
    "(waiting_since IS NOT NULL AND EXISTS (SELECT 1 FROM call{} WHERE "
    "call.org_id = task.org_id AND call.space_id = task.space_id AND call.task_id = task.task_id AND "
    "call.void = 0 AND call.call_status IN ('completed', 'missed', 'failed') AND "
    "call.end_time > task.waiting_since AND call.end_time < :ended_before) AND NOT EXISTS "
    "(SELECT 1 FROM call{} WHERE call.org_id = task.org_id AND "
    "call.space_id = task.space_id AND call.task_id = task.task_id AND call.void = 0 AND "
    "call.call_status IN ('ringing', 'in_progress')))"
)


def tasks_where(dialect: Dialect, scope: Scope, where: TaskFilter) -> Conditions:
    """The conditions for tasks in scope that match the filter."""
    conditions = Conditions()
    in_scope(scope, conditions, by_time=True)
    conditions.add("void = 0")
    for column in _TASK_MATCHES:
        conditions.match(column, getattr(where, column))
    if where.created_from is not None:
        conditions.add("created >= :created_from", created_from=where.created_from)
    if where.created_to is not None:
        conditions.add("created < :created_to", created_to=where.created_to)
    if where.updated_before is not None:
        conditions.add("modified < :updated_before", updated_before=where.updated_before)
    if where.waiting_before is not None:
        conditions.add("waiting_since < :waiting_before", waiting_before=where.waiting_before)
    if where.call_ended is not None:
        by_task = dialect.indexed("call_by_task")
        ended = _CALL_ENDED.format(by_task, by_task)
        ended = ended if where.call_ended else "NOT " + ended
        conditions.add(ended, ended_before=where.now - CALL_ENDED_FOR)
    if where.stuck is True:
        conditions.add("waiting_since IS NOT NULL AND :now - waiting_since > " + _LIMIT, now=where.now)
    elif where.stuck is False:
        conditions.add("(waiting_since IS NULL OR :now - waiting_since <= " + _LIMIT + ")", now=where.now)
    return conditions


def after_position(
    conditions: Conditions, at: LiteralString, item_id: LiteralString, after: Position | None
) -> None:
    """Keyset pagination: only rows after a position in the order of lists, by time descending, then by id and
    space ascending. The first condition is implied by the second; an index on time can use it.
    """
    if after is not None:
        conditions.add(
            at + " <= :at AND (" + at + " < :at OR " + item_id + " > :item_id"
            " OR (" + item_id + " = :item_id AND space_id > :after_space))",
            at=after.at,
            item_id=after.item_id,
            after_space=after.space_id,
        )
