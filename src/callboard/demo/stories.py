"""The four stories in the demo's month: what happened, the number that shows it, and the request for it."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from callboard.clock import Micros, moment
from callboard.demo.campaigns import (
    APPOINTMENTS,
    COMPANIES,
    FAILING_CARRIER,
    REMINDERS,
    RENEWALS,
    WEBINAR,
    Campaign,
)
from callboard.demo.client import BASE, Client
from callboard.demo.month import Month
from callboard.demo.sending import Tally, access_of
from callboard.demo.setup import DemoStore


@dataclass(frozen=True)
class Story:
    """One story, with what the server answers about it."""

    name: str
    text: str
    """What happened, in words, with the server's numbers."""
    count: int
    """The number that the story is about, as the server counts it."""
    request: str
    """The `curl` command that shows it."""


def stories(demo_store: DemoStore, url: str, month: Month, tally: Tally, client: Client) -> list[Story]:
    """All four stories, with the server's current numbers."""
    return [
        _failing_carrier(demo_store, url, month, client),
        _stuck_tasks(demo_store, url, client),
        _stopped_campaign(demo_store, url, month, client),
        _repeating_platform(demo_store, url, month, tally, client),
    ]


def _failing_carrier(demo_store: DemoStore, url: str, month: Month, client: Client) -> Story:
    since = _local(month.carrier_since, REMINDERS)
    path = f"call-logs/?space_token={demo_store.spaces[REMINDERS.name].token}&end_reason=carrier_error"
    count = _count(demo_store, url, REMINDERS, path, client)
    text = f"{FAILING_CARRIER} fails most calls of {REMINDERS.name} since {since}: {count:,} carrier errors"
    return Story("A failing carrier", text, count, _curl(demo_store, url, REMINDERS, path))


def _stuck_tasks(demo_store: DemoStore, url: str, client: Client) -> Story:
    path = "tasks/?stuck=true"
    count = _count(demo_store, url, RENEWALS, path, client)
    text = f"runner-3 died with {count} tasks of {RENEWALS.name} in its hands; they run for an hour or so"
    return Story("Six stuck tasks", text, count, _curl(demo_store, url, RENEWALS, path))


def _stopped_campaign(demo_store: DemoStore, url: str, month: Month, client: Client) -> Story:
    path = f"tasks/?space_token={demo_store.spaces[WEBINAR.name].token}&failure_reason=cancelled"
    count = _count(demo_store, url, WEBINAR, path, client)
    at = _local(month.stopped_at, WEBINAR)
    text = f"{WEBINAR.name} was stopped on {at}: no call since, {count:,} tasks cancelled"
    return Story("A campaign stopped at 14:00", text, count, _curl(demo_store, url, WEBINAR, path))


def _repeating_platform(demo_store: DemoStore, url: str, month: Month, tally: Tally, client: Client) -> Story:
    path = f"call-logs/?space_token={demo_store.spaces[APPOINTMENTS.name].token}&made=true"
    count = _count(demo_store, url, APPOINTMENTS, path, client)
    duplicates = tally.duplicates.get(APPOINTMENTS.name, 0)
    text = (
        f"the platform of {APPOINTMENTS.name} sends each event two or three times: "
        f"{duplicates:,} repeats of {month.repeated_events:,} events, and {count:,} calls counted once"
    )
    return Story(
        "A platform that repeats everything", text, duplicates, _curl(demo_store, url, APPOINTMENTS, path)
    )


def _count(demo_store: DemoStore, url: str, campaign: Campaign, path: str, client: Client) -> int:
    answer = client.get(access_of(demo_store, campaign.name, url), f"{BASE}{path}&page_size=1")
    count: int = json.loads(answer)["count"]
    return count


def _curl(demo_store: DemoStore, url: str, campaign: Campaign, path: str) -> str:
    return curl(demo_store, url, demo_store.handles[campaign.name], path)


def curl(demo_store: DemoStore, url: str, handle: str, path: str) -> str:
    """A request as a `curl` command, quoted for a shell."""
    headers = (f"Authorization: Token {demo_store.tokens[handle]}", f"Org-Handle: {handle}")
    return " ".join(
        ["curl", "-s", shlex.quote(f"{url}{BASE}{path}"), *(f"-H {shlex.quote(each)}" for each in headers)]
    )


def _local(at: Micros, campaign: Campaign) -> str:
    zone = next(company.timezone for company in COMPANIES if campaign in company.campaigns)
    return f"{moment(at).astimezone(ZoneInfo(zone)):%A, %d %B, %H:%M}"
