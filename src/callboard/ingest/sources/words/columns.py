"""Headings of columns by field, in all languages and of all platforms, the likeliest first.

Units, zones and formats are no part of them: `duration_ms` and `Duration (s)` are `duration`. Words such as
`call` in front are ignored when nothing else fits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CHANGES: Final = """
updated_at last_updated last_modified modified_at modified updated last_updated_at last_modified_at updated_on
modified_on modified_date updated_date date_modified date_updated last_modified_date last_updated_date
last_update last_change last_changed changed_at status_changed_at status_changed status_updated_at
last_status_change last_status_changed_at state_changed_at state_updated_at status_change_time update_time
modification_time geandert_am zuletzt_geandert aktualisiert_am letzte_anderung actualizado_el actualizado_en
modificado_el ultima_modificacion ultima_actualizacion atualizado_em modificado_em ultima_atualizacao
modifie_le mis_a_jour_le derniere_modification modificato_il aggiornato_il ultima_modifica
"""
CALL: Final[Mapping[str, str]] = {
    "call_id": """
call_id call_sid call_uuid uniqueid unique_id sid xml_cdr_uuid uuid callid cdr_id contact_id
conversation_id interaction_id engagement_id record_id recordid telephony_session_id session_id
call_session_id
call_leg_id leg_id linkedid call_reference call_ref reference_id call_control_id request_uuid
global_call_id_call_id pkid history_id call_history_id history_call_id id_de_llamada id_llamada llamada_id
anruf_id anruf_nr anrufnummer anrufid gesprachs_id gesprach_id id_da_chamada id_chamada id_da_ligacao
id_ligacao id_appel id_de_l_appel identifiant_appel appel_id identifiant id_chiamata chiamata_id
identificativo call_number call_no call_nr identificador segment_id transaction_id calllog_id call_log_id
log_id correlation_id sip_call_id call_identifier call_session_history_id activity_id vorgangsnummer
vorgangs_nr vorgang_nr codice_chiamata protocolo protocolo_da_chamada id key call reference referenz
referencia referencia_de_llamada reference_appel riferimento folio nr no inbound_call_id uid
node_id_session_id_sequence_no monitor_ucid ucid hs_object_id accounting_id acct_session_id
acct_unique_session_id
""",
    "source_number": """
source_number from_number from_phone_number caller_number caller_phone caller_phone_number calling_number
calling_party_number calling_party caller_id_number from source_phone_number source src src_number
src_user ani cli clid_number caller_id callerid caller_id_num callid_num caller_num a_number anumber
a_party from_user calling customer_endpoint_address originating_number origination_number originator
orig_number origin_number numero_de_origen numero_origen origen llamante numero_llamante numero_que_llama
remitente anrufernummer anrufer quelle rufnummer_anrufer von quellrufnummer absender anrufende_nummer
numero_de_origem numero_origem origem chamador numero_chamador quem_ligou numero_appelant appelant origine
numero_source emetteur de numero_chiamante chiamante sorgente numero_origine da caller clid
""",
    "destination_number": """
destination_number to_number to_phone_number called_number called_party_number final_called_party_number
original_called_party_number callee_number callee_id callee_num callee_phone_number callee_phone
destination_phone_number destination_did to destination dst dst_number dst_user dnis dialed_number
dialled_number dialed phone_number_dialed number_dialed called called_party callee b_number bnumber
b_party customer_number customer_phone customer_phone_number contact_number external_number outside_number
lead_phone lead_number recipient recipient_number receiver to_user terminating_number numero_de_destino
numero_destino destino numero_marcado numero_llamado llamado destinatario zielrufnummer zielnummer ziel
gewahlte_nummer gewahlte_rufnummer angerufene_nummer angerufener empfanger an nach rufnummer telefonnummer
gegenstelle numero_chamado numero_discado numero_appele appele destinataire numero_compose
numero_destination vers a numero_chiamato numero_composto chiamato destinazione numero_destinatario
phone_number phone number telephone telephone_number telefono telefon telefone numero_de_telefono
numero_telefono numero_de_telephone numero_di_telefono numero
""",
    "call_type": """
call_type call_direction direction session_direction channel_type type initiation_method calltype
direccion sentido tipo_de_llamada tipo_llamada richtung anrufrichtung anruftyp anrufart gesprachsrichtung
typ art direcao tipo_de_chamada tipo_chamada tipo_de_ligacao tipo_da_chamada sens sens_appel
sens_de_l_appel type_appel type_d_appel direzione tipo_chiamata tipo_di_chiamata tipo verso
inbound_outbound in_out inbound outbound
""",
    "call_status": """
