"""The requests that clients send while ingest is measured: a thousand events each, for one of 20 spaces.

Of the events of a request 700 are new calls (500 ended, 200 live), 200 end the live calls of the previous
request of the space, and 100 repeat events of that request byte for byte. (The first request of a space, in
the warm-up round, has no calls to end: 200 more are new.) A request is an hour of its campaign, with its
events shuffled.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import msgspec
from msgspec import UNSET, Struct

from bench import calls
from callboard.clock import HOUR, SECOND
from callboard.model.event import CallEvent

SPACES = 20
NEW_ENDED, NEW_LIVE, UPDATES, REPEATS = 500, 200, 200, 100

_encode = msgspec.json.Encoder().encode


class Sent(Struct, frozen=True):
    """One request."""

    space: int
    """The index of its space in `Board.space_tokens`."""
    body: bytes


class _Campaign:
    """The requests of one space: each needs the calls of the one before."""

    def __init__(self, space: int, *, event_ids: bool) -> None:
        self._draw = random.Random(1000 + space)
        self._space = space
        self._event_ids = event_ids
        self._hour = 0
        self._numbers = 0
        self._live: list[CallEvent] = []
        self._lines: list[bytes] = []

    def request(self) -> Sent:
        begin = calls.LIVE_FROM + self._hour * HOUR
        self._hour += 1
        lines: list[bytes] = []
        live: list[CallEvent] = []
        updates = [self._line(self._ended(event)) for event in self._live]
        for number in range(NEW_ENDED + NEW_LIVE + UPDATES - len(updates)):
            self._numbers += 1
            at = begin + self._draw.randrange(3600) * SECOND
            event = calls.call_entry(self._draw, self._numbers, at).event
            assert isinstance(event, CallEvent)
            if number < NEW_LIVE:
                event = msgspec.structs.replace(
                    event,
                    call_status="in_progress",
                    occurred_at=at,
                    start_time=at,
                    end_time=UNSET,
                    end_reason=UNSET,
                )
                live.append(event)
            lines.append(self._line(event))
        repeats = self._draw.sample(self._lines or lines, REPEATS)
        self._live, self._lines = live, lines + updates
        every = lines + updates + repeats
        self._draw.shuffle(every)
        return Sent(self._space, b"\n".join(every))

    def _ended(self, live: CallEvent) -> CallEvent:
        assert isinstance(live.occurred_at, int)
        end = live.occurred_at + self._draw.randrange(5, 600) * SECOND
        return CallEvent(
            call_id=live.call_id,
            call_status="completed",
            standing=2,
            occurred_at=end,
            end_time=end,
            end_reason="customer_hangup",
        )

    def _line(self, event: CallEvent) -> bytes:
        sent = calls.wire(event)
        if self._event_ids:
            sent["event_id"] = f"{self._draw.getrandbits(128):032x}"
        return _encode(sent)


def requests(a_round: int, *, event_ids: bool = False) -> Iterator[list[Sent]]:
    """Rounds without end, each of `a_round` requests per space, in the order in which both sides write."""
    campaigns = [_Campaign(space, event_ids=event_ids) for space in range(SPACES)]
    while True:
        yield [campaign.request() for _ in range(a_round) for campaign in campaigns]
