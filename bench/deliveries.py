"""Signed deliveries of Twilio beside single events that say the same, 32 at once, of one server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from itertools import count, cycle
from pathlib import Path
from urllib.parse import parse_qsl, quote_plus

import msgspec

from bench import files, wrk
from bench.figures import ratios, spread, target, write
from bench.machine import OtherLoad
from bench.server import PRODUCT, Server
from callboard.clock import system_clock
from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.query.secret import HOOK_PREFIX, new_secret
from callboard.query.secret_box import SecretBox
from callboard.settings import Settings
from callboard.store.hooks import NewHook
from callboard.store.sqlite.store import SqliteStore

CALLS = 1_000_000
SPACES = 20
AT_ONCE = 32
MOST_A_SECOND = 6_000
"""Requests that are made ready for each second of a run: more than one worker answers."""
AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
STATUSES = ("initiated", "ringing", "in-progress", "completed")


class Hooked:
    """A file of calls with a hook of Twilio in each of some spaces."""

    def __init__(self, of: files.Board) -> None:
        self.of = of
        self._tokens: list[str] = []
        settings = Settings(db=of.path)
        store, sealed = SqliteStore(of.path), SecretBox(settings).seal({"auth_token": AUTH_TOKEN})
        for space_id in of.space_ids[:SPACES]:
            token = new_secret(HOOK_PREFIX)
            store.create_hook(
                of.org_id,
                NewHook(
                    space_id=space_id,
                    platform="twilio",
                    prefix=token.prefix,
                    token_digest=token.digest,
                    settings=msgspec.json.encode(HookSettings()).decode(),
                    sealed=sealed,
                    now=system_clock(),
                ),
            )
            self._tokens.append(token.text)
        store.close()
        self._numbers = count()

    def deliveries(self, host: str, statuses: tuple[str, ...]) -> Iterator[bytes]:
        """Requests of new calls without end, of each call one for each status in turn."""
        for token in cycle(self._tokens):
            path, number = f"/hooks/twilio/{token}/", next(self._numbers)
            for place, status in enumerate(statuses):
                body = _form(number, place, status)
                yield _request(
                    host,
                    path,
                    body,
                    "Content-Type: application/x-www-form-urlencoded",
                    f"X-Twilio-Signature: {_signature(f'http://{host}{path}', body)}",
                )

    def events(self, host: str) -> Iterator[bytes]:
        """Requests of one event each: what the delivery of the end of a new call says."""
        spaces = cycle(self.of.space_tokens[:SPACES])
        for secret, space in zip(cycle(self.of.secrets), spaces, strict=False):
            form = Delivery(body=_form(next(self._numbers), 3, "completed"), received_at=system_clock())
            [event] = translated(PLATFORMS["twilio"], form, HookSettings()).events
            yield _request(
                host,
                f"{PRODUCT}/spaces/{space}/events/",
                msgspec.json.encode(event),
                "Content-Type: application/json",
                f"Authorization: Token {secret}",
            )


def _form(number: int, place: int, status: str) -> bytes:
    fields = {
        "CallSid": f"CA{time.time_ns():020x}{number:012x}",
        "CallStatus": status,
        "Timestamp": f"Thu, 05 Mar 2026 14:{number // 60 % 60:02d}:{number % 60:02d} +0000",
        "SequenceNumber": str(place),
        "CallbackSource": "call-progress-events",
        "AccountSid": "AC00000000000000000000000000000001",
        "ApiVersion": "2010-04-01",
        "From": "+12025550101",
        "To": "+12025550102",
        "Caller": "+12025550101",
        "Called": "+12025550102",
        "FromCity": "",
        "ToZip": "",
        "Direction": "outbound-api",
    }
    if status == "completed":
        fields |= {"SipResponseCode": "200", "CallDuration": "62", "Duration": "2"}
    return "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items()).encode()


def _signature(url: str, body: bytes) -> str:
    """As https://www.twilio.com/docs/usage/security tells."""
    signed = url + "".join(
        name + value for name, value in sorted(parse_qsl(body.decode(), keep_blank_values=True))
    )
    return base64.b64encode(hmac.new(AUTH_TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _request(host: str, path: str, body: bytes, *headers: str) -> bytes:
    head = "\r\n".join([f"POST {path} HTTP/1.1", f"Host: {host}", *headers, f"Content-Length: {len(body)}"])
    return f"{head}\r\n\r\n".encode() + body


def _prepared(requests: Iterator[bytes], many: int) -> str:
    path = files.folder() / "deliveries.requests"
    with path.open("wb") as file:
        for _ in range(many):
            file.write(next(requests) + b"\0")
    return str(path)


def measure(*, short: bool) -> None:
    """Take the figures."""
    if wrk.missing():
        return
    rounds, seconds = (3, 2) if short else (9, 4)
    hooked = Hooked(files.copy(files.board(10_000 if short else CALLS), "deliveries"))
    runs: dict[str, list[wrk.Run]] = {}
    cpu: dict[str, list[float]] = {}
    with Server(hooked.of.path, twins=False) as server:
        host = f"127.0.0.1:{server.port}"
        sides: dict[str, Callable[[], Iterator[bytes]]] = {
            "events": lambda: hooked.events(host),
            "deliveries": lambda: hooked.deliveries(host, ("completed",)),
            "four_a_call": lambda: hooked.deliveries(host, STATUSES),
        }
        others = OtherLoad(*server.processes)
        for number in range(rounds + 1):
            for side in list(sides) if number % 2 == 0 else list(sides)[::-1]:
                prepared = _prepared(sides[side](), seconds * MOST_A_SECOND)
                before = server.cpu_s()
                run = wrk.run(server.url, "prepared", prepared, seconds=seconds, connections=AT_ONCE)
                runs.setdefault(side, []).append(run)
                cpu.setdefault(side, []).append(run.requests / (server.cpu_s() - before))
        others_cores = others.cores()
    files.discard(hooked.of)
    Path(f"{hooked.of.path}.key").unlink(missing_ok=True)
    rate = {side: [each.rate for each in of[1:]] for side, of in runs.items()}
    by_cpu = {side: of[1:] for side, of in cpu.items()}
    ratio = ratios(rate["deliveries"], rate["events"])
    write(
        "deliveries",
        f"POST hooks/twilio/{{token}}/, signed, each the only one of a new call, to {SPACES} spaces of a "
        "file of a million calls, one worker, wrk -t1 -c32; beside POST spaces/{space}/events/ of one event "
        "with the same fields and a group of its own, and beside four deliveries a call",
        short=short,
        targets=[target("deliveries / single events", ratio["median"], at_least=0.75)],
        ratio=ratio,
        ratio_of_cpu=ratios(by_cpu["deliveries"], by_cpu["events"]),
        four_a_call_to_events=ratios(rate["four_a_call"], rate["events"]),
        requests_per_s={side: spread(of) for side, of in rate.items()},
        requests_per_cpu_s={side: spread(of) for side, of in by_cpu.items()},
        p99_ms={side: spread([each.p99_ms for each in of[1:]]) for side, of in runs.items()},
        cores_used_by_others=others_cores,
        all_rounds={side: [msgspec.structs.asdict(each) for each in of] for side, of in runs.items()},
    )
