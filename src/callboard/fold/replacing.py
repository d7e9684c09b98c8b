"""Decides what counts of all that imports said of one call or task, where they read the same calls again.

Of imports that read by different options, the last one begun has the say about all of the call, so that a row
is never a mixture of two readings. Of files that were read alike, it has the say about each time of which it
says something, and about the end if it says one: a call that two daily files tell in turn is what both say.
The same holds of imports that contradict each other, though nobody was asked: one was hidden by a third when
the other was begun, or ran beside it. Where they read alike, it is about the words that differ.

It is a function of what each import said, and of the numbers of the imports: never of when rows arrived. What
does not count is kept, so that it counts again when what outweighs it is withdrawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b

from msgspec import UNSET, Struct

from callboard.clock import Micros
from callboard.fold.contradiction import contradict
from callboard.model.event import Entry, Event, TaskEvent
from callboard.model.words import CALL_RANK, TASK_RANK

_FINAL = 3, 2
"""The ranks of final statuses, of calls and of tasks."""


class Word(Struct, frozen=True, eq=False):
    """What decides of one event whether a later import says the same otherwise. Equal for equal events."""

    digest: bytes
    event: Event
    time: tuple[Micros | None, int]
    """When it happened, as it states it, and in which attempt."""
    end: int | None
    """The attempt (0: the call) that ended; None for an event that says no end."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Word) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


class Speaker(Struct, frozen=True, kw_only=True):
    """An import that may outweigh others, or be outweighed."""

    number: int
    options: str
    """Digest of how it read: equal for imports that read alike."""
    place: str
    """Where its rows belong: of two that read a file alike, one may say otherwise than the other to which
    space a row belongs.
    """
    series: tuple[str, str, str] | None = None
    """What makes it one of a series: mapping, place, type of rows. None outside one."""
    replaces: frozenset[int] = frozenset()
    """Earlier imports that it was told to replace: as if they were of its series."""
    withdrawn: bool = False
    """Its events leave, sooner or later."""


Said = Mapping[int, Collection[Word]]
"""Batch number → its words about one call or task."""


class _Later(Struct):
    """What later imports of one series said."""

    times: dict[str, set[tuple[Micros | None, int]]] = {}
    """Options → times."""
    ends: dict[str, set[int]] = {}

    def add(self, options: str, words: Collection[Word]) -> None:
        self.times.setdefault(options, set()).update(word.time for word in words)
        self.ends.setdefault(options, set()).update(word.end for word in words if word.end is not None)

    def outweighs(self, options: str, word: Word) -> bool:
        if self.times.keys() - {options}:
            return True
        return word.time in self.times.get(options, ()) or word.end in self.ends.get(options, ())


class _Disputed:
    """What imports say otherwise than others about one call or task."""

    def __init__(self, said: Said, here: Iterable[Speaker]) -> None:
        self._said = said
        self._here = tuple(here)

    def contradicted(self, speaker: Speaker, word: Word, *, after: int) -> bool:
        """Whether an import with a number above `after` says something else: one that read otherwise of
        anything about the call, one that read alike of this word.
        """
        return any(self._by(other, speaker, word) for other in self._here if other.number > after)

    def _by(self, other: Speaker, speaker: Speaker, word: Word) -> bool:
        alike = (speaker.options, speaker.place) == (other.options, other.place)
        words, theirs = set(self._said[speaker.number]), set(self._said[other.number])
        return any(
            contradict(mine.event, their.event, alike=alike)
            for mine in ({word} if alike else words) - theirs
            for their in theirs - words
        )


def word_of(entry: Entry) -> Word:
    """The word of an event."""
    event = entry.event
    digest = blake2b(entry.body, digest_size=16).digest()
    time = None if event.occurred_at is UNSET else event.occurred_at
    if isinstance(event, TaskEvent):
        end = event.attempt if TASK_RANK[event.status] == _FINAL[1] else None
        return Word(digest, event, (time, event.attempt), end)
    return Word(digest, event, (time, 0), 0 if CALL_RANK.get(event.call_status) == _FINAL[0] else None)


def standing(said: Said, speakers: Mapping[int, Speaker]) -> set[bytes]:
    """The digests of the events that count. What others than `speakers` sent always does."""
    found: set[bytes] = set()
    speaking = [speakers[number] for number in said if number in speakers]
    here = [each for each in speaking if not each.withdrawn]
    replaced = {number for each in here for number in each.replaces}
    series = {each.series for each in here} - {None}
    disputed = _Disputed(said, here)
    later: dict[tuple[str, str, str] | int, _Later] = {}
    """What was said later in a series, or by those that were told to replace an import."""
    for number in sorted(said, reverse=True):
        speaker = speakers.get(number)
        if speaker is None:
            found.update(word.digest for word in said[number])
        elif speaker.withdrawn:
            # What is left of it stays until its own withdrawal comes to it, or somebody else has the say.
            if number not in replaced and speaker.series not in series:
                found.update(
                    word.digest for word in said[number] if not disputed.contradicted(speaker, word, after=0)
                )
        else:
            after = [later[key] for key in (speaker.series, number) if key is not None and key in later]
            found.update(
                word.digest
                for word in said[number]
                if not any(each.outweighs(speaker.options, word) for each in after)
                and not disputed.contradicted(speaker, word, after=number)
            )
        if speaker is not None and not speaker.withdrawn:
            for key in (*speaker.replaces, *((speaker.series,) if speaker.series is not None else ())):
                later.setdefault(key, _Later()).add(speaker.options, said[number])
    return found
