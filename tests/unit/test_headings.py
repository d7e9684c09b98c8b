"""Columns are found by their headings, in six languages; units, zones and formats in them are understood."""

from __future__ import annotations

import pytest

from callboard.ingest.sources.guessing.headings import (
    HEADINGS,
    candidates,
    days_and_clocks,
    heading,
    said_in,
)
from callboard.ingest.sources.guessing.said import Said, zone_of
from callboard.ingest.sources.words.columns import COLUMNS
from callboard.ingest.sources.words.table import words_of
from callboard.model.fields import FIELDS


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            "ID de llamada|Fecha|Hora|Origen|Destino|Estado|Duración",
            {
                "call_id": "ID de llamada",
                "source_number": "Origen",
                "destination_number": "Destino",
                "call_status": "Estado",
                "call_duration": "Duración",
                "creation_time": "Fecha",
            },
        ),
        (
            "Anruf-ID|Datum|Uhrzeit|Anrufer|Zielrufnummer|Richtung|Status|Gesprächsdauer|Dauer|Bearbeiter",
            {
                "call_id": "Anruf-ID",
                "source_number": "Anrufer",
                "destination_number": "Zielrufnummer",
                "call_type": "Richtung",
                "call_status": "Status",
                "call_duration": "Gesprächsdauer",
                "agent": "Bearbeiter",
                "creation_time": "Datum",
            },
        ),
        (
            "ID da chamada|Data e hora|Origem|Destino|Situação|Duração|Tempo de conversa|Atendente",
            {
                "call_id": "ID da chamada",
                "creation_time": "Data e hora",
                "source_number": "Origem",
                "destination_number": "Destino",
                "call_status": "Situação",
                "call_duration": "Tempo de conversa",
                "agent": "Atendente",
            },
        ),
        (
            "Identifiant|Date et heure|Appelant|Appelé|Sens|Statut|Durée de l'appel|Durée de conversation",
            {
                "call_id": "Identifiant",
                "creation_time": "Date et heure",
                "source_number": "Appelant",
                "destination_number": "Appelé",
                "call_type": "Sens",
                "call_status": "Statut",
                "call_duration": "Durée de conversation",
            },
        ),
        (
            "ID chiamata|Data e ora|Chiamante|Chiamato|Direzione|Esito|Durata|Operatore",
            {
                "call_id": "ID chiamata",
                "creation_time": "Data e ora",
                "source_number": "Chiamante",
                "destination_number": "Chiamato",
                "call_type": "Direzione",
                "call_status": "Esito",
                "call_duration": "Durata",
                "agent": "Operatore",
            },
        ),
        (
            (
                "CALL ID|TIMESTAMP|CALL TYPE|AGENT NAME|DISPOSITION|ANI|DNIS|CALL TIME|BILL TIME (ROUNDED)"
                "|IVR TIME|QUEUE WAIT TIME|RING TIME|TALK TIME|HOLD TIME|AFTER CALL WORK TIME|ABANDONED"
            ),
            {
                "call_id": "CALL ID",
                "creation_time": "TIMESTAMP",
                "call_status": "DISPOSITION",
                "source_number": "ANI",
                "destination_number": "DNIS",
                "call_duration": "TALK TIME",
                "agent": "AGENT NAME",
            },
        ),
        (
            (
                "Date/Time Start (UTC)|Date/Time Connect (UTC)|Date/Time End (UTC)|Duration (s)"
                "|Disconnect Initiator"
            ),
            {
                "creation_time": "Date/Time Start (UTC)",
                "start_time": "Date/Time Connect (UTC)",
                "end_time": "Date/Time End (UTC)",
                "call_duration": "Duration (s)",
                "end_reason": "Disconnect Initiator",
            },
        ),
        (
            (
                "globalCallID_callId|dateTimeOrigination|callingPartyNumber|finalCalledPartyNumber|destCause_value"
                "|dateTimeConnect|dateTimeDisconnect|duration"
            ),
            {
                "call_id": "globalCallID_callId",
                "creation_time": "dateTimeOrigination",
                "source_number": "callingPartyNumber",
                "destination_number": "finalCalledPartyNumber",
                "call_status": "destCause_value",
                "start_time": "dateTimeConnect",
                "end_time": "dateTimeDisconnect",
            },
        ),
        (
            (
                "ContactId|InitiationTimestamp|ConnectedToSystemTimestamp|DisconnectTimestamp"
                "|Agent.ConnectedToAgentTimestamp|Agent.AgentInteractionDuration|Queue.Duration"
                "|CustomerEndpoint.Address"
            ),
            {
                "call_id": "ContactId",
                "creation_time": "InitiationTimestamp",
                "end_time": "DisconnectTimestamp",
                "start_time": "Agent.ConnectedToAgentTimestamp",
                "call_duration": "Agent.AgentInteractionDuration",
                "source_number": "CustomerEndpoint.Address",
            },
        ),
        (
            "duration (total)|duration (in call)|datetime (UTC)|date (TZ offset incl.)",
            {"call_duration": "duration (in call)", "creation_time": "datetime (UTC)"},
        ),
        (
            "calldate|src|dst|duration|billsec|disposition|uniqueid",
            {
                "creation_time": "calldate",
                "call_duration": "billsec",
                "call_status": "disposition",
                "call_id": "uniqueid",
            },
        ),
        (
            "sessionid;uniqueid;starttime;stoptime;sessiontime;calledstation;terminatecauseid".replace(
                ";", "|"
            ),
            {
                "creation_time": "starttime",
                "end_time": "stoptime",
                "call_duration": "sessiontime",
                "call_status": "terminatecauseid",
            },
        ),
        (
            "h323-setup-time|h323-connect-time|h323-disconnect-time|disconnect-text|Acct-Session-Time",
            {
                "creation_time": "h323-setup-time",
                "start_time": "h323-connect-time",
                "end_time": "h323-disconnect-time",
                "call_status": "disconnect-text",
                "call_duration": "Acct-Session-Time",
            },
        ),
    ],
)
def test_the_likeliest_column_of_each_field(columns: str, expected: dict[str, str]) -> None:
    """As platforms and languages call them."""
    found = candidates(columns.split("|"), "call")
    assert {field: found.get(field, ["nothing"])[0] for field in expected} == expected


