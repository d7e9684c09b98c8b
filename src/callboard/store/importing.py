"""The record of an import, its owner, and the checks that a process must pass to change it, in any store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from callboard.clock import Micros
from callboard.errors import ImportCollisionError, ImportsChangedError, ImportTakenError, InvalidInputError
from callboard.model.event import Entry
from callboard.store.readings import reads_alike

ONE_SPACE = "space "
"""What the place of an import begins with whose rows all belong to one space."""


class ImportOwner(Struct, frozen=True, kw_only=True):
    """The process that runs an import."""

    nonce: str
    """Random for each run: no two owners have the same."""
    host: str
    pid: int
    since: Micros
    process: str | None = None
    """Identifies the machine and, on it, this process, also against later processes with the same pid; None
    where the system has no such identity.
    """


class Reading(Struct, frozen=True, kw_only=True):
    """What an import reads, and how: by it, imports that contradict each other are found."""

    file_digest: str | None
    """SHA-256 of the file as it is on disk; None for a pipe, whose content is not known before it is read."""
    options_digest: str
    """Of everything that says how the file is read: equal digests read equal rows equally. Behind it what
    words mean that cost a row or a field while no option says so, each as ` word:meaning`, two digests
    (`reads_alike`).
    """
    record_type: str
    place: str
    """Where the rows belong: `space <token>`, or `column <name>` where each row names its space."""
    mapping: str | None = None
    """The name of the saved mapping that read it; None without one."""


class ImportBatch(Struct, frozen=True, kw_only=True):
    """An import on record."""

    batch_no: int
    label: str
    """What was imported and how: a new run under the same label continues the same unfinished batch."""
    received_at: Micros
    finished_at: Micros | None = None
    withdrawn_at: Micros | None = None
    applied: int = 0
    duplicate: int = 0
    stale: int = 0
    rejected: int = 0
    position: int = 0
    """Rows of the file that are committed, rejected ones included: the next commit begins after them."""
    owner: ImportOwner | None = None
    heartbeat: int = 0
    """Heartbeat counter: incremented with every sign of life of the owner."""
    reading: Reading | None = None
    """None for the batch of a request, and for an import that was begun before readings were kept."""
    replaces: tuple[int, ...] = ()
    """Earlier imports that this one was told to replace: those of the same file by other options, which are
    withdrawn, and those that said otherwise of calls and tasks that it names.
    """
    replaced: int = 0
    """Calls and tasks in which it replaced what an earlier import had said."""


class SavedMapping(Struct, frozen=True, kw_only=True):
    """How the files of a system are read, under a name."""

    name: str
    version: int
    """Counts the changes of it, from 1."""
    saved_at: Micros
    reading: str
    """The options, as a JSON document; stores do not look into it."""


MAPPINGS_MAX = 200
"""Most saved mappings of an organization."""
MAPPING_NAME_BYTES = 64
MAPPING_BYTES = 64 << 10
"""Most bytes of one mapping's options: all of an organization are listed together."""


def check_mapping(name: str, reading: str, others: int) -> None:
    """Raise `InvalidInputError` when this may not be saved under this name, beside so many others."""
    if not 1 <= len(name.encode("utf-8", "replace")) <= MAPPING_NAME_BYTES or not name.isprintable():
        raise InvalidInputError(
            f"{name[:80]!r} cannot name a mapping: a name is 1 to {MAPPING_NAME_BYTES} bytes of text."
        )
    if (size := len(reading.encode("utf-8", "replace"))) > MAPPING_BYTES:
        raise InvalidInputError(
            f"How this file is read takes {size:,} bytes, and a mapping holds at most {MAPPING_BYTES:,}."
        )
    if others >= MAPPINGS_MAX:
        raise InvalidInputError(
            f"There are {others} saved mappings, and no more may be: callboard mapping delete makes room."
        )


class ImportClaim(Struct, frozen=True, kw_only=True):
    """A change of an import's owner: compare-and-set against the owner that was last read."""

    owner: ImportOwner | None
    """The new owner; None releases the import."""
    instead_of: str | None
    """The nonce of the owner that was read; None if there was none."""
    heartbeat: int | None = None
    """The heartbeat counter that was read; None skips that comparison."""
    from_start: bool = False
    """Read the file from its first row again, and reset the import's counts."""


def contradicts(found: ImportBatch, reading: Reading) -> bool:
    """Whether an earlier import read the same file otherwise: into the same place by other options, or with
    another say which row belongs to which space. The same file in two spaces is no contradiction.
    """
    earlier = found.reading
    return (
        earlier is not None
        and found.withdrawn_at is None
        and reading.file_digest is not None
        and earlier.file_digest == reading.file_digest
        and earlier.record_type == reading.record_type
        and _may_overlap(earlier.place, reading.place)
        and not _is_alike(earlier, reading)
    )


def _may_overlap(one: str, other: str) -> bool:
    """Whether rows of both places may lie in one space."""
    return one == other or not (one.startswith(ONE_SPACE) and other.startswith(ONE_SPACE))


