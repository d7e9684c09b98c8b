"""The ASGI application: one request in, one answer out."""

from __future__ import annotations

import logging
import traceback
from contextlib import suppress
from time import perf_counter_ns

from callboard.errors import CallboardError, ExportsFullError, StoreError
from callboard.http import pipeline
from callboard.http.body_deadline import BodyDeadlines
from callboard.http.body_memory import BodyMemory
from callboard.http.descriptions import ApiDescriptions
from callboard.http.endpoint import Endpoint
from callboard.http.endpoints import ENDPOINTS
from callboard.http.errors import FAULT, HttpError, error_body, http_error
from callboard.http.fair_threads import FairThreadPool
from callboard.http.limits import FailureLimit
from callboard.http.masking import masked, masked_path, masked_query
from callboard.http.metering import Gauges, ShortCounts, count
from callboard.http.readiness import ReadyCheck
from callboard.http.refusal_log import RefusalLog
from callboard.http.request import Receive, Request, Scope
from callboard.http.request_id import RequestIds
from callboard.http.response import Response, Send, finished, send_response, with_id
from callboard.http.router import Router, without_prefix
from callboard.http.routes.analytics import PATHS as ANALYTICS_PATHS
from callboard.http.routes.analytics import granted
from callboard.http.routes.board import BOARD, is_for_board
from callboard.http.services import Services
from callboard.http.short_path import ShortPath
from callboard.http.stream import send_stream
from callboard.http.threads import Threads
from callboard.http.touches import Touches
from callboard.query.secret_box import ShutHooks
from callboard.query.slots import StreamSlots
from callboard.store.interface import Refresher

_log = logging.getLogger("callboard.http")

PARSE_THREADS = 2
"""Large bodies that are decompressed and parsed concurrently. With only one, a single sender could block
all."""

RETRY_REFRESH_NS = 1_000_000_000
"""If a refresh fails within this time (a lost connection), the pipeline tries again over a new connection.
After longer, the request has used up the time of a query: it gets the error instead of waiting twice.
"""


