"""Whether a file was imported right, asked about, imported wrong, or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from tests.files.command import FreshStore, doubts_of
from tests.files.layout import Layout

Word = Literal["RIGHT", "ASKED", "WRONG", "REFUSED"]
AVERAGE_WITHIN = 0.0015


@dataclass(frozen=True)
class Verdict:
    """What became of a file, and why it is called so."""

    word: Word
    why: str
    about: tuple[str, ...] = ()
    """What its doubts were about."""


def verdict(layout: Layout, fresh: Callable[[], FreshStore]) -> Verdict:
    """RIGHT: imported, and every number is the truth's. ASKED: exit code 3 and nothing imported, and each
    doubt is about something that the file does not tell, or the numbers under `--guess=anyway` are the
    truth's. WRONG: other numbers, and nobody was told. REFUSED: neither imported nor a doubt.
    """
    truth = layout.truth(layout.meant)
    store = fresh()
    done = store.import_(layout.name, layout.content, layout.kind, layout.zone, "--guess")
    found = store.numbers(layout.kind)
    if done.code == 0 or found.get("calls", found.get("total")):
        off = differences(found, truth)
        if done.code:
            off.append(f"exit {done.code}, and yet something was imported")
        return Verdict("WRONG" if off else "RIGHT", "; ".join(off))
    doubts = doubts_of(done) if done.code == 3 else []
    if not doubts:
        return Verdict("REFUSED", f"exit {done.code}: {done.err.strip()[-400:] or done.text[-400:]}")
    about = tuple(each["about"] for each in doubts)
    beside = [each for each in doubts if each["about"] not in layout.asks]
    store = fresh()
    done = store.import_(layout.name, layout.content, layout.kind, layout.zone, "--guess=anyway")
    off = differences(store.numbers(layout.kind), truth)
    if beside and off:
        return Verdict("WRONG", f"{'; '.join(off)}; asked beside the point: {beside[0]}", about)
    return Verdict("ASKED", "; ".join(f"{each['about']}: {each['message']}" for each in doubts), about)


def differences(found: Mapping[str, Any], truth: Mapping[str, Any]) -> list[str]:
    """Where the numbers are not those of the truth, in words."""
    told = []
    for key, got in found.items():
        want = truth[key]
        if key in {"first", "last"}:
            if want is None:
                continue
            moment = datetime.fromisoformat(want)
            near = (
                got is not None
                and abs((got - moment).total_seconds()) <= truth.get("within_seconds", 0) + 0.0005
            )
        else:
            near = abs(got - want) <= (AVERAGE_WITHIN if key == "avg_duration_seconds" else 0)
        if not near:
            told.append(f"{key} {got}, not {want}")
    return told
