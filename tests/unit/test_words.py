"""What platforms and people write is read as their published lists say; capitals and signs never matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callboard.ingest.sources.words import (
    BY_TALK,
    LANGUAGES,
    LEFT_OUT,
    PLATFORMS,
    Table,
    meaning,
    normal,
    published,
    reading,
)
from callboard.ingest.sources.words.table import table
from callboard.model.words import ANSWERED_BY, CALL_STATUSES, CALL_TYPES, END_REASONS, TASK_WORDS
from tests import words_page

TABLES = [*LANGUAGES, *PLATFORMS]
LEGAL: dict[str, set[str]] = {
    "call_status": {*CALL_STATUSES, BY_TALK},
    "end_reason": {*END_REASONS, LEFT_OUT},
    "call_type": {*CALL_TYPES, LEFT_OUT},
    "answered_by": {*ANSWERED_BY, LEFT_OUT},
    "status": {*TASK_WORDS},
}
WRITTEN = [
    (each, field, word)
    for each in TABLES
    for field, by in each.words.items()
    for words in by.values()
    for word in words
    if "*" not in word
]
"""(table, field, word) of every word that is no pattern."""
TALKED, MISSED, FAILED = "completed", "missed", "failed"


def name_of(table: Table) -> str:
    return table.name


@pytest.mark.parametrize("known", TABLES, ids=name_of)
def test_every_meaning_is_a_word_of_events(known: Table) -> None:
    """A table maps to the closed lists, and says where its words are published."""
    assert known.source
    for field, by in known.words.items():
        assert set(by) <= LEGAL[field], field


def test_names_of_tables_come_once() -> None:
    """`published` names one table."""
    names = [each.name for each in TABLES]
    assert len(names) == len(set(names))


def test_a_word_of_two_languages_means_the_same_in_both() -> None:
    """A file does not say its language; *finalizada* is Spanish and Portuguese."""
    meanings: dict[tuple[str, str], set[str]] = {}
    for language in LANGUAGES:
        for field, by in language.words.items():
            for says, words in by.items():
                for word in words:
                    meanings.setdefault((field, normal(word)), set()).add(says)
    assert {key: says for key, says in meanings.items() if len(says) > 1} == {}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("completed: Done | done", "stands twice"),
        ("completed: Done\nmissed: D-o-n-e", "stands twice"),
        ("completed: ---", "no letter"),
        ("completed", "no line of a table"),
    ],
)
def test_a_table_with_a_mistake_is_refused(lines: str, message: str) -> None:
    """A word has one meaning in a table."""
    with pytest.raises(ValueError, match=message):
        table("Example", "an example", ends=lines)


def test_a_platforms_pattern_is_read_in_the_order_of_its_lines() -> None:
    """The first line that matches tells, whatever meaning came first in the table."""
    known = table("Example", "an example", ends="missed: a*\nfailed: b*\nmissed: *c\nfailed: *")
    assert [known.look("call_status", each) for each in ("ax", "bc", "xc", "x")] == [
        MISSED, FAILED, MISSED, FAILED,
    ]  # fmt: skip


@given(st.data())
def test_capitals_signs_and_spaces_never_matter(data: st.DataObject) -> None:
    """A word is the same word in capitals, with other signs between its letters, or without any."""
    known, field, word = data.draw(st.sampled_from(WRITTEN))
    letters = [each for each in word if each.isalnum()]
    if not any(each.isalpha() for each in letters):
        return
    signs = st.sampled_from(["", "", " ", "_", "-", ".", "  "])
    written = "".join(
        data.draw(signs) + (each.upper() if len(each.upper()) == 1 and data.draw(st.booleans()) else each)
        for each in letters
    )
    assert known.look(field, normal(written)) == known.look(field, normal(word))


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("016", "16"),
        ("16.0", "16"),
        ("-1", "-1"),
        (" 200 ", "200"),
        ("Größe", "grosse"),
        ("N/A", "na"),
        ("--", ""),
    ],
)
def test_the_normal_form(word: str, form: str) -> None:
    """Numbers stay numbers, letters lose accents and capitals."""
    assert normal(word) == form


COLUMNS: list[tuple[str, str, dict[str, str]]] = [
    ("call_status", "Status", {"Answered": TALKED, "Unanswered": MISSED}),
    ("call_status", "answered", {"Yes": TALKED, "No": MISSED}),
    ("call_status", "beantwortet", {"Ja": TALKED, "Nein": MISSED}),
    ("call_status", "Contestada", {"Sí": TALKED, "No": MISSED}),
    ("call_status", "Abandoned", {"1": MISSED, "0": BY_TALK}),
    ("call_status", "completed", {"true": TALKED, "false": MISSED}),
    (
        "call_status",
        "disposition",
        {"ANSWERED": TALKED, "NO ANSWER": MISSED, "BUSY": MISSED, "FAILED": FAILED},
    ),
    (
        "call_status",
        "DIALSTATUS",
        {"ANSWER": TALKED, "NOANSWER": MISSED, "CHANUNAVAIL": FAILED, "CANCEL": MISSED},
    ),
    ("call_status", "destCause_value", {"16": BY_TALK, "0": BY_TALK, "17": MISSED, "1": FAILED}),
    ("call_status", "hangup_cause_q850", {"16": BY_TALK, "19": MISSED, "34": FAILED}),
    ("call_status", "sip_code", {"200": TALKED, "486": MISSED, "480": MISSED, "404": FAILED}),
    ("call_status", "sip_reason", {"OK": TALKED, "Busy Here": MISSED, "Not Found": FAILED}),
    (
        "call_status",
        "reason",
        {"487 Request Terminated": MISSED, "486 Busy Here": MISSED, "Not Found (404)": FAILED},
    ),
    ("call_status", "Typ", {"1": TALKED, "2": MISSED, "4": BY_TALK}),
    ("call_type", "Typ", {"1": "inbound", "2": "inbound", "4": "outbound"}),
    ("call_status", "Status", {"Angenommen": TALKED, "Verpasst": MISSED, "Besetzt": MISSED}),
    ("call_status", "Estado", {"Contestada": TALKED, "No contestada": MISSED, "Ocupado": MISSED}),
    ("call_status", "Status", {"Atendida": TALKED, "Não atendida": MISSED, "Número inválido": FAILED}),
    ("call_status", "Statut", {"répondu": TALKED, "manqué": MISSED, "occupé": MISSED, "échoué": FAILED}),
    ("call_status", "Esito", {"Risposta": TALKED, "Persa": MISSED, "Occupato": MISSED, "Fallita": FAILED}),
    (
        "call_status",
        "DISPOSITION",
        {"Sale": TALKED, "No Answer": MISSED, "Answering Machine": TALKED, "Operator Intercept": FAILED},
    ),
    (
        "call_status",
        "status",
        {
            "SALE": TALKED,
            "NA": MISSED,
            "B": MISSED,
            "NI": TALKED,
            "ADC": FAILED,
            "A": TALKED,
            "AB": MISSED,
            "N": MISSED,
        },
    ),
    ("call_status", "status", {"NA - No Answer": MISSED, "SALE - Sale Made": TALKED}),
    (
        "call_status",
        "status_name",
        {"Sale Made": TALKED, "No Answer AutoDial": MISSED, "Disconnected Number Auto": FAILED},
    ),
    (
        "call_status",
        "hangup_cause",
        {
            "NORMAL_CLEARING": BY_TALK,
            "ORIGINATOR_CANCEL": MISSED,
            "UNALLOCATED_NUMBER": FAILED,
            "USER_BUSY": MISSED,
        },
    ),
    ("call_status", "Session Status", {"ended": BY_TALK, "not_connected": MISSED, "error": FAILED}),
    (
        "call_status",
        "End Reason",
        {
            "user_hangup": BY_TALK,
            "dial_no_answer": MISSED,
            "dial_failed": FAILED,
            "error_llm_websocket_open": FAILED,
        },
    ),
    (
        "call_status",
        "endedReason",
        {
            "assistant-ended-call": TALKED,
            "customer-did-not-answer": MISSED,
            "customer-ended-call": BY_TALK,
            "twilio-failed-to-connect-call": FAILED,
            "pipeline-error-openai-400-bad-request": FAILED,
            "call.in-progress.error-providerfault-outbound-sip-480-temporarily-unavailable": MISSED,
            "call.in-progress.error-providerfault-outbound-sip-503-service-unavailable": FAILED,
        },
    ),
    ("call_status", "Action Result", {"Call connected": TALKED, "Missed": MISSED, "Wrong Number": FAILED}),
    (
        "call_status",
        "Result",
        {"Recorded": TALKED, "Call connected": TALKED, "Voicemail": TALKED, "No Answer": MISSED},
    ),
    ("call_status", "DisconnectReason", {"CUSTOMER_DISCONNECT": BY_TALK, "TELECOM_BUSY": MISSED}),
    ("call_status", "Call outcome", {"Success": BY_TALK, "Refusal": MISSED, "Failure": FAILED}),
    ("call_status", "categories", {"inbound,missed": MISSED, "outbound,connected": TALKED}),
    ("call_status", "Call Type", {"Incoming": BY_TALK, "Outgoing": BY_TALK, "Missed": MISSED}),
    ("call_type", "Call Type", {"Incoming": "inbound", "Outgoing": "outbound", "Missed": "inbound"}),
    ("call_type", "direction", {"outbound-api": "outbound", "trunking-originating": "inbound"}),
    ("call_type", "type", {"outboundPhoneCall": "outbound", "webCall": "web"}),
    ("call_type", "Richtung", {"eingehend": "inbound", "ausgehend": "outbound"}),
    ("answered_by", "answered_by", {"human": "human", "no-answer": LEFT_OUT, "voicemail": "machine"}),
    ("answered_by", "AnsweredBy", {"machine_end_beep": "machine", "fax": "machine", "unknown": LEFT_OUT}),
    ("end_reason", "Reason", {"CALLEEHANGUP": "callee_hangup", "TIMEOUT": "timeout", "N/A": LEFT_OUT}),
    ("end_reason", "call_ended_by", {"USER": "customer_hangup", "ASSISTANT": "agent_hangup"}),
    ("end_reason", "Reason", {"Terminated by 100": "hangup", "No answer": "no_answer", "Busy": "busy"}),
    (
        "status",
        "state",
        {"success": TALKED, "upstream_failed": FAILED, "deferred": "running", "skipped": TALKED},
    ),
    (
        "status",
        "state",
        {"SUCCESS": TALKED, "RETRY": "pending", "REVOKED": "cancelled", "STARTED": "running"},
    ),
    (
        "status",
        "status",
        {"finished": TALKED, "started": "running", "deferred": "pending", "stopped": "cancelled"},
    ),
    ("status", "state_name", {"Completed": TALKED, "Late": "pending", "Crashed": FAILED, "Cached": TALKED}),
    ("status", "status", {"WORKFLOW_EXECUTION_STATUS_TIMED_OUT": FAILED, "Running": "running"}),
    ("status", "status", {"scheduled": "scheduled", "queued": "queued"}),
]
"""(field, heading, word → meaning): columns as platforms write them."""


@pytest.mark.parametrize(
    ("field", "heading", "words"), COLUMNS, ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_column_is_read_as_its_platform_publishes_it(
    field: str, heading: str, words: dict[str, str]
) -> None:
    """Every word of the column is known, together with the others."""
    read = reading(field, words, heading)
    assert dict(read.meanings) == words
    assert read.unknown == ()


def test_a_word_that_tells_nothing_by_itself_is_read_by_its_neighbours() -> None:
    """*NA* is a null or ViciDial's "no answer"; *deferred* waits in RQ and runs in Airflow."""
    assert meaning("call_status", "NA", ["SALE", "B"]) == MISSED
    assert meaning("call_status", "NA", ["Answered", "Missed"]) is None
    assert meaning("status", "deferred", ["finished"]) == "pending"
    assert meaning("status", "deferred", ["upstream_failed"]) == "running"
    assert meaning("status", "deferred") is None


