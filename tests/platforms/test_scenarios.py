"""Deliveries of the platforms, with real signatures, give the calls that their scenarios tell: in any order
of arrival, and each delivery twice.
"""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatch
from typing import Any

import pytest

from callboard.clock import SECOND
from callboard.ingest.parse import event_from_mapping
from callboard.ingest.sources.platforms.delivery import HookSettings, Translation
from callboard.ingest.sources.platforms.platform import translated
from callboard.ingest.sources.platforms.redaction import redacted
from callboard.ingest.sources.platforms.registry import PLATFORMS
from callboard.ingest.sources.platforms.signatures.checked import Refusal, verify
from callboard.model.words import FINAL_CALL
from tests.platforms import signing
from tests.platforms.manifests import OTHERS, OWN, RECEIVED, Scenario, Sent, scenarios_of
from tests.platforms.plain_calls import Told, calls_of, distinct, tasks_of

DEFAULTS = HookSettings()
OURS = scenarios_of(OWN)
SCENARIOS = [*OURS, *scenarios_of(OTHERS)]
ASKED_FOR = ("PULL", "FILE")
LEFT_OUT = "left out"


def received(sent: Sent) -> Translation | Refusal:
    """What a hook makes of a delivery: its signature is checked, then it is translated."""
    settings = sent.settings
    platform = PLATFORMS[sent.platform]
    if sent.delivery.method not in ASKED_FOR:
        secrets = signing.SECRETS[platform.signature.scheme]
        verdict = verify(platform.signature, sent.delivery, [secrets], settings)
        if isinstance(verdict, Refusal):
            return verdict
    return translated(platform, sent.delivery, settings)


def told_by(order: tuple[Sent, ...]) -> list[Told]:
    """The events of some deliveries, each received a second after the one before."""
    told: list[Told] = []
    for place, sent in enumerate(order):
        found = received(sent)
        if isinstance(found, Translation):
            told += ((event, RECEIVED + place * SECOND) for event in found.events)
    return told


def without_receipt(told: list[Told]) -> set[str]:
    return {repr(sorted(event.items())) for event, _ in told}


@pytest.fixture(params=SCENARIOS, ids=lambda scenario: scenario.name)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    found: Scenario = request.param
    return found


