"""Writes fields into the structs that hold them, from the table of fields (`model/fields.py`), and into the
reference of events.

Structs are text in the source: types are checked, nothing is made at run time. A comment begins a region of
generated fields and says which they are, and `# end of fields` ends it:

    # fields: event of a call
    …
    # end of fields

A field that the same struct or call names by hand, outside the region, is left out of it. In
`docs/reference/events.md` the first table below `## Call events` and `## Task events` is written. `--check`
writes nothing, and fails when a file differs from what would be written. What has no general rule is refused
by the field's name.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from itertools import takewhile, zip_longest
from pathlib import Path

ROOT = Path(__file__).parent
SOURCE = ROOT / "src"
sys.path.insert(0, str(SOURCE))

from callboard.model import fields as table  # noqa: E402 - of the tree this script lies in
from callboard.model.field import SECONDS_MAX, Field  # noqa: E402 - see above

BEGIN = re.compile(r"^(?P<indent> *)# fields: (?P<what>.+) of a (?P<of>call|task)$")
END = "# end of fields"
MAX_LINE = 110

_TEXTS = ("id", "text", "word", "phone")
_OBJECTS = ("document", "texts")


def _stored_type(field: Field) -> str:
    """The type of the field in a stored event."""
    if field.kind in _TEXTS:
        return "Text"
    if field.kind in _OBJECTS:
        return "Document"
    if field.kind in ("ids", "names"):
        return "Ids"
    # What no sender can say cannot be sent as null either.
    number = "int | UnsetType | None" if field.in_events or field.in_rows else "int | UnsetType"
    flag = _nullable(field, "bool | UnsetType")
    return {"time": "Instant", "flag": flag}.get(field.kind, number)


def _row_type(field: Field) -> str:
    if field.kind in _OBJECTS:
        return "dict[str, Any]"
    if field.kind == "ids":
        return "tuple[str, ...]"
    return "str" if field.kind in _TEXTS else {"time": "Micros", "flag": "bool"}.get(field.kind, "int")


def _item_type(field: Field) -> str:
    if field.kind in _OBJECTS:
        return "dict[str, Any]"
    if field.kind in (*_TEXTS, "time"):
        return "str"
    kinds = {"duration": "float", "flag": "bool", "names": "list[str]", "money": "Money"}
    return kinds.get(field.kind, "int")


_WIRE_TYPES = {
    ("id", 255): "Id",
    ("text", 255): "Text",
    ("text", 1000): "Reason",
    ("phone", 64): "Number",
}
_WIRE_TYPE_OF_KIND = {
    "time": "Time",
    "duration": "Seconds",
    "flag": "Flag",
    "document": "Document",
    "texts": "Document",
    "money": "Cost",
    "ids": "Ids",
    "names": "Names",
}


def _wire_type(field: Field) -> str:
    if field.kind == "word":
        words = ", ".join(f'"{word}"' for word in field.words)
        return f"Literal[{words}] | UnsetType | None"
    if field.kind == "whole":
        return f"Annotated[int, Meta(ge={field.minimum}, le={field.maximum})] | UnsetType | None"
    if field.kind in _WIRE_TYPE_OF_KIND:
        return _WIRE_TYPE_OF_KIND[field.kind]
    bounded = f"Annotated[str, Meta(max_length={field.maximum})] | UnsetType | None"
    return _WIRE_TYPES.get((field.kind, field.maximum), bounded)


def _nullable(field: Field, kind: str) -> str:
    return f"{kind} | None" if field.nullable else kind


def _stored_value(field: Field) -> str:
    """The expression that makes the stored value from the value that was sent."""
    sent = f"wire.{field.name}"
    if not field.in_events:
        return "UNSET"
    if field.kind in _OBJECTS:
        return f'UNSET if {sent} is UNSET else payload("{field.name}", {sent})'
    if field.kind == "flag" and not field.nullable:
        return f"UNSET if {sent} is None else {sent}"
    if field.kind == "time":
        return (
            f'checked_instant("{field.name}", {sent}, latest, earliest)'
            f" if isinstance({sent}, str) else {sent}"
        )
    if field.kind == "ids":
        return f'{sent} if {sent} is UNSET or {sent} is None else several_ids("{field.name}", {sent})'
    if field.kind == "duration":
        if field.maximum != SECONDS_MAX:
            raise SystemExit(f"{field.name}: events take durations of up to {SECONDS_MAX} seconds, no others")
        return f'{sent} if {sent} is UNSET or {sent} is None else duration_ms("{field.name}", {sent})'
    return sent


def _answer_value(field: Field, noun: str) -> str:
    value = f"{noun}.{field.row_name}"
    return {"time": f"format_time({value})", "duration": f"seconds({value})", "names": f"[*{value}]"}.get(
        field.kind, value
    )


def _folded_value(field: Field) -> str:
    if field.name == "end_reason":
        return 'self._ended(("end_reason", status))'
    if field.name == "source_end_reason":
        return 'self._ended(("source_end_reason", self._source_reason_status))'
    if field.fold == "own":
        raise SystemExit(
            f"{field.name}: which event decides it? Say so in the table, or write it into the fold"
        )
    if field.fold == "keys":
        return f'self._joined("{field.row_name}")'
    if field.fold == "attempt":
        return f'self._attempt_facts.known((attempt, "{field.row_name}"))'
    known = f'known("{field.row_name}")'
    return known if field.nullable or field.kind != "flag" else f"bool({known})"


def _single_event_value(field: Field) -> str:
    value = f"event.{field.row_name}"
    if field.fold == "keys":
        return f"own_facts({value})"
    if field.kind == "flag" and not field.nullable:
        return f"{value} is True"
    return f"None if {value} is UNSET else {value}"


def _filter_type(field: Field) -> str:
    if field.kind not in (*_TEXTS, "whole"):
        raise SystemExit(
            f"{field.name}: the table has no filter by a {field.kind}; write it into parameters.py"
        )
    if field.kind == "whole":
        return "int | None"
    return "FilterValue" if field.nullable else "str | None"


def _declaration(
    name: Callable[[Field], str], kind: Callable[[Field], str], default: str = ""
) -> Callable[[Field], str]:
    return lambda field: f"{name(field)}: {kind(field)}{default}"


def _keyword(value: Callable[[Field], str]) -> Callable[[Field], str]:
    return lambda field: f"{field.row_name}={value(field)},"


def _name(field: Field) -> str:
    return field.name


def _row_name(field: Field) -> str:
    return field.row_name


def _row_value(field: Field, noun: str) -> str:
    value = f"{noun}.{field.row_name}"
    if field.kind in (*_OBJECTS, "ids"):
        return f"None if {value} is None else _encode({value}).decode()"
    if field.kind != "flag":
        return value
    return f"None if {value} is None else int({value})" if field.nullable else f"1 if {value} else 0"


def _names_of_struct(module: str, name: str) -> list[str]:
    """The fields of a struct of the model in its own order, as they are once its region is written."""
    text = (SOURCE / "callboard" / "model" / f"{module}.py").read_text("utf-8")
    body = ast.parse(written(text)).body
    (struct,) = (each for each in body if isinstance(each, ast.ClassDef) and each.name == name)
    return [
        ast.unparse(each.target)
        for each in struct.body
        if isinstance(each, ast.AnnAssign) and not ast.unparse(each.annotation).startswith("ClassVar")
    ]


def _columns(noun: str) -> list[Field]:
    """The fields of a row in the order of its struct, which is the order of the columns."""
    kept = table.row_fields(noun)
    return [kept[name] for name in _names_of_struct(noun, noun.title())]


def _stored(noun: str) -> list[Field]:
    """The fields of a stored event in the order of its struct, that of its bytes and arguments."""
    struct = f"{noun.title()}Event"
    fields = {each.row_name: each for each in table.log_fields(noun)}
    names = _names_of_struct("event", struct)
    for name, due in zip_longest(names, fields):
        if name != due:
            raise SystemExit(
                f"{name or due}: {struct} has {name} where the log of the table has {due}; "
                "the bytes of stored events follow that order, so no field may stand by hand out of it"
            )
    return [fields[name] for name in names]


_TIMED = ("call_id", "call_status", "creation_time", "start_time", "end_time", "call_duration")
"""Fields of the row of a call that stand before the generated ones: the fold has rules of their own."""
POSITIONAL = "stored event"
"""The one region of positional arguments, in the order of the struct: it holds every field."""
WRITERS: dict[str, tuple[Callable[[str], list[Field]], Callable[[Field], str]]] = {
    "event": (table.log_fields, _declaration(_row_name, _stored_type, " = UNSET")),
    "row": (
        lambda noun: [each for each in table.log_fields(noun) if each.in_rows],
        _declaration(_row_name, lambda field: _nullable(field, _row_type(field)), " = None"),
    ),
    "event as sent": (table.event_fields, _declaration(_name, _wire_type, " = UNSET")),
    "fold of a single event": (
        # Positional: the struct's own fields come before and after.
        lambda noun: [each for each in table.log_fields(noun) if each.in_rows and each.name not in _TIMED],
        lambda field: f"{_single_event_value(field)},",
    ),
    "filter": (table.filter_fields, _declaration(_row_name, _filter_type, " = None")),
    "answer": (table.answer_fields, _declaration(_name, lambda field: _nullable(field, _item_type(field)))),
}
"""Region → its fields, and how each is written."""
# Of calls positional: the struct's own fields come before and after.
WRITERS["fold of the facts call"] = (
    lambda noun: [each for each in table.log_fields(noun) if each.in_rows and each.name not in _TIMED],
    lambda field: f"{_folded_value(field)},",
)
WRITERS["fold of the facts task"] = (
    lambda noun: [each for each in table.log_fields(noun) if each.in_rows],
    _keyword(_folded_value),
)
for _of in table.FIELDS:
    WRITERS[f"values of the row {_of}"] = (
        _columns,
        lambda field, noun=_of: f"{_row_value(field, noun)},",  # type: ignore[misc]
    )
    WRITERS[f"answer from the row {_of}"] = (
        table.answer_fields,
        lambda field, noun=_of: f"{field.name}={_answer_value(field, noun)},",  # type: ignore[misc]
    )


def _names_by_hand(lines: list[str], begin: int, end: int, indent: str) -> set[str]:
    """The names that the struct or call around a region gives by hand."""
    by_name = re.compile(rf"^{indent}(\w+)\s*(?::|=)")
    around = [
        *takewhile(_within(indent), reversed(lines[:begin])),
        *takewhile(_within(indent), lines[end + 1 :]),
    ]
    return {found[1] for line in around if (found := by_name.match(line))}


def _locals_by_hand(lines: list[str], begin: int) -> set[str]:
    """The local variables that the function around a region assigns before it."""
    by_name = re.compile(r"^    (\w+)(?:: \w+)? = ")
    before = takewhile(lambda line: not line.startswith("def "), reversed(lines[:begin]))
    return {found[1] for line in before if (found := by_name.match(line))}


def _positional(field: Field, by_hand: set[str]) -> str:
    """The argument of a field in the positional region: the function's own local where it has one."""
    return (
        next((name for name in (field.row_name, field.name) if name in by_hand), _stored_value(field)) + ","
    )