def _is_alike(one: Reading, other: Reading) -> bool:
    return reads_alike(one.options_digest, other.options_digest) and one.place == other.place


def rivals(
    every: Iterable[ImportBatch], reading: Reading, begun: ImportBatch | None, *, in_parts: bool
) -> dict[int, bool]:
    """The imports whose words about a call may contradict those of a new one, and whether they were read
    alike. Not those of its series, nor what the import that carries on (`begun`) was told to replace.
    `in_parts`: several rows tell of one call, so that equal moments of files that are read alike are none.
    """
    settled = set() if begun is None else {begun.batch_no, *begun.replaces}
    found = {}
    for each in every:
        earlier = each.reading
        if (
            earlier is None
            or each.batch_no in settled
            or each.withdrawn_at is not None
            or earlier.record_type != reading.record_type
            or not _may_overlap(earlier.place, reading.place)
            or is_of_series(each, reading)
        ):
            continue
        is_alike = _is_alike(earlier, reading)
        is_same_file = reading.file_digest is not None and earlier.file_digest == reading.file_digest
        if not (is_alike and (in_parts or is_same_file)):
            found[each.batch_no] = is_alike
    return found


Seen = frozenset[tuple[int, int, str | None]]
"""Of each import that may contradict a new one: its number, its position and its owner's nonce."""


def may_contradict(found: ImportBatch, reading: Reading) -> bool:
    """Whether an import that stands read otherwise, in a place that may overlap, outside of the series."""
    earlier = found.reading
    return (
        earlier is not None
        and found.withdrawn_at is None
        and earlier.record_type == reading.record_type
        and _may_overlap(earlier.place, reading.place)
        and not _is_alike(earlier, reading)
        and not is_of_series(found, reading)
    )


def seen_beside(every: Iterable[ImportBatch], reading: Reading, label: str) -> Seen:
    """The imports that may contradict a new one with this label, as they are now: it differs when another has
    begun, taken rows or been withdrawn.
    """
    return frozenset(
        (each.batch_no, each.position, nonce_of(each))
        for each in every
        if each.label != label and may_contradict(each, reading)
    )


def check_seen(every: Iterable[ImportBatch], reading: Reading | None, label: str, seen: Seen | None) -> None:
    """Raise `ImportsChangedError` when the imports are not those that were seen."""
    if reading is not None and seen is not None and seen_beside(every, reading, label) != seen:
        raise ImportsChangedError


def is_of_series(found: ImportBatch, reading: Reading) -> bool:
    """Whether an import was read by the same saved mapping into the same place: a series of exports of one
    system, of which a later one has the last word about each call that it names.
    """
    earlier = found.reading
    return (
        earlier is not None
        and reading.mapping is not None
        and earlier.mapping == reading.mapping
        and earlier.place == reading.place
        and earlier.record_type == reading.record_type
    )


def collisions(
    same_file: Iterable[ImportBatch], series: Iterable[ImportBatch], reading: Reading
) -> list[ImportBatch]:
    """The imports that a new one collides with, in order of their numbers: those of the same file by other
    options, and those of its series by other options, unless the last of the series is read as the new one
    is: then somebody has agreed to the change before.
    """
    found = {each.batch_no: each for each in same_file if contradicts(each, reading)}
    standing = [each for each in series if is_of_series(each, reading) and each.withdrawn_at is None]
    changed = [each for each in standing if not reads_alike(_digest(each), reading.options_digest)]
    last = max(standing, key=lambda each: each.batch_no, default=None)
    if last is not None and last in changed:
        found |= {each.batch_no: each for each in changed}
    return [found[number] for number in sorted(found)]


class Replacements(Struct, frozen=True):
    """What an import that begins replaces of others."""

    carries_on: bool
    """Whether it is the unfinished one."""
    whole: tuple[int, ...] = ()
    """Those of the same file, of which nothing is to stay."""
    in_part: tuple[int, ...] = ()
    """Those that give way where this one names the same calls and tasks."""

    @property
    def all(self) -> tuple[int, ...]:
        return tuple(sorted({*self.whole, *self.in_part}))


def replacements(
    begun: ImportBatch | None,
    colliding: Sequence[ImportBatch],
    overlapping: Collection[int],
    reading: Reading | None,
    *,
    replace: bool,
) -> Replacements:
    """What an import replaces from now on: the unfinished one, `begun`, where it carries on, or a new one.
    Raises `ImportCollisionError` where it is not to `replace` anything.
    """
    numbers = {each.batch_no for each in colliding} | set(overlapping)
    carries_on = begun is not None and all(number < begun.batch_no for number in numbers)
    if begun is not None and carries_on:
        numbers = set(overlapping) - set(begun.replaces)
    if numbers and not replace:
        raise ImportCollisionError(sorted(numbers))
    if reading is None or carries_on:
        return Replacements(carries_on, in_part=tuple(numbers))
    whole = tuple(each.batch_no for each in colliding if contradicts(each, reading))
    return Replacements(carries_on, whole, tuple(overlapping))


