"""What Spanish-speaking people and systems write."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import table

SPANISH: Final = table(
    "Spanish",
    "common words of call logs",
    ends="""
completed: contestada | contestado | contestó | respondida | respondido | atendida | atendido | completada
  | completado | conectada | conectado | exitosa | exitoso | éxito | hablada | aceptada | realizada
  | establecida | efectiva | llamada contestada | llamada atendida | con éxito | recibida | venta
  | no interesado | volver a llamar
completed voicemail: buzón de voz | buzón | correo de voz | mensaje de voz | mensaje dejado | contestador
completed machine_detected: contestador automático | máquina | máquina contestadora
completed transferred: transferida | transferido | desviada
missed no_answer: no contestada | no contestado | no contesta | sin respuesta | no atendida | no atendido
  | perdida | perdido | llamada perdida | no respondida | no respondió | no responde | sin contestar
  | no contestó | llamada no contestada
missed busy: ocupado | ocupada | línea ocupada | comunicando | comunica
missed canceled: cancelada | cancelado | abandonada | abandonado | abandono | anulada
missed rejected: rechazada | rechazado | llamada rechazada | denegada
missed: no conectada | no establecida
failed: fallida | fallido | fallo | falla | error de llamada | errónea | fallada | llamada fallida
failed invalid_number: número inválido | número no válido | número equivocado | número erróneo | inválido
  | inválida | número inexistente | número incorrecto
failed unreachable: no disponible | fuera de servicio | inalcanzable | fuera de cobertura | apagado
  | no localizable
failed carrier_error: congestión | error de red | error de operador
failed blocked: bloqueada | bloqueado
by_talk: finalizada | finalizado | terminada | terminado | colgada | colgado | acabada | cerrada | concluida
  | fin
queued: en cola | pendiente | programada | programado | en espera | nueva
ringing: sonando | llamando | marcando | timbrando
in_progress: en curso | en llamada | activa | en progreso | hablando | en conversación
""",
    call_type="""
inbound: entrante | entrantes | entrada | recibida | recibidas | llamada entrante | perdida
  | llamada perdida
outbound: saliente | salientes | salida | realizada | realizadas | llamada saliente | emitida | hecha
  | efectuada
left_out: interna | interno | desconocido | desconocida
""",
    answered_by="""
human: humano | persona | humana | agente | cliente
machine: máquina | contestador | buzón de voz | buzón | contestador automático
left_out: desconocido | nadie | sin respuesta | ninguno | no contestada
""",
    status="""
completed: completada | completado | terminada | terminado | finalizada | finalizado | éxito | hecha | hecho
  | exitosa
failed: fallida | fallido | fallo | errónea
cancelled: cancelada | cancelado | anulada | detenida
running: en curso | en ejecución | en proceso | en progreso | ejecutando | activa
pending: pendiente | en cola | programada | programado | en espera | nueva | nuevo | creada
""",
)
