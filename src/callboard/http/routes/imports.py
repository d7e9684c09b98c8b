"""Imports of files that are uploaded in parts: open, fill, read, start, undo, drop."""

from __future__ import annotations

import secrets
from typing import Any

from msgspec import structs

from callboard.errors import InvalidInputError, NotFoundError, UnreadableBodyError, UploadChangedError
from callboard.http.answers import One, Page
from callboard.http.endpoint import BASE, Body, Endpoint
from callboard.http.import_items import (
    ImportItem,
    ListedImport,
    NewImport,
    ReadRequest,
    StartRequest,
    import_item,
    listed_import,
)
from callboard.http.import_work import by_mapping, check_collisions, check_room, with_answers, work_of
from callboard.http.json_body import read_object
from callboard.http.request import Request
from callboard.http.response import Response, json_response
from callboard.http.routes.mappings import check_known, mapping_named
from callboard.ingest.shape import Bounds
from callboard.ingest.sources.saved import document_of, series_of
from callboard.ingest.uploads.claiming import is_left
from callboard.ingest.uploads.documents import Found, Work, document, read_document
from callboard.ingest.uploads.reading import plan_of
from callboard.query.messages import fetched
from callboard.store.uploads import DROPPED, PART_BYTES, Upload, is_over

IMPORTS = f"{BASE}/spaces/{{space_token}}/imports/"
IMPORT = f"{IMPORTS}{{import_id}}/"
MAX_OPTIONS_BYTES = 1 << 20
"""Bound for the options of an import: the words of a file may be many."""
OPTION_BOUNDS = Bounds(values=20_000, keys=1_000)
_ID_BYTES = 16
_PART_DIGITS = 6
NOT_FOUND = "Import not found."


async def find_import(request: Request) -> Upload:
    """The upload that the path names, of this space."""
    store, org_id, upload_id = request.services.store, request.org_id, request.path["import_id"]
    if len(upload_id) == 2 * _ID_BYTES and upload_id.isascii() and upload_id.isalnum():
        found = await request.store_threads.run(store.find_upload, org_id, upload_id)
        if found is not None and found.space_id == request.space.id and not _is_over(request, found):
            return found
    raise NotFoundError(NOT_FOUND)


def _is_over(request: Request, upload: Upload) -> bool:
    """Also before the sweep that deletes it: how long an upload is kept does not depend on that."""
    return is_over(upload, request.services.clock())


async def _answer(request: Request, message: str, upload: Upload, status: int = 200) -> Response:
    """The state of an upload. Work that nobody does, as its worker was killed, is taken up here."""
    store = request.services.store
    if is_left(upload):
        request.services.imports.add(request.org_id, upload.upload_id)
    parts: list[int] = []
    if upload.state == "uploading":
        parts = await request.store_threads.run(store.upload_parts, request.org_id, upload.upload_id)
    item = import_item(upload, parts, withdrawn=await _is_withdrawn(request, upload))
    return json_response(One(status, message, item), status)


async def _is_withdrawn(request: Request, upload: Upload) -> bool:
    """Whether what it imported was undone, here or elsewhere, or replaced whole by a later import."""
    if upload.batch_no is None:
        return False
    store = request.services.store
    found = await request.store_threads.run(store.find_import, request.org_id, upload.batch_no)
    return found is not None and found.withdrawn_at is not None


async def list_imports(request: Request) -> Response:
    every = await request.store_threads.run(request.services.store.uploads, request.org_id)
    found = [each for each in every if each.space_id == request.space.id and not _is_over(request, each)]
    # Whole: there are never more than an organization may have.
    return json_response(Page(len(found), 200, fetched("Imports"), list(map(listed_import, found)), None))


async def open_import(request: Request) -> Response:
    new = read_object(request, NewImport)
    now = request.services.clock()
    upload = Upload(
        upload_id=secrets.token_hex(_ID_BYTES),
        space_id=request.space.id,
        name=new.name,
        record_type=new.type,
        size=new.size,
        part_bytes=min(PART_BYTES, request.services.settings.max_body_bytes),
        created_at=now,
        used_at=now,
    )
    store = request.services.store
    opened = await request.store_threads.run(store.open_upload, request.org_id, upload)
    request.services.imports.purge(request.org_id)
    return await _answer(request, "Import opened; send the parts of the file", opened, 201)


async def get_import(request: Request) -> Response:
    return await _answer(request, "Import fetched", request.item)


async def put_part(request: Request) -> Response:
    if not request.body:
        raise UnreadableBodyError("The body is empty.")
    store, upload_id = request.services.store, request.item.upload_id
    upload = await request.store_threads.run(
        store.put_part, request.org_id, upload_id, _part(request), request.body, request.services.clock()
    )
    return await _answer(request, "Part kept", upload)


