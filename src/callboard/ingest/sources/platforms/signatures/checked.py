"""The verdict on a delivery's signature, and what it was compared with: never the secret itself."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, get_args

from msgspec import Struct

from callboard.clock import SECOND, Micros, iso
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.signatures.forms import text_fault

RefusalKind = Literal["missing", "malformed", "wrong", "stale", "future"]
REFUSAL_KINDS: Final[tuple[RefusalKind, ...]] = get_args(RefusalKind)
"""`missing`: no signature, or no secret to check it with. `malformed`: one that cannot be read. `wrong`: of
other bytes, or by another secret. `stale` and `future`: right, and made outside the window of time."""

Compared = dict[str, str]
"""What a signature was checked against, in words that may be shown and logged."""
Secrets = Mapping[str, str]
"""The secrets of a hook, by the names that its signature asks for."""

YEAR_2286: Final = 10**16
"""In microseconds; a signature of a later time is malformed."""


class Refusal(Struct, frozen=True):
    """The delivery is not proved to come from its platform."""

    kind: RefusalKind
    message: str
    """One sentence for whoever runs the hook."""
    compared: Compared = {}


class Checked(Struct, frozen=True):
    """The delivery comes from its platform."""

    replay_key: bytes | None = None
    """Equal for the same delivery posted again with the same signature; None where nothing tells."""


Verdict = Checked | Refusal


class Secret(Struct, frozen=True):
    """One secret that a signature needs."""

    name: str
    """Its key in `Secrets`, as `auth_token`."""
    title: str
    """What the platform calls it, and where it is shown there."""
    ours: bool = False
    """We make it, and the user pastes it there; else the platform makes it."""
    optional: bool = False
    fault: Callable[[str], str | None] = text_fault
    """Why no delivery could ever be proved by one, in words that say what is expected; None: it may be."""


class Signature(Struct, frozen=True):
    """How one platform proves its deliveries."""

    scheme: str
    """A short name, for logs and tests: `twilio`, `hmac-retell`."""
    secrets: tuple[Secret, ...]
    check: Callable[[Delivery, Secrets, HookSettings], Verdict]
    window_s: int | None = None
    """How old a signature may be, and how far ahead; None: it carries no time."""


def verify(
    signature: Signature, delivery: Delivery, generations: Sequence[Secrets], settings: HookSettings
) -> Verdict:
    """Check a delivery against each generation of a hook's secrets, the newest first.

    After a rotation two are valid for a while. The verdict of the newest is told when none fits.
    """
    first: Verdict | None = None
    for secrets in generations:
        verdict = _checked(signature, delivery, secrets, settings)
        if isinstance(verdict, Checked):
            return verdict
        # Stale says that the secret is right, so it tells more than what the other secrets say.
        if first is None or verdict.kind in ("stale", "future"):
            first = verdict
    return first or Refusal("missing", "The hook has no secret.")


def _checked(signature: Signature, delivery: Delivery, secrets: Secrets, settings: HookSettings) -> Verdict:
    lacking = [each.name for each in signature.secrets if not each.optional and not secrets.get(each.name)]
    if lacking:
        return Refusal("missing", f"The hook has no {' and no '.join(lacking)} to check deliveries with.")
    return signature.check(delivery, secrets, settings)


def equal(one: str | bytes, other: str | bytes) -> bool:
    """Whether two texts are equal; the time it takes tells nothing of where they differ."""
    return hmac.compare_digest(_bytes(one), _bytes(other))


def replay_key(*parts: str | bytes) -> bytes:
    """A short key of what makes a delivery the same one."""
    return hashlib.sha256(b"\0".join(map(_bytes, parts))).digest()


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def missing(header: str, title: str) -> Refusal:
    return Refusal("missing", f"The delivery has no {title}.", {"header": header})


def malformed(header: str, message: str) -> Refusal:
    return Refusal("malformed", message, {"header": header})


def other_body(header: str, compared: Compared, key: str = "secret") -> Refusal:
    message = (
        f"{header} does not fit the body: the {key} is another one, or something on the way changes the body."
    )
    return Refusal("wrong", message, compared)


def signed_moment(written: str, *, per_second: int = 1) -> Micros | None:
    """The time in a signature's header, in units of which a second has `per_second`; None for none."""
    if not (written.isascii() and written.isdigit()) or len(written) > 17:
        return None
    at = int(written) * SECOND // per_second
    return at if at < YEAR_2286 else None


def outside_window(
    delivery: Delivery, signed_at: Micros, window_s: int, compared: Compared
) -> Refusal | None:
    """The refusal of a right signature that is older than the window, or as far ahead; else None."""
    age_s = (delivery.received_at - signed_at) / SECOND
    if abs(age_s) <= window_s:
        return None
    told = compared | {
        "signed_at": iso(signed_at) or "",
        "age_seconds": f"{age_s:.0f}",
        "window_seconds": str(window_s),
    }
    if age_s > 0:
        return Refusal("stale", f"The signature is right, but {age_s:.0f} s old; at most {window_s}.", told)
    ahead = (
        f"The signature is right, but of a time {-age_s:.0f} s ahead; at most {window_s}. Is a clock wrong?"
    )
    return Refusal("future", ahead, told)
