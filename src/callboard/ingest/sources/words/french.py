"""What French-speaking people and systems write."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import table

FRENCH: Final = table(
    "French",
    "common words of call logs",
    ends="""
completed: répondu | répondue | décroché | décrochée | abouti | aboutie | traité | traitée | connecté
  | connectée | complété | complétée | réussi | réussie | succès | accepté | acceptée | établi | établie
  | appel abouti | joint | appel répondu | pris | prise | effectué | effectuée | a répondu | appel traité
  | vente | pas intéressé | à rappeler | rappel | reçu | reçue
completed voicemail: messagerie vocale | messagerie | boîte vocale | message vocal | message laissé
completed machine_detected: répondeur | machine vocale
completed transferred: transféré | transférée | renvoyé
missed no_answer: manqué | manquée | appel manqué | sans réponse | non répondu | non répondue
  | pas de réponse | non décroché | non décrochée | pas répondu | non abouti sans réponse | aucune réponse
  | ne répond pas | non traité
missed busy: occupé | occupée | ligne occupée
missed canceled: annulé | annulée | abandonné | abandonnée | abandon | appel abandonné
  | raccroché avant réponse
missed rejected: rejeté | rejetée | refusé | refusée | décliné
missed: non connecté | non abouti | non aboutie
failed: échoué | échouée | échec | erreur | en échec | en erreur | échec de l'appel
failed invalid_number: numéro invalide | mauvais numéro | faux numéro | invalide | numéro non attribué
  | numéro erroné | numéro inexistant
failed unreachable: injoignable | indisponible | hors service | non joignable
failed carrier_error: encombrement | erreur réseau | saturé
failed blocked: bloqué | bloquée
by_talk: terminé | terminée | fini | finie | raccroché | raccrochée | clos | clôturé | achevé
  | appel terminé | fin
queued: en file d'attente | en attente | planifié | planifiée | programmé | nouveau
ringing: sonne | en sonnerie | sonnerie | numérotation | appel en cours d'établissement
in_progress: en cours | en communication | actif | en ligne | en conversation
""",
    call_type="""
inbound: entrant | entrante | appel entrant | reçu | reçus | appel reçu | entrée | manqué | appel manqué
  | arrivée
outbound: sortant | sortante | appel sortant | émis | émise | sortie | appel émis | composé | passé | départ
left_out: interne | inconnu | inconnue
""",
    answered_by="""
human: humain | personne humaine | agent humain | client
machine: répondeur | messagerie | messagerie vocale | boîte vocale
left_out: inconnu | personne | sans réponse | aucun | manqué
""",
    status="""
completed: terminé | terminée | réussi | réussie | succès | fini | finie | fait | achevé | complété
failed: échoué | échouée | échec | erreur | en échec | en erreur
cancelled: annulé | annulée | interrompu | arrêté
running: en cours | en exécution | en cours d'exécution | actif | démarré
pending: en attente | en file d'attente | planifié | planifiée | programmé | nouveau | à faire
""",
)
