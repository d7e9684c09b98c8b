"""The encoding of a text file: by its byte-order mark, by its zero bytes, or by what words it would make."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Sequence
from typing import Final

from callboard.ingest.sources.files.accented_words import ACCENTED_WORDS
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.files.scripts import SCRIPT_OF, score_of, unspoken
from callboard.ingest.sources.words import LANGUAGES

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_MARKED = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}
"""Encodings whose files say the order of their bytes themselves."""
_SINGLE_BYTE = (
    "cp1252", "mac_roman", "cp850", "cp1250", "iso8859_2", "cp1254", "cp1251", "koi8_r", "cp866", "cp1253",
    "iso8859_7", "cp1255", "cp1256",
)  # fmt: skip
"""The encodings told apart by their words; among equals the first one is taken."""
_OTHERS = ("cp932", "gb18030", "big5", "euc_kr", "euc_jp")
"""The encodings left to the detector, with all that it knows it finds some rare one that fits as well."""
_MAX_JUDGED_BYTES = 16_384
_PLAUSIBLE = 0.5
"""The least mean score of a character for a text to be taken for one of the single-byte encodings."""


_NO_FILES: Final = frozenset({"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"})


def text_of(stream: io.BufferedReader, head: bytes, encoding: str | None) -> tuple[io.TextIOWrapper, str]:
    """The text of a stream, and its encoding: the given one, else that of its byte-order mark or of its zero
    bytes, else UTF-8.

    Bytes that are invalid in the encoding are decoded to surrogates, so that only the row that holds them is
    rejected.
    """
    marked = marked_encoding(head)
    name = encoding or marked or unmarked_utf16(head) or "utf-8"
    codec = _codec(name, head)
    if codec == "utf-8" and marked == "utf-8-sig":
        name = "utf-8-sig"
    errors = "strict" if codec.startswith(("utf-16", "utf-32")) else "surrogateescape"
    return io.TextIOWrapper(stream, encoding=name, errors=errors, newline=""), name


def text_of_head(head: bytes, encoding: str | None) -> str:
    """The text of a file's first bytes, without byte-order marks. What cannot be decoded is replaced."""
    name = encoding or marked_encoding(head) or unmarked_utf16(head) or "utf-8"
    _codec(name, head)
    decoder = codecs.getincrementaldecoder(name)("replace")
    return _MARKS.sub("", decoder.decode(head))


_MARKS = re.compile(r"(?:^|(?<=[\r\n]))\ufeff+")
"""Byte-order marks: of the file, and of files that were put behind it."""


def _codec(name: str, head: bytes) -> str:
    """Python's own name of an encoding of files. Raises `ImportOptionError`, also for what only has the
    form of one (compressions, escapes and the encodings of host names), and where a file that begins so
    cannot be in it.
    """
    try:
        codec = codecs.lookup(name)
        "a".encode(name)
    except (LookupError, ValueError):
        codec = None
    if codec is None or codec.name.replace("-", "_") in _NO_FILES:
        raise ImportOptionError(f"--encoding: {name!r} is no encoding of files that Python knows")
    # Without a mark Python would refuse to read further.
    if codec.name in _MARKED and not head.startswith(_MARKED[codec.name]):
        raise ImportOptionError(
            f"--encoding: the file does not begin with the byte-order mark of {name}; without one, it is "
            f"{codec.name}-le or {codec.name}-be, if it is {codec.name} at all"
        )
    return codec.name


def marked_encoding(head: bytes) -> str | None:
    """The encoding that a byte-order mark tells."""
    return next((name for mark, name in _BYTE_ORDER_MARKS.items() if head.startswith(mark)), None)


_FIRST_BYTES: Final = 64
"""A file of UTF-8 with UTF-16 behind it does not begin with zeros."""


def unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without a byte-order mark: every other byte of mostly Latin text is zero."""
    return (name := _utf16_of(head[:4_096])) and (name if _utf16_of(head[:_FIRST_BYTES]) == name else None)


def _utf16_of(some: bytes) -> str | None:
    half = len(some) // 2
    if half == 0 or 0 not in some:
        return None
    even, odd = some[0::2].count(0), some[1::2].count(0)
    for zeros, others, name in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros * 10 >= half * 6 and others * 10 <= half:
            return name
    return None


def encoding_of(head: bytes, *, whole: bool = False) -> str | None:
    """The encoding of a file's first bytes; None for UTF-8 and for what a byte-order mark tells, which are
    read without being told. `whole`: the bytes are the whole file, so its end cannot be within a character.
    """
    if marked_encoding(head):
        return None
    if name := unmarked_utf16(head):
        return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return _by_words(_judged(head))
    return None


def _judged(head: bytes) -> bytes:
    """The lines that hold a byte beyond ASCII, up to a bound: one place of a file can hold them all."""
    found: list[bytes] = []
    size = 0
    for line in re.split(rb"[\r\n]+", head):
        if not line.isascii():
            found.append(line)
            size += len(line)
            if size > _MAX_JUDGED_BYTES:
                break
    return b"\n".join(found)[: 2 * _MAX_JUDGED_BYTES]


def _by_words(some: bytes) -> str:
    scores = {name: score for name in _SINGLE_BYTE if (score := _score(some, name)) is not None}
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is not None and scores[best] >= _PLAUSIBLE:
        return best
    from charset_normalizer import from_bytes  # noqa: PLC0415 - 40 ms that only a foreign file should cost

    found = from_bytes(some, cp_isolation=[*_OTHERS]).best()
    return found.encoding if found else best or "cp1252"


_LETTERS = {
    **dict.fromkeys("áéíóúñüöäßçãõàèêâôîûëïùìòÁÉÍÓÚÑÜÖÄÇÃÕÀÈÊÂÔÎÛË", 1.0),
    **dict.fromkeys("ąćęłńśźżčďěňřšťůžýőűășțşđåæøœĄĆĘŁŃŚŹŻČĎĚŇŘŠŤŮŽÝŐŰĂȘȚŞĐÅÆØŒğĞİ", 0.6),
    **dict.fromkeys("ıİ", 0.7),
    **dict.fromkeys("ţŢ", 0.5),
}
_SIGNS = {
    **dict.fromkeys("¿¡ºª°€«»\u2013\u2014\u2019“”…§", 0.7),
    **dict.fromkeys("£©®²³·\u00b4\u00a0•„\u201a\u2018", 0.2),
}
_WRONG = -2.0


def _score(some: bytes, name: str) -> float | None:
    """How plausible the text is in an encoding: a mean of its characters beyond ASCII; None if it is none."""
    try:
        text = some.decode(name)
    except UnicodeDecodeError:
        return None
    padded = f" {text} "
    scores = [
        _of_character(padded[place - 1], each, padded[place + 1])
        for place, each in enumerate(padded)
        if each > "\x7f"
    ]
    return (sum(scores) - unspoken(text)) / len(scores) if scores else None


def _of_character(before: str, each: str, after: str) -> float:
    if each in SCRIPT_OF:
        found = score_of(before, each, after)
        if found is not None and _trigram(before, each, after) in _KNOWN:
            return 2.2
        return _WRONG if found is None else found
    if not each.isalpha() or each in "ºª":
        # A sign stands between words, not inside one.
        inside = before.isalpha() and after.isalpha() and each != "\u2019"
        inside = inside or (each in "£©®" and after.isalpha())
        return _WRONG if inside else _SIGNS.get(each, -1.0)
    if before.islower() and each.isupper():
        return _WRONG
    if each.isupper() and after.islower() and before.isupper():
        return _WRONG
    if any(side in SCRIPT_OF for side in (before, after)):
        return _WRONG
    three = _trigram(before, each, after)
    if three in _KNOWN:
        return 2.0
    # Whole words of accented letters are those of another script.
    crowded = three[0] > "\x7f" and three[2] > "\x7f"
    return _LETTERS.get(each, -0.5) - 0.8 * _is_odd(*list(three)) - 1.0 * crowded


def _trigram(before: str, each: str, after: str) -> str:
    """A letter with its neighbours in small letters; a blank for what is no letter."""
    # The small letter of the Turkish İ is two characters.
    return "".join(side.lower()[:1] if side.isalpha() else " " for side in (before, each, after))


def _is_odd(before: str, each: str, after: str) -> bool:
    """Whether a letter stands where no language of Western Europe has it."""
    vowels = "aeiouáéíóúàèìòùäöüâêîôûãõ"
    if each == "õ":
        return after != "e"
    if each == "û":
        return before in "zyhk "
    if each == "ß":
        return before not in vowels
    if each in "áà":
        return after in "aou" or before == "a"
    if each == "ç":
        return after not in "aouãõáóéêâ"
    if each in "èø":
        return after in vowels
    if each == "œ":
        return after not in "ui"
    if each == "ñ":
        return after not in vowels
    return False


def _trigrams(words: Sequence[str]) -> frozenset[str]:
    return frozenset(
        padded[place - 1 : place + 2]
        for word in words
        for padded in (f" {word} ",)
        for place, each in enumerate(padded)
        if each > "\x7f"
    )


_KNOWN = _trigrams(
    [
        *ACCENTED_WORDS.split(),
        *(
            part.casefold()
            for language in LANGUAGES
            for by in language.words.values()
            for words in by.values()
            for word in words
            for part in word.split()
        ),
    ]
)
"""Each accented letter of the known words with its two neighbours."""
