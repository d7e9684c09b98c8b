"""Tomorrow's file of a saved mapping, written otherwise: it is right, or asks with answers that read it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.files.command import HANDLE, FreshStore, Template

HEADINGS = ("Anruf ID", "Startzeit", "Status", "Gesprächsdauer", "Agent")
WORDS = "call_status:Beantwortet=completed,Besetzt=missed"
MOST_WORDS = 10
TALKS = (60.5, 0, 180.5, 0, 300.5, 0)


@dataclass(frozen=True)
class Dialect:
    """How a file is written."""

    separator: str = ","
    quotes: bool = False
    above: str = ""
    decimal: str = "."
    newline: str = "\n"
    encoding: str = "utf-8"

    def file(self, month: int) -> bytes:
        """The calls of a month, 81 seconds longer than those of the month before."""
        rows = [HEADINGS]
        for n, talk in enumerate(TALKS):
            length = str(talk and talk + 81 * month).replace(".", self.decimal)
            how = "Beantwortet" if talk else "Besetzt"
            rows.append((f"{month}-{n}", f"2026-0{month}-1{n} 09:15:00", how, length, f"Müller {n}"))
        return (self.above + self.newline.join(map(self._line, rows)) + self.newline).encode(self.encoding)

    def _line(self, cells: tuple[str, ...]) -> str:
        return self.separator.join(
            f'"{each}"' if self.quotes or self.separator in each else each for each in cells
        )


def drawn(seed: int) -> tuple[Dialect, Dialect]:
    """Two dialects."""
    draw = random.Random(seed)

    def one() -> Dialect:
        separator = draw.choice(",;\t|")
        return Dialect(
            separator=separator,
            quotes=draw.random() < 0.5,
            above=draw.choice(["", "", "Calls of a month\n\n", f"sep={separator}\n"]),
            decimal=draw.choice(".,"),
            newline=draw.choice(["\n", "\r\n", "\r"]),
            encoding=draw.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
        )

    return one(), one()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("dialects") / "template")


@pytest.mark.parametrize(
    ("before", "after"),
    [(Dialect(), Dialect(separator=";", quotes=True)), *(drawn(seed) for seed in range(12))],
)
def test_a_file_in_another_dialect_is_right_or_asks(
    before: Dialect, after: Dialect, template: Template, tmp_path: Path
) -> None:
    """Neither refused nor wrong. What is asked has answers by which it is read."""
    store = FreshStore(template, tmp_path / "store")
    guessed = ("--guess=anyway", "--values", WORDS, "--save-mapping", "m")
    saved = store.import_("today.csv", before.file(3), "calls", "UTC", *guessed)
    assert saved.code == 0, saved.text
    (store.folder / "next.csv").write_bytes(after.file(4))
    where = ("import", "next.csv", "--org", HANDLE, "--space", store.space, "--mapping", "m", "--json")
    found, answers = store.run(*where), list[str]()
    while found.code == 3 and len(answers) < MOST_WORDS:
        # That an earlier file was read by other options is answered by the command that is shown.
        for doubt in found.json["doubts"]:
            answers += doubt["answers"][0]["arguments"] if doubt["answers"] else ["--replace"]
        found = store.run(*where, *answers)
    assert found.code == 0, found.text
    assert found.json["rejected"] == 0
    numbers = store.numbers("calls")
    assert (numbers["calls"], numbers["completed"]) == (12, 6)
    assert numbers["avg_duration_seconds"] == 180.5 + 81 * 3.5
    agents = {each["agent"] for each in store.run("calls", "--org", HANDLE, "--json").json}
    assert agents == {f"Müller {n}" for n in range(6)}
