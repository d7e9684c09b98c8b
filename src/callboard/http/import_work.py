"""What a request has a process do with an upload: read it by options, answers and a mapping; import it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import structs

from callboard.errors import InvalidInputError
from callboard.http.import_items import AnswerGiven, ImportOptions
from callboard.http.request import Request
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.guessing.answers import with_answer
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.saved import document_of
from callboard.ingest.uploads.collisions import collision
from callboard.ingest.uploads.documents import Found, Work, read_document
from callboard.ingest.uploads.reading import plan_of
from callboard.store.importing import SavedMapping, check_mapping
from callboard.store.uploads import Upload


def work_of(request: Request, does: Any, options: dict[str, Any], *, replace: bool = False) -> Work:
    organization = next(
        each for each in request.directory.organizations_of(request.principal) if each.id == request.org_id
    )
    return Work(
        does=does,
        handle=organization.domain_handle,
        space_token=request.space.token,
        options=options,
        replace=replace,
    )


def with_answers(upload: Upload, work: Work, answers: list[AnswerGiven]) -> dict[str, Any]:
    """The options with those that answer doubts. Raises `InvalidInputError` for what is no option."""
    try:
        plan = plan_of(upload, work)
        for each in answers:
            plan = with_answer(plan, Answer(each.option, each.value, ""))
        options: dict[str, Any] = read_document(document_of(plan), dict[str, Any])
        # The type of the rows is said once, when the import is opened.
        options.pop("record_type", None)
        # Of answers too, only what an option may be.
        given = msgspec.convert(options, ImportOptions).given()
    except (ImportOptionError, ValueError) as error:
        message = error.message if isinstance(error, ImportOptionError) else str(error)
        raise InvalidInputError(f"options: {message}", [("options", message)]) from None
    # What is said to be as it is by default is said all the same: it overrides a mapping.
    return {**work.options, **given}


def by_mapping(upload: Upload, work: Work, found: SavedMapping) -> Work:
    """The work with the mapping. Raises `InvalidInputError` when the upload cannot be read by it."""
    work = structs.replace(work, mapping=found.name, mapped=found.reading)
    try:
        plan_of(upload, work)
    except ImportOptionError as error:
        raise InvalidInputError(error.message, [("mapping", error.message)]) from None
    return work


async def check_room(request: Request, name: str, reading: str) -> None:
    """Raise `InvalidInputError` when the mapping cannot be saved after the import."""
    every = await request.store_threads.run(request.services.store.mappings, request.org_id)
    try:
        check_mapping(name, reading, sum(each.name != name for each in every))
    except InvalidInputError as error:
        raise InvalidInputError(error.message, [("save_mapping", error.message)]) from None


async def check_collisions(request: Request, found: Found) -> None:
    store = request.services.store
    earlier = await request.store_threads.run(store.colliding_imports, request.org_id, found.reading)
    if earlier or found.overlapping:
        message = collision(earlier, found.reading, found.overlapping)
        raise InvalidInputError(message, [("replace", message)])
