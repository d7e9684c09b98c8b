"""The space of each row: one space for the whole file, or the one that a column names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from callboard.clock import Clock
from callboard.ingest.sources.files.records import ImportOptionError, RowError, missing_column
from callboard.model.directory import Organization, Space, SpaceSettings
from callboard.store.interface import Store

MAX_NEW_SPACES = 1_000
"""Most spaces that one import creates; rows that would need another one are rejected."""
MAX_NAME_BYTES = 255


@dataclass
class SpaceUse:
    """A space that an import wrote to, or would write to in a dry run."""

    name: str
    space: Space | None
    """None in a dry run for a space that would be created."""
    created: bool
    rows: int = 0


class Target(Protocol):
    """Finds the space of each row."""

    used: dict[str, SpaceUse]
    """Name → use, in order of first use."""

    def check(self, columns: list[str]) -> None:
        """Raise `ImportOptionError` when the file lacks a column that this needs."""

    def use(self, row: Mapping[str, Any]) -> SpaceUse:
        """The row's space; may create it. Raises `RowError`."""

    def place(self, row: Mapping[str, Any]) -> int | None:
        """The id of the space that a rejected row belongs to; None where it names no space that exists.

        Never creates a space.
        """


class OneSpace:
    """Every row belongs to one space."""

    def __init__(self, space: Space) -> None:
        self._use = SpaceUse(space.name, space, created=False)
        self.used = {space.name: self._use}

    def check(self, columns: list[str]) -> None:
        """Any file is accepted."""

    def use(self, row: Mapping[str, Any]) -> SpaceUse:  # noqa: ARG002 - see Target
        return self._use

    def place(self, row: Mapping[str, Any]) -> int | None:  # noqa: ARG002 - see Target
        return self._use.space.id if self._use.space else None


class SpaceFromColumn:
    """The space that a column names, by name or token; created when there is none."""

    def __init__(
        self,
        store: Store,
        organization: Organization,
        column: str,
        *,
        clock: Clock,
        settings: SpaceSettings | None = None,
        content_type: str = "contact",
        dry_run: bool = False,
    ) -> None:
        self._store = store
        self._organization = organization
        self._column = column
        self._clock = clock
        self._settings = settings or SpaceSettings()
        self._content_type = content_type
        self._dry_run = dry_run
        self._there: dict[str, list[Space]] = {}
        for space in store.spaces(organization.id):
            # Names need not be unique, tokens are: a token wins over an equal name.
            self._there.setdefault(space.name, []).append(space)
            self._there[space.token] = [space]
        self.used: dict[str, SpaceUse] = {}
        self._created = 0

    def check(self, columns: list[str]) -> None:
        """Raise `ImportOptionError` unless the file has the column exactly once."""
        if self._column not in columns:
            raise missing_column(self._column, columns)
        if columns.count(self._column) > 1:
            raise ImportOptionError(f"Two columns are named {self._column!r}; rename one of them")

    def use(self, row: Mapping[str, Any]) -> SpaceUse:
        name = self._name(row)
        known = self.used.get(name)
        if known is None:
            known = self.used[name] = self._met(name)
        return known

    def place(self, row: Mapping[str, Any]) -> int | None:
        name = self._name(row)
        known = self.used.get(name)
        if known is not None:
            return known.space.id if known.space else None
        there = self._there.get(name, [])
        return there[0].id if len(there) == 1 else None

    def _name(self, row: Mapping[str, Any]) -> str:
        value = row.get(self._column)
        return "" if value is None else str(value).strip()

    def _met(self, name: str) -> SpaceUse:
        if not name:
            raise RowError("missing_field", f"the column {self._column!r}, which names the space, is empty")
        # "replace": undecodable bytes of the file are surrogates, which a strict encoder refuses.
        if len(name.encode("utf-8", "replace")) > MAX_NAME_BYTES or not name.isprintable():
            raise RowError("invalid_value", f"{name[:40]!r} cannot be the name of a space")
        there = self._there.get(name, [])
        if len(there) > 1:
            tokens = ", ".join(space.token for space in there)
            raise RowError("invalid_value", f"{len(there)} spaces are named {name!r} ({tokens}); use --space")
        if there:
            return SpaceUse(name, there[0], created=False)
        if self._created >= MAX_NEW_SPACES:
            raise RowError("invalid_value", f"one import creates at most {MAX_NEW_SPACES} spaces")
        self._created += 1
        return SpaceUse(name, None if self._dry_run else self._create(name), created=True)

    def _create(self, name: str) -> Space:
        return self._store.create_space(
            org_id=self._organization.id,
            name=name,
            description=None,
            content_type=self._content_type,
            agent_handle=None,
            settings=self._settings,
            now=self._clock(),
        )
