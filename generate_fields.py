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
from callboard.model.field import SECONDS_MAX, Field  # noqa: E402 - see above

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
    """What is kept of what was sent."""
    sent = f"wire.{field.name}"
    if not field.sent:
        return "UNSET"
    if field.kind in _OBJECTS:
        return f'UNSET if {sent} is UNSET else payload("{field.name}", {sent})'
    if field.kind == "flag":
        return f"UNSET if {sent} is None else {sent}"
    if field.kind == "time":
        return (
            f'placed_instant("{field.name}", {sent}, latest, earliest) if isinstance({sent}, str) else {sent}'
        )
    if field.kind == "duration":
        if field.most != SECONDS_MAX:
            raise SystemExit(f"{field.name}: events take durations of up to {SECONDS_MAX} seconds, no others")
        return f'{sent} if {sent} is UNSET or {sent} is None else duration_ms("{field.name}", {sent})'
    return sent


def _shown(field: Field, noun: str) -> str:
    value = f"{noun}.{field.in_row}"
    return {"time": f"written({value})", "duration": f"seconds({value})", "names": f"[*{value}]"}.get(
        field.kind, value
    )


def _known(field: Field) -> str:
    if field.fold == "own":
        raise SystemExit(
            f"{field.name}: which event decides it? Say so in the table, or write it into the fold"
        )
    if field.fold == "keys":
        return f'self._joined("{field.in_row}")'
    if field.fold == "attempt":
        return f'self._attempt_facts.known((attempt, "{field.in_row}"))'
    return f'bool(known("{field.in_row}"))' if field.kind == "flag" else f'known("{field.in_row}")'


def _of_one(field: Field) -> str:
    value = f"event.{field.in_row}"
    if field.fold == "keys":
        return f"own_facts({value})"
    return f"{value} is True" if field.kind == "flag" else f"None if {value} is UNSET else {value}"


def _filter_type(field: Field) -> str:
    if field.kind not in (*_TEXTS, "whole"):
        raise SystemExit(
            f"{field.name}: the table has no filter by a {field.kind}; write it into parameters.py"
        )
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


def _row_value(field: Field, noun: str) -> str:
    value = f"{noun}.{field.in_row}"
    if field.kind in _OBJECTS:
        return f"None if {value} is None else _encode({value}).decode()"
    return f"1 if {value} else 0" if field.kind == "flag" else value


def _columns(of: str) -> list[Field]:
    """The fields of a row in the order of its struct, which is that of the columns."""
    module = ast.parse((SOURCE / "callboard" / "model" / f"{of}.py").read_text("utf-8"))
    (struct,) = (each for each in module.body if isinstance(each, ast.ClassDef) and each.name == of.title())
    names = [ast.unparse(each.target) for each in struct.body if isinstance(each, ast.AnnAssign)]
    kept = table.kept(of)
    return [kept[name] for name in names]


BY_PLACE = "event as it is kept"
"""The one region whose values stand without their names, in the order of the struct: every field is in it."""
WRITERS: dict[str, tuple[Callable[[str], list[Field]], Callable[[Field], str]]] = {
    "event": (table.log_fields, _declared(_in_row, _kept_type, " = UNSET")),
    "row": (
        lambda of: [each for each in table.log_fields(of) if each.kept],
        _declared(_in_row, lambda field: _nullable(field, _row_type(field)), " = None"),
    ),
    "event as sent": (table.sent, _declared(_name, _sent_type, " = UNSET")),
    "fold of the facts": (lambda of: [each for each in table.log_fields(of) if each.kept], _given(_known)),
    "fold of a single event": (
        lambda of: [each for each in table.log_fields(of) if each.kept],
        _given(_of_one),
    ),
    "filter": (table.filtered, _declared(_in_row, _filter_type, " = None")),
    "answer": (table.shown, _declared(_name, lambda field: _nullable(field, _item_type(field)))),
}
"""What a region holds: which fields, and how each is written."""
for _of in table.FIELDS:
    WRITERS[f"values of the row {_of}"] = (
        _columns,
        lambda field, noun=_of: f"{_row_value(field, noun)},",  # type: ignore[misc]
    )
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


def _locals(lines: list[str], begin: int) -> set[str]:
    """What the function around a region has judged by hand before."""
    by_name = re.compile(r"^    (\w+)(?:: \w+)? = ")
    before = takewhile(lambda line: not line.startswith("def "), reversed(lines[:begin]))
    return {found[1] for line in before if (found := by_name.match(line))}


def _placed(field: Field, judged: set[str]) -> str:
    """What is kept of a field, by its place: the function's own local where it has one."""
    return next((name for name in (field.in_row, field.name) if name in judged), _normal(field)) + ","


def _fitting(line: str, indent: str) -> list[str]:
    """The line, as the formatter breaks it where it is too long."""
    parts = [line] if len(indent + line) <= MOST_COLUMNS else re.split(r" (?=if |else )", line)
    return [indent + part for part in parts]


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
            if begin["what"] == BY_PLACE:
                judged = _locals(lines, at)
                written_out = [_placed(field, judged) for field in table.log_fields(of)]
            else:
                fields, write = WRITERS.get(begin["what"]) or WRITERS[f"{begin['what']} {of}"]
                by_hand = _named_around(lines, at, end, indent)
                written_out = [
                    write(field) for field in fields(of) if not {field.name, field.in_row} & by_hand
                ]
            for line in written_out:
                out += _fitting(line, indent)
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
