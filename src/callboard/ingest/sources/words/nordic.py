"""What people and systems write in Swedish, Danish and Norwegian."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import table

SWEDISH: Final = table(
    "Swedish",
    "common words of call logs",
    ends="""
completed: besvarat | besvarad | besvarade | besvarat samtal | svarat | ansluten | anslutet | kopplat
  | lyckat | lyckad | lyckades | genomfört | genomförd | slutfört | nåddes | mottaget
completed voicemail: röstbrevlåda | röstmeddelande
completed machine_detected: telefonsvarare
completed transferred: vidarekopplat | vidarekopplad
missed no_answer: missat | missad | missade | missat samtal | obesvarat | obesvarad | obesvarade
  | inget svar | ej besvarat | ej svar | inte besvarat | svarar ej
missed busy: upptaget | upptagen | linjen upptagen
missed canceled: avbrutet | avbruten | avbröts | övergivet | övergivna | tappat
missed rejected: avvisat | avvisad | nekat | nekad
missed: ej ansluten | inte anslutet
failed: misslyckat | misslyckad | misslyckades | fel
failed invalid_number: ogiltigt nummer | fel nummer | okänt nummer
failed unreachable: ej nåbar | inte nåbar | otillgänglig | ej tillgänglig
by_talk: avslutat | avslutad | avslutades | slut | lagt på
queued: köad | i kö | planerad | väntar | schemalagd
ringing: ringer
in_progress: pågår | pågående
""",
    call_type="""
inbound: inkommande | inkommande samtal | ingående
outbound: utgående | utgående samtal
left_out: internt | intern | okänd
""",
    status="""
completed: slutförd | slutfört | klar | klart | färdig | färdigt
failed: misslyckad | misslyckades | misslyckat | fel
cancelled: avbruten | avbrutet | avbröts
running: pågår | pågående | körs
pending: väntar | väntande | planerad | schemalagd | i kö
""",
)
DANISH: Final = table(
    "Danish",
    "common words of call logs",
    ends="""
completed: besvaret | besvaret opkald | svaret | forbundet | gennemført | lykkedes | modtaget | fuldført
completed voicemail: telefonsvarerbesked | indtalt besked
completed machine_detected: telefonsvarer
completed transferred: viderestillet | omstillet
missed no_answer: ubesvaret | ubesvaret opkald | mistet | mistet opkald | ikke besvaret | intet svar
  | tabt opkald
missed busy: optaget | linjen optaget
missed canceled: annulleret | afbrudt | opgivet
missed rejected: afvist
missed: ikke forbundet
failed: mislykket | mislykkedes | fejl | fejlet | fejlede
failed invalid_number: ugyldigt nummer | forkert nummer | ukendt nummer
failed unreachable: utilgængelig | ikke tilgængelig | kan ikke kontaktes
by_talk: afsluttet | lagt på | færdig
queued: i kø | planlagt | venter
ringing: ringer
in_progress: i gang | igangværende
""",
    call_type="""
inbound: indgående | indgående opkald | indkommende
outbound: udgående | udgående opkald
left_out: intern | internt | ukendt
""",
    status="""
completed: fuldført | færdig | udført | afsluttet
failed: mislykket | mislykkedes | fejl | fejlet | fejlede
cancelled: annulleret | afbrudt
running: i gang | igangværende | kører
pending: venter | afventer | planlagt | i kø
""",
)
NORWEGIAN: Final = table(
    "Norwegian",
    "common words of call logs",
    ends="""
completed: besvart | besvarte | besvart anrop | svart | tilkoblet | gjennomført | vellykket | mottatt
  | fullført
completed voicemail: talepost | lagt igjen beskjed
completed machine_detected: telefonsvarer
completed transferred: viderekoblet | satt over
missed no_answer: ubesvart | ubesvarte | ubesvart anrop | tapt | tapt anrop | ikke besvart | ikke svar
  | intet svar | tapte anrop
missed busy: opptatt | linjen opptatt
missed canceled: avbrutt | kansellert | avlyst | forlatt
missed rejected: avvist
missed: ikke tilkoblet
failed: mislyktes | mislykket | feilet | feil
failed invalid_number: ugyldig nummer | feil nummer | ukjent nummer
failed unreachable: utilgjengelig | ikke tilgjengelig
by_talk: avsluttet | lagt på | ferdig
queued: i kø | planlagt | venter
ringing: ringer
in_progress: pågår | pågående
""",
    call_type="""
inbound: innkommende | inngående | innkommende anrop
outbound: utgående | utgående anrop
left_out: intern | internt | ukjent
""",
    status="""
completed: fullført | ferdig | utført | avsluttet
failed: mislyktes | mislykket | feilet | feil
cancelled: avbrutt | kansellert
running: pågår | pågående | kjører
pending: venter | planlagt | i kø
""",
)
