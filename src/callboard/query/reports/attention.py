"""The attention report: what needs a human, worst first, with cause, since when, which items, and what to do.

The report changes nothing: a stuck task stays as it is until its source sends another event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct

from callboard.clock import DAY, HOUR, SECOND, Micros
from callboard.model.directory import Space
from callboard.model.totals import Totals, percent
from callboard.query.metrics import COMPLETED, MADE, metrics_named
from callboard.query.reports.links import list_link
from callboard.query.reports.period import Period, Range, exact_iso
from callboard.query.reports.query import SeriesQuery
from callboard.query.reports.scope import ReportScope
from callboard.query.reports.tabulate import tabulate
from callboard.store.interface import Store
from callboard.store.questions import Aggregate, Scan, Scope, Sum, TaskFilter, Window
from callboard.store.reporting import Overdue

CAUSES = {
    "success_rate_fell": "Look at what ended the calls of that day: one carrier, one list, one agent?",
    "task_running_too_long": "Ask its runner: it has most likely died. A new attempt takes the task up.",
    "task_pending_too_long": "Is its runner running? Nobody has taken the task up.",
    "task_open_after_its_call": "The call is over: have the runner say how the task went.",
    "task_running_longer_than_usual": "Three times longer than nearly all here: look before it is stuck.",
    "call_in_progress_too_long": "No word of its end came: callboard reconcile asks the platform.",
    "call_ringing_too_long": "No word of its end came: callboard reconcile asks the platform.",
    "tasks_failed": "Mend the reason, then run them again as a new attempt.",
}
"""Cause → what to do, worst cause first. The causes are a closed list."""
MAX_IDS = 20
MAX_ITEMS = 1_000
FAILED_WITHIN: Micros = 30 * DAY
MIN_FINISHED = 100
"""A space needs so many finished tasks for a typical run time."""
MAX_FINISHED = 1_000
"""The typical run time of a space is that of its latest finished tasks, at most so many."""
MAX_EXAMINED = 50
"""Typical run times are computed for at most so many spaces, those with the most running tasks: 50,000 tasks
are read at most."""
ALL_TIME: Range = (-(2**60), 2**60)
"""Any instant: far beyond year 9999 in microseconds, and within the 64 bits of a column."""
TIMES_TYPICAL = 3
"""A task running this many times as long as 99 of 100 of its space is listed before its stuck limit."""
WEEKS = 4
"""The same hours of so many weeks before: weekdays and times of day differ in who answers."""
MIN_CALLS, MIN_CALLS_BEFORE = 50, 200
"""Rates are compared only with at least so many calls: of the day, and of the earlier days together."""
MIN_RATE_DROP = 5.0
"""Percentage points."""
MIN_Z_SCORE = 3.0
"""Standard errors, in a two-proportion z-test: by chance about once in 700 comparisons."""


class Rates(Struct, frozen=True, kw_only=True):
    """A success rate, and what it was at the same hours of the weeks before."""

    calls: int
    success_rate: float
    calls_before: int
    success_rate_before: float
    standard_errors: float
    """The difference of the two rates, in standard errors."""


class Item(Struct, frozen=True, kw_only=True):
    """One cause in one space."""

    cause: str
    space_token: str
    space_name: str
    since: str | None
    """Of the item that lasts longest; for failed tasks, the start of the time they are counted over."""
    age_seconds: int | None
    count: int
    ids: list[str]
    """Longest first, at most 20."""
    link: str
    """To all of them."""
    what_to_do: str
    reason: str | None = None
    """For failed tasks."""
    rates: Rates | None = None
    """For a success rate that fell."""


class AttentionData(Struct, frozen=True, kw_only=True):
    """The answer."""

    as_of: str
    timezone: str
    """The home zone of the scope."""
    count: int
    """Number of all items, including those beyond the list."""
    counts: dict[str, int]
    """Cause → number of calls or tasks; for success rates, of spaces. Always has all causes."""
    items: list[Item]
    """Worst cause first, within a cause the highest count first; at most 1,000."""


def attention(
    store: Store, scope: ReportScope, totals: Mapping[int, Totals], now: Micros, *, counters: bool = True
) -> AttentionData:
    """The attention report. `totals`: by space id."""
    items = [
        *_rate_drops(store, scope, now, counters=counters),
        *_per_space_items(store, scope, totals, now),
        *_failed(store, scope, now),
    ]
    order = list(CAUSES)
    items.sort(key=lambda item: (order.index(item.cause), -item.count, item.space_token, item.reason or ""))
    counts = dict.fromkeys(CAUSES, 0)
    for item in items:
        counts[item.cause] += 1 if item.cause == "success_rate_fell" else item.count
    return AttentionData(
        as_of=exact_iso(now),
        timezone=scope.timezone,
        count=len(items),
        counts=counts,
        items=items[:MAX_ITEMS],
    )


def _item(cause: str, space: Space, now: Micros, overdue: Overdue, link: str) -> Item:
    since = overdue.since
    return Item(
        cause=cause,
        space_token=space.token,
        space_name=space.name,
        since=None if since is None else exact_iso(since),
        age_seconds=None if since is None else (now - since) // SECOND,
        count=overdue.count,
        ids=overdue.ids,
        link=link,
        what_to_do=CAUSES[cause],
    )


def _per_space_items(
    store: Store, scope: ReportScope, totals: Mapping[int, Totals], now: Micros
) -> Iterator[Item]:
    """Stuck tasks and calls that last too long. Every space has its own limits, but each query covers all
    spaces.
    """
    has = {space.id: totals.get(space.id, Totals()) for space in scope.spaces}
    running = [space for space in scope.spaces if has[space.id].tasks_running]
    pending = [space for space in scope.spaces if has[space.id].tasks_pending]
    yield from _stuck(store, scope.org_id, running, "running", now)
    yield from _stuck(store, scope.org_id, pending, "pending", now)
    if running:
        yield from _open_after_call(store, scope.org_id, running, now)
        yield from _unusually_long(store, scope.org_id, running, has, now)
    for status in ("in_progress", "ringing"):
        live = {space.id: space for space in scope.spaces if getattr(has[space.id], f"calls_{status}")}
        for space_id, overdue in store.long_live_calls(
            scope.org_id, status, tuple(live), now, MAX_IDS
        ).items():
            space = live[space_id]
            link = list_link("call-logs", space_token=space.token, call_status=status, past_limit="true")
            yield _item(f"call_{status}_too_long", space, now, overdue, link)


def _stuck_before(space: Space, status: str, now: Micros) -> Micros:
    limits = space.settings
    limit_s = limits.stuck_running_after if status == "running" else limits.stuck_pending_after
    return now - limit_s * SECOND


def _stuck(store: Store, org_id: int, spaces: Sequence[Space], status: str, now: Micros) -> Iterator[Item]:
    by_id = {space.id: space for space in spaces}
    before = {space.id: _stuck_before(space, status, now) for space in spaces}
    for space_id, overdue in store.waiting_tasks(org_id, status, before, MAX_IDS).items():
        space = by_id[space_id]
        link = list_link("tasks", space_token=space.token, status=status, stuck="true")
        yield _item(f"task_{status}_too_long", space, now, overdue, link)


def _open_after_call(store: Store, org_id: int, spaces: Sequence[Space], now: Micros) -> Iterator[Item]:
    by_id = {space.id: space for space in spaces}
    where = TaskFilter(status="running", call_ended=True, now=now)
    open_tasks = Aggregate(spaces=tuple(by_id), where=where, group=("space",), sums=(Sum("items"),))
    for _, space_id, count in store.sums(org_id, [Scan(aggregate=open_tasks, ranges=(ALL_TIME,))])[0]:
        space = by_id[space_id]
        # A list is newest first: its last tasks are those that wait longest.
        window = Window(limit=MAX_IDS, offset=max(0, count - MAX_IDS))
        tasks = [each.task for each in store.tasks(Scope(org_id, space.id), where, window)][::-1]
        waiting = [task.waiting_since for task in tasks if task.waiting_since is not None]
        overdue = Overdue(count=count, since=min(waiting, default=None), ids=[task.task_id for task in tasks])
        link = list_link("tasks", space_token=space.token, status="running", call_ended="true")
        yield _item("task_open_after_its_call", space, now, overdue, link)


def _unusually_long(
    store: Store, org_id: int, spaces: Sequence[Space], has: Mapping[int, Totals], now: Micros
) -> Iterator[Item]:
    """Tasks that have run for more than three times the 99th percentile of their space, and are not stuck
    yet.
    """
    # The spaces with most running tasks, among those with enough finished ones for a typical run time.
    examined = sorted(spaces, key=lambda space: (-has[space.id].tasks_running, space.id))
    examined = [space for space in examined if has[space.id].tasks_completed >= MIN_FINISHED]
    by_id = {space.id: space for space in examined[:MAX_EXAMINED]}
    before: dict[int, Micros] = {}
    for space_id, run_times in store.run_times_ms(org_id, tuple(by_id), MAX_FINISHED).items():
        times = sorted(run_times)
        if len(times) >= MIN_FINISHED:
            typical_ms = times[-(-len(times) * 99 // 100) - 1]
            moment = now - TIMES_TYPICAL * typical_ms * 1000
            if moment > _stuck_before(by_id[space_id], "running", now):
                before[space_id] = moment
    stuck_before = {space_id: _stuck_before(by_id[space_id], "running", now) for space_id in before}
    stuck = store.waiting_tasks(org_id, "running", stuck_before, 2 * MAX_IDS)
    for space_id, every in store.waiting_tasks(org_id, "running", before, 2 * MAX_IDS).items():
        known = stuck.get(space_id, Overdue(count=0, since=None, ids=[]))
        if every.count == known.count:
            continue
        overdue = Overdue(
            count=every.count - known.count,
            since=None,
            ids=[name for name in every.ids if name not in set(known.ids)][:MAX_IDS],
        )
        link = list_link(
            "tasks",
            space_token=by_id[space_id].token,
            status="running",
            stuck="false",
            waiting_before=exact_iso(before[space_id]),
        )
        yield _item("task_running_longer_than_usual", by_id[space_id], now, overdue, link)


def _failed(store: Store, scope: ReportScope, now: Micros) -> Iterator[Item]:
    """Failed tasks that were created in the last thirty days, by reason."""
    begin = now - FAILED_WITHIN
    by_id = {space.id: space for space in scope.spaces}
    failed = Aggregate(
        spaces=tuple(by_id),
        where=TaskFilter(status="failed"),
        group=("space", "failure_reason"),
        sums=(Sum("items"),),
    )
    scan = Scan(aggregate=failed, ranges=((begin, now),))
    counts: Counter[tuple[int, str]] = Counter()
    for _, space_id, reason, count in store.sums(scope.org_id, [scan])[0]:
        counts[space_id, reason or "unknown"] += count  # null and the word "unknown" are one list
    for (space_id, reason), count in counts.items():
        space = by_id[space_id]
        link = list_link(
            "tasks",
            space_token=space.token,
            status="failed",
            failure_reason=reason,
            created_from=exact_iso(begin),
            created_to=exact_iso(now),
        )
        yield Item(
            cause="tasks_failed",
            space_token=space.token,
            space_name=space.name,
            since=exact_iso(begin),
            age_seconds=FAILED_WITHIN // SECOND,
            count=count,
            ids=[],
            link=link,
            what_to_do=CAUSES["tasks_failed"],
            reason=reason,
        )


def _rate_drops(store: Store, scope: ReportScope, now: Micros, *, counters: bool) -> Iterator[Item]:
    """Spaces whose success rate fell: the last 24 whole hours against the same hours of the four weeks
    before.
    """
    end = now - now % HOUR
    day: Range = (end - DAY, end)
    ranges = (day, *((day[0] - 7 * DAY * week, day[1] - 7 * DAY * week) for week in range(1, WEEKS + 1)))
    query = SeriesQuery(
        scope=scope,
        period=Period(*day),
        interval="total",
        zone=ZoneInfo("UTC"),
        metrics=metrics_named(["success_rate"]),
        group=("space_token",),
        counters=counters,
    )
    numbers = tabulate(store, query, ranges)
    for space in scope.spaces:
        rates = _rate_drop(numbers[(space.id,)]) if (space.id,) in numbers else None
        if rates is not None:
            link = list_link(
                "call-logs",
                space_token=space.token,
                made="true",
                start_date=exact_iso(day[0]),
                end_date=exact_iso(day[1]),
            )
            yield Item(
                cause="success_rate_fell",
                space_token=space.token,
                space_name=space.name,
                since=exact_iso(day[0]),
                age_seconds=(now - day[0]) // SECOND,
                count=rates.calls,
                ids=[],
                link=link,
                what_to_do=CAUSES["success_rate_fell"],
                rates=rates,
            )


def _rate_drop(sums: Mapping[int, Sequence[int]]) -> Rates | None:
    """The rates, if that of the first range is significantly below that of all others together; else None."""
    calls, *calls_before = sums[MADE]
    completed, *were_completed = sums[COMPLETED]
    before, completed_before = sum(calls_before), sum(were_completed)
    rate, rate_before = percent(completed, calls), percent(completed_before, before)
    if rate is None or rate_before is None or calls < MIN_CALLS or before < MIN_CALLS_BEFORE:
        return None
    pooled = (completed + completed_before) / (calls + before)
    error = (pooled * (1 - pooled) * (1 / calls + 1 / before)) ** 0.5 * 100
    if rate_before - rate < MIN_RATE_DROP or error == 0 or (rate_before - rate) / error < MIN_Z_SCORE:
        return None
    return Rates(
        calls=calls,
        success_rate=rate,
        calls_before=before,
        success_rate_before=rate_before,
        standard_errors=(rate_before - rate) / error,
    )