call_status callstatus call_state hs_call_status call_completion_status completion_status dial_status
dialstatus session_status action_result
call_result
callresult conversation_status status disposition call_disposition system_disposition result
resultado_de_la_llamada estado_de_la_llamada estado_de_llamada estado_llamada estado resultado situacion
disposicion anrufstatus gesprachsstatus status_des_anrufs ergebnis zustand anrufergebnis estado_da_chamada
status_da_chamada status_da_ligacao situacao disposicao statut statut_appel statut_de_l_appel etat
etat_appel resultat resultat_appel stato stato_chiamata stato_della_chiamata esito esito_chiamata
risultato state status_name last_leg_disposition answer_status category categories successful success
final_sip_code final_sip_phrase call_outcome_reason status_code_name disposition_name call_outcome
outcome_of_the_call outcome session_outcome amd_result_status queue_status ended_reason end_reason
disconnection_reason disconnect_reason disconnection hangup_cause hangup_reason hangupcause hangup_cause_name
disc_cause disc_reason reason_terminated termination_reason release_cause cause sip_code sip_response_code
sip_status_code terminate_cause terminatecause terminate_cause_id terminatecauseid disconnect_text
response_code sip_reason hangup_cause_q_850 hangup_cause_q850 hangup_cause_code dest_cause_value
orig_cause_value cause_code disconnect_type disconnect_cause answered call_answered is_answered
was_answered connected is_connected business_call_type contact_disposition
contestada contestado atendida atendido respondida angenommen verbunden
beantwortet repondu repondue decroche risposta risposto completed call_completed call_successful missed
is_missed abandoned is_abandoned missed_call_reason type call_type log_type typ art tipo
""",
    "creation_time": """
creation_time created_at date_created date_started date_start invite_time invite_date_time activity_date
created initiation_timestamp date_time_origination initiated_at initiation_time queued_at call_created
call_created_at start_stamp start_timestamp start_uepoch start_epoch start_time_unix start_unix calldate
call_start_time call_start call_started call_started_at call_start_date call_start_date_time
date_time_start start_date_time start_datetime starttime start_time started_at start_date time_start start
called_at
call_date_time call_datetime date_time datetime timestamp time_stamp epoch epoch_time unix_time unixtime
unix_timestamp unix call_date call_time calltime
contact_start conversation_start interaction_start session_start log_time time_of_call date_of_call
received_at offered_at dial_time dialed_at ring_start call_placed_at call_placed placed_at placed begin
offered entered created_date segment_start_time segment_start orig_time origination_time start_local
local_start
setup_time h323_setup_time setup_at arrival_time arrived_at row_date
begin_time fecha_y_hora fecha_hora fecha_de_inicio hora_de_inicio inicio fecha_de_la_llamada fecha_llamada
fecha_de_llamada comienzo fecha_de_creacion creado anrufbeginn anrufzeit anrufzeitpunkt beginn startzeit
start_zeit datum_uhrzeit datum_und_uhrzeit zeitpunkt zeitstempel anrufdatum angerufen_am erstellt
erstellt_am gesprachsbeginn startzeitpunkt data_e_hora data_hora data_de_inicio data_da_chamada
inicio_da_chamada criado_em data_da_ligacao date_et_heure date_heure heure_de_debut date_de_debut debut
debut_appel date_appel date_de_l_appel heure_appel horodatage cree_le data_e_ora data_ora ora_inizio

hs_timestamp data_di_creazione data_creazione creazione creation_date
creation fecha_creacion creado_el creado_en
data_de_criacao data_criacao criacao criado date_de_creation date_creation creation_de_l_appel cree_a
erstellungszeit erstellungsdatum erstelldatum data_inizio inizio inizio_chiamata
 data_chiamata ora_chiamata ora_di_inizio creato creato_il date fecha
datum data day time hora uhrzeit zeit heure ora ts t
""",
    "start_time": """
