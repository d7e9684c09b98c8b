"""The demo after loading: calls under way end and new ones begin, a few events a second."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable
from random import Random

from callboard.clock import SECOND, Micros, system_clock
from callboard.demo.campaigns import COMPANIES, WEBINAR
from callboard.demo.client import Client
from callboard.demo.platform import Arrival, Ending, Platform, draw_ending, send_call, send_task
from callboard.demo.sending import access_of
from callboard.demo.setup import DemoStore

NEW_CALL_EVERY_S = 1.2
SEND_EVERY_S = 0.25
_NOON = 11
_CAMPAIGNS = [
    campaign
    for company in COMPANIES
    for campaign in company.campaigns
    if campaign.call_type and campaign is not WEBINAR
]


class Traffic:
    """The events still to arrive, and new calls. A heap by time of arrival."""

    def __init__(self, rng: Random, later: Iterable[Arrival]) -> None:
        self._rng = rng
        self._waiting = list(later)
        heapq.heapify(self._waiting)
        self._number = 0

    def begin(self, now: Micros) -> None:
        """Start a call, with a task if its campaign has tasks. Talk time is at most 90 s."""
        campaign = self._rng.choices(_CAMPAIGNS, [each.per_day for each in _CAMPAIGNS])[0]
        platform = Platform(campaign, self._rng, delayed_before=0)
        drawn = draw_ending(campaign, _NOON, self._rng)
        ending = Ending(drawn.status, drawn.reason, min(drawn.talk_s, 90.0), drawn.answered_by)
        self._number += 1
        name = f"live-{now // 1000}-{self._number}"
        now = now // 1000 * 1000  # whole milliseconds, as events carry them
        if campaign.has_tasks:
            same = send_task(platform, f"task-{name}", "run-live", now)
            platform.send(now + SECOND, {**same, "status": "running", "assignee": "runner-1"})
            ended = send_call(platform, f"call-{name}", now + SECOND, ending, task_id=f"task-{name}")
            good = ending.status == "completed"
            last = {"status": "completed"} if good else {"status": "failed", "failure_reason": ending.reason}
            platform.send(ended + SECOND, {**same, **last})
        else:
            send_call(platform, f"call-{name}", now, ending)
        for arrival in platform.arrivals:
            heapq.heappush(self._waiting, arrival)

    def due(self, now: Micros) -> dict[str, list[bytes]]:
        """The events that have arrived by now, by campaign; each is returned once."""
        found: dict[str, list[bytes]] = {}
        while self._waiting and self._waiting[0].at <= now:
            arrival = heapq.heappop(self._waiting)
            found.setdefault(arrival.space, []).append(arrival.line)
        return found


def keep_sending(demo_store: DemoStore, url: str, traffic: Traffic, shown: Callable[[int], None]) -> None:
    """Send what is due, until interrupted. `shown` is called with the number of events sent. Raises `OSError`
    when the server is gone.
    """
    client = Client(url)
    sent = 0
    next_call = time.monotonic()
    try:
        while True:
            if time.monotonic() >= next_call:
                traffic.begin(system_clock())
                next_call += NEW_CALL_EVERY_S
            for space, lines in traffic.due(system_clock()).items():
                client.send(access_of(demo_store, space, url), demo_store.spaces[space].token, lines)
                sent += len(lines)
            shown(sent)
            time.sleep(SEND_EVERY_S)
    finally:
        client.close()