def _wrapped(line: str, indent: str) -> list[str]:
    """The line, broken as the formatter does where it is too long."""
    parts = [line] if len(indent + line) <= MAX_LINE else re.split(r" (?=if |else )", line)
    return [indent + part for part in parts]


def _within(indent: str) -> Callable[[str], bool]:
    return lambda line: not line.strip() or line.startswith(indent)


def written(text: str) -> str:
    """A module's text with its regions generated from the table."""
    lines = text.splitlines()
    out: list[str] = []
    at = 0
    while at < len(lines):
        out.append(lines[at])
        if begin := BEGIN.match(lines[at]):
            indent, noun = begin["indent"], begin["of"]
            end = lines.index(f"{indent}{END}", at)
            if begin["what"] == POSITIONAL:
                by_hand = _locals_by_hand(lines, at)
                written_out = [_positional(field, by_hand) for field in _stored(noun)]
            else:
                fields, write = WRITERS.get(begin["what"]) or WRITERS[f"{begin['what']} {noun}"]
                by_hand = _names_by_hand(lines, at, end, indent)
                written_out = [
                    write(field) for field in fields(noun) if not {field.name, field.row_name} & by_hand
                ]
            for line in written_out:
                out += _wrapped(line, indent)
            at = end
            continue
        at += 1
    return "\n".join(out) + "\n"