answer_time answered_at answer_stamp answer_timestamp answer_uepoch answer_epoch answer_date answer_start
connected_to_agent_timestamp agent_connected_at agent_answer_time connect_time connected_at connect_stamp
date_time_connect time_connected connection_time connected_time connect_timestamp answered_time
time_answered answer_date_time answerdate answer_at picked_up_at pickup_time pick_up_time accepted_at
accepted_time call_answer_time call_answered_at talk_start talk_start_time answer date_connected
date_answered connect hora_de_respuesta respondida_a_las respuesta hora_respuesta contestada_a_las
hora_contestada annahmezeit angenommen_um angenommen_am verbunden_um gesprachsannahme annahme
verbunden_seit verbunden hora_de_atendimento atendida_em atendimento hora_atendimento hora_da_resposta
heure_de_reponse heure_reponse reponse decroche_a heure_de_decroche heure_decroche ora_risposta
ora_di_risposta risposta_alle answered connected_to_system_timestamp start_time started_at started
start_timestamp
""",
    "end_time": """
end_time ended_at end_stamp end_timestamp end_uepoch end_epoch call_end_time call_end call_ended
call_ended_at date_time_end date_time_disconnect disconnect_timestamp end_date_time end_datetime time_end
hangup_time hangup_at disconnect_time disconnected_time date_end end_time_unix finished_on disconnected_at
finished_at finish_time completed_at terminated_at hangup hung_up_at end_at
endtime date_ended end_date enddate release_time
hang_up_time conversation_end end finish ended stop_time stoptime stopped_at stop
hora_de_fin fecha_de_fin fecha_fin hora_fin fin
final hora_final finalizado terminado_a_las anrufende ende endzeit beendet_um beendet_am gesprachsende
end_zeit hora_de_termino data_de_termino termino hora_fim data_fim fim encerrado_em data_final
heure_de_fin date_de_fin date_fin fin_appel heure_fin termine_a ora_fine data_fine fine fine_chiamata
ora_di_fine terminata_alle
""",
    "call_duration": """
billsec billmsec talk_time talktime talk_duration talking_time talking talk
agent_talk_time agent_talk agent_interaction_duration duration_in_call in_call_duration in_call_time
time_in_call in_call call_talk_time total_talk_time total_talk net_talk_time conversation_time
conversation_duration conversation talk_length connected_duration connected_time connect_duration
connection_duration answered_duration answered_time speaking_time speak_time ser_time service_time
handle_talk_time active_time duration_talk tiempo_de_conversacion duracion_de_conversacion
duracion_conversacion tiempo_conversacion tiempo_hablado tiempo_de_habla hablado conversacion
gesprachsdauer gesprachszeit sprechzeit sprechdauer verbindungsdauer dauer_gesprach gesprach
tempo_de_conversa duracao_da_conversa tempo_de_conversacao tempo_falado tempo_de_fala conversa
tempo_conversa duree_de_conversation duree_conversation temps_de_conversation temps_de_parole
temps_conversation duree_de_communication duree_communication communication durata_conversazione
durata_della_conversazione tempo_conversazione tempo_di_conversazione conversazione
call_duration callduration duration call_length length
corrected_duration duration_of_call mduration duracion_de_la_llamada duracion_de_llamada duracion_llamada
duracion anrufdauer dauer lange duracao_da_chamada duracao_da_ligacao duracao_chamada duracao duree_appel
duree_de_l_appel duree durata_chiamata durata_della_chiamata durata time_taken elapsed elapsed_time
hs_call_duration
session_duration duration_total total_duration total_call_time total_time call_time tiempo_total
duracion_total gesamtdauer duracao_total duree_totale durata_totale tiempo
actual_seconds actual_duration billable_seconds agent_seconds agent_time how_long session_time
sessiontime acct_session_time fee_time call_service_duration
""",
    "end_reason": """
end_reason ended_reason disconnection_reason disconnect_reason disconnection disc_cause disc_reason
hangup_reason hangup_cause hangupcause
hangup_cause_name hangup_cause_code hangup_cause_q_850 termination_reason reason_terminated
end_call_reason call_end_reason end_cause call_outcome_reason outcome_reason release_reason release_cause
disconnect_type disconnect_cause dest_cause_value cause_code missed_call_reason hangup_source
call_ended_by disconnect_initiator ended_by hangup_by terminated_by term_reason disconnected_by hung_up_by
sip_reason sip_code result_description motivo_de_finalizacion motivo_fin motivo_de_colgado
causa_de_colgado causa motivo razon grund beendigungsgrund auflegegrund trennungsgrund ursache endgrund
motivo_do_encerramento motivo_de_desligamento razao raison_de_fin motif_de_fin motif cause raison
raison_fin motivo_chiusura motivo_fine reason reason_for_ending terminate_cause terminatecause
terminate_cause_id terminatecauseid disconnect_text
""",
    "answered_by": """
