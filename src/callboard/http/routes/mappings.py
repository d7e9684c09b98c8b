"""Saved mappings of an organization: list, show and delete them. An import saves one."""

from __future__ import annotations

import msgspec

from callboard.errors import InvalidInputError, NotFoundError
from callboard.http.answers import One, Page
from callboard.http.endpoint import BASE, Endpoint
from callboard.http.import_items import ListedMapping, MappingItem, listed_mapping
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.plan import ImportPlan
from callboard.ingest.sources.saved import with_document
from callboard.query.messages import fetched
from callboard.store.importing import MAPPING_NAME_BYTES, SavedMapping

MAPPINGS = f"{BASE}/mappings/"
MAPPING = f"{MAPPINGS}{{mapping}}/"


async def find_mapping(request: Request) -> SavedMapping:
    """The mapping that the path names."""
    found = await mapping_named(request, request.path["mapping"])
    if found is None:
        raise NotFoundError("Mapping not found.")
    return found


async def mapping_named(request: Request, name: str) -> SavedMapping | None:
    """The mapping of the request's organization that has this name."""
    if not name.isprintable() or len(name.encode("utf-8", "replace")) > MAPPING_NAME_BYTES:
        return None
    return await request.store_threads.run(request.services.store.find_mapping, request.org_id, name)


async def list_mappings(request: Request) -> Response:
    found = await request.store_threads.run(request.services.store.mappings, request.org_id)
    # Whole: there are never more than an organization may have.
    page = Page(len(found), 200, fetched("Mappings"), [listed_mapping(each) for each in found], None)
    return json_response(page)


async def get_mapping(request: Request) -> Response:
    found: SavedMapping = request.item
    return json_response(One(200, fetched("Mapping"), _item(request, found)))


async def delete_mapping(request: Request) -> Response:
    found: SavedMapping = request.item
    item = _item(request, found)
    await request.store_threads.run(request.services.store.delete_mapping, request.org_id, found.name)
    return json_response(One(200, "Mapping deleted; what was imported by it stays", item))


def _item(request: Request, found: SavedMapping) -> MappingItem:
    assert request.organization is not None, "the endpoint needs a handle"
    listed = listed_mapping(found)
    plan = ImportPlan(
        file="FILE", handle=request.organization.domain_handle, space="TOKEN", mapping=found.name
    )
    try:
        command = with_document(plan, found.reading).command()
    except ImportOptionError:
        command = None
    return MappingItem(
        **msgspec.structs.asdict(listed), options=msgspec.json.decode(found.reading), command=command
    )


def check_known(name: str, found: SavedMapping | None) -> SavedMapping:
    """The mapping. Raises `InvalidInputError` for a request that names one that is not there."""
    if found is None:
        message = f"There is no saved mapping {name[:80]!r}."
        raise InvalidInputError(message, [("mapping", message)])
    return found


ENDPOINTS: tuple[Endpoint[Request], ...] = (
    Endpoint(
        method="GET",
        path=MAPPINGS,
        operation="list_mappings",
        tag="Imports",
        summary="Get all saved mappings",
        text="How the files of a system are read, each under a name: whole, by name.",
        needs_handle=True,
        handle=list_mappings,
        answer=Page[ListedMapping],
    ),
    Endpoint(
        method="GET",
        path=MAPPING,
        operation="get_mapping",
        tag="Imports",
        summary="Get a saved mapping",
        needs_handle=True,
        find=find_mapping,
        handle=get_mapping,
        answer=One[MappingItem],
    ),
    Endpoint(
        method="DELETE",
        path=MAPPING,
        operation="delete_mapping",
        tag="Imports",
        summary="Delete a saved mapping",
        text="What was imported by it stays. Whoever may import may delete one too: an import that is saved "
        "under its name replaces it anyway.",
        role="member",
        needs_handle=True,
        find=find_mapping,
        handle=delete_mapping,
        answer=One[MappingItem],
    ),
)