class Application:
    """Answers HTTP for one worker. Everything but store reads happens on the event loop."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._router = Router(ENDPOINTS)
        self._prefix = services.settings.path_prefix.encode()
        self._limit = FailureLimit(services.settings.failed_auth_per_minute, services.monotonic)
        self._ids = RequestIds()
        self._refusal_log = RefusalLog(services.clock)
        self._store_threads = FairThreadPool(services.settings.readers, "store")
        self._parse_threads = Threads(PARSE_THREADS, "parse")
        shut_hooks = ShutHooks(services.store, services.secrets, services.clock)
        self._readiness = ReadyCheck(services.store, services.commits, shut_hooks.count)
        self._descriptions = ApiDescriptions(services.settings.path_prefix)
        self._body_deadlines = BodyDeadlines()
        self._body_memory = BodyMemory(services.settings.body_room_bytes)
        self._exports = StreamSlots(services.settings.exports, ExportsFullError)
        self._meter = services.meter
        self._gauges = Gauges(services)
        self._short_counts = ShortCounts()
        self._touches = Touches(services.directory)
        self._short_path = ShortPath(services.store, services.analytics, services.clock)
        self._refresher = services.store.refresher()
        # The short path writes no log lines: with an access log every request goes through the pipeline.
        self._short = not _log.isEnabledFor(logging.DEBUG)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI 3."""
        if scope["type"] == "http":
            if self._prefix:
                scope = without_prefix(scope, self._prefix)
            if scope.get("raw_path") in ANALYTICS_PATHS and scope["method"] == "GET" and self._short:
                began = perf_counter_ns()
                found = None
                refresh_error = None
                # Where this fails, the numbers held here may be old. The pipeline reads them from the store
                # again, and reports the failure.
                with suppress(Exception):
                    if self._refresher is not None:
                        refresh_error = await _refreshed(self._refresher)
                    if refresh_error is None:
                        found = self._short_path.answer(scope["headers"], scope["query_string"])
                if refresh_error is not None and perf_counter_ns() - began > RETRY_REFRESH_NS:
                    await self._respond(scope, receive, send, refresh_error)
                    return
                if found is not None:
                    self._short_counts.count(perf_counter_ns() - began)
                    headers = [*found.headers, (b"x-request-id", self._ids.next())]
                    await send({"type": "http.response.start", "status": 200, "headers": headers})
                    await send({"type": "http.response.body", "body": found.body})
                    return
            await self._respond(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def _respond(
        self, scope: Scope, receive: Receive, send: Send, refresh_error: StoreError | None = None
    ) -> None:
        """`refresh_error`: the error of a refresh that was tried for this request already."""
        began = perf_counter_ns()
        headers = dict(scope["headers"])
        request_id = self._ids.of(headers.get(b"x-request-id"))
        request = Request(
            scope,
            receive,
            self._services,
            store_threads=self._store_threads,
            parse_threads=self._parse_threads,
            exports=self._exports,
            readiness=self._readiness,
            descriptions=self._descriptions,
            body_deadlines=self._body_deadlines,
            body_memory=self._body_memory,
            note_gauges=self.note_gauges,
            request_id=request_id.decode(),
        )
        try:
            response = await self._answer(request, scope, refresh_error)
            count(self._meter, request.operation, response.status, perf_counter_ns() - began)
            if _log.isEnabledFor(logging.DEBUG):
                _log.debug("%s %s", response.status, _line(request, scope))
            if response.stream is None:
                await send_response(send, response, request_id)
            else:
                head = {"status": response.status, "headers": with_id(response, request_id)}
                await send_stream(scope, receive, send, head, response.stream)
        finally:
            if request.reservation is not None:
                request.reservation.end()

    def shorten_body_deadlines(self) -> None:
        """The server is stopping: a body still being received has `BODY_S` seconds from now, whatever its
        size.
        """
        self._body_deadlines.stop()

    def note_gauges(self) -> None:
        """Write this worker's gauges to shared memory, for scrapes that reach another worker."""
        self._gauges.note(self._exports.taken)
        self._short_counts.note(self._meter)

    async def _answer(self, request: Request, scope: Scope, refresh_error: StoreError | None) -> Response:
        varies = False
        try:
            request.endpoint, request.path = self._find(request)
            varies = request.endpoint.needs_token
            if refresh_error is not None:
                raise refresh_error
            response = await pipeline.answer(request, self._limit)
            try:
                if varies:
                    self._after(request, response)
                return finished(response, request.headers, request.method, varies=varies)
            except BaseException:
                # Frees the slot of the stream or export, which nothing else would do.
                if response.stream is not None:
                    response.stream.close()
                raise
        except (HttpError, CallboardError) as error:
            if isinstance(error, StoreError):
                self._refusal_log.record(error, request.request_id)
            response = _failed(
                error if isinstance(error, HttpError) else http_error(error), request.request_id
            )
        except Exception as fault:  # noqa: BLE001 - a bug: logged, and never shown to the caller
            text = masked("".join(traceback.format_exception(fault)))
            _log.error("request %s failed: %s\n%s", request.request_id, _line(request, scope), text)
            response = _failed(HttpError(500, FAULT), request.request_id)
        return finished(response, request.headers, request.method, varies=varies)

    def _find(self, request: Request) -> tuple[Endpoint[Request], dict[str, str]]:
        try:
            return self._router.find(request.method, request.raw_path)
        except HttpError as error:
            if error.status == 404 and is_for_board(request):
                return BOARD, {}
            raise

    def _after(self, request: Request, response: Response) -> None:
        """Record the token's use, and let the short path answer the next request like this one."""
        until = self._touches.used(request.principal, self._services.clock())
        is_plain = request.endpoint.operation == "get_analytics" and b"authorization" in request.headers
        if self._short and response.status == 200 and is_plain:
            grant, space_id = granted(request, until)
            self._short_path.remember(request.headers, request.query, grant, space_id)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._services.commits.start()
                self._services.imports.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def close(self) -> None:
        """Write what is queued, then release the threads."""
        self._services.streams.stop()
        self.note_gauges()
        await self._services.commits.finish()
        self._services.imports.close()
        await self._services.refusals.flush()
        await self._touches.flush()
        self._touches.close()
        self._readiness.close()
        self._store_threads.close()
        self._parse_threads.close()


async def _refreshed(refresher: Refresher) -> StoreError | None:
    """The error if the refresh failed: what is cached may then be out of date."""
    try:
        await refresher.refresh()
    except StoreError as error:
        return error
    return None


def _failed(error: HttpError, request_id: str) -> Response:
    body = b"" if error.status == 204 else error_body(error, request_id)
    return Response(status=error.status, body=body, headers=error.headers)


def _line(request: Request, scope: Scope) -> str:
    """Method and path of a request for a log line: without headers, phone numbers and secrets."""
    query = masked_query(request.query.decode("latin-1"))
    line = f"{request.method} {masked_path(scope['path'])}{'?' if query else ''}{query}"
    return line.encode("unicode_escape").decode()
