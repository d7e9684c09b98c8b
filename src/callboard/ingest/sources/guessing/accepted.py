"""What somebody can accept of a file, and of the next ones of a saved mapping: `--accept`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal

Accepted = Literal[
    "some_share_ids",
    "most_share_ids",
    "some_without_length",
    "most_without_length",
    "some_without_time",
    "most_without_time",
    "lengths_jump",
    "known_ids",
    "other_space",
    "same_calls",
    "rejected_rows",
    "sums",
    "other_media",
    "unfinished_ids",
]

ACCEPTED: Final[Mapping[str, str]] = {
    "some_share_ids": "less than half of the rows are about the call or task of another row",
    "most_share_ids": "several rows are about one call or task",
    "some_without_length": "less than half of the completed calls have no length",
    "most_without_length": "completed calls have no length",
    "some_without_time": "less than half of the rows have no time",
    "most_without_time": "rows have no time",
    "lengths_jump": "talk times become many times longer or shorter within the file",
    "known_ids": "known ids are of the same calls, though rows say another start or number",
    "other_space": "a file that another space holds already counts in both",
    "same_calls": "rows that say calls of the space under other ids are further calls",
    "rejected_rows": "rows that cannot be read are rejected, and the others are imported",
    "sums": "rows that seem to add up others are calls",
    "other_media": "rows that seem to be of chats, mails or other media are calls",
    "unfinished_ids": "ids change with how a call or task that is not over yet ends",
}
"""Each with what it means. One with `most_` holds for fewer as well."""

OF_ONE_FILE: Final = frozenset({"other_space", "rejected_rows", "same_calls"})
"""What is never accepted of the next file as well: a saved mapping leaves it out."""


def is_accepted(kind: str, accepted: Collection[str]) -> bool:
    """Whether it, or the same of more rows, is among those that are accepted."""
    return kind in accepted or kind.replace("some_", "most_") in accepted
