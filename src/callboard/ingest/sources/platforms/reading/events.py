"""Make the events of a translation: what is None is left out, times and bounds are those of the contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, TypeVar

import msgspec
from msgspec import structs

from callboard.clock import SECOND, Micros, exact
from callboard.ingest.money import AMOUNT_MAX
from callboard.ingest.rejected import shown
from callboard.ingest.sources.platforms.delivery import (
    HookSettings,
    Translation,
    Unfit,
    UnknownWord,
)
from callboard.ingest.sources.platforms.reading.bodies import HALF_A_CHARACTER, at
from callboard.ingest.sources.platforms.reading.phones import Party
from callboard.ingest.sources.platforms.reading.values import cut, number, shape_of, text
from callboard.ingest.sources.platforms.word_table import Meaning, WordTable
from callboard.model.words import FINAL_CALL

T = TypeVar("T")
METADATA_BYTES: Final = 15 * 1024
"""Of one event; the contract allows 16 KiB."""
VALUE_CHARACTERS: Final = 2_000
WORD_BYTES: Final = 1_000
AGENT_BYTES: Final = 255
_TIMES: Final = ("occurred_at", "creation_time", "start_time", "end_time", "created", "scheduled_at")


class Rough(str):
    """A word that a platform may tell finer elsewhere, as where it told a code beside it: any other outweighs
    it. `in_plain_words` says so in the event.
    """

    __slots__ = ()


class Derived(int):
    """A time that the platform does not tell itself: it follows from others, as an answer does from an end
    and a length. One that is told outweighs it.
    """

    __slots__ = ()


class RoughLength(float):
    """A length in seconds that counts unless start and end, which may be told elsewhere, tell another."""

    __slots__ = ()


def derived(at: Micros | None) -> Derived | None:
    """A time that follows from others; None where one of them is not known."""
    return None if at is None else Derived(at)


def in_plain_words(event: dict[str, Any]) -> dict[str, Any]:
    """The event with the names of its rough words and lengths and its derived times in `rough`."""
    names = {field for field, value in event.items() if isinstance(value, Rough | RoughLength)}
    if not names:
        return event
    plain = {field: _plain(value) if field in names else value for field, value in event.items()}
    if "call_id" not in event:
        return plain  # the end of a group decides no words
    return plain | {"rough": sorted(names | {*event.get("rough", ())})}


def _plain(value: Rough | RoughLength) -> str | float:
    return str(value) if isinstance(value, Rough) else float(value)


def call_event(call_id: str | None, **said: Any) -> dict[str, Any]:
    """A call event, or a fact: its times are given in microseconds. Raises `Unfit` without an id."""
    if call_id is None or HALF_A_CHARACTER in call_id:
        raise Unfit("missing_id", "The delivery names no call.")
    return {"type": "call", "call_id": call_id} | _stated(said)


def group_end(group_id: str, **said: Any) -> dict[str, Any]:
    """An end that is said of a whole group."""
    return {"type": "call", "group_id": group_id} | _stated(said)


def task_event(task_id: str | None, **said: Any) -> dict[str, Any]:
    """A task event. Raises `Unfit` without an id."""
    if task_id is None or HALF_A_CHARACTER in task_id:
        raise Unfit("missing_id", "The delivery names no task.")
    return {"type": "task", "task_id": task_id} | _stated(said)


def _stated(said: dict[str, Any]) -> dict[str, Any]:
    stated = {field: value for field, value in said.items() if value is not None and value != {}}
    for field in _TIMES:
        if field in stated:
            at = exact(stated[field])
            stated[field] = Rough(at) if isinstance(stated[field], Derived) and field != "occurred_at" else at
    return stated


def without_times(event: dict[str, Any]) -> dict[str, Any]:
    """The event of an end of which no time may be told at all. It then occurred roughly when it was first
    received, so that nobody takes that for the end. No time of receipt is written into it: sent again, it is
    the same event.
    """
    return event if any(field in event for field in _TIMES) else event | {"rough": ["occurred_at"]}


def weighed(event: dict[str, Any]) -> dict[str, Any]:
    """The event with what it weighs. An end without a word of how the call ended, or whose word explains
    nothing, weighs 1 less than one that is stated; so does one that does not tell when it was.

    So an analysis that comes behind, or a message that is sent again without what the first one had, changes
    nothing of what a fuller end stated.
    """
    if event.get("call_status") not in FINAL_CALL or "call_id" not in event:
        return event
    standing = event.get("standing", 2) if "source_end_reason" in event else min(event.get("standing", 2), 1)
    standing -= 0 if _says_when(event) else 1
    return event if standing == event.get("standing", 2) else event | {"standing": max(standing, 0)}


def _says_when(event: dict[str, Any]) -> bool:
    """Whether an end tells when it was. When the call began is no end of it."""
    if "end_time" in event or ("start_time" in event and "call_duration" in event):
        return True
    occurred = event.get("occurred_at")
    began = (None, event.get("start_time"), event.get("creation_time"))
    return occurred not in began and "occurred_at" not in event.get("rough", ())


def parties(event: dict[str, Any], source: Party, destination: Party) -> None:
    """Put the numbers of both parties into an event. A number that is withheld is said to be none."""
    for side, each in (("source", source), ("destination", destination)):
        if each.number is not None:
            event[f"{side}_number"] = each.number
        elif each.withheld:
            event[f"{side}_number"] = None
            event.setdefault("metadata", {})["number_withheld"] = True
        elif each.address is not None:
            event.setdefault("metadata", {})[f"{side}_address"] = each.address[:VALUE_CHARACTERS]


def end_of(
    table: WordTable,
    word: str,
    found: Translation,
    *,
    answered: bool,
    otherwise: WordTable | None = None,
    shown: str | None = None,
    answer_is_elsewhere: bool = False,
) -> Meaning:
    """The meaning of the word that a call ended with. One outside the table is counted, and `unknown`.

    Its status is then what `otherwise` tells of its kind, else what the delivery itself shows: `shown`, or
    whether the call was answered, as `shown_by_itself`.
    """
    meaning = _look_up(table, word, answered=answered, answer_is_elsewhere=answer_is_elsewhere)
    if meaning is not None:
        return meaning
    found.unknown_words.append(UnknownWord("end_reason", word))
    meaning = otherwise.look_up(word, answered=answered) if otherwise else None
    if meaning is None:
        if shown is None and not answered:
            status = shown_by_itself(answered=False, answer_is_elsewhere=answer_is_elsewhere)
            return Meaning(status, "unknown", standing=1)
        return Meaning(shown or "completed", "unknown")
    return structs.replace(meaning, rough=False)  # once the table has the word, it may explain all


def shown_by_itself(*, answered: bool, answer_is_elsewhere: bool) -> str:
    """The status that the delivery of an end shows which explains nothing: whether the call was answered.

    `answer_is_elsewhere`: the platform tells an answer in another delivery, so that this one without it does
    not show that there was none. The call failed then: a missed one would have no start and no length, and
    the answer that was told would be gone.
    """
    if answered:
        return "completed"
    return "failed" if answer_is_elsewhere else "missed"


def ending(
    meaning: Meaning,
    word: str,
    end: Micros | None,
    *,
    length: float | None = None,
    start: Micros | None = None,
    rough: bool = False,
) -> dict[str, Any]:
    """The fields of an end. A missed call has no start and no length. A stated length of 0 beside an answer
    and an end that are more than a second apart is no statement; where the end does not tell both itself, it
    is one unless another delivery does. `rough`: the platform may tell why it ended finer elsewhere.
    """
    if meaning.status == "missed":
        start = length = None
    if length == 0:
        length = _nothing_talked(start, end)
    reason, source = meaning.end_reason, word or None
    if rough or meaning.rough or (source is None and reason == "unknown"):
        reason, source = _rough(reason), _rough(source)
    return {
        "call_status": meaning.status,
        "standing": meaning.standing,
        "start_time": start,
        "end_time": end,
        "call_duration": length,
        "end_reason": reason,
        "source_end_reason": source,
    }


def _nothing_talked(start: Micros | None, end: Micros | None) -> float | None:
    """A stated length of 0; None where it is no statement."""
    if start is None or end is None or isinstance(start, Derived) or isinstance(end, Derived):
        return RoughLength(0)
    return 0.0 if end - start <= SECOND else None


def _rough(word: str | None) -> Rough | None:
    return None if word is None else Rough(word)


def known(field: str, word: Any, words: Mapping[str, str | None], found: Translation) -> str | None:
    """What the word of a field means that may be left out. One outside the list is counted."""
    said = text(word)
    if said is None:
        return None
    if said not in words:
        found.unknown_words.append(UnknownWord(field, said[:WORD_BYTES]))
    return words.get(said)


def count_unknown(field: str, word: str | None, table: WordTable, found: Translation) -> None:
    """Count a word that decides nothing here, as another one tells more, and that no row of a table has."""
    if word is not None and table.look_up(word, answered=False) is None:
        found.unknown_words.append(UnknownWord(field, word))


def status_of(table: WordTable, word: str, *, answered: bool = False) -> Meaning:
    """The meaning of a status. Raises `Unfit` for one outside the table."""
    meaning = _look_up(table, word, answered=answered)
    if meaning is None:
        raise Unfit("unknown_status", f"The status {word!r} is in no table of this platform.", word)
    return meaning


def _look_up(
    table: WordTable, word: str, *, answered: bool, answer_is_elsewhere: bool = False
) -> Meaning | None:
    """The meaning of a word. That nothing shows an answer explains no end: where that alone makes a call a
    missed one, or a failed one as of `shown_by_itself`, an end that shows an answer, or says why there was
    none, stands.
    """
    meaning = table.look_up(word, answered=answered)
    if meaning is None or answered or meaning.status != "missed":
        return meaning
    otherwise = table.look_up(word, answered=True)
    if otherwise is None or otherwise.status == meaning.status:
        return meaning
    if answer_is_elsewhere:
        return structs.replace(otherwise, status="failed", standing=1)
    return structs.replace(meaning, standing=1)


def task_of(*owns: Any) -> str | None:
    """The task that a call was made for: `task_id` of the first of the user's own objects that has one."""
    return next((task for own in owns if (task := text(at(own, "task_id"))) is not None), None)


