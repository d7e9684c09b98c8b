"""Tasks that are over by their status, beside another column that says that they failed: an error, a code.

`done` and `finished` say no more than that nothing is left to do. Where another column of such a row holds an
error, a person says which of the two counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from callboard.ingest.sources.guessing.checks import rows
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.guessing.status_columns import StatusColumn, is_flag, is_yes
from callboard.ingest.sources.mapping.conditions import condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.mapping.templates import cell
from callboard.ingest.sources.values.nulls import is_null
from callboard.ingest.sources.values.numbers import number
from callboard.ingest.sources.words import normal, reading

_ENDED: Final = "completed"
_ERRORS: Final = frozenset(
    ("error", "errors", "exception", "exceptions", "exc", "traceback", "stacktrace", "stderr", "failure",
     "failures", "fault", "fehler", "fehlermeldung", "fehlertext", "ausnahme", "erreur", "erreurs", "errore",
     "errori", "erro", "erros", "fallo", "fout", "foutmelding", "blad", "fel", "fejl", "feil", "hata",
     "ошибка")
)  # fmt: skip
"""Words in headings of what went wrong."""
_NO_ERRORS: Final = frozenset(
    ("max", "maximum", "allowed", "allow", "limit", "threshold", "on", "handler", "queue", "policy", "budget",
     "rate", "ignore", "ignored", "retry", "email", "notify", "url", "path", "file", "log")
)  # fmt: skip
"""Words beside them in headings of what is to happen to errors, or of where they are written."""
_EXITS: Final = frozenset(("exit", "return", "exitcode", "returncode", "rc", "retcode", "errorlevel"))
_CODES: Final = frozenset(
    ("code", "status", "value", "exitcode", "returncode", "rc", "retcode", "errorlevel")
)
_ANSWERS: Final = frozenset(("http_status", "http_code", "http_status_code", "status_code", "response_code"))
"""Headings of the answer of a server."""
_REFUSED: Final = 400
"""From this one on, a server says that a request has failed."""
_NAMES: Final = frozenset(
    ("id", "name", "title", "subject", "description", "queue", "topic", "tags", "type", "function", "input",
     "args", "arguments", "payload", "kwargs")
)  # fmt: skip
"""Words in headings of what a task is, and not of what came of it."""
_TELLS: Final = re.compile(
    r"(?:error|exception|traceback|fail|failed|failure|fatal|panic|crashed|killed|aborted|timeout|timed out"
    r"|unable|could not|cannot|can't|fehler|erreur|errore|erro|fallo|fout)\b",
    re.IGNORECASE,
)
"""What a message of a failure begins with."""
_CLASS: Final = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception)\b|(?:\w+\.)*(?:errors|exceptions)\.\w+\b")
_A_SUCCESS: Final = frozenset(("success", "successful", "succeeded", "ok", "passed"))
"""Words, in normal form, that say more than that a task is over."""


@dataclass(frozen=True)
class _Sign:
    """What in a column says that a task failed."""

    column: str
    says: Callable[[str], bool]
    where: Callable[[Sequence[str]], list[tuple[tuple[str, str, str], ...]]]
    """The conditions that hold for such rows; given the different texts of the column in them."""


def doubt_failures(draft: Draft, status: StatusColumn, meanings: Sequence[str | None]) -> None:
    """Doubt tasks that are completed by their status, and failed by another column.

    `meanings`: what the status says of each row.
    """
    if draft.is_settled("status"):
        return
    over = [row for row, meaning in enumerate(meanings) if meaning == _ENDED]
    asked: set[int] = set()
    for sign in _signs(draft, status.column):
        texts = _texts(draft, sign.column)
        failed = {row for row in over if texts[row] and sign.says(texts[row])}
        if failed - asked:
            _ask(draft, status, sign, sorted(failed))
            asked |= failed


def _ask(draft: Draft, status: StatusColumn, sign: _Sign, failed: Sequence[int]) -> None:
    words, texts = draft.sample.texts(status.column), _texts(draft, sign.column)
    for word in dict.fromkeys(words[row] for row in failed):
        of_word = [row for row in failed if words[row] == word]
        example = texts[of_word[0]]
        taken = _ENDED if normal(word) in _A_SUCCESS else "failed"
        for where in sign.where(list(dict.fromkeys(texts[row] for row in of_word))):
            condition = condition_text((status.column, "=", escaped(word)), *where)
            if any(each == condition for each, _ in draft.plan.options.when):
                continue
            draft.when.append((condition, f"status={taken}"))
            draft.doubt(
                "status",
                f"{word!r} of {status.column!r} stands in {rows(len(of_word))} of which {sign.column!r} says "
                f"{example[:80]!r}; taken as {taken}",
                sign.column,
                Answer("--when", f"{condition} status=failed", "they failed"),
                Answer("--when", f"{condition} status={_ENDED}", "they are completed all the same"),
            )


def _signs(draft: Draft, status: str) -> Iterator[_Sign]:
    """What may say that tasks failed, the surest first: codes and flags before texts."""
    columns = [each for each in draft.sample.columns if each != status and any(_texts(draft, each))]
    found = [ranked for each in columns if (ranked := _sign(draft, each)) is not None]
    yield from (sign for _, sign in sorted(found, key=lambda ranked: ranked[0]))


def _sign(draft: Draft, column: str) -> tuple[int, _Sign] | None:
    """What in a column says that a task failed, with its rank; None if nothing does."""
    words = heading(column).split("_")
    if column in draft.of_others and _ERRORS.isdisjoint(heading(column.rpartition(".")[0]).split("_")):
        return None
    if _is_exit(words):
        return 0, _Sign(column, _is_another_than_0, lambda _: [((column, "!=", "0"),)])
    if (flag := _flag(draft, column)) is not None:
        return 1, flag
    if heading(column) in _ANSWERS:
        return 2, _Sign(column, _is_refused, lambda _: [((column, ">=", str(_REFUSED)),)])
    if not _ERRORS.isdisjoint(words) and _NO_ERRORS.isdisjoint(words):
        harmless = [text for text in dict.fromkeys(_texts(draft, column)) if not _is_error(text)]
        none = tuple((column, "!=", escaped(text)) for text in harmless if not is_null(text))
        return 3, _Sign(column, _is_error, lambda _: [((column, "!=", ""), *none)])
    if "failed" in words:
        return 3, _Sign(column, _is_error, lambda _: [((column, "!=", ""),)])
    if _NAMES.isdisjoint(words):
        return 4, _Sign(
            column, _begins_as_error, lambda texts: [((column, "=", each),) for each in _begin(texts)]
        )
    return None


def _texts(draft: Draft, column: str) -> list[str]:
    """The column's cell in each row; a list of errors as it is shown."""
    return [
        str(value) if isinstance(value, list) else text
        for value, text in zip(
            (cell(each.row, column) for each in draft.sample.records), draft.sample.texts(column), strict=True
        )
    ]


