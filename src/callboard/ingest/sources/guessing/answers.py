"""An answer to a doubt as an option of the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.mapping import MapOptions, assignments, joined, pieces
from callboard.ingest.sources.plan import ImportPlan, header_of, separator_of

_LINES_DIGITS: Final = 9


def with_answer(plan: ImportPlan, answer: Answer) -> ImportPlan:
    """The plan with the answer's option added. Raises `ImportOptionError` for another option."""
    value = answer.value
    if answer.option == "--header":
        return replace(plan, header=header_of(value))
    if answer.option == "--skip-lines":
        return replace(plan, skip_lines=_lines(value))
    if answer.option == "--separator":
        return replace(plan, separator=separator_of(value))
    if answer.option == "--table":
        return replace(plan, table=value)
    if answer.option == "--encoding":
        return replace(plan, encoding=value)
    if answer.option == "--accept":
        return replace(plan, accept=(*plan.accept, value))
    if answer.option == "--usual-length":
        return replace(plan, usual_length=length_of(value))
    add = _ADD.get(answer.option)
    if add is None:
        raise ImportOptionError(f"{answer.option} answers no doubt")
    return replace(plan, options=add(plan.options, value))


def _lines(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= _LINES_DIGITS):
        raise ImportOptionError(f"--skip-lines: {value[:80]!r} is no number of lines")
    return int(value)


def length_of(text: str) -> float:
    """The seconds that `--usual-length` says. Raises `ImportOptionError`."""
    try:
        return float(text)
    except ValueError:
        raise ImportOptionError(f"--usual-length: {text[:80]!r} is no number of seconds") from None


def _mapped(options: MapOptions, value: str) -> MapOptions:
    # A later answer about a field replaces an earlier one.
    mapped = assignments(options.map, "--map") | assignments((value,), "--map")
    text = joined(f"{target}={source}" for target, source in mapped.items())
    return replace(options, map=(text,))


def _with_condition(options: MapOptions, value: str) -> MapOptions:
    condition, _, assignment = value.rpartition(" ")
    return replace(options, when=(*options.when, (condition, assignment)))


_ADD: Final[Mapping[str, Callable[[MapOptions, str], MapOptions]]] = {
    "--map": _mapped,
    "--when": _with_condition,
    "--set": lambda options, value: replace(options, set=(*options.set, value)),
    "--values": lambda options, value: replace(options, values=(*options.values, value)),
    "--null": lambda options, value: replace(options, null=(*options.null, value)),
    "--time-format": lambda options, value: replace(options, time_format=(*options.time_format, value)),
    "--timezone": lambda options, value: replace(options, timezone=(*options.timezone, value)),
    "--id-from": lambda options, value: replace(options, id_from=tuple(pieces(value)), legs=False),
    "--leave-out": lambda options, value: replace(options, leave_out=(*options.leave_out, value)),
    "--legs": lambda options, _: replace(options, legs=True),
    "--duration-unit": lambda options, value: replace(options, duration_unit=value),
    "--decimal": lambda options, value: replace(options, decimal=value),
}
