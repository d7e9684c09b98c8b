"""`callboard openapi`: prints the document that is served at /openapi.json."""

from __future__ import annotations

import click

from callboard.cli.options import json_option
from callboard.cli.output import show_json


@click.command()
@json_option
def openapi(as_json: bool) -> None:  # noqa: ARG001 - it is JSON either way
    """Print the OpenAPI document, as served at /openapi.json."""
    from callboard.http.openapi import document

    show_json(document())
