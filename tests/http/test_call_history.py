"""One call with its events: what came when, and what each changed."""

from __future__ import annotations

from tests.http.board import Board, call


def test_each_event_says_what_it_changed(board: Board):
    """In the order received; an event that a later one overrules changes nothing, and is there too."""
    board.send(call("c-1", "ringing", occurred_at="2025-12-31T10:00:00Z", agent="ann"))
    board.pass_minutes(1)
    board.send(
        call(
            "c-1",
            "completed",
            occurred_at="2025-12-31T10:02:00.250Z",
            start_time="2025-12-31T10:00:10Z",
            call_duration=110.25,
            end_reason="hangup",
            metadata={"plan": "gold"},
        )
    )
    board.pass_minutes(1)
    board.send(call("c-1", "in_progress", occurred_at="2025-12-31T10:00:10Z"))
    data = board.data("call-logs/c-1/")
    assert (data["call_status"], data["call_duration"]) == ("completed", 110.25)
    first, second, third = data["events"]
    assert [each["received_at"] for each in data["events"]] == [
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:01:00Z",
        "2026-01-01T00:02:00Z",
    ]
    assert [each["batch_id"] for each in data["events"]] == ["b1", "b2", "b3"]
    assert first["changed"] == {
        "call_status": [None, "ringing"],
        "creation_time": [None, "2025-12-31T10:00:00Z"],
        "agent": [None, "ann"],
    }
    assert second["changed"] == {
        "call_status": ["ringing", "completed"],
        "start_time": [None, "2025-12-31T10:00:10Z"],
        "end_time": [None, "2025-12-31T10:02:00.250Z"],
        "call_duration": [None, 110.25],
        "end_reason": [None, "hangup"],
        "metadata": [None, {"plan": "gold"}],
    }
    assert second["event"] == {
        "type": "call",
        "call_id": "c-1",
        "call_status": "completed",
        "standing": 2,
        "occurred_at": "2025-12-31T10:02:00.250Z",
        "start_time": "2025-12-31T10:00:10Z",
        "call_duration": 110.25,
        "end_reason": "hangup",
        "metadata": {"plan": "gold"},
    }
    assert third["changed"] == {}


def test_an_event_as_shown_can_be_sent_again_and_is_known(board: Board):
    """What is shown is in the fields that can be sent, and says the same."""
    board.send(call("c-1", agent=None, end_reason="fell asleep", call_duration=3, sequence=4, event_id="e"))
    shown = board.data("call-logs/c-1/")["events"][0]["event"]
    assert board.send(shown)["duplicate"] == 1


def test_the_space_may_be_left_out_where_only_one_has_the_call(board: Board):
    """In several it must be named; in none it is not found. A call of another kind of space is found too."""
    board.send(call("c-1"))
    board.send(call("c-2"), space=board.mail)
    board.send(call("c-3"), space=board.elsewhere)
    assert board.data("call-logs/c-1/")["space_token"] == board.spring.token
    assert board.data("call-logs/c-2/")["space_token"] == board.mail.token
    assert board.get("call-logs/c-3/").status_code == 404
    board.send(call("c-1", "failed"), space=board.summer)
    answer = board.get("call-logs/c-1/")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "space_token"
    named = board.data("call-logs/c-1/", params={"space_token": board.summer.token})
    assert named["call_status"] == "failed"
    assert board.get("call-logs/c-1/", params={"space_token": board.mail.token}).status_code == 404


def test_a_void_call_is_not_found(board: Board):
    """Until it is brought back; then its whole history is there."""
    board.send(call("c-1"))
    board.send(call("c-1", void=True, sequence=1))
    assert board.get("call-logs/c-1/").status_code == 404
    board.send(call("c-1", void=False, sequence=2))
    events = board.data("call-logs/c-1/")["events"]
    assert [each["changed"].get("void") for each in events] == [None, [False, True], [True, False]]


def test_a_call_is_shown_with_its_legs_and_what_they_cost_together(board: Board):
    """A leg's id answers the leg, and says of what; an end of the group is among the events of each."""
    at = "2025-12-31T10:00:00Z"
    board.send(
        call("a", "in_progress", occurred_at=at, group_id="g", cost={"amount": 0.5, "currency": "USD"}),
        call("b", "in_progress", occurred_at=at, group_id=["h", "g"], group_rank=0, billed_seconds=60),
        call("c", "ringing", occurred_at=at, group_id="h", cost={"amount": 0.0123, "currency": "USD"}),
        call(
            "d", "completed", occurred_at=at, group_id="g", cost={"amount": 1, "currency": "EUR"}, void=True
        ),
    )
    board.send(
        {"type": "call", "group_id": "g", "call_status": "completed", "occurred_at": at, "end_time": at}
    )
    head = board.data("call-logs/a/")
    assert (head["group_ids"], head["group_rank"], head["leg_of"]) == (["g"], 1, None)
    assert [(leg["call_id"], leg["call_status"]) for leg in head["legs"]] == [
        ("b", "completed"),
        ("c", "ringing"),
    ]
    assert head["cost"] == {"amount": 0.5, "currency": "USD"}
    assert head["group_cost"] == [{"amount": 0.5123, "currency": "USD"}]
    assert head["events"][1]["event"] == {
        "type": "call",
        "group_id": "g",
        "call_status": "completed",
        "standing": 1,
        "occurred_at": at,
        "end_time": at,
    }
    assert head["events"][1]["changed"]["call_status"] == ["in_progress", "completed"]
    leg = board.data("call-logs/b/")
    assert (leg["group_ids"], leg["group_rank"], leg["leg_of"]) == (["g", "h"], 0, "a")
    assert (leg["billed_seconds"], leg["legs"], leg["group_cost"]) == (60, [], [])
    assert board.get("call-logs/d/").status_code == 404
    assert [each["call_id"] for each in board.data("call-logs/")] == ["a"]
    assert board.data("call-logs/?has_legs=false") == []


def test_facts_alone_are_not_found_and_show_with_the_call(board: Board):
    """What they changed is told as of any event."""
    board.send({"type": "call", "call_id": "c", "metadata": {"recording": "r"}, "outcome": "sold"})
    assert board.get("call-logs/c/").status_code == 404
    board.send(call("c", "ringing", occurred_at="2025-12-31T10:00:00Z"))
    first, second = board.data("call-logs/c/")["events"]
    assert first["changed"] == {"metadata": [None, {"recording": "r"}], "outcome": [None, "sold"]}
    assert second["changed"] == {
        "call_status": [None, "ringing"],
        "creation_time": [None, "2025-12-31T10:00:00Z"],
    }
