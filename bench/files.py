"""Store files of a given size: built once, kept in the bench's folder, copied for each bench that writes."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

import callboard.store.sqlite as sqlite_package
from bench import calls, load
from callboard.model.directory import Member, SpaceSettings
from callboard.model.event import Entry
from callboard.query.secret import Secret, secret_digest
from callboard.settings import Settings
from callboard.store.interface import Batch, Store
from callboard.store.sqlite.store import SqliteStore

TOKENS = 20
EVENTS_A_COMMIT = 20_000
HANDLE = "bench.example"


class Board(Struct, frozen=True):
    """A store file, and what a client needs to send requests to it."""

    path: str
    calls: int
    handle: str
    org_id: int
    space_ids: list[int]
    space_tokens: list[str]
    secrets: list[str]
    load: str = ""
    """Path of a Parquet file with all calls that arrived, in order (`load.SCHEMA`)."""


def folder() -> Path:
    """The folder of the files: CALLBOARD_BENCH_DIR, else `callboard-bench` among the temporary files."""
    chosen = os.environ.get("CALLBOARD_BENCH_DIR") or f"{tempfile.gettempdir()}/callboard-bench"
    path = Path(chosen)
    path.mkdir(parents=True, exist_ok=True)
    return path


def board(many: int, spaces: int = 200, agents: int = len(calls.AGENTS)) -> Board:
    """A file of `many` calls. It is built if it is missing, or was built for another schema."""
    of_agents = "" if agents == len(calls.AGENTS) else f"-{agents}-agents"
    description = folder() / f"{many}-calls-{spaces}-spaces{of_agents}-{_version()}.json"
    with alone():
        if not description.exists():
            path = description.with_suffix(".building")
            _remove(path)
            kept = load.Kept(description.with_suffix(".parquet"))
            built = _build(path, many, spaces, agents, kept)
            kept.close()
            path.rename(description.with_suffix(".db"))
            # The description is written last: while it is missing, the file is not complete.
            made = msgspec.structs.replace(
                built, path=str(description.with_suffix(".db")), load=str(description.with_suffix(".parquet"))
            )
            description.write_bytes(msgspec.json.encode(made))
    return msgspec.json.decode(description.read_bytes(), type=Board)


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock for building files: a second bench waits, and then finds them built."""
    with (folder() / "building.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def asked_calls(usual: int) -> int:
    """The number of calls to measure with: CALLBOARD_BENCH_CALLS, else `usual`."""
    return int(os.environ.get("CALLBOARD_BENCH_CALLS") or usual)


def copy(of: Board, name: str) -> Board:
    """A copy to write to, in place of an earlier copy of that name: the next bench gets an unchanged file."""
    path = folder() / f"copy-{name}.db"
    _remove(path)
    shutil.copyfile(of.path, path)
    with path.open("rb+") as copied:
        os.fsync(copied.fileno())  # otherwise the system would write it back during the measurement
    return msgspec.structs.replace(of, path=str(path))


def discard(copied: Board) -> None:
    """Remove a copy, with its `-wal` and `-shm` files."""
    _remove(Path(copied.path))


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _version() -> str:
    """A digest that changes with the schema and with the generator's edition."""
    digest = hashlib.sha256(str(calls.EDITION).encode())
    for migration in sorted((Path(str(sqlite_package.__file__)).parent / "migrations").glob("*.sql")):
        digest.update(migration.read_bytes())
    return digest.hexdigest()[:8]


def _build(path: Path, many: int, spaces: int, agents: int, kept: load.Kept) -> Board:
    store = SqliteStore(str(path), Settings(cache_mib=256))
    begun = begin(store, spaces)
    of_days = load.days(many, spaces, agents=calls.named_agents(agents))
    _fill(store, begun.org_id, begun.space_ids, of_days, kept)
    store.close()
    return msgspec.structs.replace(begun, calls=many)


def begin(store: Store, spaces: int) -> Board:
    """Make the organization of a bench in an empty store, with spaces and tokens and without a call."""
    now = calls.FIRST_DAY
    organization = store.create_organization(
        name="Bench", domain_handle=HANDLE, domain=None, is_private_domain=False, now=now
    )
    made = [
        store.create_space(
            org_id=organization.id,
            name=f"Campaign {number}",
            description=None,
            content_type="contact",
            agent_handle=None,
            settings=SpaceSettings(),
            now=now,
        )
        for number in range(spaces)
    ]
    secrets = [_token(store, organization.id, number) for number in range(TOKENS)]
    space_ids = [space.id for space in made]
    return Board("", 0, HANDLE, organization.id, space_ids, [space.token for space in made], secrets)


def _token(store: Store, org_id: int, number: int) -> str:
    text = f"cb_bench_{number:02d}_0123456789abcdefghijkl"  # as long as a real one
    secret = Secret(text, text[:11], secret_digest(text))
    store.create_token(
        name=f"Reader {number}",
        prefix=secret.prefix,
        secret_digest=secret.digest,
        members=[Member(org_id, "admin")],
        expires_at=None,
        now=calls.FIRST_DAY,
    )
    return text


def _fill(
    store: SqliteStore, org_id: int, space_ids: list[int], days: Iterator[load.Day], kept: load.Kept
) -> None:
    began, done = time.monotonic(), 0
    batches: list[Batch] = []
    waiting = 0
    for day in days:
        kept.add(day)
        for space, arrived in day:
            entries = [each.entry for each in arrived]
            batches.append(batch_of(org_id, space_ids[space], entries))
            waiting += len(entries)
            if waiting >= EVENTS_A_COMMIT:
                store.ingest(batches)
                done, batches, waiting = done + waiting, [], 0
                rate = done / (time.monotonic() - began)
                print(f"\r  building: {done:,} events ({rate:,.0f}/s)", end="", file=sys.stderr)
    store.ingest(batches)
    print(file=sys.stderr)


def batch_of(org_id: int, space_id: int, entries: list[Entry]) -> Batch:
    """Events of one space, received with the last of them."""
    return Batch(org_id=org_id, space_id=space_id, entries=entries, received_at=entries[-1].received_at)
