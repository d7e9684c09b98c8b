"""The JSON objects of a text, one at a time: of an array, one a line, over several lines, or glued."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from callboard.ingest.sources.files.records import UnreadableFileError

MAX_DOCUMENT_CHARACTERS: Final = 16 << 20
"""Longest JSON object of a file, in characters: a page of a list API, or a call with its transcript."""
_PIECE: Final = 1 << 16
_BETWEEN: Final = re.compile(r"[\s,\[\]\ufeff\x1e]*")
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+("?)|[{}]', re.DOTALL)
"""A string, whose second quote is the group, or a brace."""
_NEW_OBJECT: Final = re.compile(r"[\r\n]+(?=\{)")
_OBJECT_OR_LINE: Final = re.compile(r"[\r\n{]")


class Document(NamedTuple):
    """One JSON object, or what stands in its place."""

    line: int
    """Where it begins, from 1."""
    text: str


class Documents:
    """The objects of a text, in bounded memory. What is none is a document as well, for its reader to refuse.

    An object that was cut off takes no other along: behind it, a line that begins with `{` begins another.
    """

    def __init__(self, read: Callable[[int], str], name: str) -> None:
        """`read`: the next characters of the text, none at its end. `name`: of the file, for errors."""
        self._read = read
        self._name = name
        self._text = ""
        self._line = 1
        self._torn = False

    def __iter__(self) -> Iterator[Document]:
        while self._skip():
            size = self._size() if self._text[0] == "{" else self._size_of_other()
            document = Document(self._line, self._text[:size].rstrip())
            self._drop(size)
            yield document

    def _more(self) -> bool:
        # As much again, so that a long object is not looked at over and over.
        piece = self._read(max(_PIECE, len(self._text)))
        self._text += piece
        return bool(piece)

    def _drop(self, size: int) -> None:
        self._line += self._text.count("\n", 0, size)
        self._text = self._text[size:]

    def _skip(self) -> bool:
        """Pass over what stands between objects. False at the end of the text."""
        while True:
            found = _BETWEEN.match(self._text)
            self._drop(found.end() if found else 0)
            if self._text:
                return True
            if not self._more():
                return False

    def _size_of_other(self) -> int:
        begin = 0
        while (found := _OBJECT_OR_LINE.search(self._text, begin)) is None:
            begin = len(self._text)
            if begin > MAX_DOCUMENT_CHARACTERS or not self._more():
                return begin
        return found.start()

    def _size(self) -> int:
        depth = begin = 0
        while True:
            limit = self._next_object() if self._torn else None
            for token in _TOKEN.finditer(self._text, begin):
                if limit is not None and token.start() >= limit:
                    return limit
                begin = token.start()
                if token[0] == "{":
                    depth += 1
                elif token[0] == "}":
                    depth -= 1
                elif not token[1]:
                    break  # the rest of the string is to be read yet
                begin = token.end()
                if depth == 0:
                    return begin
            if limit is not None:
                return limit
            if len(self._text) > MAX_DOCUMENT_CHARACTERS or not self._more():
                return self._torn_off()

    def _torn_off(self) -> int:
        """The size of an object that has no end."""
        self._torn = True
        found = self._next_object()
        if found is not None:
            return found
        if len(self._text) > MAX_DOCUMENT_CHARACTERS:
            raise UnreadableFileError(
                f"{self._name}: the JSON object in line {self._line} is longer than "
                f"{MAX_DOCUMENT_CHARACTERS:,} characters; write its records one a line (jq -c '.calls[]')"
            )
        return len(self._text)

    def _next_object(self) -> int | None:
        found = _NEW_OBJECT.search(self._text, 1)
        return found.start() if found else None
