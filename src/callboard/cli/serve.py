"""`callboard serve`: serves the API with one or several worker processes on one store."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any

import click

from callboard.cli.options import config_option, json_option, opened
from callboard.cli.settings import flag
from callboard.errors import StoreFileError
from callboard.settings import ENV_PREFIX, Settings, read_settings
from callboard.store.interface import PATIENT_S

LOG_LEVELS = ("debug", "info", "warning", "error")


def _setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: a flag for every setting, in the order of declaration."""
    for setting in reversed(fields(Settings)):
        # A secret on the command line would be read by whoever lists processes.
        if not setting.metadata["secret"]:
            command = _option(setting)(command)
    return command


def _option(setting: Field[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    name, about = setting.name, setting.metadata
    default: Any = setting.default
    shown = ("no", "yes")[default] if isinstance(default, bool) else (default if default != "" else "none")
    text = f"{about['help']}  [{about['unit']}; default: {shown}; env: {ENV_PREFIX}{name.upper()}]"
    if isinstance(default, bool):
        return click.option(f"{flag(name)}/--no-{flag(name)[2:]}", name, default=None, help=text)
    if isinstance(default, int):
        bounds = click.IntRange(about["low"], about["high"])
        return click.option(flag(name), name, type=bounds, metavar="N", help=text)
    kind = click.Choice(LOG_LEVELS) if name == "log_level" else None
    return click.option(flag(name), name, type=kind, metavar=name.upper(), help=text)


@click.command()
@_setting_options
@click.option(
    "--migrate", is_flag=True, help="Bring a PostgreSQL database up to this version first (files always are)."
)
@config_option
@json_option
def serve(*, config: str | None, as_json: bool, migrate: bool, **flags: Any) -> None:
    """Serve the API until interrupted.

    Every setting can be given as a flag, as an environment variable or in a --config file, in this order.
    With --json one line says where: {"url", "host", "port", "db", "workers", "pid"}.
    """
    settings = read_settings(flags, os.environ, config)
    # Opened once before any worker starts: a fault of the store is reported once and ends the command, and a
    # missing file is created by one process.
    with opened(settings, create=settings.in_file, upgrade=migrate) as store:
        weak = store.ready(PATIENT_S).get("weak")
    if weak and not settings.accept_weak_durability:
        raise StoreFileError(
            f"The database may lose what it acknowledged when its machine fails: {weak}. "
            "Turn it on there, or serve with --accept-weak-durability."
        )
    from callboard.cli.server import run

    run(settings, as_json=as_json)
