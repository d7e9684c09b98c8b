"""The metrics of the service: each metric, its labels and all values that a label may have.

No label holds text that a caller chose or data of a tenant: a scrape shows the state of the service, and no
organization's numbers. All values are known at the start, so that workers can count in shared memory of a
fixed size (`telemetry/meter.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache

from callboard.http.endpoints import ENDPOINTS
from callboard.http.hook_metering import DECLARED
from callboard.http.services import Services
from callboard.ingest.commit.metered import COMMITS, EVENTS, REJECTIONS, WAIT
from callboard.live.message import WHY
from callboard.model.words import OUTCOMES, REJECT_REASONS
from callboard.telemetry.meter import Declared, Layout, Meter

REQUESTS = "callboard_http_requests_total"
DURATION = "callboard_http_request_duration_seconds"
QUEUE = "callboard_queue_events"
SUBSCRIBERS = "callboard_stream_subscribers"
ENDED = "callboard_streams_ended_total"
EXPORTS = "callboard_exports_running"
WORKERS = "callboard_workers"

UNROUTED = "none"
"""The operation of requests that match no endpoint."""
STATUSES = (200, 201, 204, 304, 400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 500, 503)
_US = 1_000
_MS = 1_000_000
BOUNDS_NS = tuple(
    bound * _US for bound in (100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000)
) + tuple(bound * _MS for bound in (250, 500, 1_000, 2_500, 5_000, 10_000))

FAST_NS = BOUNDS_NS[0]

_OPERATIONS = (*(each.operation for each in ENDPOINTS), UNROUTED)


@cache
def layout() -> Layout:
    """The layout of all metrics."""
    return Layout(
        Declared(
            name=REQUESTS,
            kind="counter",
            help="Requests answered, by operation and status.",
            labels=("operation", "status"),
            values=tuple((each, str(status)) for each in _OPERATIONS for status in STATUSES),
            sparse=True,
        ),
        Declared(
            name=DURATION,
            kind="histogram",
            help="From a request's arrival to its answer being ready; of a stream or an export, to its head.",
            labels=("operation",),
            values=tuple((each,) for each in _OPERATIONS),
            sparse=True,
            bounds_ns=BOUNDS_NS,
        ),
        Declared(
            name=EVENTS,
            kind="counter",
            help="Events received over HTTP, by how they ended.",
            labels=("outcome",),
            values=tuple((each,) for each in OUTCOMES),
        ),
        Declared(
            name=REJECTIONS,
            kind="counter",
            help="Rejected events, by reason.",
            labels=("reason",),
            values=tuple((each,) for each in REJECT_REASONS),
        ),
        Declared(
            name=WAIT,
            kind="histogram",
            help="How long requests waited until their events were on disk: queue, commit and sync.",
            bounds_ns=BOUNDS_NS,
        ),
        Declared(name=COMMITS, kind="counter", help="Commits of events."),
        Declared(name=QUEUE, kind="gauge", help="Events that wait to be written or are being written."),
        Declared(name=SUBSCRIBERS, kind="gauge", help="Streams of numbers that are open."),
        Declared(
            name=ENDED,
            kind="counter",
            help="Streams that the server ended, by reason.",
            labels=("reason",),
            values=tuple((each,) for each in WHY),
        ),
        *DECLARED,
        Declared(name=EXPORTS, kind="gauge", help="Exports under way."),
        Declared(name=WORKERS, kind="gauge", help="Worker processes that serve."),
    )


class Gauges:
    """The gauges of this worker, written to shared memory for scrapes that reach another worker."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._noted: dict[str, int] = {}

    def note(self, exports: int) -> None:
        """Write the current values. `exports`: the number of exports under way."""
        services, meter = self._services, self._services.meter
        meter.set(WORKERS, to=1)
        meter.set(QUEUE, to=services.commits.waiting)
        meter.set(SUBSCRIBERS, to=services.streams.subscribers)
        meter.set(EXPORTS, to=exports)
        for reason, ended in services.streams.ended.items():
            meter.add(ENDED, reason, many=ended - self._noted.get(reason, 0))
            self._noted[reason] = ended


class ShortCounts:
    """Counts the answers of the short path in plain integers, which are added to the shared counters together
    with the gauges: an addition in shared memory for each answer would slow the short path down noticeably.
    """

    __slots__ = ("_noted_fast", "_noted_ns", "_slow", "fast", "ns")

    def __init__(self) -> None:
        self.fast = 0
        """Number of answers within the bound of the first bucket: nearly all."""
        self.ns = 0
        self._slow: list[int] = []
        self._noted_fast = self._noted_ns = 0

    def count(self, ns: int) -> None:
        """Count one answer that took `ns` nanoseconds."""
        self.ns += ns
        if ns <= FAST_NS:
            self.fast += 1
        else:
            self._slow.append(ns)

    def note(self, meter: Meter) -> None:
        """Add what was counted since the last call to the shared counters."""
        cells, place = meter.cells, meter.layout.place(DURATION, "get_analytics")
        slow, self._slow = self._slow, []
        for ns in slow:
            cells[place + bisect_left(BOUNDS_NS, ns)] += 1
        cells[place] += self.fast - self._noted_fast
        cells[place + len(BOUNDS_NS) + 1] += self.ns - self._noted_ns
        cells[meter.layout.place(REQUESTS, "get_analytics", "200")] += (
            self.fast - self._noted_fast + len(slow)
        )
        self._noted_fast, self._noted_ns = self.fast, self.ns


def count(meter: Meter, operation: str, status: int, ns: int) -> None:
    """Count one answered request. Statuses outside `STATUSES` have no counter: the layout is fixed."""
    if status in STATUSES:
        meter.add(REQUESTS, operation, str(status))
    meter.observe(DURATION, operation, ns=ns)
