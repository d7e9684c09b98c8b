"""The built board: its files in memory, each with its media type, plain and compressed.

`web/` is built into the folder `board` of the package (`make page`, and any build of the wheel). A checkout
that was not built has no such folder: then there is no board, and the page at `/` says so.
"""

from __future__ import annotations

import gzip
from functools import cache
from html import escape
from importlib import resources
from importlib.resources.abc import Traversable

from msgspec import Struct

FOLDER = "board"
INDEX = "index.html"
ASSETS = "assets/"
"""Files in this folder have a digest of their content in their name: they may be cached for ever."""

MEDIA = {
    "css": b"text/css; charset=utf-8",
    "html": b"text/html; charset=utf-8",
    "ico": b"image/x-icon",
    "js": b"text/javascript; charset=utf-8",
    "json": b"application/json",
    "map": b"application/json",
    "png": b"image/png",
    "svg": b"image/svg+xml",
    "txt": b"text/plain; charset=utf-8",
    "webmanifest": b"application/manifest+json",
    "woff2": b"font/woff2",
}
"""Media types by file extension; other files are not served."""
COMPRESSED = frozenset({"css", "html", "js", "json", "map", "svg", "txt", "webmanifest"})
_BASE = b'<base href="/"'


class BoardFile(Struct, frozen=True):
    """One file of the board."""

    body: bytes
    media: bytes
    gzipped: bytes | None
    """Compressed with gzip; None where that saves less than a tenth."""


@cache
def board_files(prefix: str) -> dict[str, BoardFile]:
    """The files by their path below the board's root; empty if the board was not built.

    `prefix` is the path prefix. Cached: a process has one prefix, and the files do not change under it.
    """
    root = resources.files("callboard").joinpath(FOLDER)
    if not root.joinpath(INDEX).is_file():
        return {}
    found = {path: _file(path, body, prefix) for path, body in _walk(root, "") if _kind(path) in MEDIA}
    assert all(path == INDEX or path.startswith(ASSETS) or "/" not in path for path in found)
    return found


def _walk(folder: Traversable, above: str) -> list[tuple[str, bytes]]:
    files: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            files += _walk(entry, f"{above}{entry.name}/")
        else:
            files.append((above + entry.name, entry.read_bytes()))
    return files


def _file(path: str, body: bytes, prefix: str) -> BoardFile:
    if path == INDEX:
        assert body.count(_BASE) == 1, "web/index.html says what its addresses are relative to"
        body = body.replace(_BASE, f'<base href="{escape(prefix)}/"'.encode())
    # `mtime=0`: the same bytes, and with them the same entity tag, in every worker.
    gzipped = gzip.compress(body, 9, mtime=0) if _kind(path) in COMPRESSED else body
    return BoardFile(body, MEDIA[_kind(path)], gzipped if len(gzipped) < 0.9 * len(body) else None)


def _kind(path: str) -> str:
    return path.rpartition(".")[2]
