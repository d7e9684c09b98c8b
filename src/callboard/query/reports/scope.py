"""What a report is about: one space, the contact spaces together, or every space."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from callboard.model.directory import Space
from callboard.query.reports.links import scope_of
from callboard.store.questions import Scope


class ReportScope(Struct, frozen=True):
    """The spaces in scope, as of one look at the directory."""

    org_id: int
    spaces: tuple[Space, ...]
    one: bool = False
    """A single space was named."""
    all_content: bool = False
    timezone: str = "UTC"
    """Of a question that names none: the space's home zone, else the organization's."""

    @property
    def contact(self) -> bool:
        """They are all contact spaces of the organization."""
        return not self.one and not self.all_content

    @property
    def space(self) -> Space | None:
        """The one that was named."""
        return self.spaces[0] if self.one else None

    @property
    def asked(self) -> Scope:
        """The same of a list."""
        return Scope(self.org_id, self.spaces[0].id if self.one else None, self.all_content)

    @property
    def parameters(self) -> dict[str, str]:
        """What names this scope in a query."""
        return scope_of(self.space, all_content=self.all_content)


def report_scope(
    org_id: int,
    spaces: Iterable[Space],
    space_id: int | None,
    *,
    all_content: bool,
    timezone: str = "UTC",
) -> ReportScope:
    """The scope over an organization's spaces; `timezone` is the organization's home zone."""
    if space_id is not None:
        one = next(each for each in spaces if each.id == space_id)
        return ReportScope(org_id, (one,), one=True, timezone=one.home_zone)
    chosen = tuple(each for each in spaces if all_content or each.content_type == "contact")
    return ReportScope(org_id, chosen, all_content=all_content, timezone=timezone)
