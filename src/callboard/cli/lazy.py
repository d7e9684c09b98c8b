"""A command group that imports a command when it is used: start-up is not slowed by the imports of others."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import click


class Lazy(NamedTuple):
    """Module and name of a command, and its line in the list of commands."""

    module: str
    name: str
    help: str


class LazyGroup(click.Group):
    """Commands from a table. For a misspelt name, the error suggests the closest one."""

    def __init__(self, *args: Any, table: dict[str, Lazy] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._table = table or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._table, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if (place := self._table.get(cmd_name)) is None:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(place.module), place.name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if guess := self._closest(ctx, args[0]):
                raise click.UsageError(
                    f"No such command {args[0]!r}. Did you mean {guess!r}?", ctx
                ) from error
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list in `--help`, from the table: click's own would import every command for its help."""
        rows = [(name, place.help) for name, place in self._table.items()]
        rows += [(name, command.get_short_help_str(60)) for name, command in self.commands.items()]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def _closest(self, ctx: click.Context, word: str) -> str | None:
        from difflib import get_close_matches

        names = self.list_commands(ctx)
        # A shortened name first: difflib rates `ana` too far from `analytics`.
        prefixed = [name for name in names if word and name.startswith(word)]
        return next(iter(prefixed or get_close_matches(word, names, n=1)), None)
