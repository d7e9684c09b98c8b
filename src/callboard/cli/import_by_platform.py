"""`callboard import --format`: which options fit a file that a platform's own translation reads."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from callboard.ingest.sources.plan import ImportPlan

_FITTING = frozenset({"file", "handle", "space", "encoding", "db", "spool", "options", "format", "setting"})
_NAMES = {"header": "--header", "record_type": "--type", "map": "--map", "mapping": "--mapping"}


def check(plan: ImportPlan) -> None:
    """Raise `UsageError` for options that do not fit together, and `ImportOptionError` for a format, a
    setting or a zone that is none.
    """
    from callboard.ingest.sources.platform_files.opening import hook_settings, platform_of

    if plan.format is None:
        if plan.setting:
            raise click.UsageError("--setting goes with --format.")
        return
    platform_of(plan.format)
    hook_settings(plan.setting, plan.options.timezone)
    if odd := [*_odd(plan, _FITTING), *_odd(plan.options, frozenset({"timezone"}))]:
        names = ", ".join(_NAMES.get(each, "--" + each.replace("_", "-")) for each in odd)
        raise click.UsageError(f"--format says how the file is read; leave out {names}.")
    if click.get_current_context().params.get("guess") is not None:
        raise click.UsageError("--format says how the file is read; leave out --guess.")


def note_zone(plan: ImportPlan) -> None:
    """Say in which zone times are read that have none, where nobody said it."""
    from callboard.ingest.sources.platform_files.opening import named_zone, platform_of

    platform = platform_of(plan.format or "")
    if platform.tables and named_zone(plan.setting, plan.options.timezone) is None:
        click.echo("Times without a zone are read as UTC; --timezone says another.", err=True)


def _odd(options: object, fitting: frozenset[str]) -> list[str]:
    """The options that are given and do not fit."""
    found = []
    for each in dataclasses.fields(options):  # type: ignore[arg-type]
        default = each.default
        if each.default_factory is not dataclasses.MISSING:
            default = each.default_factory()
        if each.name not in fitting and getattr(options, each.name) != default:
            found.append(each.name)
    return found
