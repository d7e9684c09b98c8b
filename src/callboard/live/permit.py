"""What lets a stream go on: asked again whenever the directory changes, not only when it began."""

from __future__ import annotations

from msgspec import Struct

from callboard.clock import Micros
from callboard.query.directory import View


class Permit(Struct, frozen=True):
    """Who asked, and about whom."""

    secret_digest: bytes
    """Of the secret that was sent: a rotated secret ends, its token does not."""
    org_id: int

    def until(self, view: View) -> Micros | None:
        """When it ends by itself, `NEVER` when it does not; none when it holds no longer."""
        principal = view.principal_of(self.secret_digest)
        if principal is None or principal.role_in(self.org_id) is None:
            return None
        ends = [end for end in (principal.ends_at, principal.token.revoked_at) if end is not None]
        return min(ends, default=NEVER)


NEVER: Micros = 1 << 62
