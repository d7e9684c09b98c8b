"""Browser sessions: a cookie in place of `Authorization`, and the check of where a request comes from.

The cookie holds the token itself. So there is no table of sessions: every worker can check it, and it ends
when the token does.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from callboard.http.errors import FOREIGN_PAGE, HttpError

COOKIE = "callboard_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing, and need no check against cross-site request forgery (RFC 9110, 9.2.1)."""

Headers = Mapping[bytes, bytes]


def secret_of_cookie(headers: Headers) -> str | None:
    """The secret in the session cookie; None without such a cookie, or with an empty one."""
    sent = headers.get(b"cookie")
    if sent is None:
        return None
    for pair in sent.decode("latin-1").split(";"):
        name, _, value = pair.partition("=")
        if name.strip() == COOKIE:
            return value.strip() or None
    return None


def check_own_page(headers: Headers, *, must_state_origin: bool) -> None:
    """Raises 403 unless the browser states that a page of our own origin sent this request.

    Browsers set these headers themselves, and no page can change them: `Sec-Fetch-Site`, or where it is
    missing (plain HTTP on a local network, old browsers) `Origin`, which must name the host that was asked.
    Without either header the request is refused if `must_state_origin`; programs send neither.
    """
    site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
    if site is not None:
        is_same_origin = site.strip().lower() == b"same-origin"
    elif origin is not None:
        host = _host_of(origin)
        is_same_origin = host != "" and host == headers.get(b"host", b"").decode("latin-1").strip().lower()
    else:
        is_same_origin = not must_state_origin
    if not is_same_origin:
        raise HttpError(403, FOREIGN_PAGE)


def _host_of(origin: bytes) -> str:
    """Host and port of an `Origin`; empty if it is no address, such as `null`."""
    try:
        return urlsplit(origin.decode("latin-1").strip().lower()).netloc
    except ValueError:  # half an IPv6 address
        return ""


def is_https(scheme: str, headers: Headers) -> bool:
    """Whether the caller uses HTTPS, to us or to a proxy in front of us: then its cookie is `Secure`.

    Taken from the browser's `Origin` or the proxy's `X-Forwarded-Proto`, without trusting either: a caller
    that forges them only changes its own cookie, and a page elsewhere can set neither.
    """
    # Of a chain of proxies the last entry is that of the nearest one.
    forwarded = headers.get(b"x-forwarded-proto", b"").rpartition(b",")[2].strip().lower()
    return (
        scheme == "https"
        or forwarded == b"https"
        or headers.get(b"origin", b"").lower().startswith(b"https:")
    )


def session_cookie(secret: str, *, prefix: str, secure: bool) -> tuple[bytes, bytes]:
    """The `Set-Cookie` header that starts a session. Without `Max-Age` it ends with the browser, and with the
    token in any case.
    """
    return _cookie(secret, "", prefix, secure)


def ended_cookie(*, prefix: str, secure: bool) -> tuple[bytes, bytes]:
    """The `Set-Cookie` header that removes the cookie from the browser."""
    return _cookie("", "; Max-Age=0", prefix, secure)


def _cookie(value: str, more: str, prefix: str, secure: bool) -> tuple[bytes, bytes]:
    # HttpOnly: scripts cannot read the token. SameSite=Strict: not sent with requests of other sites.
    guarded = f"{'; Secure' if secure else ''}; HttpOnly; SameSite=Strict"
    return b"set-cookie", f"{COOKIE}={value}; Path={prefix or '/'}{more}{guarded}".encode("ascii")