def _is_exit(words: Sequence[str]) -> bool:
    return not _EXITS.isdisjoint(words) and not _CODES.isdisjoint(words)


def _flag(draft: Draft, column: str) -> _Sign | None:
    """A column of yes and no that is called a success or a failure."""
    words = draft.sample.words(column)
    name = heading(column).removeprefix("is_").removeprefix("has_").removeprefix("was_")
    if not is_flag(words):
        return None
    says = reading("status", [name]).meanings.get(name)
    if says not in (_ENDED, "failed") and _ERRORS.isdisjoint(name.split("_")):
        return None
    fails = says != _ENDED

    def is_failed(text: str) -> bool:
        return is_yes(text) is fails

    return _Sign(column, is_failed, lambda texts: [((column, "=", escaped(each)),) for each in texts])


def _is_another_than_0(text: str) -> bool:
    return bool(number(text))


def _is_refused(text: str) -> bool:
    return text.isdecimal() and len(text) == len(str(_REFUSED)) and int(text) >= _REFUSED


def _is_error(text: str) -> bool:
    """Whether a cell of a column of errors names one: no null, no 0, and no word for success."""
    word = normal(text)
    return not (
        is_null(text)
        or text in ("{}", "[]", "()")
        or (is_flag([text]) and not is_yes(text))
        or number(text) == 0
        or word in {"no", "noerror", "noerrors", "nofehler", "keinfehler", "0errors"}
        or reading("status", [text]).meanings.get(text) == _ENDED
    )


def _begins_as_error(text: str) -> bool:
    return _TELLS.match(text) is not None or _CLASS.match(text) is not None


def _begin(texts: Sequence[str]) -> list[str]:
    """Patterns for what texts of failures begin with."""
    found = [(_TELLS.match(text) or _CLASS.match(text)) for text in texts]
    return list(dict.fromkeys(f"{escaped(each[0].lower())}*" for each in found if each))
