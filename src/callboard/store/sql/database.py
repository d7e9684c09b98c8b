"""The interface to one connection of an engine: statements by name, values in, rows out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, LiteralString, NamedTuple, Protocol

from msgspec import Struct

SqlRow = tuple[Any, ...]
Values = Mapping[str, Any] | Sequence[Any]
"""Parameters by name or by position. A list is one parameter, which the statement expands into rows: of
numbers, texts, or tuples of these.
"""


Answer = Callable[[], list[SqlRow]]
"""Returns the rows of a query that was begun. Called once."""


class Dialect(Struct, frozen=True):
    """SQL fragments that differ between engines. Constants of the program, never built from a caller's
    input.
    """

    index_hint: str
    """The index hint after a table's name; `{}` is the index."""
    then_join: str
    """Joins two tables in the order in which they are written, where the engine lets a query say so."""
    each_space: str
    """The list `:spaces` as rows: `wanted.value`."""
    each_range: str
    """The list of pairs `:ranges` as rows: `span` with the columns place (from 0), begins, ends."""
    each_place: str
    """The list of triples `:places` as rows: `place` with the columns held_by, begins, ends."""
    least: str
    """The scalar function for the least of several values."""
    live_limit: str
    """How long a call may stay live, in seconds, from its space's settings."""
    hook_live_limit: str
    """The same from the settings of a hook; NULL where they set none."""
    packed: str
    """Packs several values into one, a JSON array, so that a scalar subquery can return them; empty where
    the engine groups by hash, without a sort, which is as fast.
    """
    uses_temp_table: bool
    """Whether compaction sums deltas in a temporary table before it merges them into cells."""
    slice_deltas: int
    """Most deltas that one commit merges into cells: few where all writers wait for it."""
    long_slice_deltas: int
    """The same when compaction is behind: fewer commits, with less work for each delta."""
    table_only: str
    """After a table's name: read the table itself, never a covering index, which is a copy that may differ.
    """
    as_bytes: str
    """The stored bytes of a text column, valid UTF-8 or not; `{}` is the column."""

    def indexed(self, index: str) -> str:
        """The index hint after a table's name; empty on an engine without hints."""
        return self.index_hint.format(index)


class Column(NamedTuple):
    """A column of a table and the values it may hold."""

    name: str
    kind: type[int | str | bytes]
    nullable: bool


class Database(Protocol):
    """One connection, within a transaction or for a single statement. Used by one thread at a time."""

    @property
    def dialect(self) -> Dialect: ...

    # statements of `queries/`, by name
    def ask(self, name: str, values: Values = ()) -> Answer:
        """Begin a query. Several that are begun before the first is read may share a round trip; each has its
        own snapshot, taken after those before it were carried out.
        """

    def rows(self, name: str, values: Values = ()) -> list[SqlRow]:
        """All rows."""

    def row(self, name: str, values: Values = ()) -> SqlRow | None:
        """The first row; None without one."""

    def value(self, name: str, values: Values = ()) -> Any:
        """The only value of the first row, or the whole row when it has several; None without a row."""

    def change(self, name: str, values: Values = ()) -> None:
        """Run it without a result. An error may be raised only by a later call (pipeline mode)."""

    def change_many(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run it for each row of values, in any order."""

    # statements assembled from our own fragments
    def select(self, sql: str, values: Values = ()) -> list[SqlRow]:
        """All rows."""

    def select_value(self, sql: str, values: Values = ()) -> Any:
        """The only value of the first row, or the whole row when it has several; None without a row."""

    def run(self, sql: str, values: Values = ()) -> None:
        """Run it without a result."""

    # whole tables, for copies between stores and for verification
    def columns(self, table: LiteralString) -> list[str]:
        """The names of a table's columns."""

    def described(self, table: LiteralString) -> list[Column]:
        """A table's columns with their types."""

    def append(self, table: LiteralString, columns: Sequence[str], rows: Sequence[SqlRow]) -> None:
        """Insert rows into a table."""

    def restart_numbers(self, tables: Sequence[LiteralString]) -> None:
        """Let the engine's generated ids (`id`) of these tables continue after the greatest id."""
