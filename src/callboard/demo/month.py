"""The month itself: every call and task of every campaign, up to now, with the four stories planted in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from callboard.clock import DAY, HOUR, MINUTE, SECOND, Micros, iso, micros, moment
from callboard.demo.campaigns import (
    CARRIERS,
    COMPANIES,
    FAILING_CARRIER,
    REMINDERS,
    RENEWALS,
    WEBINAR,
    Campaign,
    Company,
)
from callboard.demo.telling import Arrival, Ending, Telling, draw_ending, send_call, send_task

ATTEMPTS = 3
STUCK_TASKS = 6
STOP_HOUR = 14
CALLS_NOW = 2
"""Calls of each campaign that are under way when the month ends."""
RETRY_AFTER = (HOUR, 4 * HOUR)
"""How long after a missed call the next attempt is made, at least and at most."""
MIN_AGE = 10 * MINUTE
"""Calls begin so long before now or earlier: but for those under way, every call has ended."""
SHORT_TALK_S = 400.0


@dataclass
class Month:
    """Everything that is sent, in the order it arrives, and what was planted in it."""

    arrivals: list[Arrival] = field(default_factory=list)
    """Those behind `now` are the next minutes: calls that are under way."""
    now: Micros = 0
    calls: int = 0
    tasks: int = 0
    events: int = 0
    repeats: int = 0
    carrier_failures: int = 0
    carrier_since: Micros = 0
    stopped_at: Micros = 0
    cancelled: int = 0
    stuck: int = 0
    repeated_events: int = 0
    repeated_copies: int = 0


def make_month(seed: int, now: Micros, days: int = 30, scale: float = 1.0) -> Month:
    """The month that ends at `now`. The same seed, `now`, days and scale make the same month."""
    month = Month(now=now)
    for company in COMPANIES:
        for campaign in company.campaigns:
            _Life(month, company, campaign, Random(f"{seed} {campaign.name}"), now).run(days, scale)
    month.arrivals.sort()
    return month


class _Life:
    """One campaign's month."""

    def __init__(self, month: Month, company: Company, campaign: Campaign, rng: Random, now: Micros) -> None:
        self.month = month
        self.campaign = campaign
        self.rng = rng
        self.now = now
        self.zone = ZoneInfo(company.timezone)
        self.telling = Telling(campaign, rng, delayed_before=now - 5 * HOUR)
        self.stopped = _last_stop(now, self.zone) if campaign is WEBINAR else None
        self.failing_since = _failing_since(now, self.zone)
        self.slug = campaign.name.lower().replace(" ", "-")
        self.number = 0

    def run(self, days: int, scale: float) -> None:
        for midnight in _midnights(self.now, days, self.zone):
            weight = self.campaign.weekdays[midnight.weekday()] * self.rng.uniform(0.85, 1.15)
            self._day(midnight, round(self.campaign.per_day * weight * scale))
        if self.campaign is RENEWALS:
            self._stuck_tasks()
        if self.campaign.has_tasks and self.campaign.call_type and self.stopped is None:
            self._tomorrow(round(self.campaign.per_day * scale * 0.3))
        if self.campaign.call_type and self.stopped is None:
            self._calls_now()
        self._report()

    def _day(self, midnight: datetime, count: int) -> None:
        run_id = f"run-{self.slug}-{midnight:%Y-%m-%d}"
        for began in sorted(self._moments(midnight, count)):
            if began > self.now - MIN_AGE:
                continue
            if not self.campaign.has_tasks:
                self._call(began, self._ending(began, None))
            elif self.campaign.call_type is None:
                self._email(run_id, began)
            else:
                self._task(run_id, micros(midnight) + 8 * HOUR, began)

    def _moments(self, midnight: datetime, count: int) -> Iterator[Micros]:
        hours, shares = list(self.campaign.hours), list(self.campaign.hours.values())
        for hour in self.rng.choices(hours, shares, k=count):
            local = midnight + timedelta(hours=hour, seconds=self.rng.uniform(0, 3600))
            yield micros(local) // 1000 * 1000

    def _task(self, run_id: str, created: Micros, began: Micros) -> None:
        """A task and its attempts: a missed call is tried again after an hour or more, twice at most."""
        created = min(created, began - MINUTE)
        if self.stopped is not None and created >= self.stopped:
            return
        task_id = self._id("task")
        same = send_task(self.telling, task_id, run_id, created, scheduled_at=iso(began))
        self.month.tasks += 1
        for attempt in range(1, ATTEMPTS + 1):
            numbered = {**same, "attempt": attempt}
            if self.stopped is not None and began >= self.stopped:
                self.month.cancelled += 1
                self.telling.tell(self.stopped, {**numbered, "status": "cancelled"})
                return
            self.telling.tell(began, {**numbered, "status": "running", "assignee": self._runner()})
            carrier = self.rng.choice(CARRIERS)
            ending = self._ending(began, carrier)
            ended = self._call(began + SECOND, ending, task_id, carrier)
            if ending.status == "completed":
                output = {"answered_by": ending.answered_by}
                self.telling.tell(ended + SECOND, {**numbered, "status": "completed", "output": output})
                return
            why = {"status": "failed", "failure_reason": ending.reason}
            self.telling.tell(ended + SECOND, {**numbered, **why})
            began = ended + int(self.rng.uniform(*RETRY_AFTER))
            if began > self.now - MIN_AGE or attempt == ATTEMPTS or ending.reason == "invalid_number":
                return
            again = {"status": "pending", "scheduled_at": iso(began), "attempt": attempt + 1}
            self.telling.tell(ended + 2 * SECOND, {**same, **again})

    def _email(self, run_id: str, began: Micros) -> None:
        task_id = self._id("task")
        same = send_task(self.telling, task_id, run_id, began - MINUTE)
        self.month.tasks += 1
        self.telling.tell(began, {**same, "status": "processing", "assignee": "mailer"})
        good = self.rng.random() < self.campaign.answer_rate
        last = {"status": "completed"} if good else {"status": "failed", "failure_reason": "bounced"}
        self.telling.tell(began + int(self.rng.uniform(1, 20) * SECOND), {**same, **last})

    def _call(
        self, began: Micros, ending: Ending, task_id: str | None = None, carrier: str | None = None
    ) -> Micros:
        self.month.calls += 1
        return send_call(self.telling, self._id("call"), began, ending, task_id=task_id, carrier=carrier)

    def _ending(self, began: Micros, carrier: str | None) -> Ending:
        if self.campaign is REMINDERS and carrier == FAILING_CARRIER and began >= self.failing_since:
            self.month.carrier_since = self.failing_since
            if self.rng.random() < 0.85:
                self.month.carrier_failures += 1
                return Ending("failed", "carrier_error")
        ending = draw_ending(self.campaign, moment(began).astimezone(self.zone).hour, self.rng)
        if began > self.now - 2 * HOUR:
            # Lately nobody talked for long: six tasks are stuck, and no other looks so.
            return replace(ending, talk_s=min(ending.talk_s, SHORT_TALK_S))
        return ending

    def _stuck_tasks(self) -> None:
        """Story: a runner died with six tasks in its hands."""
        for _ in range(STUCK_TASKS):
            began = self.now - int(self.rng.uniform(40, 75) * MINUTE)
            same = send_task(self.telling, self._id("task"), f"run-{self.slug}-evening", began - MINUTE)
            self.telling.tell(began, {**same, "status": "running", "assignee": "runner-3"})
            self.month.tasks += 1
            self.month.stuck += 1

    def _tomorrow(self, count: int) -> None:
        """Tasks that wait for their time, which nobody need look into."""
        midnight = moment(self.now).astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for _ in range(count):
            due = micros(midnight) + DAY + int(self.rng.uniform(9, 17) * HOUR)
            created = self.now - int(self.rng.uniform(5, 50) * MINUTE)
            send_task(self.telling, self._id("task"), f"run-{self.slug}-next", created, scheduled_at=iso(due))
            self.month.tasks += 1

    def _calls_now(self) -> None:
        """Calls under way: their ends arrive while the demo is watched."""
        for _ in range(CALLS_NOW):
            began = self.now - int(self.rng.uniform(20, 80) * SECOND)
            self._call(began, Ending("completed", "customer_hangup", self.rng.uniform(120, 400), "human"))

    def _id(self, kind: str) -> str:
        self.number += 1
        return f"{kind}-{self.slug}-{self.number:05d}"

    def _runner(self) -> str:
        return f"runner-{self.rng.randint(1, 3)}"

    def _report(self) -> None:
        month, telling = self.month, self.telling
        month.arrivals += telling.arrivals
        month.events += telling.events
        month.repeats += telling.repeats
        if self.stopped is not None:
            month.stopped_at = self.stopped
        if self.campaign.repeats_everything:
            month.repeated_events, month.repeated_copies = telling.events, telling.repeats


def _midnights(now: Micros, days: int, zone: ZoneInfo) -> Iterator[datetime]:
    today = moment(now).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(days, -1, -1):
        yield (today - timedelta(days=back)).replace(fold=0)


def _last_stop(now: Micros, zone: ZoneInfo) -> Micros:
    """The last 14:00 of a weekday that is an hour or more ago."""
    stop = moment(now - HOUR).astimezone(zone).replace(minute=0, second=0, microsecond=0)
    while stop.hour != STOP_HOUR or stop.weekday() >= 5:
        stop -= timedelta(hours=1)
    return micros(stop.astimezone(UTC))


def _failing_since(now: Micros, zone: ZoneInfo) -> Micros:
    """Noon of the third weekday before this one."""
    day = moment(now).astimezone(zone).replace(hour=12, minute=0, second=0, microsecond=0)
    weekdays = 0
    while weekdays < 3:
        day -= timedelta(days=1)
        weekdays += day.weekday() < 5
    return micros(day.astimezone(UTC))
