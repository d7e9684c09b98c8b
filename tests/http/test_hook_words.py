"""Over HTTP: unknown words, deliveries that say nothing, and those whose events were not taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callboard.fold import batch as fold
from callboard.ingest.sources.platforms.delivery import UnknownWord
from callboard.ingest.sources.platforms.taking import counted_words
from callboard.store.hooks import WORD_BYTES_MAX, WORDS_MAX
from tests.http.board import Board
from tests.http.hooks import COMPLETED, PUBLIC, SID, TwilioHook


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Board]:
    with Board(tmp_path, public_url=PUBLIC) as board:
        yield board


@pytest.fixture
def hook(public: Board) -> TwilioHook:
    return TwilioHook(public)


def scraped(board: Board, path: str = "organisation/metrics/", **by: Any) -> dict[str, float]:
    """The series about hooks that are not 0."""
    lines = [line.rsplit(" ", 1) for line in board.ask("GET", path, **by).text.splitlines() if line[0] != "#"]
    found = {series.partition("{")[0] + "{" + series.partition("{")[2]: float(to) for series, to in lines}
    return {series: to for series, to in found.items() if to and ("hook" in series or "quarantine" in series)}


def test_an_unknown_word_is_counted_and_listed(public, hook):
    hook.post({**COMPLETED, "Direction": "sideways"})
    hook.post({**COMPLETED, "Direction": "sideways"})
    hook.post({**COMPLETED, "Direction": "towards +1 (202) 555-0123;x", "SequenceNumber": "4"})
    shown = hook.shown()
    names = ("field", "word", "times", "is_known")
    assert [tuple(each[name] for name in names) for each in shown["unknown_words"]] == [
        ("call_type", "sideways", 2, False),
        ("call_type", "towards +…;x", 1, False),
    ]
    assert shown["other_unknown_words"] == 0
    assert "5550123" not in str(shown)
    assert "555-0123" not in str(shown)


def test_words_of_one_delivery_are_bounded_and_cut():
    many = [UnknownWord("end_reason", f"w{number}") for number in range(WORDS_MAX + 5)] * 2
    counted = counted_words([*many, UnknownWord("end_reason", "é" * 500)])
    assert len(counted) == WORDS_MAX + 1
    assert counted[-1][:2] == ("", "")
    assert sum(times for _, _, times in counted) == len(many) + 1
    [(_, word, _)] = counted_words([UnknownWord("end_reason", "é" * 500)])
    assert len(word.encode()) <= WORD_BYTES_MAX
    for said in ("sip:+12025550123@x.example", "tel12025550123", "x_020 7946 0123"):
        [(_, word, _)] = counted_words([UnknownWord("end_reason", said)])
        assert sum(letter.isdigit() for letter in word) < 4, word


def labels(outcome: str, reason: str = "") -> str:
    return f'{{organization="acme.example",outcome="{outcome}",reason="{reason}"}}'


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A call has room for one event."""
    monkeypatch.setattr(fold, "EVENTS_PER_ITEM", 1)
    monkeypatch.setattr(fold, "_has_quota", lambda item, event: False)
    return monkeypatch


BUSY = {**COMPLETED, "CallStatus": "busy", "SequenceNumber": "4", "RecordingUrl": "https://x.example/rec"}


def test_what_is_not_taken_is_in_quarantine_before_the_answer(public, hook, full):
    assert hook.post().status_code == 200
    assert hook.post(BUSY).status_code == 200
    assert hook.post(BUSY).status_code == 200
    [kept] = public.data("quarantine/", token=public.admin)
    assert (kept["reason"], kept["times"], kept["faults"]["count"]) == ("rejected", 2, 1)
    [record] = kept["faults"]["records"]
    assert record["message"].startswith(f"too_many_events: '{SID}'")
    shown = hook.shown()
    assert (shown["accepted"], shown["quarantined"], shown["quarantined_by_reason"]) == (
        3,
        1,
        {"rejected": 1},
    )
    assert "x.example/rec" not in public.data(f"quarantine/{kept['id']}/", token=public.admin)["body"]


