"""A call of Kamailio that several targets are tried for: those that lose change nothing of an answer."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.platforms.saying import calls, said

AT = 1772712000
WHO = {"src_user": "+12025550101", "dst_ouser": "+12025550102"}
Sent = tuple[str, dict[str, Any]]


def acc(method: str, code: str, second: float, **more: Any) -> Sent:
    record = {"callid": "k-1@192.0.2.1", "method": method, "sip_code": code, "time": AT + second}
    return "kamailio", record | WHO | more


def live(event: str, second: float, **more: Any) -> Sent:
    told = {"event": event, "call_id": "k-1@192.0.2.1", "time": f"{AT + second:.6f}"}
    return "kamailio", told | {"from": WHO["src_user"], "to": WHO["dst_ouser"]} | more


def shown(sent: list[Sent]) -> dict[str, Any]:
    """The call, without what tells that a branch was tried at all."""
    [call] = calls(*sent)
    return {name: call[name] for name in call if name not in ("creation_time", "time_marks", "_creation")}


CODES = st.sampled_from(["486", "487", "408", "480", "603", "404", "500", "<null>", ""])
LOSING = st.lists(st.tuples(CODES, st.sampled_from([2, 4, 4.5, 5, 5.0004, 6, 40])), min_size=1, max_size=3)


@given(
    answered=st.sampled_from(["acc", "live", "both"]),
    ended=st.sampled_from(["no", "bye", "live", "cdr"]),
    losing=LOSING,
    data=st.data(),
)
def test_a_branch_that_loses_changes_nothing_of_the_answered_call(answered, ended, losing, data):
    """Before the answer, at the same moment, behind it; told first or last; while they talk, and after."""
    told = {
        "acc": [acc("INVITE", "200", 5)],
        "live": [live("call.answered", 5)],
        "both": [acc("INVITE", "200", 5), live("call.answered", 5)],
    }[answered]
    told += {
        "no": [],
        "bye": [acc("BYE", "200", 65, dst_user="")],
        "live": [live("call.ended", 65, hangup_by="caller")],
        "cdr": [
            (
                "kamailio",
                {
                    "call_id": "k-1@192.0.2.1", "start_time": f"{AT}.000", "end_time": f"{AT + 65}.000",
                    "duration": "65.000", "answer_time": f"{AT + 5}.000", "sip_code": "486",
                },
            )
        ],
    }[ended]  # fmt: skip
    branches = [acc("INVITE", code, at, dst_user="+12025550199") for code, at in losing]
    call = shown(data.draw(st.permutations(told + branches)))
    assert call == shown(told)
    assert call["call_status"] == ("in_progress" if ended == "no" else "completed")
    assert call["source_end_reason"] == (None if ended == "no" else "200")
    assert call["call_duration"] == (None if ended == "no" else 60)


@pytest.mark.parametrize("answer", [acc("INVITE", "200", 5), live("call.answered", 5)], ids=["acc", "live"])
def test_a_target_that_failed_before_the_next_was_tried_ends_no_call(answer):
    """A script may tell `call.failed` of each target that it tries in turn."""
    tried = [live("call.initiated", 0), live("call.failed", 2, sip_code="486"), live("call.ringing", 3)]
    talking = [*tried, live("call.answered", 5), answer]
    for order in permutations(talking):
        assert shown(list(order))["call_status"] == "in_progress"


def test_branches_alone_are_a_call_that_nobody_took():
    """Plain records of `acc` tell no more of it."""
    [call] = calls(acc("INVITE", "486", 2), acc("INVITE", "486", 2.0004))
    assert (call["call_status"], call["end_reason"]) == ("missed", "busy")


NULLS = st.sampled_from(
    ["<null>", "<NULL>", " <null> ", "(null)", "None", "undefined", "", " ", "${id}", "$${id}", "{{ id }}",
     "$(ci)", "$dlg_var(cid)", "<no value>", "_undef_", "\\N"]
)  # fmt: skip


@given(st.sampled_from(["callid", "call_id"]), NULLS)
def test_a_record_without_an_id_is_in_quarantine(name, null):
    for _, record in (acc("INVITE", "200", 1), acc("BYE", "200", 1), live("call.answered", 1)):
        found = said(
            "kamailio", {key: each for key, each in record.items() if key[:4] != "call"} | {name: null}
        )
        assert (found.events, [each.reason for each in found.quarantined]) == ([], ["missing_id"])


@given(
    NULLS,
    st.sampled_from(["src_user", "dst_ouser", "dst_user", "sip_reason", "rang", "time_hires", "task_id"]),
)
def test_what_is_not_set_is_not_told(null, name):
    """The same events as without the field: no number, no time, no task."""
    _, record = acc("INVITE", "486", 1)
    without = {key: each for key, each in record.items() if key != name}
    assert said("kamailio", without | {name: null}) == said("kamailio", without)
