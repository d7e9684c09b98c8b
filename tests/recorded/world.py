"""The world that is asked about: three organizations, half a year of calls, tasks, corrections and imports.

Everything is drawn from one seed, and arrives by the clock of the board, day after day.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from callboard.clock import DAY, HOUR, MINUTE, SECOND, Micros, iso
from callboard.model.directory import Space
from tests.http.board import Board, call, task
from tests.recorded.command import run
from tests.recorded.fixed import SEED, hold_still
from tests.stores import NOW

DAYS = 70
"""From before the clocks of Berlin and New York go back until the board's present."""
AGENTS = ("asha", "bruno", "Ж-bot", None)
OUTCOMES = ("interested", "call_back", "“peut-être”", None)
ENDS = {
    "completed": ("customer_hangup", "agent_hangup", "voicemail", "transferred", None),
    "missed": ("no_answer", "busy", "rejected", "canceled"),
    "failed": ("invalid_number", "carrier_error", "no such word", "billing"),
}


def _board(folder: Path) -> Board:
    # Many wrong tokens and handles are asked with: none of them may be shut out. On a busy machine
    # an answer comes late, and is the same.
    return Board(
        folder,
        failed_auth_per_minute=1_000_000,
        query_timeout_ms=600_000,
        commit_timeout_ms=600_000,
        lock_timeout_ms=600_000,
    )


