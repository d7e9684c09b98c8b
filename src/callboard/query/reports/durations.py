"""How long calls last and how soon they are answered: percentiles, extremes, means and histograms.

Counts by bucket (`fold.sketch`) of whole UTC days come from counters, edges and what no counter tells apart
from rows, in the same buckets. Percentiles are nearest rank, told by the middle of their bucket: within 1 %.
Means are exact; so are the least and the greatest. Where rows are read they come with them, for all groups in one
pass; where counters answer they are looked up among the calls of the days that hold them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from callboard.fold.grain import QUARTER_US, QUARTERS_A_DAY, Grain
from callboard.fold.sketch import RELATIVE_ERROR, middle, span
from callboard.model.totals import mean_seconds
from callboard.query.items import seconds
from callboard.query.reports.duration_links import DurationLinks, Of
from callboard.query.reports.links import words_of
from callboard.query.reports.period import Period, Range, exact_iso
from callboard.query.reports.plan import Where, call_filter
from callboard.query.reports.scope import ReportScope
from callboard.query.reports.series import MOST_GROUPED_BY, MOST_GROUPS, named, too_many_groups
from callboard.query.reports.tabulate import MOST_ROWS, Ask, check_rows, rows_of
from callboard.store.budget import check
from callboard.store.interface import Store
from callboard.store.questions import (
    CONTACT_SPACES,
    CallPart,
    CellPart,
    Extreme,
    LengthPart,
    Lengths,
    Match,
    Place,
    Sum,
    Sums,
)

PERCENTILES = (50, 90, 95, 99)
MOST_BINS = 24
EXTREME_ROWS = 1_000_000
"""Calls that are looked at for the very least or greatest value."""
FEW_DAYS = 16
"""On as many days as this at most it is worth asking for the spaces too."""
HELD = {"space_token", "call_type", "call_status"}
"""What the sketches tell apart."""
MOST_LOOKED_UP = 24
"""Groups whose very least and greatest are looked up, each by itself: as many as there are statuses of calls with
each direction."""

Key = tuple[Any, ...]
Part = CellPart | CallPart

__all__ = ["MOST_GROUPED_BY", "DurationsData", "DurationsQuestion", "durations"]


class Bin(Struct, frozen=True):
    """One bar of a histogram: at least `from_seconds`, less than `to_seconds`."""

    from_seconds: float
    to_seconds: float
    calls: int
    link: str
    """The calls it counts."""


class Spread(Struct, frozen=True, kw_only=True):
    """One distribution, in seconds."""

    calls: int
    """Of which the time is known: what everything here is over."""
    unknown: int
    """Of which it is not: left out, never taken as 0."""
    min: float | None
    max: float | None
    extremes_exact: bool
    """False where looking them up would read too many calls: they are then within 1 %, like percentiles."""
    mean: float | None
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    histogram: list[Bin]
    link: str
    """The calls it is over."""
    unknown_link: str
    """Those left out."""


class Durations(Struct, frozen=True, kw_only=True):
    """One group's distributions."""

    group: dict[str, str]
    talk_time: Spread
    """Of completed calls, answer to end."""
    time_to_answer: Spread
    """Of answered calls, creation to answer."""


class DurationsData(Struct, frozen=True, kw_only=True):
    """The answer."""

    start: str
    end: str
    timezone: str
    group_by: list[str]
    relative_error: float
    """Of percentiles: each is within this share of the true one."""
    durations: list[Durations]
    """One for each group, the one with most calls first."""


class DurationsQuestion(Struct, frozen=True, kw_only=True):
    """What is asked."""

    scope: ReportScope
    period: Period
    zone: ZoneInfo
    group: tuple[str, ...] = ()
    where: Where = ()
    counters: bool = True


class _Gathered:
    """Buckets of one group, and the sums beside them."""

    __slots__ = ("buckets", "extremes", "total_ms", "unknown")

    def __init__(self) -> None:
        self.buckets: dict[int, int] = {}
        self.total_ms = 0
        self.unknown = 0
        self.extremes: Extremes | None = None
        """Where rows told them."""


