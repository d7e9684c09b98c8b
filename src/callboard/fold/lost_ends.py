"""Ends of calls whose own end never came: taken over from a row of the same call, or given up.

Both are functions of the set of events, as the rows that they look at are. Both are inferred, and weigh as
much as the last word of the call itself, which is live and mostly of standing 0: any later one outweighs
them, and of standing 0 whatever its own events state as its end does at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import UNSET, UnsetType

from callboard.clock import Micros
from callboard.fold.groups import USUAL_RANK
from callboard.model.call import END_INFERRED, Call
from callboard.model.event import CallEvent, Entry
from callboard.model.words import FINAL_CALL

LEG_RANK: Final = 0
"""The rank of rows that name their parent. One that rang in vain ends while the caller talks to the next."""


def end_of_member(head: Call, last: Entry, members: Sequence[Call]) -> CallEvent | None:
    """The end of a live head, taken over from one of the other rows of its group; None when none tells it.

    Nothing is told by a leg, nor while another row lives. Of several the row of the greatest rank tells it,
    then that which ended last; if the head was answered, only one that was. Times are those that it states,
    but for the start of a head that states its own: who left last may have come long after the first.

    `last`: the greatest event of the head that has a status.
    """
    if any(each.call_status not in FINAL_CALL for each in members):
        return None
    telling = [
        each for each in members if _rank(each) > LEG_RANK and (each.answered or not _was_answered(head))
    ]
    if not telling:
        return None
    member = max(telling, key=lambda each: (_rank(each), each.end_time or 0, each.call_id))
    stated_end = None if member.time_marks & END_INFERRED else member.end_time
    # Never before the last word of the head itself, which an end outranks at the same moment.
    at = max(last.occurred_at, stated_end or 0)
    ended = member.call_status != "missed"
    # A length that follows from the times is left to them: stated here, it would stay beside a later end of
    # the call's own, which states other times and no length.
    length = member.duration_ms if ended and member.start_time is None else None
    start = member.start_time if ended and head.start_time is None else None
    return CallEvent(
        head.call_id,
        member.call_status,
        last.event.standing,
        occurred_at=at,
        sequence=_sequence(last) if at == last.occurred_at else UNSET,
        start_time=UNSET if start is None else start,
        end_time=UNSET if stated_end is None else stated_end,
        duration_ms=length or UNSET,
        end_reason=UNSET if member.end_reason is None else member.end_reason,
        source_end_reason=UNSET if member.source_end_reason is None else member.source_end_reason,
        # It is the answer of another row: one that the call itself tells later stands.
        rough=UNSET if start is None else ("start_time",),
    )


def given_up(call: Call, last: Entry) -> CallEvent:
    """The end of a live call of which nobody knows more: it failed, by a time-out. It has the time and the
    sequence of the last word of the call, and ranks above it. When the call ended is not known.

    `last`: the greatest event of the call that has a status.
    """
    return CallEvent(
        call.call_id,
        "failed",
        last.event.standing,
        occurred_at=last.occurred_at,
        sequence=_sequence(last),
        end_reason="timeout",
    )


def is_lost_since(call: Call, last: Entry, now: Micros, give_up_after: Micros) -> bool:
    """Whether the last word of a call, and its answer, are so long ago that it is given up. Its creation says
    little: a call may be scheduled days before it is made.

    `last`: the greatest event of the call that has a status.
    """
    return max(call.live_since, last.occurred_at) + give_up_after < now


def _rank(call: Call) -> int:
    return USUAL_RANK if call.group_rank is None else call.group_rank


def _was_answered(call: Call) -> bool:
    return call.call_status == "in_progress" or call.answered


def _sequence(last: Entry) -> int | UnsetType:
    sequence = last.event.sequence
    return sequence if isinstance(sequence, int) else UNSET
