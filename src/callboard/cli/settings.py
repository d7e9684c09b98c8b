"""`callboard settings`: lists every setting, from the one place where settings are declared."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import click

from callboard.cli.options import json_option
from callboard.cli.output import show_json
from callboard.settings import ENV_PREFIX, Settings


@click.command()
@json_option
def settings(as_json: bool) -> None:
    """List all settings: flags of serve, environment variables, keys of a --config file."""
    rows = described()
    if as_json:
        show_json(rows)
        return
    for row in rows:
        print(f"{row['name']} = {row['default']}  ({row['unit']})")
        print(f"    {row['help']}")
        print(f"    {row['flag']}  {row['env']}")


def described() -> list[dict[str, Any]]:
    """Names, default, unit, bounds and help of each setting, in the order of declaration."""
    return [
        {
            "name": each.name,
            # Whoever lists processes would read it there.
            "flag": "no flag" if each.metadata["secret"] else flag(each.name),
            "env": ENV_PREFIX + each.name.upper(),
            "default": each.default,
            "unit": each.metadata["unit"],
            "lowest": each.metadata["low"],
            "highest": each.metadata["high"],
            "help": each.metadata["help"],
        }
        for each in fields(Settings)
    ]


def flag(name: str) -> str:
    """The flag of `callboard serve` for a setting."""
    return "--" + name.replace("_", "-")