def groups(kind: str, *ids: str | None) -> str | list[str] | None:
    """The groups of a call: that of the call above it, if any, and its own, by which others may name it."""
    found = [
        f"{kind}:{each}" for each in dict.fromkeys(ids) if each is not None and HALF_A_CHARACTER not in each
    ]
    return found[0] if len(found) == 1 else found or None


def spare(
    found: Translation, field: str, read: Callable[..., T | None], *args: Any, **options: Any
) -> T | None:
    """What `read` gives; None for what it cannot read. It is of a field that a call can do without, so that
    it costs that field alone, and is counted.
    """
    try:
        return read(*args, **options)
    except Unfit:
        found.unknown_words.append(UnknownWord(field, shape_of(args[0])))
        return None


def call_sid(value: Any) -> str | None:
    """The id of a call of Twilio; None for anything of another shape."""
    word = text(value)
    return word if word is not None and _CALL_SID.fullmatch(word) else None


_CALL_SID: Final = re.compile(r"CA[0-9a-fA-F]{32}")


def word_of(value: Any) -> str | None:
    """A word to be looked up: what `source_end_reason` keeps of it."""
    return cut(text(value), WORD_BYTES)


def agent_of(*names: Any, ids: Iterable[Any] = ()) -> str | None:
    """The name of an agent, or else, roughly, its id."""
    found = _first_text(names)
    return found if found is not None else _rough(_first_text(ids))