@pytest.mark.parametrize(
    "column",
    [
        "Ring Time",
        "Queue Wait Time",
        "Hold time",
        "IVR TIME",
        "AFTER CALL WORK TIME",
        "BILL TIME (ROUNDED)",
        "Billed duration",
        "wait_duration",
        "Queue.Duration",
        "Klingeldauer",
        "Wartezeit",
        "Tiempo de espera",
        "tta",
        "pdd_ms",
        "Durée d'attente",
        "hold.duration",
        "BillDuration",
    ],
)
def test_another_length_is_never_the_talk_time(column: str) -> None:
    """Ringing, waiting, holding, work after the call, and what is billed."""
    assert "call_duration" not in candidates([column], "call")


def test_the_id_of_something_else_is_not_the_calls() -> None:
    """Neither is a telephone number."""
    assert "call_id" not in candidates(["customer.id", "Phone Number", "Number"], "call")
    assert candidates(["call.id"], "call")["call_id"] == ["call.id"]


def test_several_columns_may_be_the_status() -> None:
    """The platform's own word of the call before what a business calls its outcome."""
    columns = ["outcome", "hangup_cause", "status"]
    assert candidates(columns, "call")["call_status"] == ["status", "outcome", "hangup_cause"]


def test_an_outcome_is_looked_for_as_soon_as_there_is_such_a_field() -> None:
    """Its headings are known."""
    assert {"outcome", "session_outcome"} <= set(COLUMNS["call"]["outcome"].split())


