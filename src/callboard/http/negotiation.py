"""Content negotiation: the media type of the answer (406) and of the body (415). RFC 9110, 12.5.1 and 8.3."""

from __future__ import annotations

from collections.abc import Sequence

from callboard.errors import UnsupportedBodyError
from callboard.http.errors import HttpError


def chosen_media(accept: bytes, medias: Sequence[str]) -> str:
    """The media type that `Accept` prefers; the first one of equals, or without the header. Raises 406 when
    it excludes all of them.
    """
    if not accept:
        return medias[0]
    by_quality = [(_quality_of(accept.decode("latin-1"), media), media) for media in medias]
    best = max(quality for quality, _ in by_quality)
    if best <= 0:
        there = " or ".join(medias)
        raise HttpError(406, f"This endpoint answers {there}, which the Accept header rules out.")
    return next(media for quality, media in by_quality if quality == best)


def _quality_of(accept: str, media: str) -> float:
    """The quality of a media type, 0 to 1; -1 if no range of `Accept` covers it."""
    kind = media.partition("/")[0]
    # In the order of precedence: the most specific range that covers the media type decides, even with a
    # lower quality than a wider one (`text/csv;q=0, */*` excludes CSV).
    quality = {media: -1.0, f"{kind}/*": -1.0, "*/*": -1.0}
    ranges = [part for part in accept.split(",") if part.strip()]
    for part in ranges:
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if name in quality:
            quality[name] = max(quality[name], _quality(parameters))
    decided = next((value for value in quality.values() if value >= 0), -1.0)
    return decided if ranges else 1.0


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return max(0.0, float(value))
            except ValueError:
                return 0.0  # not a number: as if excluded, rather than preferred to everything
    return 1.0


def media_type(content_type: bytes, accepted: Sequence[str]) -> str:
    """The media type of a body; the first of `accepted` without a `Content-Type`. Raises
    `UnsupportedBodyError` for another type, or a charset other than UTF-8.
    """
    sent = content_type.decode("latin-1")
    if sent in accepted:
        return sent  # nearly every request: no need to parse parameters
    if not sent.strip():
        return accepted[0]
    name, _, parameters = sent.partition(";")
    name = name.strip().lower()
    if name not in accepted:
        raise UnsupportedBodyError(f"This endpoint takes {' or '.join(accepted)}.")
    charset = next(
        (each for each in parameters.lower().split(";") if each.strip().startswith("charset=")), ""
    )
    if charset.partition("=")[2].strip().strip('"') not in ("", "utf-8", "utf8", "us-ascii"):
        raise UnsupportedBodyError("This endpoint takes bodies in UTF-8.")
    return name
