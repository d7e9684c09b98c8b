"""The scope of a report: one space, all contact spaces, or all spaces."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from callboard.model.directory import Space
from callboard.query.reports.links import scope_parameters
from callboard.store.questions import Scope


class ReportScope(Struct, frozen=True):
    """The spaces in scope, read from one snapshot of the directory."""

    org_id: int
    spaces: tuple[Space, ...]
    one: bool = False
    """The request names a single space."""
    all_content: bool = False
    """All spaces, not only contact spaces."""
    timezone: str = "UTC"
    """The zone when the request names none: the space's home zone, or the organization's."""

    @property
    def contact(self) -> bool:
        """Whether the scope is all contact spaces of the organization."""
        return not self.one and not self.all_content

    @property
    def space(self) -> Space | None:
        """The space that the request names, if it names one."""
        return self.spaces[0] if self.one else None

    @property
    def list_scope(self) -> Scope:
        """The same scope for lists of rows."""
        return Scope(self.org_id, self.spaces[0].id if self.one else None, self.all_content)

    @property
    def parameters(self) -> dict[str, str]:
        """The query parameters of this scope."""
        return scope_parameters(self.space, all_content=self.all_content)


def report_scope(
    org_id: int,
    spaces: Iterable[Space],
    space_id: int | None,
    *,
    all_content: bool,
    timezone: str = "UTC",
) -> ReportScope:
    """The scope of a request. `spaces`: all spaces of the organization; `timezone`: its home zone."""
    if space_id is not None:
        one = next(each for each in spaces if each.id == space_id)
        return ReportScope(org_id, (one,), one=True, timezone=one.home_zone)
    chosen = tuple(each for each in spaces if all_content or each.content_type == "contact")
    return ReportScope(org_id, chosen, all_content=all_content, timezone=timezone)