@pytest.mark.parametrize(
    ("columns", "pairs"),
    [
        (["Fecha", "Hora", "Origen"], [("Fecha", "Hora")]),
        (["Datum", "Uhrzeit"], [("Datum", "Uhrzeit")]),
        (["Data", "Ora"], [("Data", "Ora")]),
        (["Data", "Hora"], [("Data", "Hora")]),
        (["Date", "Heure"], [("Date", "Heure")]),
        (["Name", "Date", "Agent", "Time (UTC)"], [("Date", "Time (UTC)")]),
        (["Time", "Date"], [("Date", "Time")]),
        (["Date", "Duration"], []),
    ],
)
def test_a_day_and_its_clock(columns: list[str], pairs: list[tuple[str, str]]) -> None:
    """In two columns, as older systems and spreadsheets have them."""
    assert days_and_clocks(columns) == pairs


@pytest.mark.parametrize(
    ("column", "name", "said"),
    [
        ("Duration (s)", "duration", Said(unit="seconds")),
        ("Talk [sec]", "talk", Said(unit="seconds")),
        ("Duration (in minutes)", "duration", Said(unit="minutes")),
        ("Talk time (min)", "talk_time", Said(unit="minutes")),
        ("duration_ms", "duration", Said(unit="milliseconds")),
        ("length_in_sec", "length", Said(unit="seconds")),
        ("durationSeconds", "duration", Said(unit="seconds")),
        ("Dauer in Sekunden", "dauer", Said(unit="seconds")),
        ("Duración (segundos)", "duracion", Said(unit="seconds")),
        ("duracao_em_minutos", "duracao", Said(unit="minutes")),
        ("Minutes", "duration", Said(unit="minutes")),
        ("Dauer (h:mm)", "dauer", Said(unit="h:mm", clock="h:mm")),
        ("Dauer (hh:mm)", "dauer", Said(unit="h:mm", clock="h:mm")),
        ("Talk Time (HH:MM:SS)", "talk_time", Said(clock="hh:mm:ss")),
        ("Length (mm:ss)", "length", Said(clock="m:ss")),
        ("Call Start (UTC)", "call_start", Said(zone="UTC")),
        ("Start [GMT+1]", "start", Said(zone="Etc/GMT-1")),
        ("Start (UTC-05:00)", "start", Said(zone="Etc/GMT+5")),
        ("Start (Europe/Berlin)", "start", Said(zone="Europe/Berlin")),
        ("UTC time", "time", Said(zone="UTC")),
        ("start_time_utc", "start_time", Said(zone="UTC")),
        ("date (TZ offset incl.)", "date", Said()),
        ("Start (CST)", "start", Said()),
        ("duration (in call)", "duration_in_call", Said()),
        ("duration (total)", "duration_total", Said()),
        ("Time (HH:MM:SS) (UTC)", "time", Said(zone="UTC", clock="hh:mm:ss")),
        ("Hora", "hora", Said()),
        ("contact_us", "contact_us", Said()),
        ("billsec", "billsec", Said()),
    ],
)
def test_what_a_heading_says_beside_its_name(column: str, name: str, said: Said) -> None:
    """A unit, a zone, a way of writing clocks; other brackets are a part of the name."""
    assert (heading(column), said_in(column)) == (name, said)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("UTC", "UTC"),
        ("gmt", "UTC"),
        ("GMT+0", "UTC"),
        ("+05:30", "Asia/Kolkata"),
        ("UTC+5:45", "Asia/Kathmandu"),
        ("america/new_york", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("EST", None),
        ("+05:17", None),
        ("total", None),
        ("+99", None),
    ],
)
def test_zones_by_name_and_by_offset(text: str, zone: str | None) -> None:
    """An abbreviation that several zones have is none."""
    assert zone_of(text) == zone


def test_the_headings_are_in_the_form_they_are_compared_in() -> None:
    """Else no column could match them. Each stands once for a field."""
    for of, by in COLUMNS.items():
        for field, text in by.items():
            names = text.split()
            assert [each for each in names if words_of(each) != each] == []
            assert sorted(names) == sorted(set(names)), (of, field)


def test_a_new_field_is_found_by_the_headings_in_its_row() -> None:
    """The table of fields alone is enough."""
    for of, fields in FIELDS.items():
        assert all(set(each.headings) <= set(HEADINGS[of].get(each.name, ())) for each in fields if each.log)
