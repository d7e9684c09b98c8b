"""Dumps of databases as SQL: how statements, names and values are written."""

from __future__ import annotations

import re
import sys
from typing import Final

_COMMENT: Final = re.compile(
    r"\s*(?:--[^\n]*\n|#[^\n]*\n|/\*.*?\*/;?|\\(?:un)?restrict\b[^\n]*\n|\\connect\b[^\n]*\n)", re.DOTALL
)
_STATEMENT: Final = re.compile(
    r"\s*(?:(?:INSERT|REPLACE)\s+(?:\w+\s+){0,3}INTO|CREATE\s+\w+|DROP\s+\w+|ALTER\s+\w+|LOCK\s+TABLES|USE|SET"
    r"|BEGIN|START\s+TRANSACTION|COMMIT|PRAGMA|TRUNCATE|DELETE\s+FROM|UPDATE|SELECT|DELIMITER|GRANT"
    r"|COMMENT\s+ON|COPY)\b[^\n]*[(;,\w`]",
    re.IGNORECASE,
)
IDENTIFIER: Final = r'(?:`(?:[^`]|``)+`|"(?:[^"]|"")+"|\[[^\]]+\]|[^\W\d][\w$]*)'
TABLE: Final = rf"{IDENTIFIER}(?:\s*\.\s*{IDENTIFIER}){{0,2}}"
INSERT: Final = re.compile(
    rf"(?:INSERT(?:\s+(?:IGNORE|OR\s+\w+|LOW_PRIORITY|DELAYED|HIGH_PRIORITY))*|REPLACE)\s+(?:INTO\s+)?({TABLE})"
    rf"(?:\s*\((\s*{IDENTIFIER}(?:\s*,\s*{IDENTIFIER})*\s*)\))?"
    r"(?:\s+OVERRIDING\s+\w+\s+VALUE)?\s*\bVALUES?\s*(?=\()",
    re.IGNORECASE,
)
"""The beginning of a statement that inserts rows, up to the first row: its table, and the columns."""
CREATE: Final = re.compile(
    rf"CREATE\s+(?:\w+\s+){{0,2}}TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?({TABLE})\s*\(", re.IGNORECASE
)
COPY: Final = re.compile(
    rf"COPY\s+(?:ONLY\s+)?({TABLE})(?:\s*\((\s*{IDENTIFIER}(?:\s*,\s*{IDENTIFIER})*\s*)\))?\s+FROM\s+stdin\s*;",
    re.IGNORECASE,
)
"""The line above the rows of `pg_dump`: `COPY public.calls (id, at) FROM stdin;`."""
_NO_COLUMN: Final = re.compile(
    r"(?:PRIMARY|KEY|UNIQUE|CONSTRAINT|INDEX|FULLTEXT|SPATIAL|CHECK|FOREIGN|EXCLUDE|LIKE|PERIOD)\b",
    re.IGNORECASE,
)
_IDENTIFIER: Final = re.compile(IDENTIFIER)
_LINE_OF_INSERT: Final = re.compile(rf"^[ \t]*{INSERT.pattern}", re.IGNORECASE | re.MULTILINE)
_LINE_OF_CREATE: Final = re.compile(rf"^[ \t]*{CREATE.pattern}", re.IGNORECASE | re.MULTILINE)
_LINE_OF_COPY: Final = re.compile(r"^COPY\s[^\n]*\bFROM\s+stdin", re.IGNORECASE | re.MULTILINE)
_OF_MYSQL: Final = re.compile(r"^-- (?:MySQL|MariaDB|phpMyAdmin)|/\*[!M]|ENGINE\s*=|INTO\s+`", re.MULTILINE)
_OF_OTHERS: Final = re.compile(
    r'^-- PostgreSQL|^PRAGMA\b|standard_conforming_strings = on|INTO\s+(?:\w+\.)?"', re.MULTILINE
)
_ESCAPED_QUOTE: Final = re.compile(r"(?<!\\)(?:\\\\)*\\'(?!\s*[,)])")
_COMMENTS: Final = r"--[^\n]*+\n|#[^\n]*+\n|/\*.*?\*/"


