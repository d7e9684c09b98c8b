"""Deliveries of platforms: proved, translated, committed, and answered as the platform wants."""

from __future__ import annotations

from msgspec import Struct

from callboard.errors import NotFoundError
from callboard.http.endpoint import Endpoint
from callboard.http.errors import NO_HOOK, HttpError, too_many_failures
from callboard.http.hook_metering import count_delivery, count_taken
from callboard.http.limits import network_of
from callboard.http.pipeline import receive_body
from callboard.http.public_url import HOOKS, public_base
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.ingest.sources.platforms.delivery import Delivery
from callboard.ingest.sources.platforms.platform import Platform
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.signatures.checked import Refusal, verify
from callboard.ingest.sources.platforms.taking import Taken, batch_of, batch_of_rejected, settings_of, take
from callboard.store.hooks import Hook

MAX_TAKEN_ON_LOOP = 32 * 1024
"""Bodies up to this many bytes are checked and translated on the event loop: a thread takes longer."""
DELIVERY = f"{HOOKS}{{platform}}/{{hook_token}}/"


class Delivered(Struct, frozen=True):
    """The delivery is on disk. Some platforms get a body of their own instead."""


async def receive(request: Request) -> Response:
    services = request.services
    # So that a hook that was revoked before this request is refused, whichever worker did it.
    await services.catch_up()
    hook = _hook(request)
    platform = PLATFORMS[hook.platform]
    if request.method not in platform.methods:
        raise HttpError(
            405,
            f"{platform.title} does not deliver by {request.method[:32]}.",
            headers=[(b"allow", ", ".join(platform.methods).encode())],
        )
    await receive_body(request, hook.org_id, services.settings.max_body_bytes, compressed=True)
    delivery = _delivery(request)
    secrets = services.secrets.generations(hook, delivery.received_at)
    if len(delivery.body) <= MAX_TAKEN_ON_LOOP:
        taken = _taken(request, platform, hook, delivery, secrets)
    else:
        taken = await request.parse_threads.run(_taken, request, platform, hook, delivery, secrets)
    if isinstance(taken, Refusal):
        count_delivery(services.meter, "refused", taken.kind)
        await services.refusals.note(hook, taken, request.path["hook_token"])
        raise HttpError(
            401,
            f"The delivery is not proved to come from its platform: {taken.kind}.",
            headers=[(b"www-authenticate", b"Signature")],
        )
    receipt = await services.commits.commit_async(batch_of(hook, taken, delivery.received_at))
    # What was not taken is kept before the answer: a platform that was answered 200 never sends it again.
    rejected = None
    if receipt.rejections:
        rejected = await request.parse_threads.run(batch_of_rejected, platform, hook, taken, receipt)
        assert rejected is not None
        await services.commits.commit_async(rejected)
    count_taken(services.meter, taken, rejected)
    answer = platform.answer(delivery)
    return Response(status=answer.status, body=answer.body, media=answer.content_type.encode(), untagged=True)


def _hook(request: Request) -> Hook:
    """The hook of the URL. Raises 404, and 429 once too many unknown tokens came from this network."""
    request.directory = request.services.directory.snapshot()
    hook = request.directory.hook(request.path["hook_token"])
    if hook is not None and hook.platform == request.path["platform"]:
        return hook
    limit, network = request.limit, network_of(request.address)
    if wait_s := limit.wait_s(network):
        raise too_many_failures(wait_s)
    limit.failed(network)
    # One answer to all: who tries tokens learns nothing of those that were.
    raise NotFoundError(NO_HOOK)


def _delivery(request: Request) -> Delivery:
    settings, query = request.services.settings, request.query.decode("latin-1")
    here = f"{request.scheme}://{request.header(b'host')}"
    path = request.raw_path.decode("latin-1")
    return Delivery(
        method=request.method,
        url=public_base(settings, here) + path + (f"?{query}" if query else ""),
        query=query,
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.items()},
        body=request.body,
        received_at=request.services.clock(),
    )


def _taken(
    request: Request, platform: Platform, hook: Hook, delivery: Delivery, secrets: list[dict[str, str]]
) -> Taken | Refusal:
    assert request.reservation is not None, "a body holds room"
    request.reservation.reserve_decoded(delivery.body)
    verdict = verify(platform.signature, delivery, secrets, settings_of(hook))
    if isinstance(verdict, Refusal):
        return verdict
    return take(platform, delivery, hook, request.services.settings.max_events)


def _endpoint(method: str, operation: str, summary: str) -> Endpoint[Request]:
    return Endpoint(
        method=method,
        path=DELIVERY,
        operation=operation,
        tag="Hooks",
        summary=summary,
        text="Called by a platform, with its signature in place of a token. Answered after the commit is on "
        "disk, with what the platform wants: `{}` mostly. Sent again, a delivery changes nothing. 401 for a "
        "signature that is missing, malformed, wrong, stale or of the future; the hook says what was "
        "compared.",
        needs_token=False,
        takes_anything=True,
        untagged=True,
        handle=receive,
        answer=Delivered,
        extra_statuses=(400, 401, 404, 408, 413, 415, 429),
    )


ENDPOINTS: tuple[Endpoint[Request], ...] = (
    _endpoint("POST", "receive_delivery", "Deliver a webhook"),
    _endpoint("GET", "receive_delivery_by_query", "Deliver a webhook by its query"),
)
