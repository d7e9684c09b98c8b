"""One connection of an engine, as the store's code sees it: statements by name, values in, rows out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString, NamedTuple, Protocol

from msgspec import Struct

SqlRow = tuple[Any, ...]
Values = Mapping[str, Any] | Sequence[Any]
"""By name, or by place. A list among them is one value: what its statement takes apart (numbers, texts, or
pairs of these)."""


class Dialect(Struct, frozen=True):
    """How an engine says what others say differently. Fragments of our own, never of a caller."""

    by_index: str
    """What follows a table that is to be walked by a given index; `{}` is the index."""
    then_join: str
    """Joins two tables in the order they are written in, where the engine can be told."""
    each_space: str
    """The rows of the list `:spaces`, as `wanted.value`."""
    each_range: str
    """The rows of the list of pairs `:ranges`, as `span` with its columns place (from 0), begins, ends."""
    each_place: str
    """The rows of the list of triples `:places`, as `place` with its columns held_by, begins, ends."""
    least: str
    """The function of the least of several values."""
    live_limit: str
    """A call's longest time to live, seconds: out of its space's settings."""
    packed: str
    """Makes one value, a JSON array, of several, so that one look in a statement can find them; empty where
    the engine groups without sorting, which then is as fast.
    """
    gathers: bool
    """Whether deltas are summed in a temporary table before they are merged into cells."""
    whole: str
    """What follows a table that is to be read itself, and not an index that holds a copy of its columns."""
    as_bytes: str
    """The bytes of a text column as they lie there, whether or not they are text; `{}` is the column."""

    def indexed(self, index: str) -> str:
        """Behind a table's name: by which index to walk it."""
        return self.by_index.format(index)


class Column(NamedTuple):
    """A column of a table, and what it may hold."""

    name: str
    kind: type[int | str | bytes]
    nullable: bool


class Database(Protocol):
    """Inside one transaction, or for one statement by itself. Used by one thread at a time."""

    @property
    def dialect(self) -> Dialect: ...

    # statements of `queries/`, by name
    def rows(self, name: str, values: Values = ()) -> list[SqlRow]:
        """All rows."""

    def row(self, name: str, values: Values = ()) -> SqlRow | None:
        """The first row; none when there is none."""

    def value(self, name: str, values: Values = ()) -> Any:
        """The first row's only value, or the row when it has several; none when there is none."""

    def change(self, name: str, values: Values = ()) -> None:
        """Carry it out; nothing comes back. What is wrong with it may be told by a later call."""

    def change_many(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """Carry it out for each row of values, in any order."""

    # statements put together of our own fragments
    def select(self, sql: str, values: Values = ()) -> list[SqlRow]:
        """All rows."""

    def select_value(self, sql: str, values: Values = ()) -> Any:
        """The first row's only value."""

    def run(self, sql: str, values: Values = ()) -> None:
        """Carry it out."""

    # whole tables, for moving house
    def columns(self, table: LiteralString) -> list[str]:
        """The names of a table's columns."""

    def described(self, table: LiteralString) -> list[Column]:
        """A table's columns, and what each may hold."""

    def append(self, table: LiteralString, columns: Sequence[str], rows: Sequence[SqlRow]) -> None:
        """Put rows into a table."""

    def restart_numbers(self, tables: Sequence[LiteralString]) -> None:
        """Tables that number their rows themselves (`id`) go on behind the greatest that is there."""
