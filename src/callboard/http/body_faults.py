"""Explains an invalid body to its sender: every field at fault, each with the rule it breaks.

`msgspec` checks bodies fast, but stops at the first fault and reports Python types. This slower walk runs
only after it found a fault, and checks each field by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Struct, UnsetType
from msgspec.structs import FieldInfo

from callboard.model.directory import PUBLIC_ID_PATTERN, PUBLIC_ID_RULE

Fault = tuple[str, str]
"""(field, message): the path of a field, and what is wrong with it."""

MAX_FAULTS = 20
"""Faults reported for one body."""
BODY = "body"
"""The field name for a fault of the body as a whole."""

# These three read msgspec's error messages: it has no structured errors. An unknown message is passed on.
_PATH = re.compile(r"(?P<what>.*) - at `\$(?P<path>.*)`", re.DOTALL)
_BOUND = re.compile(r"Expected `(?P<kind>\w+)` (?:of length )?(?P<sign>[<>]=) (?P<bound>\d+)")
_WRONG_KIND = re.compile(r"Expected `(?P<kinds>[^`]*)`(?:, got .*)?")
_KINDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}
_PARTS = {"str": "characters", "array": "items"}


def faults(value: Any, struct: type[Any]) -> list[Fault]:
    """The faults of `value` as a `struct`, in the order of its fields: at most `MAX_FAULTS`, maybe none."""
    return list(islice(_of_struct(value, struct, ""), MAX_FAULTS))


def _of_struct(value: Any, struct: type[Struct], path: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield path or BODY, "must be an object"
        return
    fields = {each.encode_name: each for each in msgspec.structs.fields(struct)}
    for name, field in fields.items():
        if name in value:
            yield from _of_field(value[name], struct, field, _below(path, name))
        elif field.default is NODEFAULT and field.default_factory is NODEFAULT:
            yield _below(path, name), "is missing"
    if struct.__struct_config__.forbid_unknown_fields:
        for name in value:
            if name not in fields:
                # Cut: the sender chooses this name, and it goes into the answer.
                yield _below(path, name[:64]), f"is not a field here (it takes: {', '.join(fields)})"


def _of_field(value: Any, struct: type[Struct], field: FieldInfo, path: str) -> Iterator[Fault]:
    kinds = _alternatives(field.type)
    inner = next(filter(_is_struct, kinds), None)
    items = next((get_args(each)[0] for each in kinds if get_origin(each) is list), None)
    if inner is not None and isinstance(value, dict):
        yield from _of_struct(value, inner, path)
    elif items is not None and _is_struct(items) and isinstance(value, list) and value:
        for place, item in enumerate(value):
            if not _is_a(item, items):
                yield from _of_struct(item, items, f"{path}[{place}]")
    else:
        yield from _of_value(value, struct, field, path)


def _of_value(value: Any, struct: type[Struct], field: FieldInfo, path: str) -> Iterator[Fault]:
    try:
        msgspec.convert({field.name: value}, _alone(struct, field.name))
    except msgspec.ValidationError as error:
        found = _PATH.fullmatch(str(error))
        what = found["what"] if found else str(error)
        inside = found["path"].removeprefix(f".{field.name}") if found else ""
        yield path + inside, _rule(what, field.type)


@cache
def _alone(struct: type[Struct], name: str) -> type[Struct]:
    """A struct type with that one field.

    Cached without a bound, for two reasons: there are as many as fields in our types; and msgspec 0.22
    crashes when types are made and dropped for one conversion each.
    """
    (field,) = (each for each in msgspec.structs.fields(struct) if each.name == name)
    return msgspec.defstruct(f"{struct.__name__}_{name}", [(name, field.type)])


def _rule(what: str, kind: Any) -> str:
    """The rule behind one of msgspec's messages, in our words."""
    words = [word for each in _alternatives(kind) if get_origin(each) is Literal for word in get_args(each)]
    if words:
        return f"must be one of {', '.join(words)}"
    if PUBLIC_ID_PATTERN in what:
        return PUBLIC_ID_RULE
    if "matching regex" in what:  # all other patterns of our types forbid NUL, and nothing else
        return "must not hold a NUL"
    if bound := _BOUND.fullmatch(what):
        parts, number = _PARTS.get(bound["kind"]), int(bound["bound"])
        if bound["sign"] == ">=":
            return "must not be empty" if parts and number == 1 else f"must be at least {number:,}"
        return f"must have at most {number:,} {parts}" if parts else f"must be at most {number:,}"
    if wrong := _WRONG_KIND.fullmatch(what):
        return f"must be {' or '.join(_KINDS[each] for each in wrong['kinds'].split(' | '))}"
    return what


def _alternatives(kind: Any) -> list[Any]:
    """The types that a type is a union of, without the bounds of `Annotated`."""
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in (Literal, list, dict) or not get_args(kind):
        return [] if kind is UnsetType else [kind]
    return [each for part in get_args(kind) for each in _alternatives(part)]


def _is_a(value: Any, struct: type[Struct]) -> bool:
    try:
        msgspec.convert(value, struct)
    except msgspec.ValidationError:
        return False
    return True


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
