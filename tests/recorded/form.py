"""Answers as text: each byte can be told from it, a person can read it, and two of them can be compared.

A line of a body begins with `| `. A long one is broken where a value ends, and goes on in lines that begin
with `+ `: without those breaks and marks it is the body, byte for byte. Bytes that are no text are escaped.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path

ANSWERS = Path(__file__).parent / "answers"
LONG = 100
_BREAK = re.compile(r'(?<=[}\]"0-9a-z],)(?=["{\[])')
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\ufeff\\]")
MOST_DIFFERENCES = 200
"""Lines of differences shown of one file: enough to see what changed."""


def body_lines(body: bytes) -> list[str]:
    """A body in lines; none for an empty one."""
    if not body:
        return []
    text = body.decode("utf-8", "surrogateescape")
    text = re.sub(r"[\udc80-\udcff]", lambda found: f"\\x{ord(found[0]) - 0xDC00:02x}", escaped(text))
    return [part for line in text.split("\n") for part in _broken(line)]


def escaped(text: str) -> str:
    """The text with nothing in it that is not seen."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _broken(line: str) -> list[str]:
    """The line in pieces that are seldom much longer than `LONG`."""
    pieces, piece = [], ""
    for part in _BREAK.split(line) if len(line) > LONG else [line]:
        if piece and len(piece) + len(part) > LONG:
            pieces.append(piece)
            piece = ""
        piece += part
    pieces.append(piece)
    return [f"{'+' if place else '|'} {each}" for place, each in enumerate(pieces)]


def recorded(folder: Path = ANSWERS) -> dict[str, str]:
    """What was recorded: name → text."""
    return {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.txt"))}


def differences(before: dict[str, str], after: dict[str, str]) -> str:
    """What changed, as `diff -u` shows it; empty when nothing did."""
    told = []
    for name in sorted({*before, *after}):
        lines = list(
            difflib.unified_diff(
                before.get(name, "").splitlines(),
                after.get(name, "").splitlines(),
                f"tests/recorded/answers/{name}.txt (recorded)",
                f"{name} (now)",
                lineterm="",
                n=4,
            )
        )
        told += lines[:MOST_DIFFERENCES]
        if len(lines) > MOST_DIFFERENCES:
            told.append(f"… {len(lines) - MOST_DIFFERENCES} lines more of {name}")
    return "\n".join(told)
