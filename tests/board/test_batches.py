"""Batches: how fast they go, and when they will be done."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.board.pages import PAGES
from tests.board.world import HANDLE, World


def _batch(world: World, run: str, made: int, ended: list[float]) -> None:
    """A batch of 40 tasks, made that many minutes ago, some of which ended so many minutes ago."""
    now = datetime.now(UTC)

    def at(minutes: float) -> str:
        return (now - timedelta(minutes=minutes)).isoformat()

    tasks = [{"type": "task", "task_id": f"{run}-{number}", "run_id": run} for number in range(40)]
    world.send(*({**task, "status": "pending", "occurred_at": at(made)} for task in tasks))
    world.send(
        *(
            {**task, "status": "failed" if place % 4 == 0 else "completed", "occurred_at": at(minutes)}
            for place, (task, minutes) in enumerate(zip(tasks, ended, strict=False))
        ),
        {**tasks[-1], "status": "running", "occurred_at": at(0.1)},
    )


def _pace(page: Page, run: str) -> Locator:
    return page.locator("tr", has=page.get_by_role("link", name=run, exact=True)).locator("td.rate")


def _near(pace: Locator, expected: float) -> None:
    """Within a sixth: when the first task ended is known to a thirty-second of an hour."""
    expect(pace).to_have_text(re.compile(r"^[\d,]+ / h$"))
    told = float(re.sub(r"[^\d]", "", pace.inner_text()))
    assert abs(told - expected) <= expected / 6


def test_a_pace_is_of_the_time_since_the_first_change(admin_page: Page, world: World):
    """Of the last hour at most; of nothing before five tasks have ended."""
    _batch(world, "pace-young", 10, [9.5 - place * 0.5 for place in range(19)])
    _batch(world, "pace-begun-late", 300, [19 - place for place in range(19)])
    _batch(world, "pace-long", 300, [200 - 10 * place for place in range(20)])
    _batch(world, "pace-four", 10, [8, 6, 4, 2])
    _batch(world, "pace-five", 10, [9, 7, 5, 3, 1])
    admin_page.goto(f"{PAGES['batches'].path(HANDLE)}&space_token={world.space}")
    _near(_pace(admin_page, "pace-young"), 19 * 6)
    _near(_pace(admin_page, "pace-begun-late"), 19 * 3)
    _near(_pace(admin_page, "pace-long"), 5)
    expect(_pace(admin_page, "pace-four")).to_have_text("\N{EN DASH}")
    _near(_pace(admin_page, "pace-five"), 5 * 6)
