"""Makes the OpenAPI 3.1 document from the table of endpoints. It needs no store, and is the same on every
machine: the committed docs/reference/openapi.json is compared with it.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

import msgspec

from callboard import __version__
from callboard.http.endpoint import Endpoint
from callboard.http.endpoints import DOCUMENTED
from callboard.http.errors import ErrorBody
from callboard.http.openapi_links import links
from callboard.query.civil import zone_names
from callboard.query.parameter import Parameter

REF = "#/components/schemas/{name}"
_GENERIC = re.compile(r"\b(One|ListPage|Page)_(\w+?)(Item)?_(?!\w)")

DESCRIPTION = """\
Call analytics and task status that you can trust: exact the moment a call lands, provable at any time.

Authenticate with `Authorization: Token <token>` (`Bearer <token>` is taken too). `Org-Handle` names the \
organization by its `domain_handle`. Every path answers with and without its trailing slash. Times are \
ISO 8601, sent as UTC and taken with any offset; durations are seconds; what has no value is `null`. \
Every `GET` answer but those of \
streams and metrics carries a strong `ETag` and honours `If-None-Match`. An unknown or repeated query \
parameter is an error."""

TAGS = {
    "Analytics": "The numbers.",
    "Stream": "The numbers as they change.",
    "Reports": "The numbers over time, side by side, and whether to trust them.",
    "Organizations": "Whose numbers.",
    "Spaces": "Campaigns.",
    "Runs": "Tasks created together.",
    "Agents": "Who tasks are assigned to.",
    "Tasks": "One thing to do each, usually one call to make.",
    "Call logs": "The calls behind the numbers.",
    "Events": "Word of calls and tasks, in.",
    "Hooks": "What voice platforms post, as they post it.",
    "Imports": "Files of calls and tasks, uploaded in parts.",
    "Tokens": "Who may ask.",
    "Prometheus": "For monitoring.",
    "Service": "Whether all is well.",
}

_NO_NUL = "^[^\\x00]*$"
_LARGEST = 2**53
"""Largest whole number that a JSON number, read as a double, holds exactly (RFC 8259, 6)."""
COMPONENTS: dict[str, Any] = {
    "TimeZone": {"type": "string", "title": "IANA time zone", "enum": list(zone_names())},
    "JsonObject": {
        "type": "object",
        "propertyNames": {"pattern": _NO_NUL},
        "additionalProperties": {"$ref": REF.format(name="JsonValue")},
    },
    "JsonValue": {
        "anyOf": [
            {"type": "null"},
            {"type": "boolean"},
            {"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST},
            {"type": "number"},
            {"type": "string", "pattern": _NO_NUL},
            {"type": "array", "items": {"$ref": REF.format(name="JsonValue")}},
            {"$ref": REF.format(name="JsonObject")},
        ]
    },
}
_PATH_SCHEMAS: dict[str, dict[str, Any]] = {
    "id": {"type": "integer", "minimum": 1, "maximum": _LARGEST},
    "import_id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    "quarantine_id": {"type": "string", "pattern": "^q[0-9a-f]{15}$"},
    "part": {"type": "integer", "minimum": 0, "maximum": 999_999},
}
"""By the name of a parameter in a path; others are text."""
_ANY_FIELDS = {
    "propertyNames": {"pattern": _NO_NUL},
    "additionalProperties": {"$ref": REF.format(name="JsonValue")},
}
_WITH_MORE_FIELDS = ("TaskDocument",)
"""Types that take further fields beside their own; all other objects refuse unknown fields."""
_REQUEST_ID = {
    "X-Request-Id": {"required": True, "schema": {"type": "string"}, "description": "This request's."}
}
_RETRY_AFTER = {
    "Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}, "description": "Seconds."}
}
_EXTRA_HEADERS: dict[int, dict[str, Any]] = {
    401: {
        "WWW-Authenticate": {"required": True, "schema": {"type": "string", "enum": ["Token", "Signature"]}}
    },
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}
_ETAG = {
    "ETag": {"required": True, "schema": {"type": "string"}, "description": "Strong: a digest of the body."}
}
_NO_PARQUET = " Or Parquet is asked for, which is an extra: it is not installed on this server."
_MEANING = {
    304: "You have it already (`If-None-Match`).",
    400: "A missing header, a parameter unknown, repeated or not valid, or a body that cannot be read.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "The token has no access to this organization, or its role does not allow this.",
    404: "No such organization, space or item.",
    406: "The `Accept` header rules out what there is.",
    408: "The body did not come within its time: 10 s, and 1 s more for each 64 KiB that came.",
    409: "It is not in a state that allows this.",
    413: "The body is too large.",
    415: "The body's type or encoding is not taken.",
    422: "It can be read, but is not valid or asks for too much: `errors` says where.",
    429: "Too many failures; try again later.",
    500: "A fault of ours; never an empty 200 in its place.",
    503: "The store is down, busy or too slow; nothing of the request was kept.",
}


def document(prefix: str = "") -> dict[str, Any]:
    """The OpenAPI 3.1 document of this version, served under that path prefix."""
    kinds = [kind for each in DOCUMENTED for kind in _types(each)]
    _, components = msgspec.json.schema_components([*kinds, ErrorBody], ref_template=REF)
    for name in _WITH_MORE_FIELDS:
        components[name] |= _ANY_FIELDS
    paths: dict[str, Any] = {}
    for endpoint in DOCUMENTED:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    described = {
        "openapi": "3.1.0",
        "info": {
            "title": "Callboard",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": f"{prefix}/"}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted({**components, **COMPONENTS}.items())),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`Authorization: Token <token>`; `Bearer <token>` is the same.",
                }
            },
        },
    }
    return _named(described)


def _types(endpoint: Endpoint[Any]) -> list[Any]:
    bodies = [endpoint.answer, *([endpoint.body.schema] if endpoint.body else [])]
    return [kind for kind in bodies if not isinstance(kind, dict)]


def _schema(kind: Any) -> dict[str, Any]:
    if isinstance(kind, dict):
        return kind
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REF)
    return schema


def _operation(endpoint: Endpoint[Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.operation,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
    }
    text = f"{endpoint.text} Needs the role {endpoint.role}." if endpoint.role != "viewer" else endpoint.text
    if text:
        operation["description"] = text.strip()
    if endpoint.needs_token:
        operation["security"] = [{"token": []}]
    if parameters := _parameters(endpoint):
        operation["parameters"] = parameters
    if endpoint.headers:
        # Not among the parameters: whether such a header (`Idempotency-Key`) is valid depends on earlier
        # requests, which a schema cannot say.
        operation["x-optional-headers"] = {each.name: each.text for each in endpoint.headers}
    if endpoint.body is not None:
        content: dict[str, Any] = {"schema": _schema(endpoint.body.schema)}
        if endpoint.body.example is not None:
            content["example"] = endpoint.body.example
        media = {endpoint.body.media[0]: content}
        operation["requestBody"] = {"required": endpoint.body.required, "content": media}
    operation["responses"] = _responses(endpoint)
    return operation


def _parameters(endpoint: Endpoint[Any]) -> list[dict[str, Any]]:
    parameters = [_path_parameter(name) for name in re.findall(r"\{(\w+)\}", endpoint.path)]
    if endpoint.needs_token and (endpoint.needs_handle or endpoint.in_space):
        text = "The organization's `domain_handle`, in any case."
        if not endpoint.needs_handle:
            text += " May be left out here; sent along, it must be the space's organization."
        parameters.append(
            {
                "name": "Org-Handle",
                "in": "header",
                "required": endpoint.needs_handle,
                "description": text,
                "schema": {"type": "string", "minLength": 1},
            }
        )
    return parameters + [_query_parameter(each) for each in endpoint.parameters.values()]


def _path_parameter(name: str) -> dict[str, Any]:
    schema = _PATH_SCHEMAS.get(name, {"type": "string", "minLength": 1, "maxLength": 255})
    return {"name": name, "in": "path", "required": True, "schema": dict(schema)}


def _query_parameter(parameter: Parameter) -> dict[str, Any]:
    described = {
        "name": parameter.name,
        "in": "query",
        "required": False,
        "description": parameter.text,
        "schema": dict(parameter.schema),
    }
    if parameter.example is not None:
        described["example"] = parameter.example
    return described


def _responses(endpoint: Endpoint[Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": _schema(endpoint.answer)}
    if endpoint.example is not None:
        content["example"] = endpoint.example
    good: dict[str, Any] = {
        "description": HTTPStatus(endpoint.status).phrase,
        "headers": {**_REQUEST_ID, **_tag(endpoint)},
        "content": {endpoint.answer_media: content, **_other_content(endpoint)},
    }
    if leads := links(endpoint, DOCUMENTED):
        good["links"] = leads
    responses = {str(endpoint.status): good}
    if _has_tag(endpoint):
        responses["304"] = {"description": _MEANING[304], "headers": {**_REQUEST_ID, **_ETAG}}
    for status in sorted(statuses(endpoint)):
        responses[str(status)] = {
            "description": _MEANING[status] + (_NO_PARQUET if status == 406 and endpoint.exports else ""),
            "headers": {**_REQUEST_ID, **_EXTRA_HEADERS.get(status, {})},
            "content": {"application/json": {"schema": {"$ref": REF.format(name="ErrorBody")}}},
        }
    return responses


def _tag(endpoint: Endpoint[Any]) -> dict[str, Any]:
    if not _has_tag(endpoint):
        return {}
    return {"ETag": {**_ETAG["ETag"], "required": not endpoint.exports}}


def _other_content(endpoint: Endpoint[Any]) -> dict[str, Any]:
    """The export formats of a list, beside JSON."""
    return {media: {"schema": {"type": "string"}} for media in endpoint.medias[1:]}


def _has_tag(endpoint: Endpoint[Any]) -> bool:
    return endpoint.method == "GET" and not endpoint.untagged


def statuses(endpoint: Endpoint[Any]) -> set[int]:
    """The error statuses of an endpoint, except those of routing (404 for no such path, 405)."""
    found = {406, 500, 503, *endpoint.extra_statuses}
    if endpoint.needs_token:
        found |= {400, 401, 429}
    if endpoint.needs_handle or endpoint.in_space:
        found |= {403, 404}
    if endpoint.find is not None:
        found.add(404)
    if endpoint.body is not None:
        found |= {400, 408, 413, 415, 422}
    return found


def _named(described: dict[str, Any]) -> dict[str, Any]:
    """The document with readable names for generic types: `Page_SpaceItem_` becomes `SpaceList`."""
    # Replaced in the text: names stand in keys as well as in references, anywhere in the document.
    text = _GENERIC.sub(lambda found: found[2] + _ENDING[found[1]], json.dumps(described))
    named: dict[str, Any] = json.loads(text)
    return named


_ENDING = {"One": "Answer", "ListPage": "List", "Page": "List"}
