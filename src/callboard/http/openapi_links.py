"""Where an answer leads: links of the OpenAPI document, from what was made to all that can be asked about it.

They follow from the table of endpoints. Said by hand is only where in an answer the new ids stand. Lists lead
nowhere: a list may be empty, and a link from its first item would then be a promise not kept.
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
}
"""Operation → the ids of what it made, and where in its answer they stand."""


def links(source: Endpoint, endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The links of an operation's good answer, by the operation that each leads to."""
    found = {target.operation: _parameters(source, target) for target in endpoints}
    return {
        operation: {"operationId": operation, "parameters": parameters}
        for operation, parameters in found.items()
        if parameters
    }


def _parameters(source: Endpoint, target: Endpoint) -> dict[str, str]:
    """What `target` is to be asked with, so that it is about what `source` made; none when it cannot be."""
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
