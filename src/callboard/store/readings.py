"""How the digests of two imports' options say whether they read alike (`Reading.options_digest`)."""

from __future__ import annotations


def reads_alike(one: str | None, other: str | None) -> bool:
    """Whether what two readings both take from a row is the same, by the digests of their options. A word
    that only one of them knows is none of it: it costs the other the row or the field.
    """
    if one is None or other is None or one == other:
        return one == other
    of_one, of_other = one.split(" "), other.split(" ")
    known = dict(each.split(":") for each in of_one[1:])
    return of_one[0] == of_other[0] and all(
        known.get(word, meaning) == meaning for word, meaning in (each.split(":") for each in of_other[1:])
    )
