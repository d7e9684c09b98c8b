"""Choose the column that says how calls or tasks ended, and doubt it where another says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.contradicted import completed_words
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.guessing.lost_words import (
    contradictions,
    flags_beside,
    loses_words,
    says_yes_or_no,
    words_in_the_place,
)
from callboard.ingest.sources.guessing.status_columns import (
    StatusColumn,
    is_yes_or_no,
    listed,
    read_column,
    says_direction,
    says_unanswered,
    status_field,
)
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.words import BY_TALK

_KNOWN_SHARE: Final = 0.5
_WAYS: Final = 3
"""Completed, missed and failed: a column that says all of them leaves nothing for another to say."""
_ENDED: Final = "completed"
_ANSWERS: Final = frozenset(
    ("answered", "connected", "completed", "contestada", "contestado", "atendida", "atendido", "respondida",
     "angenommen", "verbunden")
)  # fmt: skip
"""Words in headings of a yes or no of an answer: Call Answered."""
_RESULTS: Final = frozenset({"conclusion", "result", "result_state"})
"""Headings of what a task came to, beside a status that says only that it is over."""


def status_column(draft: Draft) -> StatusColumn | None:
    """The column that says best how calls or tasks ended; None without one."""
    target = status_field(draft)
    if draft.is_settled(target):
        given = draft.given.get(target)
        return read_column(draft, target, given) if given and "{" not in given else None
    found = [each for each in (read_column(draft, target, column) for column in _candidates(draft)) if each]
    fitting = [each for each in found if each.known > _KNOWN_SHARE]
    whole = [each for each in fitting if each.tells and each.known == 1.0]
    best = _best(draft, found)
    if (
        best in fitting
        and best.tells
        and best.known < 1.0
        and whole
        and _may_stand_for(draft, whole[0], best)
    ):
        best = whole[0]
    if best is not None and says_yes_or_no(best):
        best = words_in_the_place(draft, best) or best
    if best in fitting and not draft.is_settled(target) and len(set(best.meanings.values())) == 1:
        best = _beside_outcome(draft, best, whole) or _of_more_ways(draft, best, whole) or best
    if best is not None:
        # What a task returned may say anything, and be a word of a status here and there.
        compared = [each for each in found if each in fitting or (each.tells and target == "call_status")]
        named = [each.column for each in found]
        compared += [
            each for each in flags_beside(draft, named) if target == "status" or _says_answered(each)
        ]
        _compare(draft, best, [each for each in compared if each.column != best.column])
        if len({*filter(None, best.meanings.values())} - {BY_TALK}) < _WAYS or best.known < 1.0:
            likelier = found[: found.index(best)] if best in found else []
            _doubt_unknown(draft, best, _unknown(draft, likelier))
    return best


def _may_stand_for(draft: Draft, whole: StatusColumn, best: StatusColumn) -> bool:
    """Whether a column of which every word is known says the same as a likelier one, and no less."""
    return _agree(draft, best, whole) and not (says_yes_or_no(whole) and loses_words(draft, whole, best))


def _best(draft: Draft, found: Sequence[StatusColumn]) -> StatusColumn | None:
    """The column that tells how calls ended, the first of those most of whose words are known; else one whose
    unknown words are asked about. A direction, and a word that says only that a call is over, stand for the
    status where no other column may be it.
    """
    ways = draft.candidates.get("call_type", [])
    own = [each for each in found if each.column not in ways or _says_ends(each)]
    known = [each for each in own if each.known > _KNOWN_SHARE]
    over = next((each for each in known if not says_direction(each)), None)
    choices = (
        (each for each in known if each.tells),
        (each for each in own if each.tells and (over is None or says_unanswered(each))),
        _unknown(draft, found),
        (each for each in found if each.tells and each.known > _KNOWN_SHARE),
        (each for each in own if over and each not in known and len(each.meanings) > 1),
        (each for each in [over] if each),
        (each for each in own if not says_direction(each)),
        (each for each in found if each.known > _KNOWN_SHARE),
        (each for each in found if each.known or each.column not in ways),
    )
    return next((each for some in choices for each in some), None)


def _says_ends(way: StatusColumn) -> bool:
    """Whether a column whose heading is that of directions tells how calls ended: answered, unanswered."""
    return way.tells and way.known == 1.0 and not says_direction(way) and len(set(way.meanings.values())) > 1


def _unknown(draft: Draft, found: Sequence[StatusColumn]) -> list[StatusColumn]:
    """Columns that are called the status, and nothing else, and most of whose words nobody knows."""
    beside = {each for of in ("outcome", "end_reason", "call_type") for each in draft.candidates.get(of, [])}
    return [
        each
        for each in found
        if each.known <= _KNOWN_SHARE and each.column not in beside and len(each.meanings) > 1
    ]


def _beside_outcome(draft: Draft, best: StatusColumn, others: Sequence[StatusColumn]) -> StatusColumn | None:
    """The status beside what the business made of the answered calls alone: it says nothing of any other."""
    if best.column not in draft.candidates.get("outcome", []):
        return None
    said = draft.sample.texts(best.column)
    return next(
        (
            each
            for each in others
            if each is not best
            and says_unanswered(each)
            and all(
                not outcome or each.meanings.get(word) == _ENDED
                for outcome, word in zip(said, draft.sample.texts(each.column), strict=True)
            )
        ),
        None,
    )


def _of_more_ways(draft: Draft, only: StatusColumn, others: Sequence[StatusColumn]) -> StatusColumn | None:
    """A column that tells calls apart, beside one that says the same of all: that every call is over."""
    weak = set(draft.candidates.get("call_type", []))
    outcomes = draft.candidates.get("outcome", [])
    found = next(
        (
            each
            for each in sorted(others, key=lambda each: each.column in outcomes)
            if len(set(each.meanings.values())) > 1
            and each.column not in weak
            and (each.column not in outcomes or _says_missed(each))
        ),
        None,
    )
    if found is not None:
        target = status_field(draft)
        draft.doubt(
            "status",
            f"{only.column!r} says the same of all; {found.column!r} is taken, which tells them apart",
            found.column,
            Answer("--map", f"{target}={found.column}", f"{found.column!r} says how it ended"),
            Answer("--map", f"{target}={only.column}", f"{only.column!r} says how it ended"),
        )
    return found


def _says_missed(outcome: StatusColumn) -> bool:
    """Whether a column of what the business made of calls says more than yes or no, also of no answer."""
    return not is_yes_or_no(outcome) and "missed" in outcome.meanings.values()


def _candidates(draft: Draft) -> list[str]:
    target = status_field(draft)
    columns = [each for each in draft.open_candidates(target) if each not in draft.given.values()]
    if target == "status":
        # What is inside an object may be of something else than the task: its input, its parts.
        columns.sort(key=lambda each: "." in each)
    if target == "call_status":
        # A reason of the end, or what the business made of the call, is better than nothing.
        for weaker in ("end_reason", "outcome"):
            columns += [each for each in draft.open_candidates(weaker) if each not in columns]
    return columns


def _agree(draft: Draft, one: StatusColumn, other: StatusColumn) -> bool:
    """Whether two columns say the same of every row of which both say something."""
    return not _differing(draft, one, other)


def _is_result(column: str) -> bool:
    return heading(column.rpartition(".")[2]) in _RESULTS


def _differing(draft: Draft, one: StatusColumn, other: StatusColumn, but: str = BY_TALK) -> int:
    """The rows of which two columns say different things. `but`: where the first says this, they agree."""
    words = zip(draft.sample.texts(one.column), draft.sample.texts(other.column), strict=True)
    pairs = [(one.meanings.get(a), other.meanings.get(b)) for a, b in words]
    return sum(a not in (b, but) for a, b in pairs if a and b and BY_TALK not in (a, b))


def _says_answered(other: StatusColumn) -> bool:
    """Whether a column is called that of an answer, and says yes or no."""
    words = heading(other.column.rpartition(".")[2]).split("_")
    return is_yes_or_no(other) and not _ANSWERS.isdisjoint(words)


def _differing_answers(draft: Draft, one: StatusColumn, other: StatusColumn) -> int:
    """The rows that one column calls completed and the other does not. A voicemail is no answer, and is
    completed all the same.
    """
    answered = set(completed_words(one.meanings))
    words = zip(draft.sample.texts(one.column), draft.sample.texts(other.column), strict=True)
    return sum(
        (a in answered) != (other.meanings[b] == _ENDED)
        for a, b in words
        if one.meanings.get(a) not in (None, BY_TALK)
        and other.meanings.get(b) not in (None, BY_TALK)
        and (a in answered or one.meanings[a] != _ENDED)
    )


def _compare(draft: Draft, best: StatusColumn, others: Sequence[StatusColumn]) -> None:
    """Doubt a status beside which another column says otherwise. What the business made of a call, and why it
    ended, need not agree with how it ended.
    """
    weak = {each for of in ("outcome", "end_reason", "call_type") for each in draft.candidates.get(of, [])}
    target = status_field(draft)
    is_whole = best.column not in draft.of_others and best.known == 1.0 and len({*best.meanings.values()}) > 1
    found: dict[str, int] = {}
    for other in others:
        if is_whole and other.column in draft.of_others:
            continue  # it is said of something else, as the state of an agent
        # A column that knows fewer ways to end, such as yes and no, is about a part of it.
        is_less = best.known == 1.0 and len(set(other.meanings.values())) < len(set(best.meanings.values()))
        if target == "status" and _is_result(other.column):
            if _differing(draft, best, other, but=_ENDED) == 0:
                _end_by(draft, other)
                continue
            is_less = False
        is_flag = says_yes_or_no(other) and not says_yes_or_no(best)
        is_told = is_flag and (target == "status" or _says_answered(other))
        if other.column in weak or draft.is_settled(target) or (is_less and not is_told):
            continue
        if differing := _rows_against(draft, best, other, is_less=is_less):
            found[other.column] = differing
            if target == "status" and not is_flag:
                _end_by(draft, other)
    if found:
        _doubt_differing(draft, best, found)


def _rows_against(draft: Draft, best: StatusColumn, other: StatusColumn, *, is_less: bool) -> int:
    """The rows of which another column says otherwise than the status."""
    if says_yes_or_no(other) and not says_yes_or_no(best):
        return contradictions(draft, other, best)
    return (_differing_answers if is_less else _differing)(draft, best, other)


def _doubt_differing(draft: Draft, best: StatusColumn, differing: Mapping[str, int]) -> None:
    """Ask once which column is the status. `differing`: column → the rows of which it says otherwise."""
    target = status_field(draft)
    columns = list(differing)
    names = f"{', '.join(map(repr, [best.column, *columns[:-1]]))} and {columns[-1]!r}"
    both = "both" if len(columns) == 1 else "all"
    draft.doubt(
        "status",
        f"{names} {both} look like the status and differ in {rows(max(differing.values()))}"
        f"{' or fewer' if len(set(differing.values())) > 1 else ''}; {best.column!r} is taken",
        best.column,
        *(
            Answer("--map", f"{target}={each}", f"{each!r} says how it ended")
            for each in (best.column, *columns)
            if each == best.column or not _is_silent(draft, best.column, each)
        ),
    )


def _is_silent(draft: Draft, taken: str, other: str) -> bool:
    """Whether a column says nothing of a row of which the one that is taken does: it would be rejected."""
    texts = zip(draft.sample.texts(taken), draft.sample.texts(other), strict=True)
    return any(said and not instead for said, instead in texts)


def _doubt_unknown(draft: Draft, best: StatusColumn, others: Sequence[StatusColumn]) -> None:
    """Doubt a status taken from another column than the likeliest, whose words nobody knows."""
    target = status_field(draft)
    # What stands in another object may be the state of an agent.
    near = [each for each in others if each.column.rpartition(".")[0] in ("", best.column.rpartition(".")[0])]
    for other in near[:1]:
        words = [word for word, meaning in other.meanings.items() if not meaning]
        draft.doubt(
            "status",
            f"{listed(words)} of {other.column!r} has no meaning that is known; {best.column!r} is taken",
            other.column,
            Answer("--map", f"{target}={best.column}", f"{best.column!r} says how it ended"),
            Answer("--map", f"{target}={other.column}", f"{other.column!r} says how it ended"),
        )


def _end_by(draft: Draft, other: StatusColumn) -> None:
    """Let a second column say that tasks failed of which the first says only that they are over."""
    draft.when += [
        (condition_text((other.column, "=", escaped(word))), f"status={meaning}")
        for word, meaning in other.meanings.items()
        if meaning and meaning != _ENDED
    ]
