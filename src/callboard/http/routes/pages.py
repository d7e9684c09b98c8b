"""What needs no token: health, the OpenAPI document, the docs."""

from __future__ import annotations

from msgspec import Struct

from callboard.http.endpoint import Endpoint
from callboard.http.request import Request
from callboard.http.response import HTML, Response, json_response


class Health(Struct, frozen=True):
    """The process answers."""

    status: str


class Readiness(Struct, frozen=True):
    """The store answers, and takes events."""

    status: str
    store: dict[str, str]
    """What the store says of itself."""
    shut_hooks: int | None
    """Hooks whose secrets the key of this server does not open; null where that is not known in time."""


async def healthz(_request: Request) -> Response:
    return json_response(Health("ok"))


async def readyz(request: Request) -> Response:
    facts, shut_hooks = await request.readiness.check()
    store = {str(name): value for name, value in facts.items()}
    return json_response(Readiness("ready", store, shut_hooks))


async def openapi(request: Request) -> Response:
    return Response(body=request.descriptions.document())


async def docs(request: Request) -> Response:
    page, policy = request.descriptions.page()
    headers = [(b"content-security-policy", policy), (b"referrer-policy", b"same-origin")]
    return Response(body=page, media=HTML, headers=headers)


_HTML = "text/html"
ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/healthz",
        operation="healthz",
        tag="Service",
        summary="Whether the process answers",
        needs_token=False,
        handle=healthz,
        answer=Health,
        example={"status": "ok"},
    ),
    Endpoint(
        method="GET",
        path="/readyz",
        operation="readyz",
        tag="Service",
        summary="Whether the store answers and takes events",
        needs_token=False,
        handle=readyz,
        answer=Readiness,
    ),
    Endpoint(
        method="GET",
        path="/openapi.json",
        operation="openapi",
        tag="Service",
        summary="This document",
        needs_token=False,
        handle=openapi,
        answer={"type": "object"},
        documented=False,
    ),
    Endpoint(
        method="GET",
        path="/docs",
        operation="docs",
        tag="Service",
        summary="This document, to read",
        needs_token=False,
        handle=docs,
        answer={"type": "string"},
        answer_media=_HTML,
        documented=False,
    ),
)