def _first_text(values: Iterable[Any]) -> str | None:
    return next((name for value in values if (name := cut(text(value), AGENT_BYTES)) is not None), None)


def money(amount: Any, currency: Any, field: str, *, per_unit: int = 1) -> dict[str, Any] | None:
    """A cost, never negative. `per_unit`: how many of the platform's units the currency's has (cents: 100).

    None without an amount or a currency of three letters. Raises `Unfit` for an amount that is no number, or
    beyond all bounds.
    """
    code = (text(currency) or "").upper()
    found = number(amount, field)
    if found is None or len(code) != 3 or not (code.isascii() and code.isalpha()):
        return None
    if abs(found) > AMOUNT_MAX * per_unit:
        raise Unfit("invalid", f"{field}: {shown(amount)} is no amount")
    return {"amount": float(round(abs(found) / Decimal(per_unit), 6)), "currency": code}


def metadata(
    settings: HookSettings, own: Any = None, /, *, recording_url: Any = None, **said: Any
) -> dict[str, Any]:
    """The metadata of an event: what is said, and of the user's `own` the keys that the hook's settings name.

    Links to recordings only where the settings keep them. Long texts are cut; what does not fit into 15 KiB
    is left out, and `left_out` names it.
    """
    said["recording_url"] = recording_url if settings.keep_recordings else None
    kept = {
        key: value[:VALUE_CHARACTERS] if isinstance(value, str) else value
        for key, value in said.items()
        if value not in ([], {}) and _is_told(value)
    }
    if isinstance(own, dict):
        named = ((key, own.get(key)) for key in settings.metadata_keys)
        kept = {key: value for key, value in named if _is_told(value)} | kept
    if not kept:
        return kept
    left_out = []
    while len(msgspec.json.encode(kept)) > METADATA_BYTES:
        largest = max(kept, key=lambda key: len(msgspec.json.encode(kept[key])))
        left_out.append(largest)
        del kept[largest]
    return kept | {"left_out": sorted(left_out)} if left_out else kept


def _is_told(value: Any) -> bool:
    return value is not None and (not isinstance(value, str) or text(value) is not None)


def first_time(*times: Micros | None) -> Micros | None:
    """The first of some times that is known."""
    return next((each for each in times if each is not None), None)
