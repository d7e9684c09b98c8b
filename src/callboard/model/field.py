"""What there is to say of one field of a call or a task. The fields themselves are in `fields.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Kind = Literal[
    "id", "text", "word", "phone", "time", "duration", "whole", "flag", "document", "texts", "names"
]  # fmt: skip
"""`id` and `text`: bounded in bytes. `word`: one of a closed list. `phone`: a number as its source writes it.
`time`: ISO 8601 outside, microseconds inside. `duration`: seconds outside, milliseconds inside. `document`: a
JSON object; `texts`: one whose values are texts. `names`: names of fields, never of an event."""

Rule = Literal["own", "greatest", "attempt", "keys"]
"""Which event decides. `greatest`: the greatest that carries it. `attempt`: of those, one of the highest
attempt. `keys`: the same as `greatest`, for each key of an object by itself. `own`: a rule of its own in the
fold, told there by the field's name."""

TEXT_BYTES = 255
SECONDS_MAX = 7 * 24 * 3600


class Field(Struct, frozen=True, kw_only=True):
    """One field. What is derived from it names no field itself."""

    name: str
    """In events, answers, files and questions."""
    kind: Kind
    says: str = ""
    """What it is, for the reference of events."""

    # --- in events
    sent: bool = True
    """Whether an event may carry it."""
    required: bool = False
    """Whether every event has to carry it."""
    least: int = 0
    most: int = TEXT_BYTES
    """Bytes of an id, a text, a phone number or an object; else the greatest number there is."""
    words: tuple[str, ...] = ()
    """Of a `word`: the closed list. Of a text: the words that are known; others are taken too."""
    log: tuple[int, str] | None = None
    """Its place in a kept event, and its short name there. Neither ever changes, and neither is used again:
    the bytes of events that were kept depend on them. None: it is in no event."""
    fold: Rule = "own"

    # --- in rows
    kept: bool = True
    """Whether the row of a call or task has it."""
    column: str = ""
    """Its name in the row, where the unit makes it another one."""
    known: bool = False
    """Whether every call or task has it, although an event may leave it out."""

    # --- out
    shown: bool = True
    """Whether answers and exports have it."""
    exported_since: int = 1
    """The layout of exported files that first had it: files of earlier layouts are still recognised."""
    stands: tuple[str, ...] = ()
    """The words that rows have, where events take others too."""
    filters: str = ""
    """What its filter does, for the reference; empty: there is none."""
    option: tuple[int, str] | None = None
    """The option of the command line that asks for it, and that option's place in the help."""
    option_says: str = ""
    """What the option does, for the help."""
    listed: bool = False
    """Whether the command that prints the list has the option as well, not only the one that exports it."""
    groups: bool = False
    """Whether reports tell items apart by it."""
    counter: int = 0
    """The code of the counter that tells calls apart by it, besides direction and status. Never used again.
    0: rows are counted, or `fold/catalogue.py` names the counter."""

    # --- in files of others
    headings: tuple[str, ...] = ()
    """What columns that hold it are called, the likeliest first."""
    said: Mapping[str, tuple[str, ...]] = {}
    """Word → what platforms write for it."""

    @property
    def in_row(self) -> str:
        """Its name in the row of a call or task."""
        return self.column or self.name

    @property
    def nullable(self) -> bool:
        """Whether it may be unknown."""
        return not (self.required or self.known)
