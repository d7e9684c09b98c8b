"""Links of the OpenAPI document: from an operation that creates something to all operations that take its id.

They are derived from the table of endpoints; only the place of the new ids in an answer is written by hand.
Lists have no links: a list may be empty, and then a link from its first item would point to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from callboard.http.endpoint import Endpoint

_VARIABLE = re.compile(r"\{(\w+)\}")

MADE: Mapping[str, Mapping[str, str]] = {
    "create_space": {"space_token": "/data/token"},
    "create_tasks": {"run_id": "/data/run_id", "task_id": "/data/task_ids/0"},
    "create_token": {"id": "/data/id"},
    "open_import": {"import_id": "/data/id"},
}
"""By operation: the ids of what it created, each with its place in the answer as JSON pointer (RFC 6901)."""


def links(source: Endpoint[Any], endpoints: Sequence[Endpoint[Any]]) -> dict[str, Any]:
    """The links of an operation's successful answer, by the operation each one leads to."""
    found = {target.operation: _parameters(source, target) for target in endpoints}
    return {
        operation: {"operationId": operation, "parameters": parameters}
        for operation, parameters in found.items()
        if parameters
    }


def _parameters(source: Endpoint[Any], target: Endpoint[Any]) -> dict[str, str]:
    """The parameters with which `target` is about what `source` created; empty if it cannot be."""
    made = MADE.get(source.operation, {})
    known = {name: f"$request.path.{name}" for name in _VARIABLE.findall(source.path)}
    known |= {name: f"$response.body#{pointer}" for name, pointer in made.items()}
    taken = {f"path.{name}": name for name in _VARIABLE.findall(target.path)}
    if "space_token" in target.parameters:
        taken["query.space_token"] = "space_token"  # noqa: S105 - the name of a parameter
    if not made.keys() & set(taken.values()) or not set(taken.values()) <= known.keys():
        return {}
    given = {place: known[name] for place, name in taken.items()}
    if source.needs_handle and target.needs_handle:
        given["header.Org-Handle"] = "$request.header.Org-Handle"
    return given