def durations(store: Store, asked: DurationsQuestion) -> DurationsData:
    """The distributions. Raises `InvalidInputError` for too many groups or rows."""
    talk, wait = _of_rows(store, asked) if _needs_rows(store, asked) else _both(store, asked)
    keys = dict.fromkeys([*talk, *wait])
    if not asked.group:
        keys.setdefault(())
    if len(keys) > MOST_GROUPS:
        raise too_many_groups(len(keys))
    tokens = {space.id: space.token for space in asked.scope.spaces}
    told = []
    looked_up = len(keys) <= MOST_LOOKED_UP
    for key in keys:
        check()
        group = named(asked.group, key, tokens)
        both: dict[Of, _Gathered] = {
            "talk": talk.get(key) or _Gathered(),
            "wait": wait.get(key) or _Gathered(),
        }
        extremes = {of: each.extremes or _within_a_bucket(each) for of, each in both.items()}
        if looked_up and any(each.extremes is None for each in both.values()):
            extremes = _extremes(store, asked, group, both)
        told.append(
            Durations(
                group=group,
                talk_time=_spread(asked, "talk", group, both["talk"], extremes["talk"]),
                time_to_answer=_spread(asked, "wait", group, both["wait"], extremes["wait"]),
            )
        )
    told.sort(key=lambda each: (-each.talk_time.calls, tuple(each.group.values())))
    return DurationsData(
        start=exact_iso(asked.period.start),
        end=exact_iso(asked.period.end),
        timezone=asked.zone.key,
        group_by=list(asked.group),
        relative_error=RELATIVE_ERROR,
        durations=told,
    )


# --- from rows


def _needs_rows(store: Store, asked: DurationsQuestion) -> bool:
    """Whether rows answer: where no counter does, and for many groups that rows tell the extremes of at once.
    Raises `InvalidInputError` where it has to be rows and they are too many.
    """
    whole = _ask(asked, ((asked.period.start, asked.period.end),))
    needed = {*asked.group, *(name for name, _ in asked.where)}
    if not asked.counters or not needed <= HELD:
        check_rows(store, whole)
        return True
    return (
        "space_token" in asked.group
        and len(asked.scope.spaces) > MOST_LOOKED_UP
        and rows_of(store, whole) <= MOST_ROWS
    )


def _of_rows(store: Store, asked: DurationsQuestion) -> list[dict[Key, _Gathered]]:
    """Of talk time and of time to answer, from one pass over the calls."""
    part = LengthPart(
        spaces=tuple(space.id for space in asked.scope.spaces),
        ranges=((asked.period.start, asked.period.end),),
        where=call_filter(asked.where),
        group=tuple("space" if name == "space_token" else name for name in asked.group),
    )
    both: list[dict[Key, _Gathered]] = [{}, {}]
    for group, *of_group in store.lengths(asked.scope.org_id, part):
        check()
        key = tuple([value or "unknown" for value in group])
        for gathered, lengths in zip(both, of_group, strict=True):
            if lengths.buckets or lengths.unknown:
                _add(gathered.setdefault(key, _Gathered()), lengths)
    return both


def _add(to: _Gathered, lengths: Lengths) -> None:
    """What is null, and the word "unknown" itself, are one group: it may come in two."""
    if to.buckets:
        for number, many in lengths.buckets.items():
            to.buckets[number] = to.buckets.get(number, 0) + many
    else:
        to.buckets = lengths.buckets
    to.total_ms += lengths.total_ms
    to.unknown += lengths.unknown
    least, greatest, _ = to.extremes or (None, None, True)
    known_least = [value for value in (least, lengths.least_ms) if value is not None]
    known_greatest = [value for value in (greatest, lengths.greatest_ms) if value is not None]
    to.extremes = min(known_least, default=None), max(known_greatest, default=None), True


# --- from buckets


def _both(store: Store, asked: DurationsQuestion) -> list[dict[Key, _Gathered]]:
    """Of talk time and of time to answer, both of one snapshot."""
    names = ["space" if name == "space_token" else name for name in asked.group]
    kinds: tuple[Of, Of] = ("talk", "wait")
    parts = [_parts(asked, of, (*names, of)) for of in kinds]
    found = store.sums(asked.scope.org_id, [part for each in parts for part in each])
    first = len(parts[0])
    return [_gather(rows) for rows in (found[:first], found[first:])]


_SUMS: dict[Of, tuple[Sum, Sum, Sum]] = {
    "talk": (Sum("items", ("completed",)), Sum("items", ("completed",)), Sum("talk_ms", ("completed",))),
    "wait": (Sum("items", but="queued"), Sum("answered", but="queued"), Sum("wait_ms", but="queued")),
}
"""Of each: calls where the time is known, calls where it should be but is not, and the time together."""


