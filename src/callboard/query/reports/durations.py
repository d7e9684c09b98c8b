"""The durations report: percentiles, extremes, means and histograms of talk time and time to answer.

Counts by bucket (`fold.sketch`) of whole UTC days come from counters; those at the edges of the period, and
of dimensions that the counters lack, come from rows. Percentiles are nearest rank, given as the middle of
their bucket: within 1 %. Means are exact, and so are minimum and maximum: rows contain them, and if counters
are read they are looked up among the calls of the days whose cells have the lowest or highest bucket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from callboard.clock import DAY, Micros
from callboard.fold.grain import QUARTER_HOUR_US, QUARTER_HOURS_PER_DAY, Grain
from callboard.fold.sketch import RELATIVE_ERROR, middle, span
from callboard.model.totals import mean_seconds
from callboard.query.items import seconds
from callboard.query.reports.duration_links import DurationKind, DurationLinks
from callboard.query.reports.duration_sums import (
    MAX_LOOKUPS,
    DurationSums,
    Extremes,
    duration_counter,
    duration_sums,
    utc_days,
)
from callboard.query.reports.links import group_filters
from callboard.query.reports.period import exact_iso
from callboard.query.reports.plan import Where, call_filter
from callboard.query.reports.query import Query
from callboard.query.reports.series import MAX_GROUPS, group_texts, too_many_groups
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
"""No call is created later than now plus this: events may be at most a day ahead."""
MAX_BINS = 24
EXTREME_ROWS = 1_000_000
"""Most calls that are read to find an exact minimum or maximum."""
FEW_DAYS = 16
"""If the calls of a bucket were on at most so many days, it is worth one more query for their spaces."""


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
    """Calls whose time is known: all other fields are about these."""
    unknown: int
    """Calls whose time is unknown: left out, never counted as 0."""
    min: float | None
    max: float | None
    extremes_exact: bool
    """False if looking them up would read too many calls: then they are within 1 %, like percentiles."""
    mean: float | None
    p50: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    histogram: list[Bin]
    link: str
    """To the calls whose time is known."""
    unknown_link: str
    """To the calls whose time is unknown."""


class Durations(Struct, frozen=True, kw_only=True):
    """One group's distributions."""

    group: dict[str, str]
    talk_time: Spread
    """From answer to end, of completed calls."""
    time_to_answer: Spread
    """From creation to answer, of answered calls."""


class DurationsData(Struct, frozen=True, kw_only=True):
    """The answer."""

    start: str
    end: str
    timezone: str
    group_by: list[str]
    relative_error: float
    """Each percentile is within this share of the true one."""
    durations: list[Durations]
    """One per group, most calls first."""


def durations(store: Store, query: Query) -> DurationsData:
    """The durations report. Raises `InvalidInputError` for too many groups or rows."""
    talk, wait = duration_sums(store, query)
    keys = dict.fromkeys([*talk, *wait])
    if not query.group:
        keys.setdefault(())
    if len(keys) > MAX_GROUPS:
        raise too_many_groups(len(keys))
    tokens = {space.id: space.token for space in query.scope.spaces}
    answers = []
    look_up = len(keys) <= MAX_LOOKUPS
    for key in keys:
        check()
        group = group_texts(query.group, key, tokens)
        both: dict[DurationKind, DurationSums] = {
            "talk": talk.get(key) or DurationSums(),
            "wait": wait.get(key) or DurationSums(),
        }
        extremes = {kind: each.extremes or _approximate_extremes(each) for kind, each in both.items()}
        if look_up and any(each.extremes is None for each in both.values()):
            extremes = _extremes(store, query, group, both)
        answers.append(
            Durations(
                group=group,
                talk_time=_spread(query, "talk", group, both["talk"], extremes["talk"]),
                time_to_answer=_spread(query, "wait", group, both["wait"], extremes["wait"]),
            )
        )
    answers.sort(key=lambda each: (-each.talk_time.calls, tuple(each.group.values())))
    return DurationsData(
        start=exact_iso(query.period.start),
        end=exact_iso(query.period.end),
        timezone=query.zone.key,
        group_by=list(query.group),
        relative_error=RELATIVE_ERROR,
        durations=answers,
    )


# --- numbers


def _spread(
    query: Query, kind: DurationKind, group: Mapping[str, str], sums: DurationSums, extremes: Extremes
) -> Spread:
    buckets = sorted(sums.buckets.items())
    calls = sum(count for _, count in buckets)
    least, greatest, exact = extremes
    ranks = {f"p{share}": _percentile(buckets, calls, share, least, greatest) for share in PERCENTILES}
    link = DurationLinks(query.scope.parameters, query.where, query.period, kind, group)
    return Spread(
        calls=calls,
        unknown=sums.unknown,
        min=seconds(least),
        max=seconds(greatest),
        extremes_exact=exact,
        mean=mean_seconds(sums.total_ms, calls) if calls else None,
        histogram=_histogram(buckets, link),
        link=link.known(),
        unknown_link=link.unknown(),
        **ranks,
    )