answered_by answeredby amd_status amd_result amd machine_detection answering_machine_detection
answering_machine_detection_status amd_response machine_detection_result call_answered_by contestado_por
respondido_por atendido_por beantwortet_von angenommen_durch repondu_par risposto_da in_voicemail
is_voicemail machine
""",
    "agent": """
agent agent_name agentname agent_handle agent_username agent_email agent_user agent_id agent_full_name
assistant assistant_name assistant_id answered_by_agent answering_agent operator operator_name
representative rep rep_name user user_name users agents user_display_name assigned_to activity_assigned_to
username user_full_name full_name agente nombre_del_agente nombre_agente operador usuario bearbeiter
mitarbeiter agent_in benutzer nutzer sachbearbeiter nome_do_agente atendente nome_agente usuario_nome
nom_agent nom_de_l_agent utilisateur conseiller operateur operatore nome_operatore utente server employee
owner_name extension_name member nebenstelle
""",
    "task_id": """
task_id taskid job_id lead_task_id task
""",
    "occurred_at": _CHANGES,
    "outcome": """
outcome call_outcome session_outcome business_outcome call_result_business disposition_tag
disposition_code disposition call_disposition disposition_name disposition_label wrap_up_code wrapup_code
wrap_up wrapup wrap_code status_name tipificacion clasificacion abschluss abschlusscode ergebniscode
tabulacao tabulacao_da_ligacao qualification esito_commerciale call_successful resultado_comercial
""",
}  # fmt: skip
TASK: Final[Mapping[str, str]] = {
    "task_id": """
task_id taskid task_uuid job_id jobid jid workflow_id run_uuid uid execution_id execution_arn flow_run_id
uuid
id alloc_id run_id run_identifier tarea_id id_tarea aufgaben_id aufgabe_id id_tarefa id_tache tache_id
id_attivita pod_name
aufgaben_nr aufgabennummer aufgabe_nr vorgangsnummer ticket_nr activity_id job_name name issue_key key task
tarea aufgabe tarefa tache attivita reference referenz referencia protocolo folio nr no
""",
    "occurred_at": f"""
{_CHANGES}
occurred_at finished_at finished_on processed_on completed_at ended_at end_time end_date finish_time
finished completion_time close_time stop_date date_ended completed_on ended_on finished_timestamp
timestamp
""",
    "run_id": """
run_id dag_run_id batch_id campaign_run_id parent_run_id flow_run flow_id run campaign_id batch
workflow_run_id
""",
    "assignee": """
assignee assigned_to agent worker worker_name hostname owner agente bearbeiter zugewiesen_an responsavel
assigne_a assegnatario asignado_a atribuido_a
""",
    "status": """
task_status status job_status state state_type run_status execution_status phase estado zustand statut
etat stato situacao estatus state_name life_cycle_state client_status trigger_state result conclusion
result_state job_run_state run_state success succeeded done is_done is_completed is_complete completed
finished complete erledigt hecho terminada concluida feito fait terminee fatto completata
""",
    "attempt": """
attempt attempts try try_number attempt_number attempts_made retry_count retries restart_count intento
versuch tentativa tentative tentativo
""",
    "failure_reason": """
failure_reason error error_message exc_info exception failed_reason traceback error_class cause reason
message motivo_fallo fehler fehlermeldung erreur errore erro
""",
    "scheduled_at": """
scheduled_at scheduled_for scheduled_timestamp eta expected_start_time scheduled_start_time scheduled_time
scheduled_start due_at due run_at execute_at next_retry_at logical_date execution_date programado_para
geplant_fur agendado_para planifie_pour
""",
    "created": """
created created_at created_timestamp create_timestamp creation_time date_created creation_timestamp
inserted_at enqueued enqueued_at queued queued_at queue_time queued_dttm queued_when received received_at
submitted_at submission_time submit_time submit submitted create_time start_date start_time started_at started
date_started started_on timestamp
creado creada creado_el creada_el fecha_de_creacion erstellt erstellt_am criado criada criado_em criada_em
data_de_criacao cree creee cree_le creee_le date_de_creation creato creata creato_il data_di_creazione ts t
""",
    "execution_type": """
