"""Rows that are no calls among rows that are: messages, and the sum of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from callboard.ingest.sources.files.furniture import names_itself_totals
from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.durations import talk_seconds
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.guessing.whole import Rejected
from callboard.ingest.sources.mapping.conditions import LEAVE_OUT, condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.mapping.templates import cell
from callboard.ingest.sources.words.table import normal

_MAX_WORDS: Final = 30
_KINDS: Final = """
type call_type media media_type channel channel_type interaction_type kind medium activity_type activity
record_type category event_type communication_type contact_type object object_type item_type log_type tipo
typ art kanal canal kategorie
"""
"""Headings of columns that say what a row is."""
_MESSAGES: Final = """
sms mms text texts textmessage textmessages message messages smsmessage inboundsms outboundsms incomingsms
outgoingsms smsinbound smsoutbound inboundmessage outboundmessage incomingmessage outgoingmessage
incomingtext outgoingtext textin textout email emails mail inboundemail outboundemail chat chats webchat
livechat fax faxes incomingfax outgoingfax whatsapp imessage socialmedia social note meeting nachricht
mensaje correo messaggio mensagem courriel
"""
"""What a row is that is no call, in normal form."""
_ANSWERS: Final = 5
"""Words of rejected rows that are left out one by one, at most."""
_SUM: Final = 0.01
_BEFORE_STEPS: Final = "./:_-"
"""What stands between the id of a task and the name of one of its steps."""


def doubt_strangers(draft: Draft) -> None:
    """Doubt rows that would count as calls or tasks and seem to be none."""
    if draft.plan.options.record_type == "call":
        _doubt_messages(draft)
        _doubt_sum(draft)
    else:
        _doubt_steps(draft)


def _doubt_messages(draft: Draft) -> None:
    for column in draft.sample.columns:
        if heading(column) not in _KINDS.split():
            continue
        words = draft.sample.words(column)
        messages = {word: many for word, many in words.items() if normal(word) in _MESSAGES.split()}
        if messages and len(messages) < len(words) <= _MAX_WORDS:
            for word, many in messages.items():
                draft.doubt(
                    "rows",
                    f"{column!r} says {word!r} in {rows(many)}, which would count as calls",
                    column,
                    _left_out(column, word),
                )


def _doubt_steps(draft: Draft) -> None:
    """Doubt rows whose id is that of another row with something behind it: `5001.batch` beside `5001`."""
    column = draft.chosen.get("task_id", "{")
    if "{" in column or draft.is_settled("task_id"):
        return
    ids = set(filter(None, draft.sample.texts(column)))
    for sign in _BEFORE_STEPS:
        longer = [each for each in ids if sign in each]
        if longer and all(each.rpartition(sign)[0] in ids for each in longer):
            many = sum(sign in each for each in draft.sample.texts(column))
            condition = condition_text((column, "=", f"*{sign}*"))
            draft.doubt(
                "rows",
                f"{rows(many)} of {column!r} name a step of another row, as {min(longer)!r}, "
                "and would count as tasks",
                column,
                Answer(LEAVE_OUT, condition, "they are parts of other tasks, and left out"),
                Answer("--map", f"task_id={column}", "each is a task"),
            )
            return


def _doubt_sum(draft: Draft) -> None:
    """Doubt a row that calls itself a total and is as long as all others together."""
    talk = talk_seconds(draft)
    whole = sum(filter(None, talk))
    for record, seconds in zip(draft.sample.records, talk, strict=True):
        cells = {column: str(cell) for column, cell in record.row.items() if cell is not None}
        if seconds and names_itself_totals(list(cells.values())) and abs(whole - 2 * seconds) <= whole * _SUM:
            name = next(column for column, cell in cells.items() if cell.strip())
            draft.doubt(
                "rows",
                f"Line {record.line:,} seems to be the sum of the others, and would count too",
                None,
                _left_out(name, cells[name]),
            )


def without_rejected(draft: Draft, rejected: Rejected) -> Iterator[Answer]:
    """The answers that leave rejected rows out, if they say few different things in the column that they are
    rejected for: one for each, the commonest first.
    """
    source = draft.chosen.get(rejected.message.partition(":")[0], "{")
    if "{" in source or len(rejected.records) < rejected.rows:
        return
    said = Counter(str(cell(record.row, source) or "").strip() for record in rejected.records)
    if len(said) <= _ANSWERS:
        yield from (_left_out(source, word) for word, _ in said.most_common())


def _left_out(column: str, word: str) -> Answer:
    condition = condition_text((column, "=", escaped(word)))
    says = f"says {word!r}" if word else "is empty"
    return Answer(LEAVE_OUT, condition, f"rows whose {column!r} {says} are left out")
