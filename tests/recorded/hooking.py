"""What is recorded of hooks: made, posted to with a signature and without one, and what is in quarantine."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.http.hooks import AUTH_TOKEN, COMPLETED
from tests.platforms import signing
from tests.recorded.recorder import Recorder
from tests.recorded.world import World


def write_hooks(world: World, recorder: Recorder) -> None:
    """All that can be asked of hooks and of their quarantine."""
    space = world.board.spring.token

    def ask(method: str, path: str, body: Any = None) -> Any:
        sent = {} if method == "GET" else {"body": body}
        return recorder.ask(method, path, who="admin", **sent)

    new = {"platform": "twilio", "space_token": space, "secrets": {"auth_token": AUTH_TOKEN}}
    made = ask("POST", "hooks/", new).json()["data"]
    for fault in (
        {},
        {**new, "platform": "nobody"},
        {**new, "space_token": "nowhere"},
        {**new, "secrets": {"password": "x"}},
        {**new, "secrets": {"auth_token": ""}},
        {**new, "settings": {"colour": "red"}},
        {**new, "settings": {"secret_header": "x secret"}},
        {**new, "platform": "telnyx", "secrets": {"public_key": "nonsense"}},
    ):
        ask("POST", "hooks/", fault)
    hook = f"hooks/{made['id']}/"
    for path in (f"{hook}test/", "hooks/0/test/", "hooks/x/test/"):
        ask("POST", path)
    _deliver(recorder, made["url"])
    ask("GET", "hooks/platforms/")
    for path in (hook, "hooks/0/", "hooks/x/"):
        ask("GET", path)
    ask("GET", "hooks/")
    for query in ("page=1", "page_size=1", "cursor=x"):
        ask("GET", f"hooks/?{query}")
        ask("GET", f"quarantine/?{query}")
    found = ask("GET", f"quarantine/?hook_id={made['id']}").json()["data"]
    kept = f"quarantine/{found[0]['id']}/"
    ask("GET", kept)
    ask("POST", f"{kept}replay/")
    ask("DELETE", kept)
    ask("GET", kept)
    for rotation in ({"secrets": {"auth_token": "newer"}}, {"new_url": True, "old_valid_hours": 0}, {}):
        ask("POST", f"{hook}rotate/", rotation)
    ask("DELETE", hook)
    ask("POST", f"{hook}rotate/", {"secrets": {"auth_token": "newest"}})
    for path in ("quarantine/q000000000000000/replay/", "quarantine/x/replay/"):
        ask("POST", path)


def _deliver(recorder: Recorder, url: str) -> None:
    path = urlsplit(url).path
    form = {"content-type": "application/x-www-form-urlencoded"}

    def post(fields: dict[str, str], *, is_signed: bool = True) -> None:
        body = urlencode(fields).encode()
        signed = signing.twilio(url, body, AUTH_TOKEN) if is_signed else {}
        recorder.ask("POST", path, who="nobody", content=body, headers=form | signed)

    post(COMPLETED)
    post(COMPLETED)
    post({**COMPLETED, "CallStatus": "levitating"})
    post({**COMPLETED, "Direction": "sideways"})
    post(COMPLETED, is_signed=False)
    query = urlencode(COMPLETED)
    headers = signing.twilio(f"{url}?{query}", b"", AUTH_TOKEN)
    recorder.ask("GET", f"{path}?{query}", who="nobody", headers=headers)
    recorder.ask("GET", "/hooks/twilio/cbh_nobody/", who="nobody")