def _gather(found: Sequence[Sums]) -> dict[Key, _Gathered]:
    gathered: dict[Key, _Gathered] = {}
    for rows in found:
        for _, *group, bucket, items, expected, total_ms in rows:
            counts = items if bucket else expected
            if counts:
                into = gathered.setdefault(tuple([value or "unknown" for value in group]), _Gathered())
                if bucket:
                    into.buckets[int(bucket)] = into.buckets.get(int(bucket), 0) + counts
                    into.total_ms += total_ms
                else:
                    into.unknown += counts
    return gathered


def _parts(asked: DurationsQuestion, of: Of, group: tuple[str, ...]) -> list[Part]:
    ids = tuple(space.id for space in asked.scope.spaces)
    days, edges = utc_days((asked.period.start, asked.period.end))
    parts: list[Part] = []
    if days is not None:
        together = asked.scope.contact and "space_token" not in asked.group
        parts.append(
            CellPart(
                counter=_counter(of),
                grain=Grain.UTC_DAY,
                spaces=(CONTACT_SPACES,) if together else ids,
                ranges=(days,),
                where=_texts(asked.where),
                group=group,
                sums=_SUMS[of],
            )
        )
    if edges:
        where = call_filter(asked.where)
        parts.append(CallPart(spaces=ids, ranges=edges, where=where, group=group, sums=_SUMS[of]))
    return parts


def _counter(of: Of) -> str:
    return "talk_times" if of == "talk" else "answer_times"


def _texts(where: Where) -> tuple[tuple[str, Match], ...]:
    return tuple((name, value) for name, value in where if not isinstance(value, bool))


def _ask(asked: DurationsQuestion, ranges: tuple[Range, ...]) -> Ask:
    return Ask(
        org_id=asked.scope.org_id, spaces=asked.scope.spaces, contact=asked.scope.contact, ranges=ranges
    )


