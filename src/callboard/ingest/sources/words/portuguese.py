"""What Portuguese-speaking people and systems write."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import table

PORTUGUESE: Final = table(
    "Portuguese",
    "common words of call logs",
    ends="""
completed: atendida | atendido | atendeu | respondida | respondido | completada | completado | completa
  | conectada | conectado | sucesso | bem-sucedida | aceita | realizada | estabelecida | falada
  | chamada atendida | com sucesso | recebida | venda | sem interesse | ligar depois | retornar ligação
completed voicemail: correio de voz | caixa postal | mensagem de voz | recado
completed machine_detected: secretária eletrônica | máquina
completed transferred: transferida | transferido | encaminhada
missed no_answer: não atendida | não atendido | não atendeu | não atende | sem resposta | perdida | perdido
  | chamada perdida | não respondida | não respondeu | ligação perdida | chamada não atendida
  | sem atendimento
missed busy: ocupado | ocupada | linha ocupada | impedido
missed canceled: cancelada | cancelado | abandonada | abandonado | abandono | desistência | desistiu
missed rejected: rejeitada | rejeitado | recusada | recusado
missed: não conectada | não estabelecida | não completada
failed: falhou | falha | falhada | com falha | erro | com erro | malsucedida | falha na chamada
failed invalid_number: número inválido | número errado | inválido | inválida | número inexistente
failed unreachable: indisponível | fora de serviço | inacessível | fora de área | desligado
failed carrier_error: congestionamento | congestionada | erro de rede
failed blocked: bloqueada | bloqueado
by_talk: concluída | concluído | finalizada | finalizado | terminada | terminado | encerrada | encerrado
  | desligada | fim
queued: na fila | em fila | pendente | agendada | agendado | em espera | nova
ringing: tocando | a tocar | chamando | discando | a chamar
in_progress: em andamento | em curso | em chamada | ativa | em atendimento | falando
""",
    call_type="""
inbound: entrada | recebida | recebidas | de entrada | receptiva | chamada recebida | entrante | perdida
  | receptivo
outbound: saída | realizada | realizadas | de saída | efetuada | efetuadas | originada | ativa | discada
  | feita | ativo
left_out: interna | interno | desconhecido | desconhecida
""",
    answered_by="""
human: humano | pessoa | humana | agente | cliente | atendente
machine: máquina | caixa postal | secretária eletrônica | correio de voz
left_out: desconhecido | ninguém | sem resposta | nenhum | não atendida
""",
    status="""
completed: concluída | concluído | finalizada | finalizado | sucesso | completa | feita | feito | terminada
failed: falhou | falha | com falha | erro | com erro
cancelled: cancelada | cancelado | interrompida | anulada
running: em andamento | em execução | executando | em curso | em processamento | ativa
pending: pendente | na fila | agendada | agendado | em espera | aguardando | nova | novo
""",
)