def test_a_number_means_nothing_without_a_heading() -> None:
    """17 is busy in Q.850 only; 1 is a line, a yes, or an incoming call."""
    assert [meaning("call_status", each, column="line") for each in ("1", "17", "0")] == [None] * 3


def test_reasons_in_numbers_are_causes_where_one_is_the_usual_end() -> None:
    """16 is the end of most calls; without it, the numbers under such a heading may be anybody's own."""
    found = reading("call_status", ["16", "17", "19", "1"], "Release Reason")
    assert found.meanings == {"16": BY_TALK, "17": MISSED, "19": MISSED, "1": FAILED}
    assert not reading("call_status", ["1", "2", "3"], "End reason").meanings
    assert reading("call_status", ["1", "3"], "terminatecauseid").meanings == {"1": TALKED, "3": MISSED}
    assert reading("call_status", ["User-Request", "No-Answer"], "Acct-Terminate-Cause").meanings == {
        "User-Request": BY_TALK,
        "No-Answer": MISSED,
    }


def test_words_of_a_users_own_stay_unknown_beside_a_platforms() -> None:
    """The dialler's other words are read all the same."""
    read = reading("call_status", ["SALE", "NA", "B", "ADC", "HOTLEAD"], "status")
    assert read.unknown == ("HOTLEAD",)
    assert read.meanings["ADC"] == FAILED
    assert read.name is None


def test_who_publishes_the_words_is_told() -> None:
    """A guess says what it took a column for."""
    assert published("call_status", ["SALE", "NA", "B"]) == "ViciDial"
    assert published("call_status", ["Angenommen", "Verpasst"]) == "German"
    assert published("status", ["success", "up_for_reschedule"]) == "Airflow"
    assert published("call_status", ["Sale", "Meeting with Kim"]) is None
    assert published("call_status", []) is None


def test_empty_cells_are_no_words() -> None:
    """Neither known nor unknown."""
    read = reading("call_status", ["", "--", "Answered"])
    assert (dict(read.meanings), read.unknown) == ({"Answered": TALKED}, ())


def test_the_page_of_words_lists_the_tables() -> None:
    """`python -m tests.words_page` writes it anew."""
    assert words_page.PAGE.read_text("utf-8") == words_page.page()