def utc_days(period: Range) -> tuple[tuple[int, int] | None, tuple[Range, ...]]:
    """The whole UTC days of a period, in quarters, and what is left of it at its edges."""
    day_us = QUARTERS_A_DAY * QUARTER_US
    first, last = -(-period[0] // day_us), period[1] // day_us
    if first >= last:
        return None, (period,)
    edges = ((period[0], first * day_us), (last * day_us, period[1]))
    return (first * QUARTERS_A_DAY, last * QUARTERS_A_DAY), tuple(edge for edge in edges if edge[0] < edge[1])


# --- numbers


def _spread(
    asked: DurationsQuestion, of: Of, group: Mapping[str, str], gathered: _Gathered, extremes: Extremes
) -> Spread:
    buckets = sorted(gathered.buckets.items())
    calls = sum(many for _, many in buckets)
    least, greatest, exact = extremes
    ranks = {f"p{share}": _percentile(buckets, calls, share, least, greatest) for share in PERCENTILES}
    link = DurationLinks(asked.scope.parameters, asked.where, asked.period, of, group)
    return Spread(
        calls=calls,
        unknown=gathered.unknown,
        min=seconds(least),
        max=seconds(greatest),
        extremes_exact=exact,
        mean=mean_seconds(gathered.total_ms, calls) if calls else None,
        histogram=_histogram(buckets, link),
        link=link.known(),
        unknown_link=link.unknown(),
        **ranks,
    )


def _percentile(
    buckets: Sequence[tuple[int, int]], calls: int, share: int, least: int | None, greatest: int | None
) -> float | None:
    """The value at the nearest rank: the least that as many as `share` percent do not exceed."""
    rank = -(-calls * share // 100)
    for number, many in buckets:
        rank -= many
        if rank <= 0:
            assert least is not None
            assert greatest is not None
            return seconds(min(max(middle(number), least), greatest))
    return None


def _histogram(buckets: Sequence[tuple[int, int]], link: DurationLinks) -> list[Bin]:
    """Bars of equally many buckets each, as wide as their values are large; they add up to all calls."""
    if not buckets:
        return []
    first, last = buckets[0][0], buckets[-1][0]
    step = -(-(last - first + 1) // MOST_BINS)
    counts: dict[int, int] = {}
    for number, many in buckets:
        place = (number - first) // step
        counts[place] = counts.get(place, 0) + many
    bins = []
    for place in range((last - first) // step + 1):
        low, high = span(first + place * step)[0], span(min(first + (place + 1) * step - 1, last))[1]
        bins.append(Bin(low / 1000, high / 1000, counts.get(place, 0), link.between(low, high)))
    return bins


Extremes = tuple[int | None, int | None, bool]
"""The least and the greatest, and whether they are the very values."""


def _extremes(
    store: Store, asked: DurationsQuestion, group: Mapping[str, str], both: Mapping[Of, _Gathered]
) -> dict[Of, Extremes]:
    """Of talk time and of time to answer: looked up together."""
    known: dict[tuple[Of, bool], int | None] = {}
    wanted: list[tuple[Of, bool, int]] = []
    for of, gathered in both.items():
        for greatest in (False, True) if gathered.buckets else ():
            number = (max if greatest else min)(gathered.buckets)
            low, high = span(number)
            if high - low == 1:
                known[of, greatest] = low
            else:
                wanted.append((of, greatest, number))
    places = _places(store, asked, [(of, number) for of, _, number in wanted], _spaces_of(asked, group))
    extremes = [
        Extreme(of=of, greatest=greatest, bounds=(span(number)[0], span(number)[1] - 1), places=tuple(where))
        for (of, greatest, number), where in zip(wanted, places, strict=True)
    ]
    passing = call_filter(_filters(asked, group))
    found = store.extremes_ms(asked.scope.org_id, passing, extremes, EXTREME_ROWS)
    known.update({(of, greatest): value for (of, greatest, _), value in zip(wanted, found, strict=True)})
    return {of: _told(known, of, gathered) for of, gathered in both.items()}


def _within_a_bucket(gathered: _Gathered) -> Extremes:
    """As near as the buckets tell them: where more groups are than are looked up."""
    if not gathered.buckets:
        return None, None, True
    least, greatest = min(gathered.buckets), max(gathered.buckets)
    exact = all(span(number)[1] - span(number)[0] == 1 for number in (least, greatest))
    return middle(least), middle(greatest), exact


def _told(known: Mapping[tuple[Of, bool], int | None], of: Of, gathered: _Gathered) -> Extremes:
    if not gathered.buckets:
        return None, None, True
    least, greatest = known[of, False], known[of, True]
    return (
        middle(min(gathered.buckets)) if least is None else least,
        middle(max(gathered.buckets)) if greatest is None else greatest,
        least is not None and greatest is not None,
    )


def _places(
    store: Store, asked: DurationsQuestion, wanted: Sequence[tuple[Of, int]], ids: tuple[int, ...]
) -> list[list[Place]]:
    """Of each of these buckets: the edges of the period, and the UTC days on which a call of it was, whatever
    else it was; where they are few, as those of the greatest are, also in which spaces.
    """
    days, edges = utc_days((asked.period.start, asked.period.end))
    at_edges: list[Place] = [(space_id, begin, end) for space_id in ids for begin, end in edges]
    if days is None or not wanted:
        return [at_edges] * len(wanted)
    each_day = tuple((day, day + QUARTERS_A_DAY) for day in range(days[0], days[1], QUARTERS_A_DAY))
    together = asked.scope.contact and len(ids) == len(asked.scope.spaces)
    parts = [
        CellPart(
            counter=_counter(of),
            grain=Grain.UTC_DAY,
            spaces=(CONTACT_SPACES,) if together else ids,
            ranges=each_day,
            where=((of, str(number)),),
            sums=(Sum("items"),),
        )
        for of, number in wanted
    ]
    places = []
    for part, rows in zip(parts, store.sums(asked.scope.org_id, parts), strict=True):
        found = [each_day[place] for place, many in rows if many]
        where = [(space_id, day) for space_id in ids for day in found]
        if len(found) <= FEW_DAYS and len(ids) > 1:
            by_space = structs.replace(part, spaces=ids, ranges=tuple(found), group=("space",))
            of_spaces = store.sums(asked.scope.org_id, [by_space])[0]
            where = [(space_id, found[place]) for place, space_id, many in of_spaces if many]
        on_days = [(space_id, begin * QUARTER_US, end * QUARTER_US) for space_id, (begin, end) in where]
        places.append(at_edges + on_days)
    return places


def _spaces_of(asked: DurationsQuestion, group: Mapping[str, str]) -> tuple[int, ...]:
    token = group.get("space_token")
    return tuple(space.id for space in asked.scope.spaces if token in (None, space.token))


def _filters(asked: DurationsQuestion, group: Mapping[str, str]) -> Where:
    """The question's filters and the group's values, as filters on rows."""
    return (*asked.where, *words_of(group))