def _type_in_words(field: Field) -> str:
    """The type of a field and its bound, as the reference says them."""
    if field.kind in _OBJECTS:
        return f"object{' of texts' if field.kind == 'texts' else ''}, {field.maximum // 1024} KiB"
    if field.kind in ("text", "phone"):
        return f"{'word' if field.words else 'text'}, {field.maximum:,} bytes"
    return {
        "whole": "whole number",
        "duration": "number",
        "flag": "boolean",
        "money": "object",
        "ids": "id, or up to three",
        "names": "list of names",
    }.get(field.kind, field.kind)


def described(text: str) -> str:
    """The reference of events, with its tables of fields written from the table."""
    for noun in table.FIELDS:
        before, heading, behind = text.partition(f"\n## {noun.title()} events\n\n")
        _, end, after = behind.partition("\n\n")
        rows = [
            "| Field | Type | Description |",
            "| --- | --- | --- |",
            f"| `type` | text | `{noun}`. Required. |",
            *(
                f"| `{each.name}` | {_type_in_words(each)} "
                f"| {each.description}{' Required.' if each.required and not each.may_lack else ''} |"
                for each in table.event_fields(noun)
            ),
        ]
        text = before + heading + "\n".join(rows) + end + after
    return text


def refuse_what_has_no_rule() -> None:
    """Refuse, by name, properties that nothing in the package reads for such a field."""
    for noun, fields in table.FIELDS.items():
        for field in fields:
            if field.counter and (noun != "call" or field.kind not in _TEXTS):
                raise SystemExit(
                    f"{field.name}: only calls have a counter by a field, and only by a text; "
                    "write another into fold/catalogue.py"
                )
            if field.groups and field.kind not in _TEXTS:
                raise SystemExit(f"{field.name}: reports group by texts, not by a {field.kind}")
    objects: dict[str, tuple[str, int]] = {}
    for field in (each for of in table.FIELDS for each in table.event_fields(of)):
        known = objects.setdefault(field.name, (field.kind, field.maximum))
        if field.kind in _OBJECTS and known != (field.kind, field.maximum):
            raise SystemExit(f"{field.name}: calls and tasks have objects of one kind and bound by one name")


def main() -> int:
    """Write every file that has a region; with `--check` only report those that differ."""
    refuse_what_has_no_rule()
    differ = []
    reference = ROOT / "docs" / "reference" / "events.md"
    for path in (*sorted((SOURCE / "callboard").rglob("*.py")), reference):
        text = path.read_text("utf-8")
        if path != reference and END not in text:
            continue
        new = described(text) if path == reference else written(text)
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
