"""What a reconciliation found and did."""

from __future__ import annotations

from msgspec import Struct, field

from callboard.clock import Micros


class HookAsked(Struct, kw_only=True):
    """How the platform of one hook was asked."""

    hook_id: int
    platform: str
    space_token: str
    pages: int = 0
    rows: int = 0
    asked_singly: int = 0
    """Calls that were asked about one by one, because no list had their end."""
    left_out: int = 0
    """Calls that no delivery named, and that are not taken: they may be another hook's, or `pull_only` does
    not name them."""
    notes: list[str] = field(default_factory=list)
    """What else there is to know of what was asked."""
    fault: str | None = None
    """Why it could not be asked to the end; the next time goes on from where this one came."""


class Tally(Struct, kw_only=True):
    """Counts of calls, each call once."""

    healed: int = 0
    """Calls that were live, and whose end is known now."""
    missing: int = 0
    """Calls of which no delivery had come."""
    updated: int = 0
    """Calls of which something else is known now, as their cost."""
    unchanged: int = 0
    """Calls of which the platform told nothing new."""
    given_up: int = 0
    still_open: int = 0
    """Calls that are past their limit, and still live."""
    quarantined: int = 0
    """Rows that could not be read; they are in quarantine."""
    rejected: int = 0
    """Events that were rejected, as of a call that has too many."""
    hooks: list[HookAsked] = field(default_factory=list)


class Found(Struct):
    """What a run knows of calls beside what it counts."""

    tally: Tally
    alive: set[tuple[int, str]] = field(default_factory=set)
    """Space and id of calls that the platform says are live now: none of them is given up."""
    unheard: set[tuple[int, str]] = field(default_factory=set)
    """Space and id of calls whose turn to be asked about did not come: none of them is given up."""
    unasked: set[tuple[int, str]] = field(default_factory=set)
    """Space and source of calls whose platform could not be asked: none of them is given up."""


class Pull(Struct, kw_only=True):
    """How far the questions to the platform of a hook have come: what is kept between two runs."""

    until: Micros | None = None
    """Everything of before is known; None: nothing was asked to its end yet."""
    sure: Micros | None = None
    """The last such time that was not ahead of the clock when it was asked again: what is asked from, should
    `until` prove to be."""
    since: Micros | None = None
    """The window that is being asked for; None: none is."""
    to: Micros = 0
    cursor: str | None = None
    """Of its next page; None: the first."""
    pages: int = 0
    """Pages of the window so far, over all runs."""
    rows: int | None = None
    """Rows asked for in a page; None: as many as the platform gives."""
    seen: list[str] = field(default_factory=list)
    """Digests of these pages."""
    turn: tuple[Micros, str] | None = None
    """Creation and id of the call that was asked about by itself last: the next run goes on behind it."""
