"""Metrics for Prometheus: of the service, without a token; of an organization, with one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from callboard import __version__
from callboard.clock import SECOND, Micros
from callboard.errors import StoreError
from callboard.http.endpoint import BASE, Endpoint
from callboard.http.request import Request
from callboard.http.response import Response
from callboard.http.routes.analytics import find_scope
from callboard.query.hook_sums import hook_sums
from callboard.query.parameters import SPACE_TOKEN, table
from callboard.query.space_metrics import hook_families, organization_families, space_families
from callboard.store.interface import Store
from callboard.store.reporting import LastVerification
from callboard.telemetry.exposition import CONTENT_TYPE, Family, Sample, exposition

TEXT = "text/plain"
_VERSION = Sample({"version": __version__}, 1)


async def scrape_service(request: Request) -> Response:
    services = request.services
    # Workers write their gauges once a second; those of this worker are written now, for this scrape.
    request.note_gauges()
    state = await request.store_threads.run(_state_of, services.store)
    up = [Sample({}, 0 if state is None else 1)]
    about = (
        Family(
            "callboard_info", "gauge", "Which version runs; always 1.", [Sample({"version": __version__}, 1)]
        ),
        Family("callboard_store_up", "gauge", "1 when the store answers, else 0.", up),
    )
    return _answer(exposition((*about, *_store(state), *services.meter.families())))


class _State(NamedTuple):
    """Of a store that answers."""

    verified: LastVerification | None
    backed_up_at: Micros | None
    unmerged: int | None
    """None: a node of a cluster is away."""


def _state_of(store: Store) -> _State | None:
    """None: the store is down. That is a value here and not a 503: then monitoring needs its metrics most."""
    try:
        store.ready()
        state = _State(store.last_verification(), store.last_backup(), None)
    except StoreError:
        return None
    try:
        return state._replace(unmerged=store.most_unmerged())
    except StoreError:
        return state


def _store(state: _State | None) -> Iterator[Family]:
    """Metrics of a store that answers; of the latest verification, over all organizations, if there was
    one.
    """
    if state is None:
        return
    if state.unmerged is not None:
        yield Family(
            "callboard_deltas_unmerged",
            "gauge",
            "Deltas that are not merged into cells, of the organization that has most of them.",
            [Sample({}, state.unmerged)],
        )
    if (last := state.verified) is not None:
        at = Sample({}, last.finished_at / SECOND)
        yield Family(
            "callboard_verify_timestamp_seconds", "gauge", "When the latest verification ended.", [at]
        )
        drift = Sample({}, sum(last.drift.values()))
        yield Family("callboard_verify_drift", "gauge", "Differences that it found; 0 is right.", [drift])

    if state.backed_up_at is not None:
        yield Family(
            "callboard_backup_timestamp_seconds",
            "gauge",
            "Of which moment the latest backup is.",
            [Sample({}, state.backed_up_at / SECOND)],
        )


async def scrape_organization(request: Request) -> Response:
    services, org_id, space_id = request.services, request.org_id, request.item
    organization = request.organization
    assert organization is not None
    handle = organization.domain_handle
    now = services.clock()
    stuck = await request.store_threads.run(services.store.stuck_tasks, org_id, now)
    outcomes = await request.store_threads.run(services.store.outcomes, org_id)
    every = {space.id for space in services.directory.spaces(org_id)}
    hooks = await request.store_threads.run(hook_sums, services.store, org_id, every)
    # Totals and directory are read without an `await` in between, so that they belong together.
    found = services.analytics.refresh(org_id)
    spaces = services.directory.spaces(org_id)
    if space_id is not None:
        spaces = [space for space in spaces if space.id == space_id]
    totals = {space.id: found.totals_of(space.id).totals for space in spaces}
    families = list(space_families(handle, spaces, totals, stuck))
    if space_id is None:
        contact = sum(stuck.get(space.id, 0) for space in spaces if space.content_type == "contact")
        counted = {(str(outcome), reason): many for (outcome, reason), many in outcomes.items()}
        families = [
            *organization_families(handle, found.contact.totals, contact, counted),
            *hook_families(handle, hooks),
            *families,
        ]
    return _answer(exposition(families))


def _answer(body: bytes) -> Response:
    return Response(body=body, media=CONTENT_TYPE, untagged=True)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/metrics",
        operation="scrape_service",
        tag="Prometheus",
        summary="How the service is, for Prometheus",
        text="Text format 0.0.4: requests, ingest, queue, commits, streams and exports of all workers of "
        "this server together. Nothing of any organization is in it.",
        needs_token=False,
        handle=scrape_service,
        answer={"type": "string"},
        answer_media=TEXT,
        untagged=True,
    ),
    Endpoint(
        method="GET",
        path=f"{BASE}/organisation/metrics/",
        operation="scrape_organization",
        tag="Prometheus",
        summary="An organization's numbers, for Prometheus",
        text="Text format 0.0.4: calls and tasks by status, talk time and stuck tasks, of the organization's "
        "contact spaces together and of each space; how its events ended. The newest 1,000 spaces have "
        "series of their own, all others are `other` together.",
        needs_handle=True,
        parameters=table(SPACE_TOKEN),
        find=find_scope,
        handle=scrape_organization,
        answer={"type": "string"},
        answer_media=TEXT,
        untagged=True,
    ),
)
