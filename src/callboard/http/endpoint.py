"""An endpoint as data: what it needs, what it takes, what it answers, and the words for the reference.

Declared once in `routes/`, it is what the pipeline checks by and what the OpenAPI document is made from.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from callboard.http.response import Response
from callboard.ingest.shape import Bounds
from callboard.model.words import Role
from callboard.query.export.formats import BY_MEDIA
from callboard.query.parameter import Parameter

BASE = "/api/v2/platform"

SMALL_BYTES = 64 * 1024
"""Of a body that says a few things: a session, a token, a space."""

SMALL_BOUNDS = Bounds(values=1_000, keys=1_000)

R = TypeVar("R")
"""The request. A request knows its endpoint: importing it here would close a circle. Where both are known
`Endpoint[Request]` is written, and mypy checks that the handlers and finders take one."""


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a request's body may be."""

    media: tuple[str, ...] = ("application/json",)
    """The first is meant when no `Content-Type` is sent."""
    schema: Any
    """A type for `msgspec`, or a JSON schema."""
    required: bool = True
    example: Any = None
    max_bytes: int | None = SMALL_BYTES
    """As sent, where the setting does not say less; none: as the setting says."""
    compressed: bool = False
    """May be sent with gzip or zstd: where many things are said at once."""
    bounds: Bounds = SMALL_BOUNDS
    """What its JSON may hold."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """A request header that an endpoint reads, beside those that all do."""

    name: str
    text: str
    read: Callable[[str], Any]
    """Its value; raises `ValueError` with words for the caller."""


@dataclass(frozen=True, kw_only=True)
class Endpoint(Generic[R]):
    """One method of one path."""

    method: str
    path: str
    operation: str
    """Stable name; becomes the OpenAPI `operationId`."""
    tag: str
    summary: str
    text: str = ""
    handle: Callable[[R], Awaitable[Response]]
    answer: Any
    """What `status` is answered with: a type, or a JSON schema."""
    status: int = 200
    answer_media: str = "application/json"
    example: Any = None
    role: Role = "viewer"
    needs_token: bool = True
    needs_handle: bool = False
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    headers: tuple[Header, ...] = ()
    find: Callable[[R], Awaitable[Any]] | None = None
    """Finds the item that the path names; raises `NotFoundError`."""
    body: Body | None = None
    extra_statuses: tuple[int, ...] = ()
    """Errors it may answer beside those that follow from the rest."""
    documented: bool = True
    exports: bool = False
    """A list that can be taken along whole: `format=` and `Accept` name further media types."""
    answers_whole: bool = False
    """A list without `page` and `page_size` answers up to 1,000 items in place of a page of 20."""
    untagged: bool = False
    """Never the same twice, or sent piece by piece: without an entity tag."""

    in_space: bool = field(init=False)
    """Whether its path names a space. These three are looked at in every request, and made once."""
    medias: tuple[str, ...] = field(init=False)
    """What it can answer; the first when nobody asks for another."""
    is_paged: bool = field(init=False)

    def __post_init__(self) -> None:
        made = {
            "in_space": "{space_token}" in self.path,
            "medias": (self.answer_media, *BY_MEDIA) if self.exports else (self.answer_media,),
            "is_paged": "page_size" in self.parameters,
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)
