"""What the list API of one platform is: how it is asked for calls of a time, and how its pages follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

from callboard.clock import SECOND, Micros
from callboard.errors import InvalidInputError

API_KEY: Final = "api_key"
"""The name that an API key has among the secrets of a hook."""


class OddAnswerError(ValueError):
    """What a list API answered is no answer of it; the message says why, in a sentence's words."""


class Key(Struct, frozen=True):
    """An API key in its parts."""

    account: str
    """The account, or the organization, that it is of; empty where a key says so itself."""
    user: str
    """The name of basic authentication; empty where there is none."""
    secret: str


class Window(Struct, frozen=True):
    """Calls of which time are wanted."""

    since: Micros
    until: Micros


class Question(Struct, frozen=True, kw_only=True):
    """One request to a list API."""

    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = {}
    basic: tuple[str, str] | None = None
    json: Any = None
    """What is posted; None: the question is a GET."""


def no_address(answer: Any) -> str | None:  # noqa: ARG001 - as all
    """Of APIs that name the next page by a cursor or a number."""
    return None


class Lister(Struct, frozen=True, kw_only=True):
    """The list API of one platform."""

    base_url: str
    key_form: str
    """How the key is written, as in `AccountSid:AuthToken`."""
    read_key: Callable[[str], Key | None]
    """The parts of a key; None if it is not of that form."""
    ask: Callable[[Key, Window, str | None, int], Question]
    """The question for a page: the first, or that of a cursor, of at most so many rows."""
    follow: Callable[[Any, str | None, int], str | None]
    """The cursor after an answer: given the answer, its own cursor and the rows asked for. None: there is no
    more. Raises `OddAnswerError` for what is no answer of this API, or names a next page that cannot be asked
    for; `KeyError`, `TypeError`, `ValueError` or `AttributeError` where a part of it is of another kind."""
    rows: tuple[str, ...]
    """Under which of these names the rows lie; with none the answer itself is their list."""
    page_rows: int
    """The most rows of a page that it gives."""
    per_second: float
    """Questions a second, if the platform does not say that they are too many."""
    one: Callable[[Key, str], Question] | None = None
    """The question for a single call, whose answer holds it, or the events of it."""
    tells_more: bool = False
    """Whether the answer about a single call tells what the list leaves out."""
    tells_state: bool = True
    """Whether a row tells where its call stands now; False: it tells what was once sent of it."""
    next_address: Callable[[Any], str | None] = no_address
    """The address that an answer names for the next page, where it names one. Only its query is asked for, so
    one of another host leads nowhere."""
    looks_back: Micros | None = None
    """How long ago calls may be that it lists; None: it does not say."""

    def rows_of(self, answer: Any) -> list[Any]:
        """The rows of an answer. Raises `OddAnswerError` when it holds none."""
        if isinstance(answer, dict):
            answer = next((answer[name] for name in self.rows if isinstance(answer.get(name), list)), None)
        if not isinstance(answer, list):
            raise OddAnswerError("there is no list of rows in it")
        return answer


def more(answer: Any, name: str) -> str | None:
    """The cursor under a name, where `has_more` says that there is one."""
    if not answer["has_more"]:
        return None
    cursor = answer.get(name)
    if not cursor:
        raise OddAnswerError(f"it says that there is more, and has no {name}")
    return str(cursor)


def checked_key(lister: Lister, text: str) -> Key:
    """The parts of a key. Raises `InvalidInputError` if it is not of the form of the platform."""
    key = lister.read_key(text)
    if key is None:
        why = f"must be of the form {lister.key_form}"
        raise InvalidInputError(f"secrets.{API_KEY}: {why}", [(f"secrets.{API_KEY}", why)])
    return key


def one_part(text: str) -> Key | None:
    """A key of one part, without blanks."""
    return Key("", "", text) if text and not any(map(str.isspace, text)) else None


def two_parts(text: str) -> Key | None:
    """An account and its secret: both parts of basic authentication."""
    account, colon, secret = text.partition(":")
    return Key(account, account, secret) if account and colon and secret else None


def iso_seconds(at: Micros) -> str:
    """`2026-02-07T05:57:45Z`, rounded down."""
    return datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_millis(at: Micros) -> str:
    """`2026-02-07T05:57:45.250Z`, rounded down."""
    moment = datetime.fromtimestamp(at // SECOND, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % SECOND // 1000:03d}Z"


def seconds_up(at: Micros) -> int:
    """The whole second at or after a time: an end that leaves nothing out."""
    return -(-at // SECOND)
