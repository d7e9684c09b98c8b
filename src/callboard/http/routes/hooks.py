"""Hooks: list, create, rotate, look over and revoke them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from callboard.clock import HOUR, iso
from callboard.errors import NotFoundError, SecretKeyError
from callboard.http.answers import One, Page, page_of_known
from callboard.http.endpoint import BASE, Body, Endpoint
from callboard.http.errors import NO_HOOK, NO_SPACE
from callboard.http.hook_items import (
    HookCheck,
    HookItem,
    HookRotationBody,
    NewHookBody,
    PlatformsItem,
    hook_item,
    platform_item,
)
from callboard.http.json_body import read_object
from callboard.http.public_url import hook_url, public_base
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.ingest.sources.platforms.administering import (
    first_secrets,
    looked_over,
    next_secrets,
    old_valid_until,
    platform_named,
    settings_document,
    setup_text,
)
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.query.messages import fetched
from callboard.query.parameters import PAGING
from callboard.query.secret import HOOK_PREFIX, Secret, new_secret
from callboard.query.secret_box import sealed_in, secrets_of
from callboard.store.hooks import Hook, HookCounts, HookRotation, NewHook
from callboard.store.questions import Position

HOOKS = f"{BASE}/hooks/"
HOOK = f"{HOOKS}{{id}}/"


async def find_hook(request: Request) -> Hook:
    """The hook that the path names."""
    text = request.path["id"]
    if text.isascii() and text.isdecimal() and len(text) < 19:
        found = await request.store_threads.run(request.services.store.find_hook, request.org_id, int(text))
        if found is not None:
            return found
    raise NotFoundError(NO_HOOK)


async def list_hooks(request: Request) -> Response:
    store = request.services.store
    rows = await request.store_threads.run(store.hooks, request.org_id)
    counts = await request.store_threads.run(store.hook_counts, request.org_id)
    shut = await _shut(request, rows)
    page = await page_of_known(
        request,
        "Hooks",
        rows,
        position=lambda hook: Position(hook.created_at, "", hook.id),
        item=lambda hook: _item(request, hook, counts.get(hook.id, HookCounts()), shut),
    )
    return json_response(page)


async def get_hook(request: Request) -> Response:
    hook: Hook = request.item
    counts = await request.store_threads.run(request.services.store.hook_counts, hook.org_id)
    item = _item(request, hook, counts.get(hook.id, HookCounts()), await _shut(request, [hook]))
    return json_response(One(200, fetched("Hook"), item))


async def list_platforms(request: Request) -> Response:  # noqa: ARG001 - as all endpoints
    found = PlatformsItem([platform_item(each) for each in PLATFORMS.values()])
    return json_response(One(200, fetched("Platforms"), found))


async def create_hook(request: Request) -> Response:
    sent = read_object(request, NewHookBody)
    platform, settings = (
        platform_named(sent.platform),
        settings_document(sent.settings, request.services.settings),
    )
    space = request.directory.space(sent.space_token)
    if space is None or space.org_id != request.org_id:
        raise NotFoundError(NO_SPACE)
    secrets, made = first_secrets(platform, sent.secrets)
    token = new_secret(HOOK_PREFIX)
    sealed = await request.store_threads.run(_sealed, request, secrets)
    new = NewHook(
        space_id=space.id,
        platform=platform.name,
        prefix=token.prefix,
        token_digest=token.digest,
        settings=settings,
        sealed=sealed,
        now=request.services.clock(),
    )
    hook = await request.store_threads.run(request.services.store.create_hook, request.org_id, new)
    url = hook_url(_base(request), platform.name, token.text)
    shown = hook_item(
        hook,
        HookCounts(),
        space.token,
        url,
        shut=await _shut(request, [hook]),
        secrets=made,
        setup=setup_text(platform, url, made, secrets, space.token),
    )
    return json_response(One(201, "Hook created; its URL and secrets are shown this once", shown), 201)


async def rotate_hook(request: Request) -> Response:
    hook: Hook = request.item
    services, sent = request.services, read_object(request, HookRotationBody)
    now, platform = services.clock(), platform_named(hook.platform)
    secrets: dict[str, str] | None = None
    made: dict[str, str] = {}
    before = _newest(request, hook)
    if sent.secrets or not sent.new_url:
        secrets, made = next_secrets(platform, before, sent.secrets)
    token = _new_token(hook, sent.new_url or not platform.signature.secrets)
    rotation = HookRotation(
        sealed=None if secrets is None else await request.store_threads.run(_sealed, request, secrets),
        prefix=None if token is None else token.prefix,
        token_digest=None if token is None else token.digest,
        old_until=now + sent.old_valid_hours * HOUR,
        now=now,
    )
    rotated = await request.store_threads.run(services.store.rotate_hook, hook.org_id, hook.id, rotation)
    counts = await request.store_threads.run(services.store.hook_counts, hook.org_id)
    shown = token.text if token is not None else f"{hook.prefix}…"
    url = hook_url(_base(request), hook.platform, shown)
    space_token = _space_token(request, hook)
    item = hook_item(
        rotated,
        counts.get(hook.id, HookCounts()),
        space_token,
        url,
        shut=await _shut(request, [rotated]),
        secrets=made,
        setup=setup_text(platform, url, made, secrets or before, space_token),
        old_valid_until=iso(old_valid_until(platform, before, secrets, rotation)),
    )
    return json_response(One(200, "Hook rotated; what is new is shown this once", item))


async def test_hook(request: Request) -> Response:
    hook: Hook = request.item
    services = request.services
    counts = await request.store_threads.run(services.store.hook_counts, hook.org_id)
    secrets: dict[str, str] | None = None
    with suppress(SecretKeyError):
        secrets = _newest(request, hook)
    public_url = services.settings.public_url
    checks = looked_over(hook, counts.get(hook.id, HookCounts()), secrets, public_url)
    ok = all(each.finding != "bad" for each in checks)
    message = "Nothing is wrong with this hook" if ok else "Deliveries will be refused: see checks"
    return json_response(One(200, message, HookCheck(ok, checks)))


async def revoke_hook(request: Request) -> Response:
    hook: Hook = request.item
    now, store = request.services.clock(), request.services.store
    revoked = await request.store_threads.run(store.revoke_hook, hook.org_id, hook.id, now)
    counts = await request.store_threads.run(store.hook_counts, hook.org_id)
    item = _item(request, revoked, counts.get(hook.id, HookCounts()), ())
    return json_response(One(200, "Hook revoked; what it took stays", item))


def _item(request: Request, hook: Hook, counts: HookCounts, shut: Collection[int]) -> HookItem:
    url = hook_url(_base(request), hook.platform, f"{hook.prefix}…")
    return hook_item(hook, counts, _space_token(request, hook), url, shut=shut)


async def _shut(request: Request, hooks: Sequence[Hook]) -> Sequence[int]:
    """Those whose secrets the key of this server does not open. On a thread: the first secret that is opened
    reads the key and loads a library.
    """
    services = request.services
    return await request.store_threads.run(services.secrets.shut, secrets_of(hooks), services.clock())


def _space_token(request: Request, hook: Hook) -> str:
    return request.directory.spaces(hook.org_id)[hook.space_id].token


def _base(request: Request) -> str:
    """Without the setting, the platform is taken to come by the same way as this request."""
    here = f"{request.scheme}://{request.header(b'host')}"
    return public_base(request.services.settings, here)


def _newest(request: Request, hook: Hook) -> dict[str, str]:
    return request.services.secrets.open(hook.secrets[0].sealed) if hook.secrets else {}


def _sealed(request: Request, secrets: Mapping[str, str]) -> bytes:
    services = request.services
    return services.secrets.seal(secrets, beside=lambda: sealed_in(services.store))


def _new_token(hook: Hook, wanted: bool) -> Secret | None:
    return new_secret(HOOK_PREFIX) if wanted and hook.revoked_at is None else None


_EXAMPLE = {
    "platform": "twilio",
    "space_token": "spc_0123456789abcdef",
    "secrets": {"auth_token": "0123456789abcdef0123456789abcdef"},
}
ENDPOINTS: tuple[Endpoint[Request], ...] = (
    Endpoint(
        method="GET",
        path=HOOKS,
        operation="list_hooks",
        tag="Hooks",
        summary="Get all hooks of an organization",
        text="Revoked ones too; without secrets, and of each URL the first characters of its token.",
        needs_handle=True,
        role="admin",
        parameters=PAGING,
        handle=list_hooks,
        answer=Page[HookItem],
    ),
    Endpoint(
        method="GET",
        path=f"{HOOKS}platforms/",
        operation="list_platforms",
        tag="Hooks",
        summary="Get the platforms that hooks are made for",
        text="Each with the secrets that its deliveries are checked with: their names, never what they are.",
        needs_handle=True,
        role="admin",
        handle=list_platforms,
        answer=One[PlatformsItem],
    ),
    Endpoint(
        method="POST",
        path=HOOKS,
        operation="create_hook",
        tag="Hooks",
        summary="Create a hook",
        text="`url`, the `secrets` that were made, and `setup`, what to do in the platform, are shown once.",
        needs_handle=True,
        role="admin",
        body=Body(schema=NewHookBody, example=_EXAMPLE),
        handle=create_hook,
        answer=One[HookItem],
        status=201,
        extra_statuses=(409,),
    ),
    Endpoint(
        method="GET",
        path=HOOK,
        operation="get_hook",
        tag="Hooks",
        summary="Get one hook",
        text="As it is in the list of all, also a revoked one.",
        needs_handle=True,
        role="admin",
        find=find_hook,
        handle=get_hook,
        answer=One[HookItem],
    ),
    Endpoint(
        method="POST",
        path=f"{HOOK}rotate/",
        operation="rotate_hook",
        tag="Hooks",
        summary="Give a hook new secrets, or a new URL",
        text="What it had before is taken for `old_valid_hours` more.",
        needs_handle=True,
        role="admin",
        find=find_hook,
        body=Body(schema=HookRotationBody, required=False, example={"secrets": {"auth_token": "newer"}}),
        handle=rotate_hook,
        answer=One[HookItem],
        extra_statuses=(409,),
    ),
    Endpoint(
        method="POST",
        path=f"{HOOK}test/",
        operation="test_hook",
        tag="Hooks",
        summary="Look a hook over",
        text="Whether its secrets are there and can be opened, whether the public URL is set, and what "
        "became of the last delivery. Nothing is sent and nothing is changed.",
        needs_handle=True,
        role="admin",
        find=find_hook,
        handle=test_hook,
        answer=One[HookCheck],
    ),
    Endpoint(
        method="DELETE",
        path=HOOK,
        operation="revoke_hook",
        tag="Hooks",
        summary="Revoke a hook",
        text="At once, on every worker; its secrets are forgotten. Revoking it again changes nothing.",
        needs_handle=True,
        role="admin",
        find=find_hook,
        handle=revoke_hook,
        answer=One[HookItem],
    ),
)
