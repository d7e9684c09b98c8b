"""The types of bodies are ones that the decoder can hold."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import msgspec
from msgspec import inspect as types

import callboard

HOLDS_OTHERS = (types.DictType, types.ListType, types.SetType, types.VarTupleType, types.TupleType)


def structs() -> Iterator[type[msgspec.Struct]]:
    for module in pkgutil.walk_packages(callboard.__path__, "callboard."):
        if not module.name.endswith("__main__"):
            for each in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(each) and issubclass(each, msgspec.Struct) and each is not msgspec.Struct:
                    yield each


def bare(kind: types.Type) -> types.Type:
    return kind.type if isinstance(kind, types.Metadata) else kind


def unions(kind: types.Type) -> Iterator[tuple[types.Type, ...]]:
    """Each union in a field's type, however deep."""
    kind = bare(kind)
    if isinstance(kind, types.UnionType):
        yield tuple(bare(each) for each in kind.types)
        for each in kind.types:
            yield from unions(each)
    for name in ("item_type", "key_type", "value_type"):
        if isinstance(inner := getattr(kind, name, None), types.Type):
            yield from unions(inner)


def breaks_the_decoder(union: tuple[types.Type, ...]) -> bool:
    """With a union of a text that has a pattern and an object or a list, msgspec 0.22 writes beyond the
    memory it took for the type. The process may end with a segmentation fault.
    """
    patterned = any(isinstance(each, types.StrType) and each.pattern is not None for each in union)
    return patterned and any(isinstance(each, HOLDS_OTHERS) for each in union)


def test_no_type_of_ours_damages_the_memory_of_the_process():
    """No union of a text that has a pattern and an object or a list, in a body or an answer."""
    looked_at, found = 0, set()
    for struct in set(structs()):
        for field in msgspec.structs.fields(struct):
            try:
                kind = types.type_info(field.type)
            except TypeError:  # no type that is decoded
                continue
            looked_at += 1
            if any(map(breaks_the_decoder, unions(kind))):
                found.add(f"{struct.__module__}.{struct.__name__}.{field.name}")
    assert found == set()
    assert looked_at > 500