def same(expected: Any, found: Any) -> bool:
    """Whether a value is the one that is expected: numbers by value, objects at least the keys named."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(same(value, found.get(key)) for key, value in expected.items())
    return bool(expected == found)


def differences(expected: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    wrong: dict[str, Any] = {}
    for field, value in expected.items():
        if field == "group_id":
            if value not in call["group_ids"]:
                wrong[field] = (value, call["group_ids"])
        elif field == "legs":
            by_id = {leg["call_id"]: leg for leg in call["legs"]}
            if {leg["call_id"] for leg in value} != by_id.keys():
                wrong[field] = sorted(by_id)
            wrong |= {
                f"{leg['call_id']}.{name}": each
                for leg in value
                if leg["call_id"] in by_id
                for name, each in differences(leg, by_id[leg["call_id"]]).items()
            }
        elif field != "call_id" and not same(value, call.get(field)):
            wrong[field] = (value, call.get(field))
    return wrong


def assert_calls(expect: dict[str, Any], told: list[Told]) -> None:
    calls = {call["call_id"]: call for call in calls_of(told)}
    wanted = expect.get("calls", [])
    if not any(call["call_id"] == "synth" for call in wanted):
        assert calls.keys() == {call["call_id"] for call in wanted}
    for call in wanted:
        found = calls[call["call_id"]] if call["call_id"] in calls else next(iter(calls.values()))
        assert differences(call, found) == {}, call["call_id"]
    if "total_calls" in expect:
        assert sum(call["call_status"] != "queued" for call in calls.values()) == expect["total_calls"]


def assert_tasks(expect: dict[str, Any], told: list[Told]) -> None:
    if "tasks" not in expect:
        return
    tasks = tasks_of(told)
    assert tasks.keys() == {task["task_id"] for task in expect["tasks"]}
    for task in expect["tasks"]:
        assert same(task, tasks[task["task_id"]]), task["task_id"]


def test_a_scenario_gives_its_calls_in_every_order_of_arrival(scenario):
    """And the same set of events each time: a translation knows nothing of what came before."""
    as_given = without_receipt(told_by(scenario.sent))
    for order in scenario.orders():
        told = told_by(order)
        assert without_receipt(told) == as_given
        assert_calls(scenario.expect, told)
        assert_tasks(scenario.expect, told)


def test_a_scenario_counts_what_is_no_call(scenario):
    """What is ignored, refused, quarantined, a fact alone, or a word outside the tables."""
    expect, found = scenario.expect, [received(sent) for sent in scenario.sent]
    refused = [each for each in found if isinstance(each, Refusal)]
    read = [each for each in found if isinstance(each, Translation)]
    assert len(refused) == expect.get("refused", 0), refused
    quarantined = [
        {"reason": each.reason} | ({"word": each.word} if each.word else {})
        for translation in read
        for each in translation.quarantined
    ]
    assert len(quarantined) == len(expect.get("quarantined", []))
    for wanted, got in zip(expect.get("quarantined", []), quarantined, strict=True):
        assert same(wanted, got), (wanted, got)
    events = [event for translation in read for event in translation.events]
    if "ignored" in expect:
        assert sum(len(each.ignored) for each in read) == expect["ignored"]
    facts = [each for each in events if each["type"] == "call" and not each.get("call_status")]
    if "facts_only" in expect:
        assert len(facts) == expect["facts_only"]
    if "distinct_events" in expect:
        assert len(distinct([(event, 0) for event in events])) == expect["distinct_events"]
    unknown = Counter(word.field for each in read for word in each.unknown_words)
    if "unknown_words" in expect or scenario in OURS:
        assert unknown == Counter(expect.get("unknown_words", {}))


def test_a_scenario_goes_through_its_statuses_as_it_tells(scenario):
    """`call_status_after`: how far a call is after so many deliveries, in the order given."""
    for count, status in scenario.expect.get("call_status_after", {}).items():
        calls = calls_of(told_by(scenario.sent[: int(count)]))
        assert [call["call_status"] for call in calls] == [status], count


def test_a_scenario_emits_what_its_manifest_says(scenario):
    """`emits`: what the events of some deliveries carry, mostly their standing."""
    for pattern, wanted in scenario.emits.items():
        if isinstance(wanted, str):
            continue  # told in words
        for file, sent in zip(scenario.files, scenario.sent, strict=True):
            found = received(sent)
            if not fnmatch(file, pattern) or not isinstance(found, Translation):
                continue
            told = {field: value for field, value in wanted.items() if field != "to" and value != LEFT_OUT}
            left_out = {field for field, value in wanted.items() if value == LEFT_OUT}
            to_group = wanted.get("to") == "group"
            assert any(
                same(told, {"standing": 2 if event.get("call_status") in FINAL_CALL else 0} | event)
                and ("call_id" not in event) == to_group
                and not left_out & event.keys()
                for event in found.events
            ), file


def test_every_event_of_a_scenario_is_one_that_the_api_takes(scenario):
    """Also those of the fields that are asserted nowhere."""
    for event, at in told_by(scenario.sent):
        event_from_mapping(event, now=at, source="hook:test")


def test_what_is_kept_of_a_delivery_has_no_secret_and_reads_as_it_did(scenario):
    """The redacted delivery gives the same events but for links to recordings, which are off by default."""
    for sent in scenario.sent:
        platform = PLATFORMS[sent.platform]
        kept = redacted(sent.delivery, platform.redact)
        for name in scenario.expect.get("redacted", []):
            assert b"SECRET-MUST-BE-REDACTED" not in kept.body, name
        again = platform.translate(kept, DEFAULTS)
        assert without_receipt([(event, 0) for event in again.events]) == without_receipt(
            [(event, 0) for event in platform.translate(sent.delivery, DEFAULTS).events]
        )
        assert redacted(kept, platform.redact) == kept
        assert kept.headers.keys() <= {"content-type", "i-twilio-idempotency-token"}


CHANGED = {
    "str": "x",
    "int": 7,
    "float": 7.5,
    "NoneType": "x",
    "dict": {"x": "y"},
    "list": [{"call_id": "x"}],
}


def test_a_scenario_fails_where_one_of_its_values_is_another(scenario):
    """A runner that let everything pass would prove nothing."""
    told = told_by(scenario.sent)
    for place, call in enumerate(scenario.expect.get("calls", [])):
        for field, value in call.items():
            wrong = call | {field: CHANGED[type(value).__name__]}
            calls = [*scenario.expect["calls"][:place], wrong, *scenario.expect["calls"][place + 1 :]]
            if "synth" not in (call["call_id"], wrong["call_id"]):
                with pytest.raises(AssertionError):
                    assert_calls(scenario.expect | {"calls": calls}, told)


@pytest.mark.skipif(OTHERS is not None, reason="they are there")
def test_more_scenarios_may_be_given():
    """In one line, when there are none."""
    pytest.skip("CALLBOARD_PAYLOADS names no folder of more scenarios")