def test_a_replay_of_what_is_not_taken_stays_until_there_is_room(public, hook, full):
    hook.post()
    hook.post(BUSY)
    [kept] = public.data("quarantine/", token=public.admin)
    public.pass_minutes(60)
    again = public.post(f"quarantine/{kept['id']}/replay/").json()
    assert (again["data"]["released"], again["data"]["rejected"]) == (False, 1)
    assert again["message"] == "Delivery stays in quarantine"
    [stays] = public.data("quarantine/", token=public.admin)
    assert (stays["id"], stays["times"], stays["reason"]) == (kept["id"], 1, "rejected")
    assert stays["received_at"] == kept["received_at"] < stays["last_at"]
    full.undo()
    again = public.post(f"quarantine/{kept['id']}/replay/").json()["data"]
    assert (again["released"], again["applied"], again["rejected"]) == (True, 1, 0)
    assert public.data("quarantine/", token=public.admin) == []
    [call] = public.data("call-logs/")
    assert call["call_status"] == "missed"


def test_what_hooks_took_is_in_trust_and_metrics(public, hook):
    hook.post({**COMPLETED, "Direction": "sideways"})
    hook.post({**COMPLETED, "CallStatus": "levitating"})
    hook.post({**COMPLETED, "CallStatus": "levitating"})
    hook.post(secret="another")
    for _ in range(2):  # of one kind: the second is gathered
        hook.post(headers={"x-twilio-signature": ""})
    public.loop.run(public.services.refusals.settle())
    size = public.data("quarantine/", token=public.admin)[0]["size"]
    told = {
        "accepted": 3,
        "ignored": 0,
        "refused": 3,
        "refused_by_kind": {"missing": 2, "wrong": 1},
        "quarantined": 1,
        "quarantined_by_reason": {"unknown_status": 1},
        "dropped": 0,
        "in_quarantine": 1,
        "in_quarantine_bytes": size,
        "unknown_words": 1,
    }
    assert public.data("organisation/analytics/trust/")["hooks"] == told
    nothing: dict[str, Any] = {name: {} if isinstance(value, dict) else 0 for name, value in told.items()}
    elsewhere = {"token": public.stranger, "org": "other.example"}
    assert public.data("organisation/analytics/trust/", **elsewhere)["hooks"] == nothing
    name = "callboard_organization_hook_deliveries_total"
    assert scraped(public, token=public.viewer, org="acme.example") == {
        name + labels("accepted"): 3,
        name + labels("quarantined", "unknown_status"): 1,
        name + labels("refused", "missing"): 2,
        name + labels("refused", "wrong"): 1,
        'callboard_organization_hook_unknown_words_total{organization="acme.example"}': 1,
        'callboard_organization_quarantine_deliveries{organization="acme.example"}': 1,
        'callboard_organization_quarantine_bytes{organization="acme.example"}': size,
    }


def test_metrics_of_the_service_count_deliveries_of_all_workers(public, hook, full):
    hook.post()
    hook.post(BUSY)
    hook.post({**COMPLETED, "CallStatus": "levitating", "Direction": "sideways"})
    hook.post(secret="another")
    name = "callboard_hook_deliveries_total"
    found = scraped(public, "/metrics")
    assert {series: to for series, to in found.items() if series.startswith("callboard_hook")} == {
        f'{name}{{outcome="accepted",reason=""}}': 3,
        f'{name}{{outcome="quarantined",reason="rejected"}}': 1,
        f'{name}{{outcome="quarantined",reason="unknown_status"}}': 1,
        f'{name}{{outcome="refused",reason="wrong"}}': 1,
    }


def test_a_delivery_about_no_call_is_ignored_and_counted(public):
    """A message of Vapi that is no report."""
    made = public.post("hooks/", {"platform": "vapi", "space_token": public.spring.token}).json()["data"]
    path = made["url"].removeprefix(PUBLIC)
    headers = {"x-vapi-secret": made["secrets"]["secret"]}
    body = {"message": {"type": "transcript", "call": {"id": "v-1"}}}
    assert public.ask("POST", path, json=body, headers=headers).status_code == 200
    [shown] = public.data("hooks/", token=public.admin)
    assert (shown["accepted"], shown["ignored"], shown["quarantined"]) == (1, 1, 0)
    assert scraped(public, "/metrics")['callboard_hook_deliveries_total{outcome="ignored",reason=""}'] == 1
