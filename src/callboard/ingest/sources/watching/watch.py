"""Follow a growing file: its rows go into the store as they are written, through rotation and restarts.

A row is in the store before it is noted that it was read. So a process that is killed reads some rows once
more, and they end as duplicates: the events of a row are the same each time.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct, field

from callboard.clock import Clock
from callboard.errors import StoreUnavailableError
from callboard.ingest.instants import EARLIEST_ON_RECORD
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.rejected import RejectedEvent
from callboard.ingest.sources.files.records import ImportOptionError, Record, RowError
from callboard.ingest.sources.importer import SOURCE
from callboard.ingest.sources.platform_files.mapping import PlatformMapping
from callboard.ingest.sources.platform_files.translator import Translator
from callboard.ingest.sources.rejects import RejectsFile
from callboard.ingest.sources.watching.folder import Folder, status_of
from callboard.ingest.sources.watching.following import Followed, Row
from callboard.ingest.sources.watching.places import PLACES_MAX, Place, Progress, ProgressFile
from callboard.ingest.sources.watching.sources import Source
from callboard.model.directory import Space
from callboard.store.interface import Batch, Receipt, Rejection, Store

POLL_S: Final = 0.5
LINGER_S: Final = 600.0
"""A file that was rotated is read on for so long after it last grew: some programs write to it until they are
told to open another. Then what is left of it is a row, whole or not."""


class Tally(Struct):
    """What became of the rows of one run."""

    rows: int = 0
    applied: int = 0
    duplicate: int = 0
    stale: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    """Reason → rows."""
    rotations: int = 0
    cuts: int = 0
    """How often the file was emptied: unread bytes may have been in it, also where a copy is beside it."""
    lost_bytes: int = 0
    """Bytes that were seen, were cut away before their row was whole, and are in no copy."""


class Files(NamedTuple):
    """The file that is followed, and those that are written beside it."""

    path: Path
    kept: ProgressFile
    rejects: RejectsFile


class Watch:
    """One run. `run` returns when it is told to stop."""

    def __init__(
        self,
        store: Store,
        space: Space,
        files: Files,
        translator: Translator,
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        """`tell`: what somebody should know, one sentence at a time."""
        self._store, self._space, self._translator = store, space, translator
        self._path, self._kept, self._rejects = files
        self._folder = Folder(files.path, {files.rejects.path.absolute(), *files.kept.files()})
        self._clock, self._tell = clock, tell
        self._mapping = PlatformMapping()
        self._progress: Progress = files.kept.read(space.token, translator.platform.name)
        self._ended: list[Place] = []
        self._followed: list[Followed] = []
        self._is_waiting = False
        self._has_looked = False
        self._was_emptied = False
        """While nobody looked: then what else is found under its name are copies, of further cuts."""
        self.tally = Tally()
        self._resume()

    @property
    def mapping(self) -> PlatformMapping:
        """Counts the unknown words."""
        return self._mapping

    def run(self, stop: threading.Event, *, once: bool = False) -> None:
        """Follow the file until `stop` is set; `once`: up to its present end.

        Raises `ImportOptionError` for a file that is no table of the platform.
        """
        while not stop.is_set():
            if not self.step(stop):
                if once:
                    return
                stop.wait(POLL_S)

    def close(self) -> None:
        """Close the files that are followed."""
        for each in self._followed:
            each.source.close()

    def _resume(self) -> None:
        """Find the files again that were read before."""
        # Of a file of which no row was read nothing is known but its inode, which another file may have by
        # now: it is one of those that nobody has seen yet, and `_look` finds it.
        places = [each for each in self._progress.places if each.offset]
        for place, source in zip(places, self._folder.found(places), strict=True):
            if source is not None:
                self._follow(source, source.here(place))
            if source is not None and source.is_of(place):
                continue
            cut = self._folder.emptied(place, places)
            if cut is not None:
                self._was_emptied = True
                self._tell_of_cut(place, 0, source)
                self._follow(cut, cut.begin(place.modified_ns))
            elif source is None:
                self._ended.append(place)
        last = self._progress.places[-1:]
        if last and self._ended[-1:] == last:
            self._tell_of_loss(last[0], 0, "is gone or was emptied since it was last read")
        for each in self._followed[-1:]:
            self._tell(f"Goes on in {each.source.path} behind byte {each.place.offset:,}.")

    def _follow(self, source: Source, place: Place) -> None:
        self._followed.append(Followed(source, place, self._translator))

    def step(self, stop: threading.Event) -> bool:
        """Look for new rows and files once. False when there is nothing new."""
        is_new = self._look()
        for followed in list(self._followed):
            is_new |= self._take(followed, stop)
        return is_new

    def _look(self) -> bool:
        """Follow the file that has the name now, and those that had it meanwhile."""
        present = self._followed[-1].source if self._followed else None
        status = status_of(self._path)
        if status is None:
            if present is None and not self._is_waiting:
                self._is_waiting = True
                self._tell(f"There is no file {self._path} yet; waiting for it.")
            if self._has_looked or not self._progress.places:
                return False
        here = None if status is None else (status.st_dev, status.st_ino)
        is_followed = present is not None and (present.device, present.inode) == here
        if is_followed and self._has_looked:
            return False
        was_read = bool(self._progress.places)
        since = self._unseen_since()

        def unseen() -> Iterator[Source]:
            for source in self._folder.candidates():
                is_unseen = was_read and source.modified_ns >= since and not self._is_known(source)
                if is_unseen or (source.path == self._path and not is_followed):
                    yield source
                else:
                    source.close()

        found = self._folder.undisturbed(unseen)
        self._has_looked = True
        # The file that has the name stays the last one.
        at = len(self._followed) - is_followed
        self._followed[at:at] = [Followed(each, self._place_of(each), self._translator) for each in found]
        self._progress.places = self._kept_places()
        if was_read:
            self._tell_of_found(found, is_copied=is_followed and self._was_emptied)
        return bool(found)

    def _tell_of_found(self, found: list[Source], *, is_copied: bool) -> None:
        for source in found:
            if is_copied:
                self._count_loss(0)
                self._tell(
                    f"{self._path.name} was emptied once more: reads the copy {source.path.name}; "
                    "what was written after that copy was made, if anything, is lost."
                )
            else:
                self.tally.rotations += 1
                self._tell(f"{self._path.name} was rotated: goes on in {source.path.name}.")
        if self._was_emptied:
            self._kept.write(self._progress)  # told once, also if nothing is written to the file any more

    def _unseen_since(self) -> int:
        """No file that nobody has seen was changed for the last time before this moment: those that have the
        name were written later than those that had it. One of which no row was read is still to be found.
        """
        places = [*self._progress.places, *self._places()]
        unread = [each.modified_ns for each in places if each.modified_ns and not each.offset]
        return min(unread or [max((each.modified_ns for each in places), default=0)])

    def _kept_places(self) -> list[Place]:
        """Of the files that have ended the latest; those that are read are kept, however many they are."""
        room = max(0, PLACES_MAX - len(self._followed))
        return [*self._ended[max(0, len(self._ended) - room) :], *self._places_followed()]

    def _place_of(self, source: Source) -> Place:
        """How far a file is read: not at all, if it is none that was read before."""
        for place in reversed(self._places()):
            if place.offset and source.is_at(place):
                return source.here(place)
        return source.begin(source.modified_ns)

    def _is_known(self, source: Source) -> bool:
        """Whether it is one of the files that were read, or a copy. Files of which one line was read
        may share a header and nothing else: their places tell nothing of another file.
        """
        return any(
            (source.device, source.inode) == (each.source.device, each.source.inode)
            for each in self._followed
        ) or any(source.is_at(place) for place in self._places() if place.line > 1 or source.is_of(place))

    def _places(self) -> list[Place]:
        return [*self._ended, *self._places_followed()]

    def _places_followed(self) -> list[Place]:
        return [each.place for each in self._followed]

    def _take(self, followed: Followed, stop: threading.Event) -> bool:
        """Read and commit the next rows of a file. False when there are none."""
        is_present = followed is self._followed[-1]
        is_end = not is_present and (
            followed.source.is_packed
            or followed.source.is_gone
            or time.monotonic() - followed.grew_at > LINGER_S
            or len(self._followed) > PLACES_MAX
        )
        try:
            rows = followed.rows(is_end=is_end)
        except ImportOptionError as error:
            if self._ended or len(self._followed) > 1:
                self._tell(error.message)  # its rows are rejected, one by one
                return True
            raise
        place = followed.place_behind(rows)
        if followed.was_cut():  # looked at after all is read: it may be cut at any moment
            self._start_over(followed)
            return True
        if rows:
            if not self._commit(followed, rows, stop):
                return False
            followed.place = place
        elif is_end:
            followed.source.close()
            self._followed.remove(followed)
            if followed.place.offset:
                self._ended = [*self._ended, followed.place][-PLACES_MAX:]
        else:
            return False
        self._progress.places = self._kept_places()
        self._kept.write(self._progress)
        return True

    def _start_over(self, followed: Followed) -> None:
        """Read a file from its beginning that was emptied; what it held before from a copy, if any."""
        place, source = followed.place, followed.source
        at = self._followed.index(followed)
        self._followed[at] = Followed(source, source.begin(place.modified_ns), self._translator)
        copy = self._folder.found([place])[0] if place.offset else None
        self._tell_of_cut(place, followed.unread, copy)
        if copy is not None:
            self._followed.insert(at, Followed(copy, copy.here(place), self._translator))
        self._progress.places = self._kept_places()
        self._kept.write(self._progress)

    def _tell_of_cut(self, place: Place, unread: int, copy: Source | None) -> None:
        """A copy does not prove that nothing is lost: rows may have been written between it and the cut."""
        if copy is None:
            self._tell_of_loss(place, unread, "was emptied")
            return
        lost = unread - len(copy.read(place.offset, unread))
        self._count_loss(lost)
        self._tell(
            f"{self._path.name} was emptied: what was not read of it is read in {copy.path.name}; "
            f"what was written after that copy was made and not read{_seen(lost)} is lost."
        )

    def _tell_of_loss(self, place: Place, unread: int, what: str) -> None:
        self._count_loss(unread)
        self._tell(
            f"{self._path.name} {what}: what was written behind byte {place.offset:,} (line {place.line:,}) "
            f"and not read{_seen(unread)} is lost here; "
            "import the copy that was made of it, if there is one."
        )

    def _count_loss(self, seen: int) -> None:
        self.tally.cuts += 1
        self.tally.lost_bytes += seen

    def _commit(self, followed: Followed, rows: list[Row], stop: threading.Event) -> bool:
        """Put rows into the store. False when it was not there until `stop` was set."""
        now = self._clock()
        batch = Batch(
            org_id=self._space.org_id,
            space_id=self._space.id,
            entries=[],
            indexes=[],
            source=SOURCE,
            received_at=now,
        )
        lines: list[int] = []
        records: dict[int, Record] = {}
        for row in rows:
            if followed.table.is_header(row.cut) or not any(map(str.strip, row.cut.cells)):
                continue
            for record in followed.table.records(row.line, row.cut):
                records[record.line] = record
                self._add(record, batch, lines, now)
        batch.indexes = lines
        if not records:
            return True
        self._rejects.columns = followed.table.columns.shown
        receipt = self._ingested(batch, stop)
        if receipt is None:
            return False
        for rejection in receipt.rejections:
            self._rejects.add(records[rejection.index], rejection.reason, rejection.message)
        self._rejects.flush()
        tally = self.tally
        tally.rows += receipt.received
        tally.applied += receipt.applied
        tally.duplicate += receipt.duplicate
        tally.stale += receipt.stale
        tally.rejected = dict(Counter(tally.rejected) + Counter(each.reason for each in receipt.rejections))
        return True

    def _add(self, record: Record, batch: Batch, lines: list[int], now: int) -> None:
        try:
            if record.problem is not None:
                raise record.problem
            event = self._mapping.event(record.row)
            entry = event_from_mapping(event, now=now, source=SOURCE, earliest=EARLIEST_ON_RECORD)
        except (RowError, RejectedEvent) as error:
            batch.rejections.append(Rejection(record.line, error.reason, error.message))
            return
        batch.entries.append(entry)
        lines.append(record.line)

    def _once_ingested(self, batch: Batch) -> Receipt:
        [done] = self._store.ingest([batch])
        if isinstance(done, Exception):
            raise done
        return done

    def _ingested(self, batch: Batch, stop: threading.Event) -> Receipt | None:
        is_told = False
        while True:
            try:
                return self._once_ingested(batch)
            except StoreUnavailableError as error:
                if not is_told:
                    is_told = True
                    self._tell(f"{error.message} Rows wait in the file.")
                if stop.wait(max(error.retry_after_s, POLL_S)):
                    return None


def _seen(lost: int) -> str:
    return f", at least {lost:,} bytes," if lost else ", if anything,"