class World:
    """A board with its story told, and the spaces that it tells of."""

    def __init__(
        self, folder: Path, patch: pytest.MonkeyPatch, board: Callable[[Path], Board] | None = None
    ) -> None:
        hold_still(patch, lambda: self.now)
        self.board = (board or _board)(folder)
        self.folder = folder
        self.patch = patch
        self._random = Random(SEED)

    @property
    def now(self) -> Micros:
        return self.board.now if hasattr(self, "board") else NOW

    def tell(self) -> None:
        """The whole story, and the time that it ends at."""
        board = self.board
        self._make_spaces()
        for day in range(DAYS, -1, -1):
            board.now = NOW - day * DAY
            self._day(board.spring, day, 2)
            if day % 3 == 0:
                self._day(self.berlin, day, 2)
            if day % 10 == 0:
                self._day(board.mail, day, 1)
                self._day(board.elsewhere, day, 1)
        board.now = NOW
        self._oddities()
        self._imports()
        board.now = NOW + 3 * HOUR
        self._use_all_tokens()

    def _use_all_tokens(self) -> None:
        """Uses are recorded beside the answers: none may still be on its way when tokens are listed."""
        board = self.board
        for secret in (board.viewer, board.member, board.admin, board.stranger, board.both):
            assert board.ask("GET", "organizations/", token=secret).status_code == 200
        until = time.monotonic() + 60
        while any(
            token.last_used_at != board.now
            for organization in (board.acme, board.other)
            for token in board.store.tokens(organization.id)
        ):
            assert time.monotonic() < until, "the use of a token is not recorded"
            time.sleep(0.005)

    def _make_spaces(self) -> None:
        board = self.board
        board.now = NOW - (DAYS + 1) * DAY
        self.berlin = board.space(
            board.acme, "Berlin „Süd“", timezone="Europe/Berlin", stuck_pending_after=7200
        )
        self.table = board.space(board.acme, "Table", content_type="table")
        self.empty_org = board.organization("empty.example", "Empty")

    def _day(self, space: Space, day: int, many: int) -> None:
        events: list[dict[str, Any]] = []
        for number in range(many):
            name = f"{space.name[0].lower()}{day}-{number}"
            at = self.board.now - self._random.randrange(2 * HOUR, 22 * HOUR)
            events += self._call(f"c-{name}", f"t-{name}", at)
            events += self._task(f"t-{name}", f"r-{day // 7}", at - HOUR)
        if self._random.random() < 0.4:
            self._random.shuffle(events)
        self.board.send(*events, space=space)
        if self._random.random() < 0.3:
            self.board.send(*events[::2], space=space)  # the sender did not hear the answer

    def _call(self, call_id: str, task_id: str, at: Micros) -> list[dict[str, Any]]:
        random = self._random
        talk, ringing = random.randrange(1_000, 900_000), random.randrange(2, 40)
        answered, ended = at + ringing * SECOND, at + ringing * SECOND + talk * 1000
        status = random.choice(["completed"] * 5 + ["missed"] * 3 + ["failed"] * 2)
        live = {
            "call_type": random.choice(["outbound", "outbound", "inbound", "web"]),
            "source_number": f"+1202555{random.randrange(100, 200):04}",
            "destination_number": f"+1415555{random.randrange(100, 200):04}",
            "creation_time": iso(at),
            "agent": random.choice(AGENTS),
            "task_id": task_id,
        }
        events = [call(call_id, "queued", occurred_at=iso(at), **live)]
        end: dict[str, Any] = {
            "end_reason": random.choice(ENDS[status]),
            "end_time": iso(ended),
            "occurred_at": iso(ended),
        }
        if status != "completed":
            return [*events, call(call_id, status, **{**end, "end_time": iso(answered)})]
        events.append(call(call_id, "in_progress", occurred_at=iso(answered), start_time=iso(answered)))
        if random.random() < 0.1:
            return events  # its end never came
        metadata = {"score": random.randrange(10), "note": random.choice(["ok", "“ça va”", ""])}
        end |= {
            "answered_by": random.choice(["human", "human", "machine", None]),
            "outcome": OUTCOMES[talk % len(OUTCOMES)],
            "external_ids": {"crm": f"x{random.randrange(10_000)}"},
            "metadata": metadata,
        }
        if random.random() < 0.5:
            end["call_duration"] = talk / 1000
        events.append(call(call_id, "completed", event_id=f"e-{call_id}", **end))
        if random.random() < 0.15:  # the platform corrects itself
            later = {"occurred_at": iso(ended + HOUR // 2), "end_reason": "agent_hangup"}
            events.append(call(call_id, "completed", **later, call_duration=talk // 1000 + 1))
        return events

    def _task(self, task_id: str, run_id: str, at: Micros) -> list[dict[str, Any]]:
        random = self._random
        said = {"run_id": run_id, "assignee": random.choice(["renewals", "Ж-bot", None])}
        events = [
            task(task_id, "scheduled", created=iso(at), input={"name": "Asha", "n": random.random()}, **said)
        ]
        if random.random() < 0.2:
            return events
        events.append(task(task_id, "processing", occurred_at=iso(at + MINUTE)))
        if random.random() < 0.15:
            return events
        word = random.choice(["completed", "completed", "partially_completed", "failed", "canceled"])
        reason = {"failure_reason": "no answer"} if word == "failed" else {}
        events.append(task(task_id, word, occurred_at=iso(at + HOUR), output={"ok": True}, **reason))
        if word == "failed" and random.random() < 0.5:
            events.append(task(task_id, "running", occurred_at=iso(at + 2 * HOUR), attempt=2))
        return events

    def _oddities(self) -> None:
        """Single events of each unusual kind."""
        board, at = self.board, NOW - 5 * HOUR
        board.send(
            call("odd backwards", start_time=iso(at), end_time=iso(at - HOUR), creation_time=iso(at)),
            call("odd/slash", "missed", creation_time=iso(at), end_reason="no_answer"),
            call("odd-micro", occurred_at="2025-12-31T19:00:00.123456+00:00", call_duration=0.0005),
            call("odd-bare", "completed"),
            call("odd-void", "completed", void=True, creation_time=iso(at)),
            call("odd-back", "completed", void=True, occurred_at=iso(at), creation_time=iso(at)),
            call("odd-back", "completed", void=False, occurred_at=iso(at + HOUR)),
            call("odd-late", "completed", standing=2, occurred_at=iso(at), agent="asha"),
            call("odd-late", "ringing", occurred_at=iso(at - HOUR)),
            call("odd-null", "in_progress", creation_time=None, agent=None, call_type=None, metadata=None),
            call("odd-sequence", "completed", sequence=7, occurred_at=iso(at), call_duration=10),
            call("odd-sequence", "completed", sequence=8, occurred_at=iso(at), call_duration=None),
            task("odd task", "hold", created=iso(at - DAY), scheduled_at=iso(at + 9 * HOUR)),
            task("odd-stuck", "processing", occurred_at=iso(at), execution_type="voice"),
            task("odd-void", "failed", void=True),
            task("odd-alone", "cancelled", created=iso(at)),
            space=board.spring,
        )
        # A month ago a task's call ended, and the task was never closed.
        board.send(call("c-ended", task_id="t-ended", end_time=iso(at)), task("t-ended", "running"))

    def _imports(self) -> None:
        """Three imports: one good and run twice, one with rows that cannot be taken, one withdrawn."""
        rows = [
            f"i-{number},{state},2025-12-{number + 1:02d} 10:00:00,{number * 7},+1202555{number + 100:04}"
            for number, state in enumerate(["ANSWERED", "BUSY", "FAILED", "ANSWERED"] * 5)
        ]
        files = {
            "good.csv": rows,
            "half.csv": [
                "h-1,ANSWERED,2025-12-24 09:00:00,61,+12025550190",
                "h-2,WHO KNOWS,2025-12-24 09:00:00,1,",
                "h-3,BUSY,yesterday,1,",
                ",BUSY,2025-12-24 09:00:00,1,",
                "h-4,ANSWERED,2025-12-24 09:00:00,-5,",
            ],
            "withdrawn.csv": [
                row.replace("i-", "w-").replace("+1202555010", "+1202555016") for row in rows[:6]
            ],
        }
        for name, lines in files.items():
            (self.folder / name).write_text("\n".join(["id,state,at,seconds,to", *lines]) + "\n")
        told = ""
        for name in ("good.csv", "good.csv", "half.csv", "withdrawn.csv"):
            told = self.command(*self.import_of(name))
            self.board.now += MINUTE
        self.withdrawn = told.partition("This is batch ")[2].partition(".")[0]
        self.command("import", "undo", self.withdrawn, "--org", "acme.example")

    def import_of(self, name: str) -> tuple[str, ...]:
        """The command that imports one of the files."""
        fields = "call_id=id,call_status=state,creation_time=at,call_duration=seconds,destination_number=to"
        words = "call_status:ANSWERED=completed,BUSY=missed,FAILED=failed"
        where = ("--org", "acme.example", "--space", self.berlin.token, "--timezone", "Europe/Berlin")
        return (
            *("import", name, *where, "--map", fields, "--values", words),
            *("--time-format", "%Y-%m-%d %H:%M:%S", "--rejects", f"{name}.rejected"),
        )

    def command(self, *arguments: str, stdin: str = "", **environment: str) -> str:
        """What a command prints, asked about this world."""
        db = self.board.settings.db
        named = "calls.db" if db == str(self.folder / "calls.db") else db
        return run(
            self.patch, self.folder, arguments, stdin, environment={"CALLBOARD_DB": named, **environment}
        )
