"""What Italian-speaking people and systems write."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import table

ITALIAN: Final = table(
    "Italian",
    "common words of call logs",
    ends="""
completed: risposta | risposto | con risposta | completata | completato | connessa | connesso | riuscita
  | riuscito | successo | accettata | accettato | conversazione | gestita | effettuata | chiamata risposta
  | stabilita | evasa | ha risposto | con successo | ricevuta | vendita | non interessato | richiamare
completed voicemail: segreteria | casella vocale | messaggio vocale | messaggio lasciato
completed machine_detected: segreteria telefonica | macchina
completed transferred: trasferita | trasferito | inoltrata
missed no_answer: persa | perso | chiamata persa | senza risposta | non risposta | non risposto
  | nessuna risposta | non risponde | mancata risposta | chiamata senza risposta | inevasa | non ha risposto
  | mancata
missed busy: occupato | occupata | linea occupata
missed canceled: annullata | annullato | abbandonata | abbandonato | abbandono | cancellata
missed rejected: rifiutata | rifiutato | respinta | respinto
missed: non connessa | non riuscita a connettere
failed: fallita | fallito | errore | non riuscita | non riuscito | in errore
failed invalid_number: numero non valido | numero errato | numero sbagliato | numero inesistente
  | non valido
failed unreachable: non raggiungibile | irraggiungibile | non disponibile | fuori servizio
failed carrier_error: congestione | errore di rete
failed blocked: bloccata | bloccato
by_talk: terminata | terminato | conclusa | concluso | chiusa | finita | riagganciata | riagganciato | fine
queued: in coda | in attesa | pianificata | programmata | nuova
ringing: squilla | in squillo | squillo | sta chiamando
in_progress: in corso | in conversazione | attiva | in chiamata
""",
    call_type="""
inbound: in entrata | entrata | ricevuta | ricevute | chiamata ricevuta | entrante | persa | chiamata persa
outbound: in uscita | uscita | effettuata | effettuate | chiamata effettuata | uscente
left_out: interna | interno | sconosciuto | sconosciuta
""",
    answered_by="""
human: umano | persona | operatore | cliente
machine: macchina | segreteria | segreteria telefonica
left_out: sconosciuto | nessuno | nessuna risposta | senza risposta
""",
    status="""
completed: completata | completato | conclusa | concluso | terminata | terminato | successo | finita
  | riuscita
failed: fallita | fallito | errore | in errore | non riuscita
cancelled: annullata | annullato | interrotta | cancellata
running: in corso | in esecuzione | attiva | in elaborazione
pending: in attesa | in coda | pianificata | programmata | nuova | nuovo
""",
)
