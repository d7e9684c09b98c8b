"""From paths to endpoints. Each path is served with and without its trailing slash, without a redirect."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from callboard.http.endpoint import Endpoint
from callboard.http.errors import NO_PATH, HttpError
from callboard.http.request import Request, Scope


class _Node:
    __slots__ = ("endpoints", "literals", "name", "variable")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.variable: _Node | None = None
        self.name = ""
        self.endpoints: dict[str, Endpoint[Request]] = {}


class Router:
    """A tree of path segments. A literal segment wins over a variable one, without backtracking."""

    def __init__(self, endpoints: Iterable[Endpoint[Request]]) -> None:
        self._root = _Node()
        for endpoint in endpoints:
            self._add(endpoint)

    def _add(self, endpoint: Endpoint[Request]) -> None:
        node = self._root
        for segment in _segments(endpoint.path):
            if segment.startswith("{"):
                node.variable = node.variable or _Node()
                node = node.variable
                node.name = segment[1:-1]
            else:
                node = node.literals.setdefault(segment, _Node())
        assert endpoint.method not in node.endpoints, f"{endpoint.method} {endpoint.path} is declared twice"
        node.endpoints[endpoint.method] = endpoint

    def find(self, method: str, raw_path: bytes) -> tuple[Endpoint[Request], dict[str, str]]:
        """The endpoint, and the values of the path's variables.

        `raw_path` is percent-encoded, and is split before it is decoded: an id may contain a slash, as `%2F`.
        Raises 404, and 405 with the allowed methods; OPTIONS raises 204 with them.
        """
        node = self._root
        values: dict[str, str] = {}
        for segment in _decoded(raw_path):
            literal = node.literals.get(segment)
            if literal is not None:
                node = literal
            elif node.variable is not None and segment:
                node = node.variable
                values[node.name] = segment
            else:
                raise HttpError(404, NO_PATH)
        if not node.endpoints:
            raise HttpError(404, NO_PATH)
        endpoint = node.endpoints.get("GET" if method == "HEAD" else method)
        if endpoint is None:
            raise _not_allowed(method, node.endpoints)
        return endpoint, values


def without_prefix(scope: Scope, prefix: bytes) -> Scope:
    """The ASGI scope with the path prefix removed, unless the proxy in front of us removed it already."""
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    rest = raw_path.removeprefix(prefix)
    if rest == raw_path or rest[:1] not in (b"", b"/"):
        return scope  # no prefix, or only the beginning of a longer word: `/call` is no prefix of `/calls`
    path = scope["path"].removeprefix(prefix.decode()) or "/"
    return {**scope, "raw_path": rest or b"/", "path": path}


def allowed(endpoints: Iterable[str]) -> bytes:
    """The value of `Allow`: the declared methods, OPTIONS, and HEAD where there is GET."""
    methods = {*endpoints, "OPTIONS"} | ({"HEAD"} if "GET" in endpoints else set())
    return ", ".join(sorted(methods)).encode()


def _not_allowed(method: str, endpoints: dict[str, Endpoint[Request]]) -> HttpError:
    allow = (b"allow", allowed(endpoints))
    if method == "OPTIONS":  # an answer, not an error, but it ends the request in the same way
        return HttpError(204, "", headers=[allow])
    return HttpError(405, f"This path does not take {method[:32]}.", headers=[allow])


def _segments(path: str) -> list[str]:
    path = path.removesuffix("/").removeprefix("/")
    return path.split("/") if path else []


def _decoded(raw_path: bytes) -> list[str]:
    try:
        path = raw_path.decode("ascii")
        if "%" not in path:
            return _segments(path)
        return [unquote_to_bytes(each).decode() for each in _segments(path)]
    except UnicodeDecodeError:
        raise HttpError(404, NO_PATH) from None
