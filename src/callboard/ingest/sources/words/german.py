"""What German-speaking people and systems write. `ä` may also be written `ae`."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import table

GERMAN: Final = table(
    "German",
    "common words of call logs",
    ends="""
completed: angenommen | beantwortet | erfolgreich | verbunden | abgeschlossen | entgegengenommen
  | gesprochen | erreicht | zustande gekommen | hergestellt | geführt | erfolgt | Anruf angenommen
  | Gespräch geführt | erledigt | Verkauf | kein Interesse | Rückruf | Rückruf gewünscht | Termin vereinbart
  | abgehoben
completed voicemail: Sprachnachricht | Mailbox | Nachricht hinterlassen | auf Mailbox
completed machine_detected: Anrufbeantworter | Maschine
completed transferred: weitergeleitet | übergeben | verbunden mit Agent | vermittelt
missed no_answer: verpasst | nicht angenommen | nicht beantwortet | keine Antwort | unbeantwortet
  | nicht erreicht | niemand erreicht | verpasster Anruf | entgangen | nicht abgehoben | in Abwesenheit
  | Anruf in Abwesenheit | Anruf verpasst | entgangener Anruf | nicht entgegengenommen | keine Annahme
missed busy: besetzt | Leitung besetzt | Teilnehmer besetzt | belegt
missed canceled: abgebrochen | storniert | verworfen | aufgelegt vor Annahme | Abbruch
  | Anrufer hat abgebrochen
missed rejected: abgelehnt | abgewiesen | zurückgewiesen | Anruf abgelehnt
missed: nicht verbunden | nicht zustande gekommen | erfolglos | nicht erfolgreich
failed: fehlgeschlagen | Fehler | gescheitert | fehlerhaft | nicht möglich
failed invalid_number: ungültige Nummer | falsche Nummer | Nummer ungültig | Rufnummer ungültig | ungültig
  | kein Anschluss | kein Anschluss unter dieser Nummer | nicht vergeben | unbekannte Rufnummer
  | Nummer falsch
failed unreachable: nicht erreichbar | nicht verfügbar | Teilnehmer nicht erreichbar
failed network_error: Netzfehler | Verbindungsfehler | Verbindung unterbrochen | getrennt durch Fehler
failed blocked: gesperrt | blockiert
by_talk: beendet | aufgelegt | getrennt | Ende | geschlossen | Gespräch beendet | Anruf beendet
by_talk caller_hangup: Anrufer hat aufgelegt | Anrufer legte auf
queued: in Warteschlange | wartend | geplant | ausstehend | neu
ringing: klingelt | es klingelt | wählt | ruft
in_progress: laufend | im Gespräch | aktiv | läuft | gehalten
""",
    call_type="""
inbound: eingehend | eingehender Anruf | eingegangen | ankommend | kommend | Eingang | empfangen | verpasst
  | angenommen | Anruf in Abwesenheit | hereinkommend | verpasster Anruf | eingehende Anrufe
outbound: ausgehend | ausgehender Anruf | abgehend | gehend | Ausgang | gewählt | getätigt | gewählte Nummer
  | ausgehende Anrufe
web: Browser-Anruf | Webanruf
left_out: unbekannt | internes Gespräch | sonstige
""",
    answered_by="""
human: Mensch | Person | Mitarbeiter | Kunde
machine: Maschine | Anrufbeantworter | Mailbox | AB
left_out: unbekannt | niemand | keine Antwort | verpasst | unklar
""",
    status="""
completed: abgeschlossen | erledigt | fertig | erfolgreich | beendet | fertiggestellt
failed: fehlgeschlagen | Fehler | gescheitert
cancelled: abgebrochen | storniert | verworfen | gestoppt
running: laufend | läuft | in Bearbeitung | aktiv | in Arbeit | gestartet
pending: ausstehend | wartend | geplant | offen | neu | in Warteschlange | angehalten | zurückgestellt
""",
)