execution_type task_name func_name operator job_class
""",
}  # fmt: skip
COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {"call": CALL, "task": TASK}

CHANGES: Final = _set(_CHANGES)
"""Headings of when a row was changed last, so that it says how the call or task stood then."""

DAYS: Final = _set("""
date day call_date start_date calldate start_day fecha dia fecha_de_inicio fecha_llamada
fecha_de_la_llamada datum tag anrufdatum startdatum data data_da_chamada data_de_inicio date_appel
date_de_l_appel date_de_debut jour giorno data_chiamata data_inizio date_of_call call_start_date call_day
local_date row_date dato tarih дата
""")
"""Headings of the day, where a clock stands in another column."""
CLOCKS: Final = _set("""
time call_time start_time time_of_day hour clock hora hora_de_inicio hora_llamada hora_de_la_llamada
uhrzeit zeit anrufzeit startzeit horario hora_da_chamada heure heure_appel heure_de_l_appel heure_de_debut
ora orario ora_chiamata ora_inizio time_of_call call_start_time local_time start_hour tijd godzina czas tid
tidspunkt klokkeslett saat время row_time
""")
"""Headings of the clock, where the day stands in another column."""

OTHER_LENGTHS: Final = _set("""
ring ringing ringtime wait waiting hold held ivr queue queued acw wrap wrapup after work bill billed
billable billing rounded latency setup pdd delay tta abandon dial dialing charge charged charged_for
recording
transfer park parked consult preview pause tax price cost espera timbre timbrado cola klingelzeit
klingeldauer wartezeit haltezeit nachbearbeitung nachbearbeitungszeit klingeln warte abgerechnet gerundet
toque fila facturado facturada faturado sonnerie attente facture facturee squillo attesa fatturata
fatturato retention wachttijd wacht beltijd oczekiwania oczekiwanie dzwonienia kolejka vantetid ringtid ko
ventetid
ringetid bekleme calma kuyruk ожидания ожидание ожидание_ответа дозвона очередь
""")
"""Words in a heading that make a length another one than the talk: ringing, waiting, what is billed."""
FILLERS: Final = _set("""
call calls the of de del la el da do di della der des die das du le les l d anruf anrufs llamada chamada
ligacao appel chiamata local total phone gesprek gesprekken oproep rozmowy polaczenia samtal samtalet
opkald opkaldet anrop anropet
cagri arama gorusme звонка звонок вызова en h323
""")
"""Words that a heading may have more or fewer of and still mean the same."""

SHARES: Final = _set(
    "percent percentage pct ratio rate share prozent anteil porcentaje pourcentage percentuale"
)
"""Words in a heading that say that a number is a share of something, and no length."""
AFTER_WORK: Final = _set("""
acw wrap wrapup after_call aftercall after_work nachbearbeitung nachbearbeitungszeit
""")
"""Words, or two of them, in the heading of the work of an agent when the call is over."""
RINGING: Final = _set("""
ring ringing ringtime wait waiting queue queued delay tta asa espera timbre timbrado cola klingelzeit
klingeldauer klingeln wartezeit warte toque fila sonnerie attente squillo attesa wachttijd wacht beltijd
oczekiwania oczekiwanie dzwonienia kolejka vantetid ringtid ko ventetid ringetid bekleme calma kuyruk
ожидания ожидание дозвона очередь
""")
"""Words in the heading of a length before the talk."""
UNTIL_ANSWER: Final = _set("""
time_to_answer seconds_to_answer answer_delay speed_of_answer average_speed_of_answer answer_speed
time_before_answer time_till_answer time_until_answer temps_de_reponse tiempo_de_respuesta
tempo_de_resposta tempo_di_risposta annahmedauer setup_time setuptime
""")
"""Whole headings of a length before the talk."""
TALK: Final = _set("""
billsec billmsec talk talktime talking conversation conversacion conversa conversacao conversazione
connected connect connection answered speaking speak service active hablado habla falado fala gesprach
gesprachs gesprachsdauer gesprachszeit sprechzeit sprechdauer verbindungsdauer parole communication
gespreksduur gesprekstijd spreektijd rozmowy samtalstid samtalslangd taltid samtaletid taletid
samtalelaengde samtalevarighet konusma gorusme разговора разговор
""")
"""Words in a heading that say that a length is the talk alone, without ringing."""
PARTIES: Final = _set("""
agent customer user caller callee client contact lead prospect operator rep bot ai assistant human
participant speaker
""")
"""Words in a heading that say that a length may be of one side of the talk."""
SPEECH: Final = _set("talk talking talktime speech speaking spoken speak")
"""Words in a heading of a length that may be the speech of one side."""
