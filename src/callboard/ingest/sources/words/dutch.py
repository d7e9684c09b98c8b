"""What Dutch-speaking people and systems write."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import table

DUTCH: Final = table(
    "Dutch",
    "common words of call logs",
    ends="""
completed: beantwoord | beantwoorde oproep | opgenomen | aangenomen | verbonden | geslaagd | gelukt
  | voltooid | gesproken | bereikt | succesvol | gesprek gevoerd | afgehandeld
completed voicemail: naar voicemail | voicemail ingesproken | bericht achtergelaten
completed machine_detected: antwoordapparaat
completed transferred: doorverbonden | doorgeschakeld
missed no_answer: gemist | gemiste oproep | niet beantwoord | onbeantwoord | geen antwoord
  | niet opgenomen | geen gehoor | niet aangenomen | niet bereikt
missed busy: bezet | in gesprek | lijn bezet
missed canceled: geannuleerd | afgebroken | opgehangen voor opname | verlaten
missed rejected: geweigerd | afgewezen
missed: niet verbonden
failed: mislukt | fout | niet gelukt | niet geslaagd
failed invalid_number: ongeldig nummer | verkeerd nummer | onbekend nummer | nummer niet in gebruik
failed unreachable: onbereikbaar | niet bereikbaar | niet beschikbaar
by_talk: beëindigd | opgehangen | einde gesprek
ringing: gaat over | overgaan
queued: in wachtrij | gepland | wachtend
in_progress: bezig | lopend
""",
    call_type="""
inbound: inkomend | binnenkomend | ontvangen | inkomende oproep
outbound: uitgaand | uitgaande oproep | gebeld
left_out: intern | onbekend
""",
    answered_by="""
human: mens | persoon | medewerker
machine: antwoordapparaat
left_out: onbekend
""",
    status="""
completed: voltooid | afgerond | geslaagd | gereed | klaar
failed: mislukt | fout
cancelled: geannuleerd | afgebroken
running: bezig | lopend | in uitvoering
pending: wachtend | gepland | in wachtrij | nieuw
""",
)
