"""Generates the month: all calls and tasks of all campaigns up to now, with the four stories in it."""

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
from callboard.demo.platform import Arrival, Ending, Platform, draw_ending, send_call, send_task

ATTEMPTS = 3
STUCK_TASKS = 6
STOP_HOUR = 14
CALLS_NOW = 2
"""Calls of each campaign that are in progress when the month ends."""
RETRY_AFTER = (HOUR, 4 * HOUR)
"""Least and greatest time between a missed call and the next attempt."""
MIN_AGE = 10 * MINUTE
"""Calls start at least this long before now, so that all have ended, except those of `CALLS_NOW`."""
SHORT_TALK_S = 400.0


@dataclass
class Month:
    """All events in order of arrival, and the numbers of the stories."""

    arrivals: list[Arrival] = field(default_factory=list)
    """Those after `now` arrive in the next minutes: they end the calls in progress."""
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
    """The month that ends at `now`. Deterministic: equal arguments give an equal month."""
    month = Month(now=now)
    for company in COMPANIES:
        for campaign in company.campaigns:
            _CampaignMonth(month, company, campaign, Random(f"{seed} {campaign.name}"), now).run(days, scale)
    month.arrivals.sort()
    return month


class _CampaignMonth:
    """One campaign's month."""

    def __init__(self, month: Month, company: Company, campaign: Campaign, rng: Random, now: Micros) -> None:
        self.month = month
        self.campaign = campaign
        self.rng = rng
        self.now = now
        self.zone = ZoneInfo(company.timezone)
        self.platform = Platform(campaign, rng, delayed_before=now - 5 * HOUR)
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
        """A task and its attempts: a missed call is retried after an hour or more, at most twice."""
        created = min(created, began - MINUTE)
        if self.stopped is not None and created >= self.stopped:
            return
        task_id = self._id("task")
        same = send_task(self.platform, task_id, run_id, created, scheduled_at=iso(began))
        self.month.tasks += 1
        for attempt in range(1, ATTEMPTS + 1):
            numbered = {**same, "attempt": attempt}
            if self.stopped is not None and began >= self.stopped:
                self.month.cancelled += 1
                self.platform.send(self.stopped, {**numbered, "status": "cancelled"})
                return
            self.platform.send(began, {**numbered, "status": "running", "assignee": self._runner()})
            carrier = self.rng.choice(CARRIERS)
            ending = self._ending(began, carrier)
            ended = self._call(began + SECOND, ending, task_id, carrier)
            if ending.status == "completed":
                output = {"answered_by": ending.answered_by}
                self.platform.send(ended + SECOND, {**numbered, "status": "completed", "output": output})
                return
            why = {"status": "failed", "failure_reason": ending.reason}
            self.platform.send(ended + SECOND, {**numbered, **why})
            began = ended + int(self.rng.uniform(*RETRY_AFTER))
            if began > self.now - MIN_AGE or attempt == ATTEMPTS or ending.reason == "invalid_number":
                return
            again = {"status": "pending", "scheduled_at": iso(began), "attempt": attempt + 1}
            self.platform.send(ended + 2 * SECOND, {**same, **again})

    def _email(self, run_id: str, began: Micros) -> None:
        task_id = self._id("task")
        same = send_task(self.platform, task_id, run_id, began - MINUTE)
        self.month.tasks += 1
        self.platform.send(began, {**same, "status": "processing", "assignee": "mailer"})
        good = self.rng.random() < self.campaign.answer_rate
        last = {"status": "completed"} if good else {"status": "failed", "failure_reason": "bounced"}
        self.platform.send(began + int(self.rng.uniform(1, 20) * SECOND), {**same, **last})

    def _call(
        self, began: Micros, ending: Ending, task_id: str | None = None, carrier: str | None = None
    ) -> Micros:
        self.month.calls += 1
        return send_call(self.platform, self._id("call"), began, ending, task_id=task_id, carrier=carrier)

    def _ending(self, began: Micros, carrier: str | None) -> Ending:
        if self.campaign is REMINDERS and carrier == FAILING_CARRIER and began >= self.failing_since:
            self.month.carrier_since = self.failing_since
            if self.rng.random() < 0.85:
                self.month.carrier_failures += 1
                return Ending("failed", "carrier_error")
        ending = draw_ending(self.campaign, moment(began).astimezone(self.zone).hour, self.rng)
        if began > self.now - 2 * HOUR:
            # Only short calls in the last two hours: a long one would make its task stuck.
            return replace(ending, talk_s=min(ending.talk_s, SHORT_TALK_S))
        return ending

    def _stuck_tasks(self) -> None:
        """Story: a runner died while it had six tasks running."""
        for _ in range(STUCK_TASKS):
            began = self.now - int(self.rng.uniform(40, 75) * MINUTE)
            same = send_task(self.platform, self._id("task"), f"run-{self.slug}-evening", began - MINUTE)
            self.platform.send(began, {**same, "status": "running", "assignee": "runner-3"})
            self.month.tasks += 1
            self.month.stuck += 1

    def _tomorrow(self, count: int) -> None:
        """Tasks scheduled for tomorrow: pending, but not stuck."""
        midnight = moment(self.now).astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for _ in range(count):
            due = micros(midnight) + DAY + int(self.rng.uniform(9, 17) * HOUR)
            created = self.now - int(self.rng.uniform(5, 50) * MINUTE)
            send_task(
                self.platform, self._id("task"), f"run-{self.slug}-next", created, scheduled_at=iso(due)
            )
            self.month.tasks += 1

    def _calls_now(self) -> None:
        """Calls in progress: their end events arrive while the demo runs."""
        for _ in range(CALLS_NOW):
            began = self.now - int(self.rng.uniform(20, 80) * SECOND)
            self._call(began, Ending("completed", "customer_hangup", self.rng.uniform(120, 400), "human"))

    def _id(self, kind: str) -> str:
        self.number += 1
        return f"{kind}-{self.slug}-{self.number:05d}"

    def _runner(self) -> str:
        return f"runner-{self.rng.randint(1, 3)}"

    def _report(self) -> None:
        month, platform = self.month, self.platform
        month.arrivals += platform.arrivals
        month.events += platform.events
        month.repeats += platform.repeats
        if self.stopped is not None:
            month.stopped_at = self.stopped
        if self.campaign.repeats_everything:
            month.repeated_events, month.repeated_copies = platform.events, platform.repeats


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
