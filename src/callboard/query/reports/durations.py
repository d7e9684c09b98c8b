"""How long calls last and how soon they are answered: percentiles, extremes, means and histograms.

Counts by bucket (`fold.sketch`) of whole UTC days come from counters, edges and what no counter tells apart
from rows, in the same buckets. Percentiles are nearest rank, told by the middle of their bucket: within 1 %.
Means are exact; so are the least and the greatest. Where rows are read they come with them, for all groups in
one pass; where counters answer they are looked up among the calls of the days that hold them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from callboard.clock import DAY, Micros
from callboard.fold.grain import QUARTER_HOUR_US, QUARTER_HOURS_PER_DAY, Grain
from callboard.fold.sketch import RELATIVE_ERROR, middle, span
from callboard.model.totals import mean_seconds
from callboard.query.items import seconds
from callboard.query.reports.duration_links import DurationLinks, Of
from callboard.query.reports.duration_sums import (
    MAX_LOOKUPS,
    DurationSums,
    Extremes,
    counter_of_lengths,
    gather,
    utc_days,
)
from callboard.query.reports.links import words_of
from callboard.query.reports.period import exact_iso
from callboard.query.reports.plan import Where, call_filter
from callboard.query.reports.query import Query
from callboard.query.reports.series import MAX_GROUPS, named, too_many_groups
from callboard.store.budget import check
from callboard.store.interface import Store
from callboard.store.questions import (
    CONTACT_SPACES,
    Aggregate,
    Extreme,
    Place,
    Scan,
    Sum,
)

PERCENTILES = (50, 90, 95, 99)
MAX_FUTURE: Micros = 2 * DAY
"""Behind now plus this no call is created: an event is at most a day ahead."""
MAX_BINS = 24
EXTREME_ROWS = 1_000_000
"""Calls that are looked at for the very least or greatest value."""
FEW_DAYS = 16
"""On as many days as this at most it is worth asking for the spaces too."""


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


def durations(store: Store, asked: Query) -> DurationsData:
    """The distributions. Raises `InvalidInputError` for too many groups or rows."""
    talk, wait = gather(store, asked)
    keys = dict.fromkeys([*talk, *wait])
    if not asked.group:
        keys.setdefault(())
    if len(keys) > MAX_GROUPS:
        raise too_many_groups(len(keys))
    tokens = {space.id: space.token for space in asked.scope.spaces}
    told = []
    looked_up = len(keys) <= MAX_LOOKUPS
    for key in keys:
        check()
        group = named(asked.group, key, tokens)
        both: dict[Of, DurationSums] = {
            "talk": talk.get(key) or DurationSums(),
            "wait": wait.get(key) or DurationSums(),
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


# --- numbers


def _spread(
    asked: Query, of: Of, group: Mapping[str, str], gathered: DurationSums, extremes: Extremes
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
    step = -(-(last - first + 1) // MAX_BINS)
    counts: dict[int, int] = {}
    for number, many in buckets:
        place = (number - first) // step
        counts[place] = counts.get(place, 0) + many
    bins = []
    for place in range((last - first) // step + 1):
        low, high = span(first + place * step)[0], span(min(first + (place + 1) * step - 1, last))[1]
        bins.append(Bin(low / 1000, high / 1000, counts.get(place, 0), link.between(low, high)))
    return bins


def _extremes(
    store: Store, asked: Query, group: Mapping[str, str], both: Mapping[Of, DurationSums]
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


def _within_a_bucket(gathered: DurationSums) -> Extremes:
    """As near as the buckets tell them: where more groups are than are looked up."""
    if not gathered.buckets:
        return None, None, True
    least, greatest = min(gathered.buckets), max(gathered.buckets)
    exact = all(span(number)[1] - span(number)[0] == 1 for number in (least, greatest))
    return middle(least), middle(greatest), exact


def _told(known: Mapping[tuple[Of, bool], int | None], of: Of, gathered: DurationSums) -> Extremes:
    if not gathered.buckets:
        return None, None, True
    least, greatest = known[of, False], known[of, True]
    return (
        middle(min(gathered.buckets)) if least is None else least,
        middle(max(gathered.buckets)) if greatest is None else greatest,
        least is not None and greatest is not None,
    )


def _places(
    store: Store, asked: Query, wanted: Sequence[tuple[Of, int]], ids: tuple[int, ...]
) -> list[list[Place]]:
    """Of each of these buckets: the edges of the period, and the UTC days on which a call of it was, whatever
    else it was; where they are few, as those of the greatest are, also in which spaces.
    """
    days, edges = utc_days((asked.period.start, asked.period.end))
    at_edges: list[Place] = [(space_id, begin, end) for space_id in ids for begin, end in edges]
    if days is None or not wanted:
        return [at_edges] * len(wanted)
    # No call is created more than a day ahead: a period may end with the calendar, three million days later.
    last = days[1] if asked.now is None else min(days[1], (asked.now + MAX_FUTURE) // QUARTER_HOUR_US)
    each_day = tuple(
        (day, day + QUARTER_HOURS_PER_DAY) for day in range(days[0], last, QUARTER_HOURS_PER_DAY)
    )
    together = asked.scope.contact and len(ids) == len(asked.scope.spaces)
    scans = [
        Scan(
            aggregate=Aggregate(
                spaces=(CONTACT_SPACES,) if together else ids,
                bucket=(of, number),
                sums=(Sum("items"),),
                counter=counter_of_lengths(of),
            ),
            grain=Grain.UTC_DAY,
            ranges=each_day,
        )
        for of, number in wanted
    ]
    places = []
    for scan, rows in zip(scans, store.sums(asked.scope.org_id, scans), strict=True):
        found = [each_day[place] for place, many in rows if many]
        where = [(space_id, day) for space_id in ids for day in found]
        if len(found) <= FEW_DAYS and len(ids) > 1:
            by_space = structs.replace(scan.aggregate, spaces=ids, group=("space",))
            narrowed = structs.replace(scan, aggregate=by_space, ranges=tuple(found))
            of_spaces = store.sums(asked.scope.org_id, [narrowed])[0]
            where = [(space_id, found[place]) for place, space_id, many in of_spaces if many]
        on_days = [
            (space_id, begin * QUARTER_HOUR_US, end * QUARTER_HOUR_US) for space_id, (begin, end) in where
        ]
        places.append(at_edges + on_days)
    return places


def _spaces_of(asked: Query, group: Mapping[str, str]) -> tuple[int, ...]:
    token = group.get("space_token")
    return tuple(space.id for space in asked.scope.spaces if token in (None, space.token))


def _filters(asked: Query, group: Mapping[str, str]) -> Where:
    """The question's filters and the group's values, as filters on rows."""
    return (*asked.where, *words_of(group))
