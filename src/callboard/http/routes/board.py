"""The board: the page at `/`, its files, and the same page for every address that its router handles."""

from __future__ import annotations

from html import escape
from urllib.parse import unquote

from callboard.http.board_files import ASSETS, INDEX, BoardFile, board_files
from callboard.http.endpoint import Endpoint
from callboard.http.errors import Headers
from callboard.http.request import Request
from callboard.http.response import HTML, Response

POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    b"connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""Scripts, styles and requests of this origin only, nothing inline, and no framing by other pages."""
PAGE_HEADERS: Headers = [
    (b"content-security-policy", POLICY),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
]
OWN_ORIGIN = (b"cross-origin-resource-policy", b"same-origin")
PAGE_CACHE = b"no-cache"
FILE_CACHE = b"public, max-age=31536000, immutable"
"""A year: a file below `ASSETS` has a digest in its name, so a changed file has another address."""
ENCODED = (b"content-encoding", b"gzip")
VARIES = (b"vary", b"Accept-Encoding")

_NOT_BUILT = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Callboard</title></head><body><h1>Callboard</h1>
<p>The API answers. The board, which is the page that belongs here, was not built in this checkout:
<code>make page</code> builds it, and then the server is to be started again.</p>
<p><a href="{prefix}/docs">The HTTP API</a>, <a href="{prefix}/openapi.json">as OpenAPI</a>.</p></body></html>
"""


def is_for_board(request: Request) -> bool:
    """Whether a path without an endpoint belongs to the board: one of its files, or an address within the
    page that was opened in a browser.
    """
    if request.method not in ("GET", "HEAD"):
        return False
    files = board_files(request.services.settings.path_prefix)
    name = _name(request.raw_path)
    if name in files:
        return True
    # A browser that opens an address accepts HTML. Scripts get the JSON 404 for a mistyped path instead, and
    # so do all clients below `api/`, and for assets: an old page must not get HTML in place of a script.
    takes_page = b"text/html" in request.headers.get(b"accept", b"")
    return bool(files) and takes_page and not name.startswith(("api/", ASSETS))


def _name(raw_path: bytes) -> str:
    return unquote(raw_path.decode("latin-1")).removeprefix("/")


async def board(request: Request) -> Response:
    prefix = request.services.settings.path_prefix
    files = board_files(prefix)
    if not files:
        page = _NOT_BUILT.format(prefix=escape(prefix)).encode()
        return Response(body=page, media=HTML, headers=PAGE_HEADERS)
    name = _name(request.raw_path)
    found = files.get(name)
    if found is None or name == INDEX:
        return _answer(request, files[INDEX], PAGE_CACHE, PAGE_HEADERS)
    return _answer(request, found, FILE_CACHE if name.startswith(ASSETS) else PAGE_CACHE, [OWN_ORIGIN])


def _answer(request: Request, file: BoardFile, cache: bytes, headers: Headers) -> Response:
    headers = [*headers, VARIES]
    if file.gzipped is not None and b"gzip" in request.headers.get(b"accept-encoding", b""):
        return Response(body=file.gzipped, media=file.media, cache=cache, headers=[*headers, ENCODED])
    return Response(body=file.body, media=file.media, cache=cache, headers=headers)


BOARD = Endpoint(
    method="GET",
    path="/",
    operation="board",
    tag="Service",
    summary="The board",
    needs_token=False,
    handle=board,
    answer={"type": "string"},
    answer_media="text/html",
    documented=False,
)
ENDPOINTS = (BOARD,)
