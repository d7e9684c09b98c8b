"""The properties of one field of a call or a task. The fields themselves are in `fields.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Kind = Literal[
    "id", "ids", "text", "word", "phone", "time", "duration", "whole", "flag", "document", "texts", "names",
    "money",
]  # fmt: skip
"""`id` and `text`: bounded in bytes. `ids`: one id, or up to three. `word`: one of a closed list. `phone`: a
number as its source writes it. `time`: ISO 8601 in the API, microseconds in the store. `duration`: seconds in
the API, milliseconds in the store. `document`: a JSON object; `texts`: one whose values are texts. `names`:
names of fields. `money`: an amount and its currency, which the store keeps apart."""

Rule = Literal["own", "greatest", "attempt", "keys"]
"""Which event decides the value. `greatest`: the greatest (by stamp) that carries the field. `attempt`: the
greatest of the current attempt. `keys`: as `greatest`, for each key of an object separately. `own`: the fold
has a rule for this field alone."""

TEXT_BYTES = 255
SECONDS_MAX = 7 * 24 * 3600


class Field(Struct, frozen=True, kw_only=True):
    """One field. Code that is derived from the table names no field itself."""

    name: str
    """Its name in events, answers, files and parameters."""
    kind: Kind
    description: str = ""
    """Its meaning, for the reference of events."""

    # --- in events
    in_events: bool = True
    """Whether an event may carry it."""
    required: bool = False
    """Whether every event has to carry it, and every row of an imported file."""
    may_lack: bool = False
    """Of a required one: whether some events have a meaning without it all the same."""
    minimum: int = 0
    maximum: int = TEXT_BYTES
    """Bytes of an id, a text, a phone number or an object; of a number, the greatest value."""
    words: tuple[str, ...] = ()
    """Of a `word`: the closed list. Of a text: the known words; others are accepted too."""
    log: tuple[int, str] | None = None
    """Its position and its short name in a stored event. Neither may change or be used again for another
    field: the canonical bytes of stored events depend on them. None: it is in no event."""
    fold: Rule = "own"

    # --- in rows
    in_rows: bool = True
    """Whether the row of a call or task has it."""
    column: str = ""
    """Its name in the row, where it differs because the unit does."""
    always_set: bool = False
    """Whether every call or task has a value, although an event may leave it out."""

    # --- in answers, lists and reports
    in_answers: bool = True
    """Whether answers and exports have it."""
    exported_since: int = 1
    """The first layout of exported files that has it: files of earlier layouts are still recognised."""
    row_words: tuple[str, ...] = ()
    """The words that rows can have, where events may carry others too."""
    filters: str = ""
    """The description of its filter, for the reference; empty: it has no filter."""
    option: tuple[int, str] | None = None
    """The position of its filter's option in the command line's help, and the option."""
    option_help: str = ""
    """The help of that option."""
    listed: bool = False
    """Whether the command that prints the list has the option too, not only the one that exports it."""
    groups: bool = False
    """Whether reports can group by it."""
    counter: int = 0
    """The code of the counter that groups calls by it, in addition to direction and status. A code is never
    used again for another counter. 0: rows are counted, or `fold/catalogue.py` names the counter."""

    # --- in imported files
    headings: tuple[str, ...] = ()
    """Names of columns that hold it, the most likely first, beside those in `ingest/sources/words`."""
    synonyms: Mapping[str, tuple[str, ...]] = {}
    """Word → the words that platforms use for it, beside those in `ingest/sources/words`."""

    @property
    def row_name(self) -> str:
        """Its name in the row of a call or task."""
        return self.column or self.name

    @property
    def nullable(self) -> bool:
        """Whether its value may be unknown."""
        return not (self.required or self.always_set)
