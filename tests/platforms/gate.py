"""A real server with hooks of platforms, for tests that post to them with real signatures."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec

from callboard.clock import system_clock
from callboard.http.public_url import hook_url
from callboard.ingest.sources.platforms.delivery import HookSettings
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.model.directory import Organization, Space
from callboard.query.secret import HOOK_PREFIX, new_secret
from callboard.query.secret_box import SecretBox
from callboard.settings import Settings
from callboard.store.hooks import NewHook
from callboard.store.sqlite.store import SqliteStore
from tests.acceptance.server import Server
from tests.platforms import signing
from tests.platforms.manifests import Sent
from tests.stores import make_organization, make_space

PUBLIC = "https://callboard.example"
SECRETS = [
    secret
    for scheme in signing.SECRETS.values()
    for name, secret in scheme.items()
    if name != "public_key" and len(secret) > 8
]


class Gate:
    """A server, and the store behind it."""

    def __init__(self, folder: Path) -> None:
        self.db = folder / "calls.db"
        self.store = SqliteStore(str(self.db))
        self.box = SecretBox(Settings(db=str(self.db)))
        self.box.seal({})  # makes the key, which the server reads
        self.numbers = count()
        self.tokens: list[str] = []
        self.has_refused = False
        # Unknown tokens by the hundred are what is tested here, and not to be shut out.
        limits = {"CALLBOARD_FAILED_AUTH_PER_MINUTE": "1000000"}
        self.server = Server(self.db, environment={"CALLBOARD_PUBLIC_URL": PUBLIC, **limits})
        self.server.start()
        self.client = httpx.Client(base_url=self.server.url, trust_env=False, timeout=60)

    def close(self) -> None:
        self.client.close()
        self.server.stop()
        self.store.close()

    def tenant(self) -> Space:
        owner: Organization = make_organization(
            self.store, f"tenant-{next(self.numbers)}.example", system_clock()
        )
        return make_space(self.store, owner, now=system_clock())

    def hook(self, space: Space, platform: str) -> str:
        """The URL of a new hook, with the secrets that the scenarios are signed by."""
        token = new_secret(HOOK_PREFIX)
        self.tokens.append(token.text)
        secrets = signing.SECRETS[PLATFORMS[platform].signature.scheme]
        new = NewHook(
            space_id=space.id,
            platform=platform,
            prefix=token.prefix,
            token_digest=token.digest,
            settings=msgspec.json.encode(HookSettings()).decode(),
            sealed=self.box.seal(secrets),
            now=system_clock(),
        )
        self.store.create_hook(space.org_id, new)
        return hook_url(PUBLIC, platform, token.text)

    def post(self, sent: Sent) -> httpx.Response:
        answer = self.client.request(
            *request_of(sent), headers=sent.delivery.headers, content=sent.delivery.body
        )
        self.has_refused = self.has_refused or answer.status_code == 401
        return answer


def request_of(sent: Sent) -> tuple[str, str]:
    url = urlsplit(sent.delivery.url)
    return sent.delivery.method, url.path + (f"?{url.query}" if url.query else "")
