"""Whether a stream or an export may go on. Checked again whenever the directory changes, not only at its
start: a revoked token must not keep receiving numbers on a connection that it opened before.
"""

from __future__ import annotations

from msgspec import Struct

from callboard.clock import Micros
from callboard.query.directory import DirectorySnapshot


class Permit(Struct, frozen=True):
    """The secret a stream was opened with, and the organization it is about."""

    secret_digest: bytes
    """Digest of the secret, not the token's id: rotating a token ends its old secret, not the token."""
    org_id: int

    def until(self, directory: DirectorySnapshot) -> Micros | None:
        """The time at which the permit expires, `NEVER` if it does not; None if it is no longer valid."""
        principal = directory.principal_of(self.secret_digest)
        if principal is None or principal.role_in(self.org_id) is None:
            return None
        ends = [end for end in (principal.ends_at, principal.token.revoked_at) if end is not None]
        return min(ends, default=NEVER)


NEVER: Micros = 1 << 62
"""Later than any expiry: an instant like the others, so that the earliest is found by `min`."""
