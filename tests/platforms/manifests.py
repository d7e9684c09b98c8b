"""Scenarios of platforms: deliveries in the order in which they arrive, and what must stand afterwards.

A folder holds one folder a platform, each with its `_manifest.json` and the bodies. `scenarios/` has those of
the product; `CALLBOARD_PAYLOADS` may name another folder of the same form.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, convert, structs

from callboard.clock import SECOND
from callboard.ingest.instants import instant
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.registry import PLATFORMS
from tests.platforms import signing

OWN = Path(__file__).parent / "scenarios"
OTHERS = Path(os.environ["CALLBOARD_PAYLOADS"]) if os.environ.get("CALLBOARD_PAYLOADS") else None
RECEIVED = instant("2026-03-08T00:00:00Z")
"""When the first delivery of a scenario is received: all happened before."""
WHOLE_ORDERS, DRAWN_ORDERS = 4, 24
"""Up to so many deliveries every order is tried; of more, so many that are drawn."""


class Sent(Struct, frozen=True):
    """One delivery of a scenario."""

    platform: str
    delivery: Delivery
    signed: bool | int
    """False: without a signature. A number: signed so many seconds ago."""
    settings: HookSettings = HookSettings()


class Scenario(Struct, frozen=True):
    """One scenario."""

    name: str
    sent: tuple[Sent, ...]
    expect: dict[str, Any]
    emits: dict[str, dict[str, Any]]
    files: tuple[str, ...]
    folder: Path
    told: tuple[dict[str, Any], ...]
    """The deliveries, as the manifest tells them."""
    needs: frozenset[str]
    """What of the model it rests on."""

    @property
    def is_posted(self) -> bool:
        """Whether all of it comes over HTTP, and nothing is asked for or read from a file."""
        return all(each["method"] in ("POST", "GET") for each in self.told)

    def sent_to(self, urls: dict[str, str], received_at: int) -> list[Sent]:
        """The deliveries, signed for the URL of each platform when they are received."""
        return [_sent(self.folder, each, received_at, urls) for each in self.told]

    def of_platform(self, name: str) -> Scenario:
        """The same deliveries from another platform that sends them so."""
        return structs.replace(self, told=tuple(each | {"platform": name} for each in self.told))

    def orders(self) -> Iterator[tuple[Sent, ...]]:
        """Orders of arrival, that of the manifest first. The last of them has every delivery twice."""
        if len(self.sent) <= WHOLE_ORDERS:
            yield from itertools.permutations(self.sent)
        else:
            yield self.sent
            drawn = random.Random(self.name)
            for _ in range(DRAWN_ORDERS):
                yield tuple(drawn.sample(self.sent, len(self.sent)))
        yield tuple(reversed(self.sent)) + self.sent


def scenarios_of(root: Path | None, *platforms: str) -> list[Scenario]:
    """The scenarios of a folder whose platforms are known to the product."""
    if root is None:
        return []
    found = []
    for folder in sorted(path.parent for path in root.glob("*/_manifest.json")):
        manifest = json.loads((folder / "_manifest.json").read_text("utf-8"))
        for each in manifest["scenarios"]:
            names = {sent.get("platform", folder.name) for sent in each["deliveries"]}
            if names <= PLATFORMS.keys() and (not platforms or folder.name in platforms):
                found.append(_scenario(folder, each))
    return found


def _scenario(folder: Path, told: dict[str, Any]) -> Scenario:
    sent = [_sent(folder, each, RECEIVED + place * SECOND) for place, each in enumerate(told["deliveries"])]
    chosen = settings_of(told["expect"].get("settings", {}))
    return Scenario(
        f"{folder.name}/{told['name']}",
        tuple(structs.replace(each, settings=chosen) for each in sent),
        told["expect"],
        told.get("emits", {}),
        tuple(each["file"] for each in told["deliveries"]),
        folder,
        tuple(told["deliveries"]),
        frozenset(told.get("needs", ())),
    )


def settings_of(told: dict[str, Any]) -> HookSettings:
    """Of the settings that a scenario tells, those of hooks."""
    names = {"keep_attributes": "metadata_keys"}
    named = {names.get(name, name): value for name, value in told.items()}
    return convert(
        {name: named[name] for name in HookSettings.__struct_fields__ if name in named}, HookSettings
    )


def _sent(folder: Path, told: dict[str, Any], received_at: int, urls: dict[str, str] | None = None) -> Sent:
    platform = told.get("platform", folder.name)
    signature = PLATFORMS[platform].signature
    query = told.get("query", "")
    base = (urls or {}).get(platform, f"https://callboard.example/hooks/{platform}/hook_0123456789/")
    url = base + (f"?{query}" if query else "")
    body = (folder / told["file"]).read_bytes()
    headers = {name.lower(): value for name, value in told.get("headers", {}).items()}
    headers["content-type"] = told.get("content_type", "application/json")
    sign = told.get("sign", True)
    signed: bool | int = sign["age_s"] if isinstance(sign, dict) else sign
    if signed is not False and told["method"] in ("POST", "GET"):
        at_s = received_at / SECOND - (0 if signed is True else signed)
        secrets = signing.SECRETS[signature.scheme]
        if signature.scheme == "dialpad":
            added, body = signing.dialpad(body, secrets["secret"])
        else:
            added = signing.SIGN[signature.scheme](
                url, body if told["method"] == "POST" else b"", secrets, at_s
            )
        headers |= added
    delivery = Delivery(
        method=told["method"], url=url, query=query, headers=headers, body=body, received_at=received_at
    )
    return Sent(platform, delivery, signed)
