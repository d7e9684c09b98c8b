"""A good request for every endpoint: what the walkers over all routes start from."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from msgspec import structs

from callboard.errors import NotFoundError
from callboard.http.endpoints import ENDPOINTS
from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.taking import batch_of, take
from callboard.ingest.uploads.documents import Found, document
from callboard.query.secret import new_secret, secret_digest
from callboard.store.hooks import Hook, NewHook
from callboard.store.importing import Reading
from callboard.store.uploads import Upload
from tests.http.board import Board, call, task
from tests.platforms import signing

BODIES: dict[str, Any] = {
    "create_space": {"name": "Autumn"},
    "update_space": {"description": "changed"},
    "update_task": {"assignee": "somebody"},
    "create_tasks": {"pilot": "p", "documents": [{"name": "Asha", "contact_number": "+12025550123"}]},
    "send_events": {"type": "call", "call_id": "c-new", "call_status": "queued"},
    "create_token": {"name": "One more", "role": "viewer"},
    "rotate_token": {},
    "create_hook": {"platform": "twilio", "space_token": "of the board"},
    "open_import": {"name": "calls.csv", "size": 4},
    "rotate_hook": {"secrets": {"auth_token": "newer"}},
}
HOOK_TOKEN = "cbh_0123456789abcdef0123456789abcdef"
BY_OPERATION = {endpoint.operation: endpoint for endpoint in ENDPOINTS}
WITH_TOKEN = [endpoint.operation for endpoint in ENDPOINTS if endpoint.needs_token]
WITHOUT_TOKEN = [endpoint.operation for endpoint in ENDPOINTS if not endpoint.needs_token]


def prepare(board: Board) -> None:
    """Everything that a good request names: a call, a task with its run, a token to administer."""
    for space in (board.spring, board.elsewhere):
        board.send(call("c-1"), task("t-1", run_id="r-1", assignee="renewals"), space=space)


def path_of(board: Board, operation: str, *, space_token: str | None = None) -> str:
    """The endpoint's path with everything filled in."""
    path = BY_OPERATION[operation].path
    if operation in ("rotate_token", "revoke_token"):
        named = {token.name: token for token in board.store.tokens(board.acme.id)}
        path = path.replace("{id}", str(named["A member"].id))
    elif "{id}" in path:
        path = path.replace("{id}", str(a_hook(board).id))
    elif "{quarantine_id}" in path:
        path = path.replace("{quarantine_id}", a_quarantined_delivery(board))
    elif "{import_id}" in path:
        path = path.replace("{import_id}", an_upload(board, operation)).replace("{part}", "0")
    elif "{mapping}" in path:
        board.store.save_mapping(board.acme.id, "dialler", '{"decimal":"comma"}', board.now)
    return (
        path.replace("{space_token}", space_token or board.spring.token)
        .replace("{run_id}", "r-1")
        .replace("{task_id}", "t-1")
        .replace("{call_id}", "c-1")
        .replace("{handle}", "renewals")
        .replace("{mapping}", "dialler")
        .replace("{platform}", "twilio")
        .replace("{hook_token}", HOOK_TOKEN)
    )


def a_hook(board: Any) -> Hook:
    """A hook of Twilio whose token is `HOOK_TOKEN`."""
    found = board.store.hook_of_token(secret_digest(HOOK_TOKEN))
    if found is not None and found[0].revoked_at is None:
        hook: Hook = found[0]
        return hook
    token = HOOK_TOKEN if found is None else new_secret().text
    new = NewHook(
        space_id=board.spring.id,
        platform="twilio",
        prefix=HOOK_TOKEN[:11],
        token_digest=secret_digest(token),
        settings="{}",
        sealed=board.services.secrets.seal(signing.SECRETS["twilio"]),
        now=board.now,
    )
    made: Hook = board.store.create_hook(board.acme.id, new)
    return made


def a_quarantined_delivery(board: Any) -> str:
    """The id of a delivery of that hook that could not be read."""
    delivery = Delivery(body=b"CallSid=CA1&CallStatus=levitating", received_at=board.now)
    hook = a_hook(board)
    taken = take(PLATFORMS["twilio"], delivery, hook, 10)
    board.store.ingest([batch_of(hook, taken, board.now)])
    assert taken.quarantined is not None
    return taken.quarantined.quarantine_id


_MADE: WeakKeyDictionary[Any, Counter[str]] = WeakKeyDictionary()
"""Store → how many uploads were made in it for each operation: an id that is dropped never comes again."""


def an_upload(board: Any, operation: str, content: bytes = b"abcd") -> str:
    """A new upload of this content that the operation may be done with, in place of the one before."""
    made = _MADE.setdefault(board.store, Counter())
    before, upload_id = (
        f"{list(BY_OPERATION).index(operation):016x}{made[operation] + n:016x}" for n in (0, 1)
    )
    made[operation] += 1
    with suppress(NotFoundError):
        board.store.drop_upload(board.acme.id, before)
    reading = Reading(file_digest=None, options_digest="", record_type="call", place="")
    found = Found(
        options={},
        plan={},
        command="",
        columns=[],
        rows=[],
        doubts=[],
        missing=[],
        preview={},
        received=0,
        rejected=0,
        left_out={},
        mended=0,
        unknown_words=[],
        reading=reading,
    )
    opened = board.store.open_upload(
        board.acme.id,
        Upload(
            upload_id=upload_id,
            space_id=board.spring.id,
            name="calls.csv",
            record_type="call",
            size=len(content),
            part_bytes=len(content),
            created_at=board.now,
            used_at=board.now,
        ),
    )
    if operation != "put_import_part":
        board.store.put_part(board.acme.id, upload_id, 0, content, board.now)
    states: dict[str, Any] = {
        "start_import": {"state": "ready", "found": document(found)},
        # Of a batch of its own: what was undone once is not undone again.
        "undo_import": {"state": "done", "batch_no": made[operation]},
    }
    if operation in states:
        board.store.save_upload(board.acme.id, opened, structs.replace(opened, **states[operation]))
    return upload_id


def good(board: Board, operation: str, **more: Any) -> dict[str, Any]:
    """What to hand to `board.ask` for a request that is answered well; `more` changes it."""
    endpoint = BY_OPERATION[operation]
    request: dict[str, Any] = {
        "method": endpoint.method,
        "path": path_of(board, operation),
        "token": board.admin,
        "org": board.acme.domain_handle,
    }
    if operation == "create_session":
        request["json"] = {"token": board.viewer}
    elif operation == "put_import_part":
        request |= {"content": b"abcd", "headers": {"Content-Type": "application/octet-stream"}}
    elif operation == "create_hook":
        request["json"] = {**BODIES[operation], "space_token": board.spring.token}
    elif operation.startswith("receive_delivery"):
        request |= _signed(board, request["method"], more.get("path", request["path"]))
    elif operation in BODIES:
        request["json"] = BODIES[operation]
    return {**request, **more}


def _signed(board: Any, method: str, path: str) -> dict[str, Any]:
    a_hook(board)
    body = b"CallSid=CA1&CallStatus=completed" if method == "POST" else b""
    secret = signing.SECRETS["twilio"]["auth_token"]
    headers = signing.twilio(f"http://callboard.test{path}", body, secret)
    return {"content": body, "headers": {"content-type": "application/x-www-form-urlencoded", **headers}}
