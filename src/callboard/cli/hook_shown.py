"""What came to a hook, as `callboard hook show` prints it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from callboard.cli.output import UTC, plain, show_table, when

if TYPE_CHECKING:
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
    print(f"  dropped      {shown.dropped:,} of these unread\n")
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


def plain_lines(text: str) -> str:
    """A text of several lines, safe for a terminal."""
    return "\n".join(plain(line) for line in text.splitlines())


def _parts(counted: Mapping[str, int]) -> str:
    return f" ({', '.join(f'{name} {count:,}' for name, count in counted.items())})" if counted else ""
