"""Why calls ended, beside a status: where both tell how calls went that nobody answered, they must agree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from callboard.ingest.sources.guessing.answered import answers_of, talk_of
from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.contradicted import doubt_reason
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.status_columns import MAX_WORDS, StatusColumn, is_flag, read_column
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.words import BY_TALK

_UNANSWERED: Final = frozenset({"missed", "failed"})
_KNOWN_SHARE: Final = 0.9
_KNOWN_WORDS: Final = 2
"""A column of which less is known, by rows and by words, says something else."""
_SIP: Final = re.compile(r"[1-6]\d\d")
_SIP_HEADING: Final = "sip_code"
_Pair = tuple[str | None, str, str | None]
"""What the status says of a call, the word of its reason, and what that says."""


def compare_reasons(
    draft: Draft, status: StatusColumn, meanings: Sequence[str | None], known: Sequence[int] = ()
) -> None:
    """Doubt completed calls that the reason of their end says nobody answered, row by row, and calls that the
    status says were missed and the reason says failed, or the other way.

    `meanings`: what the status says of each row. `known`: rows that are asked about already. The column that
    tells more of the unanswered calls apart is taken, the reason by conditions; what the conditions of the
    person say is not asked about. Any column counts whose words say how calls ended, whatever its heading;
    what the business made of calls does not.
    """
    if draft.is_settled("call_status"):
        return
    said = _with_talk(draft, meanings)
    reasons = list(_reasons(draft, status))
    asked = list(known)
    for reason in reasons:
        if reason.column in draft.candidates.get("end_reason", []) or _is_of_these(reason, draft, said):
            asked += doubt_reason(draft, status, reason, said, asked)
    for reason in reasons:
        if _compare(draft, status, reason, said):
            return


def _reasons(draft: Draft, status: StatusColumn) -> Iterator[StatusColumn]:
    """The columns that may say why the calls ended."""
    given = set(draft.given.values())
    weak = {each for of in ("outcome", "call_type") for each in draft.candidates.get(of, [])}
    for column in draft.sample.columns:
        if column == status.column or column in weak or (column in draft.taken and column not in given):
            continue
        if _is_beside(draft, status, column) and (reason := _read(draft, column)) is not None:
            yield reason


def _is_of_these(reason: StatusColumn, draft: Draft, said: Sequence[str | None]) -> bool:
    """Whether a column that is not called so is the reason of these calls: it agrees with the status of more
    calls that nobody answered than it contradicts.
    """
    pairs = [
        (says, reason.meanings.get(word))
        for says, word in zip(said, draft.sample.texts(reason.column), strict=True)
    ]
    agreeing = sum(says in _UNANSWERED and why in _UNANSWERED for says, why in pairs)
    return agreeing > sum(
        (says == "completed") != (why == "completed") for says, why in pairs if says and why
    )


def _is_beside(draft: Draft, status: StatusColumn, column: str) -> bool:
    """Whether a column is of the call: what stands in another object may be the state of an agent."""
    inside, own = column.rpartition(".")[0], status.column.rpartition(".")[0]
    return inside in ("", own) or column in draft.candidates.get("end_reason", [])


def _with_talk(draft: Draft, meanings: Sequence[str | None]) -> list[str | None]:
    """What the status says, calls that are only over being completed where they were answered."""
    talk, answers = talk_of(draft), answers_of(draft)
    found: list[str | None] = []
    for row, says in enumerate(meanings):
        if says != BY_TALK:
            found.append(says)
        elif talk is None and answers is None:
            found.append(None)
        else:
            talked = bool(talk and talk[row]) or bool(answers and answers[row])
            found.append("completed" if talked else "missed")
    return found


def _read(draft: Draft, column: str) -> StatusColumn | None:
    """A column as one of reasons; None if its words do not say how calls ended that nobody answered."""
    words = draft.sample.words(column)
    if not words or len(words) > MAX_WORDS or is_flag(words):
        return None
    found = read_column(draft, "call_status", column)
    if not _tells(found) and all(map(_SIP.fullmatch, words)):
        found = read_column(draft, "call_status", column, _SIP_HEADING)
    return found if _tells(found) else None


def _tells(found: StatusColumn | None) -> bool:
    if found is None or _UNANSWERED.isdisjoint(filter(None, found.meanings.values())):
        return False
    filled = sum(found.rows.values())
    words = sum(1 for meaning in found.meanings.values() if meaning)
    return words >= _KNOWN_WORDS or found.known * found.all_rows >= filled * _KNOWN_SHARE


def _compare(draft: Draft, status: StatusColumn, reason: StatusColumn, said: Sequence[str | None]) -> bool:
    """Doubt where the two differ of calls that nobody answered. False if they do not, or the column is no
    reason of these calls.
    """
    words = draft.sample.texts(reason.column)
    pairs = [(says, word, reason.meanings.get(word)) for says, word in zip(said, words, strict=True)]
    unanswered = [pair for pair in pairs if pair[0] in _UNANSWERED]
    differing = Counter(pair for pair in unanswered if pair[2] in _UNANSWERED and pair[0] != pair[2])
    against = sum(
        (says == "completed" and why in _UNANSWERED) or (says in _UNANSWERED and why == "completed")
        for says, _, why in pairs
    )
    if not differing or against > len(unanswered) - differing.total():
        return False
    ways = {why for _, _, why in unanswered if why in _UNANSWERED}
    ways_of_status = {says for says, _, _ in unanswered}
    is_of_all = all(why for _, _, why in unanswered)
    if len(ways) < len(ways_of_status) and is_of_all:
        return False
    if len(ways) > len(ways_of_status) or (len(ways_of_status) == 1 and not is_of_all):
        _take_reason(draft, status, reason, differing, said)
        return True
    many = differing.total()
    draft.doubt(
        "status",
        f"{status.column!r} and {reason.column!r} say different things of {rows(many)} that nobody answered: "
        f"missed and failed; {status.column!r} is taken",
        reason.column,
        Answer("--map", f"call_status={status.column}", f"{status.column!r} says how it ended"),
        Answer("--map", f"call_status={reason.column}", f"{reason.column!r} says how it ended"),
    )
    return True


def _take_reason(
    draft: Draft,
    status: StatusColumn,
    reason: StatusColumn,
    differing: Mapping[_Pair, int],
    said: Sequence[str | None],
) -> None:
    """Let the reason say which calls failed and which were missed, word by word."""
    words, own = draft.sample.texts(reason.column), draft.sample.texts(status.column)
    for (says, word, why), many in differing.items():
        of_word = [row for row, each in enumerate(words) if each == word]
        where = [(reason.column, "=", escaped(word))]
        mine = {own[row] for row in of_word if said[row] == says}
        if len(mine) == 1 and any(said[row] != says for row in of_word):
            where.insert(0, (status.column, "=", escaped(mine.pop())))
        condition = condition_text(*where)
        if any(each == condition for each, _ in draft.plan.options.when):
            continue
        draft.when.append((condition, f"call_status={why}"))
        draft.doubt(
            "status",
            f"{status.column!r} calls {rows(many)} {says} of which {reason.column!r} says {word!r}; "
            f"taken as {why}",
            reason.column,
            Answer("--when", f"{condition} call_status={why}", f"{word!r} means {why}"),
            Answer("--when", f"{condition} call_status={says}", f"they are {says}"),
            Answer("--map", f"call_status={status.column}", f"{status.column!r} alone says how calls ended"),
        )
