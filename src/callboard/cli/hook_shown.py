"""What came to a hook, as `callboard hook show` prints it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from callboard.cli.output import UTC, plain, show_table, when
from callboard.clock import iso

if TYPE_CHECKING:
    from callboard.clock import Micros
    from callboard.http.hook_items import HookItem


def show_hook(shown: HookItem) -> None:
    """Print a hook with its counts and its unknown words."""
    ended = f", revoked at {shown.revoked_at}" if shown.revoked_at else ""
    print(f"Hook {shown.id}: {shown.platform}, into the space {shown.space_token}{ended}")
    print(f"  URL          {plain(shown.url)}")
    print(f"  last         {shown.last_delivery_at or 'no delivery yet'}")
    print(f"  accepted     {shown.accepted:,}, of these {shown.ignored:,} about no call")
    print(f"  refused      {shown.refused:,}{_parts(shown.refused_by_kind)}")
    print(f"  quarantined  {shown.quarantined:,}{_parts(shown.quarantined_by_reason)}")
    print(f"  dropped      {shown.dropped:,} of these unread")
    if shown.secrets_open is False:
        print("  secrets      the key of this machine does not open them: no delivery can be checked")
    print()
    show_table(
        ("Field", "Word", "Times", f"Last {UTC}", "In the table"),
        [
            (each.field, each.word, each.times, when(each.last_at), "now" if each.is_known else "no")
            for each in shown.unknown_words
        ],
        empty="No word was outside the tables of the platform.",
    )
    if shown.other_unknown_words:
        print(f"and others, {shown.other_unknown_words:,} times")
    if any(each.is_known for each in shown.unknown_words):
        print(f"callboard hook remap {shown.id} corrects the calls that ended with words known now.")


def show_rotated(
    title: str,
    url: str,
    made: Mapping[str, str],
    given: Collection[str],
    setup: str,
    *,
    url_is_new: bool,
    until: Micros | None,
    is_refused: bool,
) -> None:
    """Print what a rotated hook has now: what to paste where, and until when what it had before is taken.

    `is_refused`: without a time, whether that is refused from now on; else there was nothing, or it stays.
    """
    print(f"  URL     {url}" if url_is_new else f"  URL     {url} (as before)")
    for name, secret in made.items():
        print(f"  {name:<7} {secret}")
    for name in given:
        print(f"  {name:<7} as you gave it")
    if url_is_new or made:
        print(f"\nWhat is new is shown only now. Put it into {title} in the place of what is there:\n")
        print(plain_lines(setup))
    else:
        print(f"\nNothing is to be pasted into {title}.")
    if until is not None:
        print(f"\nWhat the hook had before is taken, too, until {when(iso(until))} UTC; then it is refused.")
    elif is_refused:
        print("\nWhat the hook had before is not taken any more.")


def plain_lines(text: str) -> str:
    """A text of several lines, safe for a terminal."""
    return "\n".join(plain(line) for line in text.splitlines())


def _parts(counted: Mapping[str, int]) -> str:
    return f" ({', '.join(f'{name} {count:,}' for name, count in counted.items())})" if counted else ""
