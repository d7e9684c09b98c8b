"""The OpenAPI document as a page: rendered on the server, without scripts, and with nothing to load."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from callboard.http.openapi import document

_CODE = re.compile(r"`([^`]+)`")
_FOLDER = "docs"


def docs_page(prefix: str = "") -> tuple[bytes, bytes]:
    """The page, and a Content-Security-Policy that allows its own style sheet (by digest), nothing else."""
    described = document(prefix)
    style = _file("page.css")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(prose=_prose, json=_json)
    shapes = _Shapes(described["components"]["schemas"])
    page = environment.from_string(_file("page.html")).render(
        document=described,
        sections=_sections(described),
        shapes=shapes,
        prefix=prefix,
        style=Markup(style),  # noqa: S704 - a file of ours
    )
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"
    return page.encode(), policy.encode()


def _file(name: str) -> str:
    return resources.files("callboard.http").joinpath(_FOLDER, name).read_text("utf-8")


def _sections(described: dict[str, Any]) -> list[tuple[str, str, list[tuple[str, str, dict[str, Any]]]]]:
    """The operations by tag: (tag, description, [(method, path, operation), …])."""
    operations = [
        (method.upper(), path, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    return [
        (tag["name"], tag["description"], [each for each in operations if tag["name"] in each[2]["tags"]])
        for tag in described["tags"]
    ]


def _prose(text: str) -> Markup:
    """Text as HTML: escaped, then with `code` between backticks marked up."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped the line before


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


class _Shapes:
    """Describes JSON schemas in words."""

    def __init__(self, components: dict[str, Any]) -> None:
        self._components = components

    def fields(self, schema: dict[str, Any]) -> list[tuple[str, str, bool, str]]:
        """(name, kind, required, description) of each field, those of nested objects after their owner."""
        found: list[tuple[str, str, bool, str]] = []
        self._walk(schema, "", found, frozenset())
        return found

    def kind(self, schema: dict[str, Any]) -> str:
        """The type of a value in a few words: `integer, from 1 to 100`."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            target = self._components[name]
            return target.get("title", name) if target.get("type") != "object" else "object"
        if "anyOf" in schema and "type" not in schema:
            return " or ".join(dict.fromkeys(self.kind(each) for each in schema["anyOf"]))
        if "enum" in schema:
            return " | ".join(json.dumps(each) for each in schema["enum"])
        if schema.get("type") == "array":
            return f"array of {self.kind(schema.get('items') or {})}"
        kind = schema.get("type", "any")
        kind = " or ".join(kind) if isinstance(kind, list) else kind
        bounds = [
            f"{word} {schema[name]}"
            for name, word in (("minimum", "from"), ("maximum", "to"), ("default", "default"))
            if name in schema
        ]
        return ", ".join([schema.get("format", kind), *bounds])

    def _walk(
        self,
        schema: dict[str, Any],
        prefix: str,
        found: list[tuple[str, str, bool, str]],
        seen: frozenset[str],
    ) -> None:
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            # `seen` holds the schemas on the way down: `JsonValue` contains itself.
            if name not in seen:
                self._walk(self._components[name], prefix, found, seen | {name})
            return
        for option in schema.get("anyOf", []):
            self._walk(option, prefix, found, seen)
        if schema.get("type") == "array":
            self._walk(schema.get("items") or {}, f"{prefix}[]", found, seen)
        for name, inner in schema.get("properties", {}).items():
            path = f"{prefix}.{name}" if prefix else name
            required = name in schema.get("required", [])
            found.append((path, self.kind(inner), required, inner.get("description", "")))
            self._walk(inner, path, found, seen)
