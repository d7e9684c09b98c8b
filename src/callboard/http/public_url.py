"""The address by which callers from outside reach this server."""

from __future__ import annotations

from callboard.settings import Settings

HOOKS = "/hooks/"


def public_base(settings: Settings, otherwise: str) -> str:
    """The URL before the paths of the API, without a slash at its end. `otherwise`: scheme and host of the
    request at hand, or of this machine, where the setting names none.
    """
    base = settings.public_url or otherwise
    return base if base.endswith(settings.path_prefix) else base + settings.path_prefix


def hook_url(base: str, platform: str, token: str) -> str:
    """The URL that a platform posts to."""
    return f"{base}{HOOKS}{platform}/{token}/"
