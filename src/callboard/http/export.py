"""Exports over HTTP: a whole list as the answer, read in slices on threads and sent as it is read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from typing import Any

from callboard.errors import ExportEndedError
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.http.stream import NoParts
from callboard.live.permit import Permit
from callboard.query.export.files import encoder_for, file_name
from callboard.query.export.formats import BY_MEDIA, Format
from callboard.query.export.list_reader import ListReader, encoded
from callboard.query.export.tables import ExportTable
from callboard.query.secret import secret_digest

PAGE_OF = ("page", "page_size", "cursor")
"""With one of these parameters the answer is the page they name, in any format; without, the whole list."""


class ExportStream:
    """The pieces of one export. `close` frees its slot among the exports under way."""

    def __init__(self, request: Request, pieces: Iterator[bytes], first: bytes) -> None:
        self._request = request
        self._pieces = pieces
        self._first = first
        self._permit = Permit(secret_digest(request.secret), request.org_id)

    async def parts(self) -> AsyncGenerator[bytes, None]:
        yield self._first
        # One slice per turn on a thread: between two slices, a slow reader keeps no thread busy.
        while piece := await self._request.store_threads.run_slice(next, self._pieces, b""):
            await self._check_permit()
            yield piece

    def close(self) -> None:
        self._request.exports.release(self._request.org_id)

    async def _check_permit(self) -> None:
        """An export may take minutes: raises `ExportEndedError` once its token has ended."""
        await self._request.services.catch_up()
        directory = self._request.services.directory.snapshot()
        if self._permit.until(directory) is None:
            raise ExportEndedError


def requested_format(request: Request) -> Format | None:
    """The export format that was asked for; None for JSON."""
    return BY_MEDIA.get(request.answer_media)


def is_whole(request: Request) -> bool:
    """Whether the whole list is asked for, not a page."""
    return not any(name in request.values for name in PAGE_OF)


async def export(
    request: Request, wanted: Format, table: ExportTable[Any], reader: ListReader[Any]
) -> Response:
    """An answer with everything that the reader finds.

    The first piece is read before the head is sent: an error up to there still gets its own status, while
    later the answer can only be broken off. Raises `ExportsFullError`, and what the store raises.
    """
    headers = _headers(request, wanted, table)
    media = wanted.content_type.encode()
    if request.method == "HEAD":
        return Response(media=media, headers=headers, stream=NoParts())
    request.exports.acquire(request.org_id)
    try:
        pieces = encoded(reader, encoder_for(wanted, table))
        first = await request.store_threads.run_slice(next, pieces, b"")
    except BaseException:  # cancellation included: from here on only `ExportStream.close` frees the slot
        request.exports.release(request.org_id)
        raise
    return Response(media=media, headers=headers, stream=ExportStream(request, pieces, first))


def page_as(request: Request, wanted: Format, table: ExportTable[Any], rows: Any) -> Response:
    """The rows of one page in an export format."""
    encoder = encoder_for(wanted, table)
    body = encoder.begin() + (encoder.rows(rows) if rows else b"") + encoder.end()
    return Response(body=body, media=wanted.content_type.encode(), headers=_headers(request, wanted, table))


def _headers(request: Request, wanted: Format, table: ExportTable[Any]) -> list[tuple[bytes, bytes]]:
    organization = next(
        each for each in request.directory.organizations_of(request.principal) if each.id == request.org_id
    )
    name = file_name(table, organization.domain_handle, request.services.clock(), wanted)
    return [(b"content-disposition", f'attachment; filename="{name}"'.encode())]
