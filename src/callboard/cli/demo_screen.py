"""The output of the demo: the month, its stories, a request with its answer, and the proof."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.text import Text

from callboard.cli.invoked import as_typed_here
from callboard.cli.output import show_table
from callboard.demo.campaigns import COMPANIES
from callboard.demo.client import ANALYTICS, TASKS, Access, Client
from callboard.demo.loading import Loaded
from callboard.demo.proof import Comparison, Proof
from callboard.demo.server import DemoServer
from callboard.demo.stories import Story, curl

HANDLE = COMPANIES[0].handle
_ANALYTICS_PATH = "organisation/analytics/"


def screen(server: DemoServer, loaded: Loaded, told: Sequence[Story], client: Client, *, once: bool) -> None:
    """Print what was loaded, the stories, a request with its answer, and commands to try."""
    show = _printer()
    tally, month = loaded.tally, loaded.month
    show(
        f"Sent {tally.received:,} events of {month.calls:,} calls and {month.tasks:,} tasks over HTTP in "
        f"{loaded.seconds:.1f} s ({tally.received / max(loaded.seconds, 0.001):,.0f} a second): "
        f"{tally.applied:,} applied, {tally.duplicate:,} duplicate, {tally.stale:,} stale, "
        f"{tally.rejected:,} rejected."
    )
    show("\nFour stories are in it", "bold")
    for number, story in enumerate(told, 1):
        show(f"\n{number}  {story.name}", "bold yellow")
        show(f"   {story.text}.")
        show(f"   {story.request}", "dim")
    show("\nThe request", "bold")
    show(f"\n{curl(loaded.demo_store, server.url, HANDLE, _ANALYTICS_PATH)}", "cyan")
    show("\nIts answer", "bold")
    answer = _answer(server, loaded, client)
    show(f"\n{json.dumps(answer, indent=2)}", "green")
    show("")
    for line in _read_off(answer["data"], _stuck(server, loaded, client)):
        show(line, "bold green")
    show("\nWhere to look", "bold")
    db, callboard = shlex.quote(loaded.demo_store.db), as_typed_here()
    show(f"\n   {callboard} serve --port {server.port} --db {db}" if once else f"\n   {server.url}/docs")
    for command in ("analytics", "tasks --stuck", "tasks --status failed"):
        show(f"   {callboard} {command} --org {HANDLE} --db {db}")
    show(f"   {callboard} verify --deep --db {db}")
    if not once:
        show("\nServing, and sending a few events a second. Ctrl-C ends it.", "bold")


def as_object(server: DemoServer, loaded: Loaded, told: Sequence[Story], client: Client) -> dict[str, Any]:
    """What `--json` prints: the facts of `screen` and the token, as one object."""
    tally = loaded.tally
    return {
        "url": server.url,
        "db": loaded.demo_store.db,
        "handle": HANDLE,
        "token": loaded.demo_store.tokens[HANDLE],
        "curl": curl(loaded.demo_store, server.url, HANDLE, _ANALYTICS_PATH),
        "analytics": _answer(server, loaded, client),
        "sent": {
            "received": tally.received,
            "applied": tally.applied,
            "duplicate": tally.duplicate,
            "stale": tally.stale,
            "rejected": tally.rejected,
            "seconds": round(loaded.seconds, 3),
        },
        "stories": [
            {"name": story.name, "told": story.text, "count": story.count, "request": story.request}
            for story in told
        ],
    }


@contextmanager
def live_line(*, silent: bool) -> Iterator[Callable[[int], None]]:
    """A line on standard error that counts the events sent; nothing if that is no terminal."""
    console = Console(stderr=True)
    line = console.status("Sending …")

    def shown(sent: int) -> None:
        line.update(f"{sent:,} events sent since")

    if silent or not console.is_terminal:
        yield shown
    else:
        with line:
            yield shown


def show_proof(proof: Proof) -> None:
    """Print each number before and after the kill, and the verdict."""
    show = _printer()
    show(f"\n{proof.events:,} events; the killed server was sent {proof.sent:,} in all. Before = after:\n")
    answers = [each for each in proof.comparisons if isinstance(each.before, dict)]
    show_table(
        ("", *_NUMBERS.values()),
        [(each.what, *(_side_by_side(each, field) for field in _NUMBERS)) for each in answers],
        empty="",
    )
    show("")
    for each in proof.comparisons:
        if each not in answers:
            show(f"{each.what}: {_said(each.before)} {_sign(each.equal)} {_said(each.after)}")
    if proof.holds:
        show("\nBefore = after: every number and every row is the same.", "bold green")
    else:
        show("\nBefore ≠ after: something was lost or counted twice.", "bold red")


_NUMBERS = {
    "total_calls": "Calls",
    "completed_calls": "Completed",
    "failed_calls": "Failed",
    "avg_duration_seconds": "Mean s",
    "total_tasks": "Tasks",
}


def _side_by_side(each: Comparison, field: str) -> str:
    before, after = each.before[field], each.after[field]
    return f"{_said(before)} {_sign(before == after)} {_said(after)}"


def _said(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _sign(equal: bool) -> str:
    return "=" if equal else "≠"


def proof_object(proof: Proof) -> dict[str, Any]:
    """The content of `show_proof` for `--json`."""
    return {
        "holds": proof.holds,
        "events": proof.events,
        "acknowledged_before_kill": proof.acknowledged,
        "sent": proof.sent,
        "comparisons": [
            {"what": each.what, "before": each.before, "after": each.after, "equal": each.equal}
            for each in proof.comparisons
        ],
    }


def _answer(server: DemoServer, loaded: Loaded, client: Client) -> Any:
    return json.loads(client.get(Access(server.url, loaded.demo_store.tokens[HANDLE], HANDLE), ANALYTICS))


def _stuck(server: DemoServer, loaded: Loaded, client: Client) -> int:
    """The number of stuck tasks: the count of the list that the second story links to."""
    access = Access(server.url, loaded.demo_store.tokens[HANDLE], HANDLE)
    return int(json.loads(client.get(access, f"{TASKS}?stuck=true&page_size=1"))["count"])


def _read_off(data: dict[str, Any], stuck: int) -> tuple[str, str]:
    """The two lines below the answer: the success rate, and what needs attention."""
    calls, completed = data["total_calls"], data["completed_calls"]
    rate = (
        f"{completed / calls * 100:.2f} % ({completed:,} of {calls:,})" if calls else "- (no calls made yet)"
    )
    return (
        f"Success rate {rate}",
        f"Needs attention: {data['task_status_breakdown']['failed']:,} failed, {stuck:,} stuck",
    )


def _printer() -> Callable[..., None]:
    """A function that prints lines without wrapping them: commands must stay whole when they are copied."""
    console = Console(highlight=False, soft_wrap=True)

    def show(text: str, style: str = "") -> None:
        console.print(Text(text, style=style))

    return show
