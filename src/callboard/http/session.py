"""The session of a browser: a cookie in place of `Authorization`, and which requests may use it.

The cookie holds the token itself. So there is nothing to keep on the server, every worker knows it, and it
ends when the token does.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from callboard.http.errors import FOREIGN_PAGE, HttpError

COOKIE = "callboard_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

Headers = Mapping[bytes, bytes]


def secret_of_cookie(headers: Headers) -> str | None:
    """The secret in the session's cookie; none when there is no such cookie."""
    sent = headers.get(b"cookie")
    if sent is None:
        return None
    for pair in sent.decode("latin-1").split(";"):
        name, _, value = pair.partition("=")
        if name.strip() == COOKIE:
            return value.strip() or None
    return None


def check_own_page(headers: Headers, *, said: bool) -> None:
    """Raises 403 unless the browser says that our own page sent this request. `said`: it has to say so.

    Browsers say it themselves, and no page can say otherwise: `Sec-Fetch-Site`, or where they do not send
    that (plain HTTP on a network, old ones) `Origin`, which must name the host that was asked.
    """
    site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
    if site is not None:
        ours = site.strip().lower() == b"same-origin"
    elif origin is not None:
        host = _host_of(origin)
        ours = host != "" and host == headers.get(b"host", b"").decode("latin-1").strip().lower()
    else:
        ours = not said
    if not ours:
        raise HttpError(403, FOREIGN_PAGE)


def _host_of(origin: bytes) -> str:
    """The host that an `Origin` names; empty when it is no address at all."""
    try:
        return urlsplit(origin.decode("latin-1").strip().lower()).netloc
    except ValueError:  # half an IPv6 address
        return ""


def is_https(scheme: str, headers: Headers) -> bool:
    """Whether the caller speaks HTTPS, to us or to a proxy in front of us.

    The browser's own `Origin` says so, or the proxy's `X-Forwarded-Proto`. Neither needs to be trusted: it
    decides about the caller's own cookie, and a page elsewhere can set neither.
    """
    forwarded = headers.get(b"x-forwarded-proto", b"").rpartition(b",")[2].strip().lower()
    return (
        scheme == "https"
        or forwarded == b"https"
        or headers.get(b"origin", b"").lower().startswith(b"https:")
    )


def session_cookie(secret: str, *, prefix: str, secure: bool) -> tuple[bytes, bytes]:
    """The header that begins a session. It ends with the browser, or with the token."""
    return _cookie(secret, "", prefix, secure)


def ended_cookie(*, prefix: str, secure: bool) -> tuple[bytes, bytes]:
    """The header that ends it in the browser."""
    return _cookie("", "; Max-Age=0", prefix, secure)


def _cookie(value: str, more: str, prefix: str, secure: bool) -> tuple[bytes, bytes]:
    guarded = f"{'; Secure' if secure else ''}; HttpOnly; SameSite=Strict"
    return b"set-cookie", f"{COOKIE}={value}; Path={prefix or '/'}{more}{guarded}".encode("ascii")