async def find_part(request: Request) -> Upload:
    """The upload of a part. Raises 404 where the path names none."""
    _part(request)
    return await find_import(request)


def _part(request: Request) -> int:
    text = request.path["part"]
    if text.isascii() and text.isdecimal() and len(text) <= _PART_DIGITS:
        return int(text)
    raise NotFoundError(NOT_FOUND)


async def read_import(request: Request) -> Response:
    wanted = read_object(request, ReadRequest)
    upload: Upload = request.item
    _check_state(upload, "uploading", "asking", "ready", "failed", "undone")
    store = request.services.store
    there = await request.store_threads.run(store.upload_parts, request.org_id, upload.upload_id)
    if missing := upload.parts - len(there):
        first = next(part for part in range(upload.parts) if part not in set(there))
        raise InvalidInputError(
            f"{missing:,} of {upload.parts:,} parts of the file are missing, the first is {first}.",
            [("parts", f"part {first} is missing")],
        )
    work = work_of(request, "read", wanted.options.given())
    work = structs.replace(work, options=with_answers(upload, work, wanted.answers))
    if wanted.mapping is not None:
        work = by_mapping(
            upload, work, check_known(wanted.mapping, await mapping_named(request, wanted.mapping))
        )
    return await _begin(request, upload, "reading", work, "The file is being read")


async def start_import(request: Request) -> Response:
    wanted = read_object(request, StartRequest)
    upload: Upload = request.item
    _check_state(upload, "asking", "ready", "failed")
    if upload.found is None:
        raise UploadChangedError("This file is not read yet.")
    found = read_document(upload.found, Found)
    seen = (found.options, found.plan) if found.mapping is None else (found.plan,)
    if wanted.options is not None and wanted.options.given() not in seen:
        raise UploadChangedError("This file was read by other options meanwhile; read its state again.")
    if found.missing or (found.doubts and not wanted.anyway):
        doubts = [(each.column or each.about, each.message) for each in found.doubts]
        how = "something" if found.missing else "or start it anyway"
        why = "Nothing was imported: say what is missing" if found.missing else "Nothing was imported: answer"
        raise InvalidInputError(f"{why}, {how}. {doubts[0][1]}.", doubts)
    kept: dict[str, Any] = {}
    if wanted.save_mapping and found.accepting:
        kept["accept"] = found.accepting
    if wanted.save_mapping and found.usual_length is not None:
        kept["usual_length"] = found.usual_length
    work = structs.replace(
        work_of(request, "import", {**found.plan, **kept}, replace=wanted.replace),
        mapping=found.mapping,
        save_mapping=wanted.save_mapping,
    )
    plan = plan_of(upload, work)
    if wanted.save_mapping is not None:
        await check_room(request, wanted.save_mapping, document_of(plan))
    found = structs.replace(found, reading=structs.replace(found.reading, mapping=series_of(plan)))
    if not wanted.replace:
        await check_collisions(request, found)
    upload = structs.replace(upload, found=document(found))
    return await _begin(request, upload, "importing", work, "The file is being imported")


async def undo_import(request: Request) -> Response:
    upload: Upload = request.item
    _check_state(upload, "done", "failed")
    if upload.batch_no is None:
        raise UploadChangedError("Nothing of this file is imported.")
    if await _is_withdrawn(request, upload):
        raise UploadChangedError(
            "Nothing of this import counts any more: it was undone, or replaced by a later one."
        )
    return await _begin(
        request, upload, "undoing", work_of(request, "undo", {}), "The import is being withdrawn"
    )


async def drop_import(request: Request) -> Response:
    upload: Upload = request.item
    if upload.state in ("importing", "undoing"):
        raise UploadChangedError(f"This import is {upload.state}; drop it when that is done.")
    # One commit; its parts, which may be many, are deleted behind it.
    gone = structs.replace(upload, state=DROPPED, owner=None, work=None, found=None)
    await request.store_threads.run(request.services.store.save_upload, request.org_id, upload, gone)
    request.services.imports.purge(request.org_id)
    item = import_item(upload, [], withdrawn=await _is_withdrawn(request, upload))
    return json_response(One(200, "Upload dropped; what it imported stays", item))


def _check_state(upload: Upload, *allowed: str) -> None:
    if upload.state not in allowed:
        raise UploadChangedError(f"This import is {upload.state}.")


async def _begin(request: Request, upload: Upload, state: Any, work: Work, message: str) -> Response:
    after = structs.replace(
        upload,
        state=state,
        work=document(work),
        owner=None,
        runs=0,
        row_count=0,
        message=None,
        used_at=request.services.clock(),
    )
    saved = await request.store_threads.run(request.services.store.save_upload, request.org_id, upload, after)
    return await _answer(request, message, saved, 202)