def is_script(text: str) -> bool:
    """Whether the beginning of a file is one of SQL statements that insert rows."""
    place = 0
    while found := _COMMENT.match(text, place):
        place = found.end()
    if _STATEMENT.match(text, place) is None:
        return False
    return any(each.search(text, place) for each in (_LINE_OF_INSERT, _LINE_OF_CREATE, _LINE_OF_COPY))


def has_backslashes(text: str) -> bool:
    """Whether backslashes escape in all strings of a dump, as in those of MySQL, by its beginning."""
    if _OF_MYSQL.search(text):
        return True
    return _OF_OTHERS.search(text) is None and _ESCAPED_QUOTE.search(text) is not None


def names_of(text: str) -> tuple[str, ...]:
    """The names in a list of names, or the parts of one with dots, without their quotes."""
    return tuple(map(_plain, _IDENTIFIER.findall(text)))


def _plain(name: str) -> str:
    sign = name[0]
    return name[1:-1].replace(sign * 2, sign) if sign in '`"' else name[1:-1] if sign == "[" else name


class Grammar:
    """How the pieces of a dump are written. `backslashes`: they escape in all strings."""

    def __init__(self, *, backslashes: bool) -> None:
        self._backslashes = backslashes
        text = r"'(?:[^'\\]++|''|\\.)*+'" if backslashes else r"'(?:[^']++|'')*+'"
        string = r"\b[eE]'(?:[^'\\]++|''|\\.)*+'|" + text
        quoted = r'"(?:[^"\\]++|""|\\.)*+"' if backslashes else r'"(?:[^"]++|"")*+"'
        quoted += r"|`[^`]*+`"
        pieces = rf"{string}|{quoted}|{_COMMENTS}|[-/](?![-*])|\w++"
        inner = rf"(?:[^'\"`()\-/#\w]++|{pieces})"
        nested = inner
        for _ in range(5):
            nested = rf"(?:{inner}|\({nested}*+\))"
        self.row = re.compile(rf"\({nested}*+\)", re.DOTALL)
        """A row in its parentheses."""
        body = r"\$(?P<tag>\w*)\$.*?\$(?P=tag)\$|\$(?!\w*\$)"
        self.statement = re.compile(rf"(?:[^;'\"`\-/#$\w]++|{pieces}|{body})*+;", re.DOTALL)
        """The rest of a statement."""
        self.blank = re.compile(rf"(?:\s++|{_COMMENTS})*+", re.DOTALL)
        self._column = re.compile(
            rf"\s*+(?:{_COMMENTS}|\s++)*+((?:[^'\"`()\-/#\w,]++|{pieces}|\({nested}*+\))*+)(?:,|\Z)",
            re.DOTALL,
        )
        plain = (
            rf"(?P<string>(?:[eEnN]|_\w+\s*|(?:DATE|TIME|TIMESTAMP)\s*)?(?:{text})|\b[eE]'(?:[^'\\]++|''|\\.)*+')"
            r"|(?P<hex>[xX]'[0-9a-fA-F]*'|0x[0-9a-fA-F]+)|(?P<bits>[bB]'[01]*')"
            r"|(?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)"
            r"|(?P<word>NULL|TRUE|FALSE)\b"
            rf"|(?P<made>(?:replace|unistr)\((?:{nested})*+\))"
        )
        if backslashes:
            plain += rf"|(?P<quoted>{quoted})"
        cast = r"(?:\s*::\s*[\w ]++(?:\(\d+\))?[\w ]*+)?"
        blank = self.blank.pattern
        self._value = re.compile(rf"{blank}(?:{plain}){cast}{blank}(,|\Z)", re.DOTALL | re.IGNORECASE)
        self._replaced = re.compile(rf",\s?({text}),\s?char\((\d{{1,7}})\)\)\Z", re.DOTALL | re.IGNORECASE)
        self._unistr = re.compile(rf"unistr\(({text})\)", re.DOTALL | re.IGNORECASE)

    def columns(self, body: str) -> tuple[str, ...]:
        """The names of the columns between the parentheses of CREATE TABLE."""
        found, place = [], 0
        while place < len(body) and (part := self._column.match(body, place)):
            name = _IDENTIFIER.match(part[1])
            if name is not None and not _NO_COLUMN.match(part[1]):
                found.append(_plain(name[0]))
            place = max(part.end(), place + 1)
        return tuple(found)

    def cells(self, row: str) -> list[str] | str:
        """The values of a row as a table of texts has them, a null as an empty cell; or the text of what is
        no plain value.
        """
        inside, place = row[1:-1], 0
        found: list[str] = []
        while True:
            value = self._value.match(inside, place)
            cell = None if value is None else self._cell(value)
            if value is None or cell is None:
                return inside[place : place + 60].strip()
            found.append(cell)
            if not value[value.lastindex or 0]:
                return found
            place = value.end()

    def _cell(self, value: re.Match[str]) -> str | None:
        if (text := value["string"]) is not None:
            return self._text(text)
        if (word := value["word"]) is not None:
            return "" if word.upper() == "NULL" else word.lower()
        if value["number"] is not None:
            return value["number"]
        if value["hex"] is not None:
            return _of_hex(value["hex"])
        if value["bits"] is not None:
            return value["bits"][2:-1]
        if value["made"] is not None:
            return self._made(value["made"])
        return self._text(value["quoted"])

    def _text(self, text: str) -> str:
        sign = text[-1]
        before, _, inside = text[:-1].partition(sign)
        if self._backslashes or before in ("e", "E"):
            known = _MEANS if self._backslashes else _MEANS_IN_E
            return re.sub(
                rf"\\(?:u([0-9a-fA-F]{{4}})|U([0-9a-fA-F]{{8}})|(.))|{sign}{sign}"
                if not self._backslashes
                else rf"\\()()(.)|{sign}{sign}",
                lambda found: _unescaped(found, known, sign),
                inside,
                flags=re.DOTALL,
            )
        return inside.replace(sign * 2, sign)

    def _made(self, text: str) -> str | None:
        r"""The text of `replace('a\nb','\n',char(10))` or `unistr('a\u000ab')`, as SQLite writes it."""
        if text.startswith("'"):
            return self._text(text)
        if found := self._unistr.fullmatch(text):
            return re.sub(r"\\(?:u([0-9a-fA-F]{4})|(\\))", _of_unistr, self._text(found[1]))
        ends = max(0, len(text) - _LONGEST_END)
        if text[: len("replace(")].lower() == "replace(" and (found := self._replaced.search(text, ends)):
            inner = self._made(text[len("replace(") : found.start()].strip())
            return None if inner is None else inner.replace(self._text(found[1]), _character(int(found[2])))
        return None


_LONGEST_END: Final = 40
"""Of what `replace` ends with: `,'\\n',char(10))`."""
_SURROGATES: Final = range(0xD800, 0xE000)
_MEANS: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "0": "\0", "Z": "\x1a"}
_MEANS_IN_E: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def _unescaped(found: re.Match[str], known: dict[str, str], sign: str) -> str:
    if code := found[1] or found[2]:
        return _character(int(code, 16))
    return sign if found[3] is None else known.get(found[3], found[3])


def _of_unistr(found: re.Match[str]) -> str:
    return "\\" if found[1] is None else _character(int(found[1], 16))


def _character(code: int) -> str:
    """A character by its number; the sign for one that is none."""
    return chr(code) if code < _SURROGATES.start or _SURROGATES.stop <= code <= sys.maxunicode else "\ufffd"


def _of_hex(text: str) -> str:
    """The text that bytes are, if they are one; else their digits."""
    digits = text[2:].rstrip("'")
    try:
        return bytes.fromhex(digits).decode()
    except ValueError:
        return digits