def _digest(found: ImportBatch) -> str | None:
    return None if found.reading is None else found.reading.options_digest


def check_owner(found: ImportBatch, owner: str | None) -> None:
    """Raise `ImportTakenError` unless the import belongs to this owner (None: has no owner)."""
    if nonce_of(found) != owner:
        raise ImportTakenError("This import belongs to another process.")


def check_step(found: ImportBatch, owner: str, from_row: int) -> None:
    """Raise `ImportTakenError` unless the import belongs to this owner and `from_row` is its position. A step
    that is sent again after a lost answer fails here, so its rows cannot count twice.
    """
    check_owner(found, owner)
    if found.position != from_row:
        raise ImportTakenError(f"This import stands behind row {found.position:,}, not {from_row:,}.")


def check_claim(found: ImportBatch, claim: ImportClaim) -> None:
    """Raise `ImportTakenError` unless the import is open and its owner is the one that the claim read."""
    check_owner(found, claim.instead_of)
    # The same owner with a newer heartbeat is alive after all: it must not lose its import.
    if claim.heartbeat is not None and found.heartbeat != claim.heartbeat:
        raise ImportTakenError("The process that owns this import is still there.")
    if found.finished_at is not None or found.withdrawn_at is not None:
        raise ImportTakenError("This import has ended meanwhile.")


def nonce_of(found: ImportBatch) -> str | None:
    """The nonce of an import's owner; None without an owner."""
    return None if found.owner is None else found.owner.nonce


class Imports(Protocol):
    """What a store keeps of imports, and of the mappings that read their files. See `Store`."""

    def begin_import(
        self,
        org_id: int,
        label: str,
        now: Micros,
        reading: Reading | None = None,
        *,
        replace: bool = False,
        overlapping: Collection[int] = (),
        seen: Seen | None = None,
    ) -> ImportBatch:
        """Open an import, or find the unfinished one with this label. The result holds its owner and its
        position; `claim_import` changes the owner.

        An import that collides with others (`colliding_imports`, and the `overlapping` ones, whose words its
        rows contradict) raises `ImportCollisionError`, unless it is to `replace` them. Then those of the same
        file are on record as withdrawn from this commit on: `import_rows` takes their events of the calls and
        tasks that its rows name away, and `withdraw`, at the end, the rest.

        `seen`: the imports when the `overlapping` ones were looked for (`seen_beside`). Raises
        `ImportsChangedError`, before all else, when they are others now.

        What an unfinished import replaced was settled when it was begun. If it collides with one that was
        begun after it, it does not carry on: to have the say it is begun anew.
        """

    def unfinished_import(self, org_id: int, label: str) -> ImportBatch | None:
        """The import that `begin_import` would carry on."""

    def colliding_imports(self, org_id: int, reading: Reading) -> list[ImportBatch]:
        """Imports that a new one contradicts, not withdrawn, of the same type: those of the same file read
        otherwise and, when the last import by the same saved mapping into the same place was read by other
        options, all that were. In order of their numbers.
        """

    def earlier_imports(self, org_id: int, record_type: str) -> list[ImportBatch]:
        """The imports of this type that say how they read, not withdrawn, in order of their numbers."""

    def contradicted_imports(
        self, org_id: int, rivals: Mapping[int, bool], rows: Mapping[int, Sequence[Entry]]
    ) -> dict[int, int]:
        """Those of the `rivals` (and whether they were read alike) that say something else of calls and tasks
        than rows of these spaces, and of how many rows.
        """

    def count_import_items(self, org_id: int, batch_no: int, *, beside: int = -1) -> int:
        """How many calls and tasks have an event that this batch brought and that counts. `beside`: a batch;
        those are left out of which it repeated an event.
        """

    def claim_import(self, org_id: int, batch_no: int, claim: ImportClaim) -> ImportBatch:
        """Change an import's owner. Raises `ImportTakenError` when the owner is not the one that the claim
        expects, or the import has ended: nothing is changed then.
        """

    def heartbeat_import(self, org_id: int, batch_no: int, owner: ImportOwner) -> None:
        """Increment the heartbeat of an import. Does nothing if another process owns it."""

    def finish_import(self, org_id: int, batch_no: int, now: Micros, owner: str | None = None) -> ImportBatch:
        """Mark an import as complete; does nothing if it is already. Raises `ImportTakenError` if it has
        another owner.
        """

    def find_import(self, org_id: int, batch_no: int) -> ImportBatch | None: ...

    # saved mappings
    def save_mapping(self, org_id: int, name: str, reading: str, now: Micros) -> SavedMapping:
        """Save a mapping, or its next version; the same again changes nothing. Raises `InvalidInputError` for
        a name that may not be, and for one mapping too many.
        """

    def mappings(self, org_id: int) -> list[SavedMapping]:
        """All of an organization, by name."""

    def find_mapping(self, org_id: int, name: str) -> SavedMapping | None: ...

    def delete_mapping(self, org_id: int, name: str) -> None:
        """Imports that it read stay as they are. Raises `NotFoundError`."""