def _percentile(
    buckets: Sequence[tuple[int, int]], calls: int, share: int, least: int | None, greatest: int | None
) -> float | None:
    """The percentile by nearest rank, in seconds: the lowest value that `share` percent do not exceed."""
    rank = -(-calls * share // 100)
    for number, count in buckets:
        rank -= count
        if rank <= 0:
            assert least is not None
            assert greatest is not None
            return seconds(min(max(middle(number), least), greatest))
    return None


def _histogram(buckets: Sequence[tuple[int, int]], link: DurationLinks) -> list[Bin]:
    """Bins of equally many buckets each: their width grows with the values. They add up to all calls."""
    if not buckets:
        return []
    first, last = buckets[0][0], buckets[-1][0]
    step = -(-(last - first + 1) // MAX_BINS)
    counts: dict[int, int] = {}
    for number, count in buckets:
        index = (number - first) // step
        counts[index] = counts.get(index, 0) + count
    bins = []
    for index in range((last - first) // step + 1):
        low, high = span(first + index * step)[0], span(min(first + (index + 1) * step - 1, last))[1]
        bins.append(Bin(low / 1000, high / 1000, counts.get(index, 0), link.between(low, high)))
    return bins


def _extremes(
    store: Store, query: Query, group: Mapping[str, str], both: Mapping[DurationKind, DurationSums]
) -> dict[DurationKind, Extremes]:
    """The exact extremes of both distributions, found by one lookup for all of them. A bucket of one
    millisecond needs no lookup.
    """
    known: dict[tuple[DurationKind, bool], int | None] = {}
    lookups: list[tuple[DurationKind, bool, int]] = []
    for kind, sums in both.items():
        for greatest in (False, True) if sums.buckets else ():
            number = (max if greatest else min)(sums.buckets)
            low, high = span(number)
            if high - low == 1:
                known[kind, greatest] = low
            else:
                lookups.append((kind, greatest, number))
    places = _places(store, query, [(kind, number) for kind, _, number in lookups], _spaces_of(query, group))
    extremes = [
        Extreme(of=kind, is_max=greatest, bounds=(span(number)[0], span(number)[1] - 1), places=tuple(where))
        for (kind, greatest, number), where in zip(lookups, places, strict=True)
    ]
    passing = call_filter(_filters(query, group))
    found = store.extremes_ms(query.scope.org_id, passing, extremes, EXTREME_ROWS)
    known.update({(kind, greatest): value for (kind, greatest, _), value in zip(lookups, found, strict=True)})
    return {kind: _rounded_extremes(known, kind, sums) for kind, sums in both.items()}


def _approximate_extremes(sums: DurationSums) -> Extremes:
    """The extremes as exact as the buckets are, for when there are too many groups for lookups."""
    if not sums.buckets:
        return None, None, True
    least, greatest = min(sums.buckets), max(sums.buckets)
    exact = all(span(number)[1] - span(number)[0] == 1 for number in (least, greatest))
    return middle(least), middle(greatest), exact


def _rounded_extremes(
    known: Mapping[tuple[DurationKind, bool], int | None], kind: DurationKind, sums: DurationSums
) -> Extremes:
    """The extremes that were found; for one that was not, the middle of its bucket."""
    if not sums.buckets:
        return None, None, True
    least, greatest = known[kind, False], known[kind, True]
    return (
        middle(min(sums.buckets)) if least is None else least,
        middle(max(sums.buckets)) if greatest is None else greatest,
        least is not None and greatest is not None,
    )


def _places(
    store: Store, query: Query, lookups: Sequence[tuple[DurationKind, int]], ids: tuple[int, ...]
) -> list[list[Place]]:
    """For each of these buckets, where its calls may be: at the edges of the period, and on the UTC days
    whose cells have the bucket, in any group. If these are few days (those of a maximum are), only in the
    spaces that have it.
    """
    days, edges = utc_days((query.period.start, query.period.end))
    at_edges: list[Place] = [(space_id, begin, end) for space_id in ids for begin, end in edges]
    if days is None or not lookups:
        return [at_edges] * len(lookups)
    # No call is created more than a day ahead: a period may end with the calendar, three million days later.
    last = days[1] if query.now is None else min(days[1], (query.now + MAX_FUTURE) // QUARTER_HOUR_US)
    each_day = tuple(
        (day, day + QUARTER_HOURS_PER_DAY) for day in range(days[0], last, QUARTER_HOURS_PER_DAY)
    )
    as_one = query.scope.contact and len(ids) == len(query.scope.spaces)
    scans = [
        Scan(
            aggregate=Aggregate(
                spaces=(CONTACT_SPACES,) if as_one else ids,
                bucket=(kind, number),
                sums=(Sum("items"),),
                counter=duration_counter(kind),
            ),
            grain=Grain.UTC_DAY,
            ranges=each_day,
        )
        for kind, number in lookups
    ]
    places = []
    for scan, rows in zip(scans, store.sums(query.scope.org_id, scans), strict=True):
        found = [each_day[index] for index, count in rows if count]
        where = [(space_id, day) for space_id in ids for day in found]
        if len(found) <= FEW_DAYS and len(ids) > 1:
            by_space = structs.replace(scan.aggregate, spaces=ids, group=("space",))
            narrowed = structs.replace(scan, aggregate=by_space, ranges=tuple(found))
            of_spaces = store.sums(query.scope.org_id, [narrowed])[0]
            where = [(space_id, found[index]) for index, space_id, count in of_spaces if count]
        on_days = [
            (space_id, begin * QUARTER_HOUR_US, end * QUARTER_HOUR_US) for space_id, (begin, end) in where
        ]
        places.append(at_edges + on_days)
    return places


def _spaces_of(query: Query, group: Mapping[str, str]) -> tuple[int, ...]:
    token = group.get("space_token")
    return tuple(space.id for space in query.scope.spaces if token in (None, space.token))


def _filters(query: Query, group: Mapping[str, str]) -> Where:
    """The filters of the query and the values of the group, as filters on rows."""
    return (*query.where, *group_filters(group))
