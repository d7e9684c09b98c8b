"""What one platform is: how its deliveries are proved, translated and answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Final

from msgspec import Struct, structs

from callboard.ingest.sources.platforms.delivery import Delivery, HookSettings, Translation
from callboard.ingest.sources.platforms.reading.events import in_plain_words, weighed
from callboard.ingest.sources.platforms.reading.exports import Export
from callboard.ingest.sources.platforms.reading.tables import Row
from callboard.ingest.sources.platforms.secret_names import Path
from callboard.ingest.sources.platforms.signatures.checked import Signature
from callboard.ingest.sources.platforms.word_table import WordTable

Translate = Callable[[Delivery, HookSettings], Translation]


class Answer(Struct, frozen=True):
    """What a platform is answered once its delivery is safe on disk."""

    body: bytes = b"{}"
    status: int = 200
    content_type: str = "application/json"


EMPTY: Final = Answer()


def empty(delivery: Delivery) -> Answer:  # noqa: ARG001 - as all answers
    """200 and `{}`, which every platform takes that asks for nothing else."""
    return EMPTY


def translated(platform: Platform, delivery: Delivery, settings: HookSettings) -> Translation:
    """What a delivery says, with the ids of calls as the hook wants them."""
    found = platform.translate(delivery, settings)
    for event in found.events:
        call_id = event.get("call_id")
        if isinstance(call_id, str):
            event["call_id"] = named(platform, settings, call_id)
    return found


def _weighed(translate: Translate, *, weighs_itself: bool) -> Translate:
    @wraps(translate)
    def translated_and_weighed(delivery: Delivery, settings: HookSettings) -> Translation:
        found = translate(delivery, settings)
        events = found.events if weighs_itself else map(weighed, found.events)
        found.events = [in_plain_words(event) for event in events]
        return found

    return translated_and_weighed


def named(platform: Platform, settings: HookSettings, own: str) -> str:
    """The id of a call as a hook of these settings names it, given the platform's own."""
    if settings.id_prefix is not None:
        return f"{settings.id_prefix}{own}"
    if platform.prefixes_numbers_alone and not _is_number(own):
        return own
    return f"{platform.id_prefix}{own}"


def own_id(platform: Platform, settings: HookSettings, call_id: str) -> str:
    """The id that the platform itself has for a call, given its id here."""
    prefix = platform.id_prefix if settings.id_prefix is None else settings.id_prefix
    return call_id.removeprefix(prefix)


def _is_number(call_id: str) -> bool:
    return call_id.isascii() and call_id.isdigit()


def nothing_told(settings: HookSettings) -> tuple[Path, ...]:  # noqa: ARG001 - as all that read them
    """Of platforms whose hooks are told no paths."""
    return ()


class Platform(Struct, frozen=True, kw_only=True):
    """One platform, or a dialect of one."""

    name: str
    """As in `/hooks/{name}/…`."""
    title: str
    """As people call it."""
    signature: Signature
    translate: Translate
    """Pure: it raises nothing, and what it gives depends on its arguments alone."""
    words: Mapping[str, WordTable]
    """Field of an event → the table that decides it."""
    reason_of: Callable[[str, bool], str | None] | None = None
    """Where the reason of an end lies in several tables, and decides no status: the reason that a word means,
    of a call that was answered or was not; None for a word that no table has."""
    kinds: WordTable | None = None
    """Kind of reason → status: for a reason that the table of reasons lacks."""
    setup: str
    """What to paste where in that platform, in Markdown; `{url}`, `{secret}` and `{space}` are replaced."""
    methods: tuple[str, ...] = ("POST",)
    id_prefix: str = ""
    """Stands before its ids of calls, where they are numbers that another platform may give, too."""
    prefixes_numbers_alone: bool = False
    """Its ids are numbers and others, and only numbers get the prefix."""
    answer: Callable[[Delivery], Answer] = empty
    redact: frozenset[str] = frozenset()
    """Names of fields, at any depth, whose values are cut out before a delivery is kept."""
    reads: Callable[[HookSettings], tuple[Path, ...]] = nothing_told
    """Where lies what a hook's own settings tell it to read: it is kept, whatever its name is."""
    tables: tuple[str, ...] = ()
    """Columns of which the header of each table that it exports has at least one; empty where it exports
    none that `translate` reads."""
    rows_are_lines: bool = False
    """Whether a row of these tables is a line, so that one that was torn costs no other: see `cut_row`."""
    export: Export | None = None
    """The table of calls that it exports, where its rows are read as calls of its list API."""
    remembers: Callable[[Row], tuple[str, bool] | None] | None = None
    """Of rows of its tables that are read beside earlier ones: what they are about, and whether the row is
    the last about it. None where each row is read alone."""
    sends_events: bool = False
    """Whether its deliveries hold events of the API, whose rules hold for each of their fields."""
    weighs_itself: bool = False
    """Whether its events say themselves what they weigh."""
    pulled: bool = False
    """Whether `translate` reads the answers of the platform's list API."""

    def __post_init__(self) -> None:
        """Whatever a translation joins to an event, it is weighed and its rough words are named at the very
        end, once.
        """
        translate = _weighed(self.translate, weighs_itself=self.weighs_itself)
        structs.force_setattr(self, "translate", translate)
