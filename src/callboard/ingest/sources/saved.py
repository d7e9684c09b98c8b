"""Everything that says how a file is read, as one document: to save it under a name, and to know a reading
again.

Options are the fields of `ImportPlan` and `MapOptions` as they are: a new one is saved without a change here.
Those that are left at their defaults are not written, so that an option that a later version adds does not
make another reading of what was read before.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, get_type_hints

import msgspec

from callboard.ingest.sources.fields import FIELDS
from callboard.ingest.sources.files.opening import Opened
from callboard.ingest.sources.files.records import ImportOptionError
from callboard.ingest.sources.guessing.accepted import OF_ONE_FILE
from callboard.ingest.sources.mapping import MapOptions, assignments, joined
from callboard.ingest.sources.mapping.added_words import apart_from_added
from callboard.ingest.sources.mapping.options import DEFAULT_UNIT, by_field
from callboard.ingest.sources.mapping.passing import is_of_change
from callboard.ingest.sources.plan import ImportPlan
from callboard.store.importing import Reading

_NOT_HOW = frozenset({"file", "handle", "space", "space_from", "options", "db", "mapping", "spool"})
"""Fields of a plan that say which file is read and where it goes, not how it is read."""
_BY_FIELD = frozenset({"map", "set"})
"""Options that assign something to fields; given beside a saved mapping, they replace it for these fields."""
_SAVED_FIRST = frozenset({"values", "null", "accept"})
"""Options whose last word on a thing holds, or each of whose words holds."""
_GIVEN_FIRST = frozenset({"when", "leave_out"})
"""Options whose first word on a thing holds, or each of whose words holds."""


def document_of(plan: ImportPlan) -> str:
    """The options of a plan as a JSON object, in the order of their names."""
    plan = dataclasses.replace(plan, accept=tuple(each for each in plan.accept if each not in OF_ONE_FILE))
    options = {**_given(plan, _NOT_HOW), **_given(plan.options, frozenset())}
    return msgspec.json.encode(options, order="sorted").decode()


def with_document(plan: ImportPlan, document: str, stated: frozenset[str] = frozenset()) -> ImportPlan:
    """The plan with the options of a saved document; those that the plan states itself are kept, or added to
    the saved ones. `stated`: options that count as stated also where they have their defaults. Raises
    `ImportOptionError` for options that this version does not know.
    """
    saved = _read(document)
    of_plan = {name: value for name, value in saved.items() if name in _names(ImportPlan) - _NOT_HOW}
    of_options = {name: value for name, value in saved.items() if name in _names(MapOptions)}
    if unknown := sorted(saved.keys() - of_plan.keys() - of_options.keys()):
        raise ImportOptionError(
            f"The saved mapping has options that this version does not know: {', '.join(unknown)}"
        )
    if _says_other_unit(plan.options, saved):
        of_plan.pop("usual_length", None)
    return dataclasses.replace(
        plan,
        **_merged(_typed(ImportPlan, of_plan), _given(plan, _NOT_HOW, stated)),
        options=dataclasses.replace(
            plan.options, **_merged(_typed(MapOptions, of_options), _given(plan.options, frozenset(), stated))
        ),
    )


def _says_other_unit(options: MapOptions, saved: Mapping[str, Any]) -> bool:
    """Whether options beside a saved document say the unit of lengths anew, so that it tells no usual one."""
    unit = options.duration_unit
    return unit is not None and unit != saved.get("duration_unit", DEFAULT_UNIT)


def type_of(document: str) -> str:
    """What a row is of the files that a saved document reads. Raises `ImportOptionError`."""
    return str(_read(document).get("record_type", "call"))


def reading_of(plan: ImportPlan, opened: Opened, place: str) -> Reading:
    """What an import by this plan reads. `place`: where its rows belong, as a store keeps it."""
    return Reading(
        file_digest=opened.content_digest if opened.rewindable else None,
        options_digest=options_digest(plan),
        record_type=plan.options.record_type,
        place=place,
        mapping=series_of(plan),
    )


def series_of(plan: ImportPlan) -> str | None:
    """The saved mapping of whose files a later one has the last word about a call; None where no file has."""
    return None if is_told_in_parts(plan.options) or says_changes(plan.options) else plan.mapping


def says_changes(options: MapOptions) -> bool:
    """Whether each row says when it was changed last: there the later change has the last word, in whichever
    file it stands.
    """
    return is_of_change(assignments(options.map, "--map").get("occurred_at", ""))


def options_digest(plan: ImportPlan) -> str:
    """What `Reading.options_digest` promises."""
    options = plan.options
    values = by_field(options.values, "--values", FIELDS[options.record_type])
    rest, meanings = apart_from_added(options.record_type, values)
    words = sorted(f" {_short(field, word)}:{_short(meaning)}" for (field, word), meaning in meanings.items())
    return hashlib.sha256(_meant_by(plan, rest)).hexdigest() + "".join(words)


def _short(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:12]


def is_told_in_parts(options: MapOptions) -> bool:
    """Whether rows that are one call together may lie in two files: there a later file has no last word about
    a call.
    """
    return bool(options.legs or options.when)


def _meant_by(plan: ImportPlan, values: Mapping[str, Sequence[str]]) -> bytes:
    """What the options mean, however they are spelled: equal for options that read a file alike. `values`:
    those of `--values` that count.
    """
    options = plan.options
    fields = FIELDS[options.record_type]
    return msgspec.json.encode(
        {
            "type": options.record_type,
            "map": assignments(options.map, "--map"),
            "set": assignments(options.set, "--set"),
            "values": values,
            "null": by_field(options.null, "--null", fields),
            "when": options.when,
            "id_from": options.id_from,
            "legs": options.legs,
            "time_format": options.time_format,
            "timezone": options.timezone,
            "unit": options.duration_unit or DEFAULT_UNIT,
            "decimal": options.decimal or "point",
            "header": plan.header,
            "skip_lines": plan.skip_lines or 0,
        }
        | ({"table": plan.table} if plan.table else {})
        | ({"format": plan.format, "setting": sorted(plan.setting)} if plan.format else {}),
        order="sorted",
    )


def _given(
    options: ImportPlan | MapOptions, without: frozenset[str], stated: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """Name → value of the options that are not left at their defaults, or are stated."""
    values = {
        each.name: (getattr(options, each.name), _default(each)) for each in dataclasses.fields(options)
    }
    return {
        name: value
        for name, (value, default) in values.items()
        if name not in without and (value != default or name in stated)
    }


def _default(option: dataclasses.Field[Any]) -> Any:
    if option.default_factory is not dataclasses.MISSING:
        return option.default_factory()
    return option.default


def _merged(saved: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    merged = {**saved, **given}
    for name in saved.keys() & given.keys():
        if name in _BY_FIELD:
            fields = assignments(given[name], f"--{name}").keys()
            kept = assignments(saved[name], f"--{name}")
            rest = joined(f"{field}={text}" for field, text in kept.items() if field not in fields)
            merged[name] = (*((rest,) if rest else ()), *given[name])
        elif name in _SAVED_FIRST:
            merged[name] = (*saved[name], *given[name])
        elif name in _GIVEN_FIRST:
            merged[name] = (*given[name], *saved[name])
    return merged


def _read(document: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(document, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise ImportOptionError(f"The saved mapping cannot be read: {error}") from None


def _typed(kind: type, options: Mapping[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    try:
        return {name: msgspec.convert(value, hints[name]) for name, value in options.items()}
    except msgspec.MsgspecError as error:
        raise ImportOptionError(f"The saved mapping cannot be read: {error}") from None


def _names(kind: Any) -> frozenset[str]:
    return frozenset(each.name for each in dataclasses.fields(kind))
