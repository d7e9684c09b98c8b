"""Writes fields into the structs that hold them, from the table of fields (`model/fields.py`).

Structs stand in the source as text: types are checked, nothing is made at run time. Where fields are to
stand, a comment says which, and `# end of fields` ends them:

    # fields: event of a call
    …
    # end of fields

A field that the same struct or call names by hand, outside such a region, is left to it. `--check` writes
nothing, and fails when a file differs from what would be written.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path

ROOT = Path(__file__).parent
SOURCE = ROOT / "src"
sys.path.insert(0, str(SOURCE))

from callboard.model import fields as table  # noqa: E402 - of the tree this script lies in
from callboard.model.field import Field  # noqa: E402 - see above

BEGIN = re.compile(r"^(?P<indent> *)# fields: (?P<what>.+) of a (?P<of>call|task)$")
END = "# end of fields"
MOST_COLUMNS = 110

_TEXTS = ("id", "text", "word", "phone")
_OBJECTS = ("document", "texts")


def _kept_type(field: Field) -> str:
    """Of a kept event."""
    if field.kind in _TEXTS:
        return "Text"
    if field.kind in _OBJECTS:
        return "Document"
    return {"time": "Instant", "flag": "bool | UnsetType"}.get(field.kind, "int | UnsetType | None")


def _row_type(field: Field) -> str:
    if field.kind in _OBJECTS:
        return "dict[str, Any]"
    return "str" if field.kind in _TEXTS else {"time": "Micros", "flag": "bool"}.get(field.kind, "int")


def _item_type(field: Field) -> str:
    if field.kind in _OBJECTS:
        return "dict[str, Any]"
    if field.kind in (*_TEXTS, "time"):
        return "str"
    return {"duration": "float", "flag": "bool", "names": "list[str]"}.get(field.kind, "int")


_SENT = {
    ("id", 255): "Id",
    ("text", 255): "Text",
    ("text", 1000): "Reason",
    ("phone", 64): "Number",
}
_SENT_OF_KIND = {
    "time": "Time",
    "duration": "Seconds",
    "flag": "Flag",
    "document": "Document",
    "texts": "Document",
}


def _sent_type(field: Field) -> str:
    if field.kind == "word":
        words = ", ".join(f'"{word}"' for word in field.words)
        return f"Literal[{words}] | UnsetType | None"
    if field.kind == "whole":
        return f"Annotated[int, Meta(ge={field.least}, le={field.most})] | None | UnsetType"
    if field.kind in _SENT_OF_KIND:
        return _SENT_OF_KIND[field.kind]
    bounded = f"Annotated[str, Meta(max_length={field.most})] | None | UnsetType"
    return _SENT.get((field.kind, field.most), bounded)


def _nullable(field: Field, kind: str) -> str:
    return f"{kind} | None" if field.nullable else kind


def _normal(field: Field) -> str:
    """What is kept of what was sent. Times and lengths are judged beside each other: those stand by hand."""
    if field.kind in _OBJECTS:
        return f'UNSET if wire.{field.name} is UNSET else payload("{field.name}", wire.{field.name})'
    if field.kind == "flag":
        return f"UNSET if wire.{field.name} is None else wire.{field.name}"
    if field.kind in ("time", "duration"):
        raise SystemExit(f"{field.name}: a {field.kind} has bounds beside others; write it into normalise.py")
    return f"wire.{field.name}"


def _shown(field: Field, noun: str) -> str:
    value = f"{noun}.{field.in_row}"
    return {"time": f"written({value})", "duration": f"seconds({value})", "names": f"[*{value}]"}.get(
        field.kind, value
    )


def _known(field: Field) -> str:
    if field.fold == "keys":
        return f'self._mappings["{field.in_row}"].known()'
    if field.fold == "attempt":
        return f'self._of_attempt.known((attempt, "{field.in_row}"))'
    return f'bool(known("{field.in_row}"))' if field.kind == "flag" else f'known("{field.in_row}")'


def _of_one(field: Field) -> str:
    value = f"event.{field.in_row}"
    if field.fold == "keys":
        return f"own_facts({value})"
    return f"{value} is True" if field.kind == "flag" else f"None if {value} is UNSET else {value}"


def _filter_type(field: Field) -> str:
    if field.kind == "whole":
        return "int | None"
    return "Match" if field.nullable else "str | None"


def _declared(
    name: Callable[[Field], str], kind: Callable[[Field], str], default: str = ""
) -> Callable[[Field], str]:
    return lambda field: f"{name(field)}: {kind(field)}{default}"


def _given(value: Callable[[Field], str]) -> Callable[[Field], str]:
    return lambda field: f"{field.in_row}={value(field)},"


def _name(field: Field) -> str:
    return field.name


def _in_row(field: Field) -> str:
    return field.in_row


WRITERS: dict[str, tuple[Callable[[str], list[Field]], Callable[[Field], str]]] = {
    "event": (table.by_log, _declared(_in_row, _kept_type, " = UNSET")),
    "row": (
        lambda of: [each for each in table.by_log(of) if each.kept],
        _declared(_in_row, lambda field: _nullable(field, _row_type(field)), " = None"),
    ),
    "event as sent": (table.sent, _declared(_name, _sent_type, " = UNSET")),
    "event as it is kept": (table.by_log, _given(_normal)),
    "fold of the facts": (lambda of: [each for each in table.by_log(of) if each.kept], _given(_known)),
    "fold of a single event": (lambda of: [each for each in table.by_log(of) if each.kept], _given(_of_one)),
    "filter": (table.filtered, _declared(_in_row, _filter_type, " = None")),
    "answer": (table.shown, _declared(_name, lambda field: _nullable(field, _item_type(field)))),
}
"""What a region holds: which fields, and how each is written."""
for _of in table.FIELDS:
    WRITERS[f"answer from the row {_of}"] = (
        table.shown,
        lambda field, noun=_of: f"{field.name}={_shown(field, noun)},",  # type: ignore[misc]
    )


def _named_around(lines: list[str], begin: int, end: int, indent: str) -> set[str]:
    """What the struct or call around a region names by hand."""
    by_name = re.compile(rf"^{indent}(\w+)\s*(?::|=)")
    around = [
        *takewhile(_within(indent), reversed(lines[:begin])),
        *takewhile(_within(indent), lines[end + 1 :]),
    ]
    return {found[1] for line in around if (found := by_name.match(line))}


def _within(indent: str) -> Callable[[str], bool]:
    return lambda line: not line.strip() or line.startswith(indent)


def written(text: str) -> str:
    """A module's text with its regions as the table has them."""
    lines = text.splitlines()
    out: list[str] = []
    at = 0
    while at < len(lines):
        out.append(lines[at])
        if begin := BEGIN.match(lines[at]):
            indent, of = begin["indent"], begin["of"]
            end = lines.index(f"{indent}{END}", at)
            fields, write = WRITERS.get(begin["what"]) or WRITERS[f"{begin['what']} {of}"]
            by_hand = _named_around(lines, at, end, indent)
            own = [each for each in fields(of) if not {each.name, each.in_row} & by_hand]
            out += [indent + write(field) for field in own]
            at = end
            continue
        at += 1
    return "\n".join(out) + "\n"


def main() -> int:
    """Write every module that has a region; with `--check` say which differ."""
    differ = []
    for path in sorted((SOURCE / "callboard").rglob("*.py")):
        text = path.read_text("utf-8")
        if END not in text:
            continue
        new = written(text)
        ast.parse(new)
        if new != text:
            differ.append(path.relative_to(ROOT))
            if "--check" not in sys.argv:
                path.write_text(new, "utf-8")
    if "--check" in sys.argv and differ:
        names = ", ".join(map(str, differ))
        sys.stderr.write(
            f"generated: {names} differ from model/fields.py; 'make generate' writes them anew\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
