"""The API's description of itself, made from the table of endpoints when it is first asked for."""

from __future__ import annotations

from functools import cache

import msgspec


class ApiDescriptions:
    """For one path prefix."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def document(self) -> bytes:
        """The OpenAPI document."""
        return _document(self._prefix)

    def page(self) -> tuple[bytes, bytes]:
        """The same to read, and its Content-Security-Policy."""
        return _docs(self._prefix)


@cache
def _document(prefix: str) -> bytes:
    # Slow to import, and most workers never need it.
    from callboard.http.openapi import document  # noqa: PLC0415

    return msgspec.json.encode(document(prefix))


@cache
def _docs(prefix: str) -> tuple[bytes, bytes]:
    from callboard.http.docs_page import docs_page  # noqa: PLC0415 - see above

    return docs_page(prefix)