_STATES = (
    "`state` is `uploading` (`parts_kept` says which parts are there), `reading`, `asking` (`doubts` says "
    "what is doubtful), `ready`, `importing` (`rows_done` of `rows_total`), `done` (`report`), `failed` "
    "(`message`), `undoing` or `undone`. Ask again while it reads, imports or undoes: a process of its "
    "own does that, and when it is killed another carries on."
)
_EXAMPLE_ANSWERS = [{"option": "--time-format", "value": "%d/%m/%Y %H:%M"}]
ENDPOINTS: tuple[Endpoint[Request], ...] = (
    Endpoint(
        method="GET",
        path=IMPORTS,
        operation="list_imports",
        tag="Imports",
        summary="Get the imports of a space that came by upload",
        text="Newest first. Imports of the command line are not among them.",
        role="member",
        handle=list_imports,
        answer=Page[ListedImport],
    ),
    Endpoint(
        method="POST",
        path=IMPORTS,
        operation="open_import",
        tag="Imports",
        summary="Open an import of a file",
        text="The file comes in `parts` parts of `part_bytes` bytes, the last one of the rest. At most 1 GiB "
        "a file, and 5 of an organization that are not finished. An import is deleted 24 h after its last "
        "part or action; what it imported stays.",
        role="member",
        body=Body(schema=NewImport, example={"name": "calls.csv", "size": 123_456, "type": "call"}),
        handle=open_import,
        answer=One[ImportItem],
        status=201,
        extra_statuses=(409,),
    ),
    Endpoint(
        method="GET",
        path=IMPORT,
        operation="get_import",
        tag="Imports",
        summary="Get an import",
        text=_STATES,
        role="member",
        find=find_import,
        handle=get_import,
        answer=One[ImportItem],
    ),
    Endpoint(
        method="DELETE",
        path=IMPORT,
        operation="drop_import",
        tag="Imports",
        summary="Drop an upload",
        text="And its parts. What it imported stays.",
        role="member",
        find=find_import,
        handle=drop_import,
        answer=One[ImportItem],
        extra_statuses=(409,),
    ),
    Endpoint(
        method="PUT",
        path=f"{IMPORT}parts/{{part}}/",
        operation="put_import_part",
        tag="Imports",
        summary="Send a part of the file",
        text="Numbered from 0, in any order, to any worker. The same part again replaces it, until the file "
        "is read.",
        role="member",
        find=find_part,
        body=Body(
            media=("application/octet-stream",),
            schema={"type": "string", "format": "binary", "minLength": 1},
            max_bytes=PART_BYTES,
        ),
        handle=put_part,
        answer=One[ImportItem],
        extra_statuses=(409,),
    ),
    Endpoint(
        method="POST",
        path=f"{IMPORT}read/",
        operation="read_import",
        tag="Imports",
        summary="Read the file",
        text="By these options and a guess of what they leave open, and again by others. Imports nothing. "
        "When it is read, its state holds the first rows, the doubts with their answers, and the numbers "
        "that would come.",
        role="member",
        find=find_import,
        body=Body(
            schema=ReadRequest,
            required=False,
            example={"options": {"timezone": ["Europe/Berlin"]}, "answers": _EXAMPLE_ANSWERS},
            max_bytes=MAX_OPTIONS_BYTES,
            bounds=OPTION_BOUNDS,
        ),
        handle=read_import,
        answer=One[ImportItem],
        status=202,
        extra_statuses=(409,),
    ),
    Endpoint(
        method="POST",
        path=f"{IMPORT}start/",
        operation="start_import",
        tag="Imports",
        summary="Import the file as it was read",
        text="422 with the doubts while there are any, unless it is to be imported `anyway`, and when an "
        "earlier import read the same file by other options, or says something else of its calls, unless it "
        "is to `replace` that.",
        role="member",
        find=find_import,
        body=Body(
            schema=StartRequest,
            required=False,
            example={"anyway": False, "replace": False},
            max_bytes=MAX_OPTIONS_BYTES,
            bounds=OPTION_BOUNDS,
        ),
        handle=start_import,
        answer=One[ImportItem],
        status=202,
        extra_statuses=(409,),
    ),
    Endpoint(
        method="POST",
        path=f"{IMPORT}undo/",
        operation="undo_import",
        tag="Imports",
        summary="Withdraw what an import brought",
        text="As if it had never been; calls and tasks are folded again without it.",
        role="member",
        find=find_import,
        handle=undo_import,
        answer=One[ImportItem],
        status=202,
        extra_statuses=(409,),
    ),
)
