"""An endpoint as data: what it requires, accepts and answers, and its texts for the reference.

Endpoints are declared once, in `routes/`. The pipeline checks requests by them, and the OpenAPI document is
generated from them.
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
"""Bound for bodies with a few fields: a session, a token, a space."""

SMALL_BOUNDS = Bounds(values=1_000, keys=1_000)

R = TypeVar("R")
"""The request type. `request.py` imports this module, so importing `Request` here would be a cycle. Other
modules write `Endpoint[Request]`, and mypy checks that handlers and finders take one.
"""


@dataclass(frozen=True, kw_only=True)
class Body:
    """The body that an endpoint accepts."""

    media: tuple[str, ...] = ("application/json",)
    """Media types. Without a `Content-Type`, the first one is assumed."""
    schema: Any
    """A type for msgspec, or a JSON schema."""
    required: bool = True
    example: Any = None
    max_bytes: int | None = SMALL_BYTES
    """Bound in bytes as sent, in addition to `max_body_bytes`. None: only the setting applies."""
    compressed: bool = False
    """Whether gzip and zstd are accepted: for bodies with many events or tasks."""
    bounds: Bounds = SMALL_BOUNDS
    """Bounds on the number of values and keys in its JSON."""


@dataclass(frozen=True, kw_only=True)
class Header:
    """A request header that this endpoint reads in addition to those of every endpoint."""

    name: str
    text: str
    read: Callable[[str], Any]
    """Parses its value. Raises `ValueError` with a message for the caller."""


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
    """The body of an answer with `status`: a type, or a JSON schema."""
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
    """Error statuses in addition to those that follow from the other fields."""
    documented: bool = True
    exports: bool = False
    """Whether the list can be exported: `format=` and `Accept` then accept further media types."""
    answers_whole: bool = False
    """Without `page` and `page_size` the list answers up to 1,000 items instead of a page of 20."""
    takes_anything: bool = False
    """Whatever `Accept` says; its handler reads the body: senders that are no clients of this API."""
    untagged: bool = False
    """The answer differs each time, or is sent in pieces: no entity tag."""

    in_space: bool = field(init=False)
    """Whether its path names a space. This and the next two are derived once: every request reads them."""
    medias: tuple[str, ...] = field(init=False)
    """Media types of its answers; the first is the default."""
    is_paged: bool = field(init=False)

    def __post_init__(self) -> None:
        made = {
            "in_space": "{space_token}" in self.path,
            "medias": (self.answer_media, *BY_MEDIA) if self.exports else (self.answer_media,),
            "is_paged": "page_size" in self.parameters,
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)  # the class is frozen
