"""What counts of all that imports said of one call is what the sets come to, while some are withdrawn too."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from callboard.fold.replacing import Speaker, standing, word_of
from tests.property.test_one_reading import Expected, said


class Import(Struct):
    """One import as drawn: what it said of the call, and how it read."""

    words: set[int]
    options: str
    mapping: str | None
    replaces: set[int]
    """Of the imports before it, counted back."""
    withdrawn: bool


imports = st.lists(
    st.builds(
        Import,
        words=st.sets(st.integers(0, 7), min_size=1, max_size=3),
        options=st.sampled_from("ab"),
        mapping=st.sampled_from([None, None, "m"]),
        replaces=st.sets(st.integers(1, 3), max_size=1),
        withdrawn=st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@given(drawn=imports)
def test_what_counts_is_what_the_sets_come_to(drawn: list[Import]) -> None:
    """Of those that are being withdrawn as of all others."""
    expected, speakers = Expected(), {}
    # What another replaces is on record as withdrawn from then on.
    replaced = {number - back for number, each in enumerate(drawn, start=1) for back in each.replaces}
    limbo = {number for number, each in enumerate(drawn, start=1) if each.withdrawn or number in replaced}
    for number, each in enumerate(drawn, start=1):
        replaces = {number - back for back in each.replaces if back < number}
        expected.arrive(number, [(0, word) for word in each.words])
        expected.options[number], expected.series[number] = each.options, each.mapping
        expected.replaces[number] = replaces
        speakers[number] = Speaker(
            number=number,
            options=each.options,
            place="here",
            series=None if each.mapping is None else (each.mapping, "here", "call"),
            replaces=frozenset(replaces),
            withdrawn=number in limbo,
        )
    digest_of = {word: word_of(said(0, word)).digest for word in range(8)}
    found = standing(
        {n: [word_of(said(0, word)) for word in each.words] for n, each in enumerate(drawn, 1)}, speakers
    )
    assert found == {digest_of[word] for word in expected.standing(0, limbo)}
