"""What scenarios tell beside their calls: what is in attention, healed and given up afterwards, and of what
nothing is kept. Each word of it is compared, so that another one fails by name.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

from callboard.clock import DAY
from callboard.ingest.lost_ends.healing import give_up, heal_from_groups
from callboard.ingest.lost_ends.tally import Found, Tally
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.sources.platforms.redaction import redacted
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.query.reports.attention import attention
from callboard.query.reports.scope import ReportScope
from callboard.store.interface import Batch, Store
from tests.model import MemoryStore
from tests.platforms.manifests import OTHERS, OWN, RECEIVED, Scenario, Sent, scenarios_of
from tests.platforms.stored import assert_calls_stand, stored_calls
from tests.platforms.test_scenarios import differences, told_by
from tests.stores import make_organization, make_space

SCENARIOS = [*scenarios_of(OWN), *scenarios_of(OTHERS)]
LATER = RECEIVED + 10 * DAY
"""When every call that is live is past its limit."""
CUT = "[redacted]"


def telling(*words: str) -> list[Any]:
    found = [each for each in SCENARIOS if set(words) & each.expect.keys()]
    return [pytest.param(each, id=each.name) for each in found]


class Afterwards:
    """A store after the deliveries of a scenario that come in time."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.store = scenario, MemoryStore()
        organization = make_organization(self.store, now=RECEIVED)
        self.space = make_space(self.store, organization, now=RECEIVED)
        late = [bool(each.get("after_give_up")) for each in scenario.told]
        self.late = [sent for sent, is_late in zip(scenario.sent, late, strict=True) if is_late]
        self.send([sent for sent, is_late in zip(scenario.sent, late, strict=True) if not is_late])

    def send(self, deliveries: list[Sent]) -> None:
        store: Store = self.store
        for event, at in told_by(tuple(deliveries)):
            entry = event_from_mapping(event, now=at, source="hook:test")
            batch = Batch(
                org_id=self.space.org_id,
                space_id=self.space.id,
                entries=[entry],
                source="hook:test",
                received_at=at,
            )
            [receipt] = store.ingest([batch])
            assert not isinstance(receipt, Exception), receipt

    @property
    def attention(self) -> int:
        """Calls that are live past their limit."""
        totals = self.store.changes_since(self.space.org_id, -1).totals
        scope = ReportScope(org_id=self.space.org_id, spaces=(self.space,), one=True)
        counts = attention(self.store, scope, totals, LATER).counts
        return counts["call_in_progress_too_long"] + counts["call_ringing_too_long"]

    def ended_by(self, end: Any) -> list[dict[str, Any]]:
        """The calls that another status has after an end was sought."""
        before = stored_calls(self.store, self.space)
        end()
        after = stored_calls(self.store, self.space)
        return [each for name, each in after.items() if each["call_status"] != before[name]["call_status"]]

    def heal(self) -> None:
        heal_from_groups(self.store, self.space, LATER, Found(Tally()))

    def give_up(self) -> None:
        give_up(self.store, self.space, LATER, DAY, Found(Tally()))


def check(scenario: Scenario, expect: dict[str, Any]) -> None:
    """What is expected after the deliveries in time, one after the other; then come those that are late."""
    after = Afterwards(scenario)
    if "attention" in expect:
        assert after.attention == expect["attention"], "attention"
    for word, end in (("reconciled", after.heal), ("given_up", after.give_up)):
        if word in expect:
            ended = after.ended_by(end)
            assert len(ended) == 1, (word, ended)
            assert differences(expect[word], ended[0]) == {}, word
    if after.late:
        after.send(after.late)
        assert_calls_stand(after.store, after.space, scenario)


def under(name: str, value: Any) -> Iterator[Any]:
    """All values under a name at any depth: also inside of JSON, forms, base64 and JWTs that are texts."""
    if isinstance(value, dict):
        for key, each in value.items():
            if str(key).lower() == name.lower():
                yield each
            yield from under(name, each)
    elif isinstance(value, list):
        for each in value:
            yield from under(name, each)
    elif isinstance(value, str):
        yield from under(name, _inside(value))


def _inside(text: str) -> Any:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError:
            return None
    if text.count(".") == 2 and text.startswith("eyJ"):
        return _unpacked(text.split(".")[1])
    if "=" in text and len(text.split()) == 1:
        return dict(parse_qsl(text)) or _unpacked(text)
    return _unpacked(text) if text.startswith("eyJ") else None


def _unpacked(text: str) -> Any:
    try:
        return _inside(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    except (binascii.Error, ValueError):
        return None


def is_cut(value: Any) -> bool:
    """Whether nothing of a value is left."""
    if isinstance(value, dict | list):
        return all(map(is_cut, value.values() if isinstance(value, dict) else value))
    return value in (None, "", CUT)


def all_cut(name: str, body: bytes) -> bool:
    return all(map(is_cut, under(name, body.decode())))


def check_cut(scenario: Scenario, names: list[str]) -> None:
    """Each name is that of a field that a delivery has, of whose value nothing is kept."""
    for name in names:
        sent = [
            each for each in scenario.sent if not all(map(is_cut, under(name, each.delivery.body.decode())))
        ]
        assert sent, f"{name}: no delivery says it"
        for each in sent:
            kept = redacted(each.delivery, PLATFORMS[each.platform].redact)
            assert all_cut(name, kept.body), name


@pytest.mark.parametrize("scenario", telling("attention", "reconciled", "given_up"))
def test_ends_that_do_not_come_are_missed_healed_and_given_up_as_told(scenario):
    check(scenario, scenario.expect)
    for word in {"attention", "reconciled", "given_up"} & scenario.expect.keys():
        told = scenario.expect[word]
        others = [told + 1] if isinstance(told, int) else [told | {name: "another"} for name in told]
        for other in others:
            with pytest.raises(AssertionError, match=word):
                check(scenario, scenario.expect | {word: other})


@pytest.mark.parametrize("scenario", telling("redacted"))
def test_of_what_is_named_nothing_is_kept(scenario):
    check_cut(scenario, scenario.expect["redacted"])
    with pytest.raises(AssertionError, match="nonsense"):
        check_cut(scenario, [*scenario.expect["redacted"], "nonsense"])


def test_no_scenario_tells_anything_that_is_not_compared():
    """A word that nobody reads would stand there for nothing."""
    compared = {
        "calls", "tasks", "total_calls", "distinct_events", "ignored", "facts_only", "quarantined", "refused",
        "unknown_words", "call_status_after", "settings", "note", "attention", "reconciled", "given_up",
        "redacted",
    }  # fmt: skip
    assert {word for each in SCENARIOS for word in each.expect} <= compared
