"""The numbered lines of a text file, each of bounded length."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable

from callboard.ingest.sources.files.opening import READING_FAULTS, broken_off
from callboard.ingest.sources.files.records import RowError, UnreadableFileError

MAX_LINE_CHARACTERS = 1 << 20
MARK = "\ufeff"


class Lines:
    """The numbered lines of a text. Lines can be put back."""

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self._text = text
        self._readline: Callable[[int], str] = text.readline
        self._name = name
        self._put_back: deque[str] = deque()
        self.number = 0
        """The number of the line that was read last, from 1."""

    def read(self, size: int) -> str:
        """The next characters, for a text that is not read by lines."""
        return self._text.read(size)

    def next_line(self) -> str | None:
        """The next line with its line end, without a byte-order mark before it; None after the last. A line
        longer than the bound is cut off.
        """
        if self._put_back:
            self.number += 1
            return self._put_back.popleft()
        try:
            line = self._readline(MAX_LINE_CHARACTERS)
            if len(line) == MAX_LINE_CHARACTERS and not line.endswith("\n"):
                while (rest := self._readline(MAX_LINE_CHARACTERS)) and not rest.endswith("\n"):
                    pass
        except UnicodeDecodeError as error:
            raise UnreadableFileError(
                f"{self._name}: line {self.number + 1} is not {self._text.encoding}; --encoding names another"
            ) from error
        except READING_FAULTS as error:
            raise broken_off(self._name, error) from error
        if not line:
            return None
        self.number += 1
        # Files that are put together keep the mark of each part.
        return line.lstrip(MARK) if line[0] == MARK else line

    def rewrite(self, with_: Callable[[str], str]) -> None:
        """Rewrite each line that is read from now on."""
        read = self._readline

        def rewritten(size: int, /) -> str:
            return with_(read(size))

        self._readline = rewritten

    def put_back(self, lines: list[str]) -> None:
        self._put_back.extendleft(reversed(lines))
        self.number -= len(lines)


def undecoded(line: str) -> RowError | None:
    """The error when characters of a line are invalid; None when all are valid."""
    if len(line) >= MAX_LINE_CHARACTERS:
        return RowError("too_large", f"the line is longer than {MAX_LINE_CHARACTERS} characters")
    if "\0" in line:
        return RowError("invalid_value", f"a NUL byte at character {line.index(chr(0)) + 1}")
    if not line.isascii():
        return invalid_bytes(line)
    return None


def invalid_bytes(text: str) -> RowError | None:
    """The error for bytes that are not of the file's encoding; None when there are none."""
    for place, character in enumerate(text, 1):
        if "\udc80" <= character <= "\udcff":
            byte = ord(character) - 0xDC00
            return RowError(
                "invalid_value",
                f"byte 0x{byte:02X} at character {place} is not of the file's encoding; "
                "if the file is in another, say so, as in --encoding cp1252",
            )
    return None
