"""Rows of other media among calls: chats, mails, messages and tasks of contact centres, under any heading."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from callboard.ingest.sources.guessing.checks import accepting, rows
from callboard.ingest.sources.guessing.doubts import Answer
from callboard.ingest.sources.guessing.draft import Draft
from callboard.ingest.sources.guessing.headings import heading
from callboard.ingest.sources.mapping.conditions import LEAVE_OUT, condition_text
from callboard.ingest.sources.mapping.patterns import escaped
from callboard.ingest.sources.words.table import normal, words_of


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MAX_WORDS: Final = 30
_LEAST: Final = 2
"""So many media and no calls say as well that a column is of media."""
_KINDS: Final = _set(
    """
type call_type media media_type channel channel_type interaction_type kind medium activity_type activity
record_type category event_type communication_type contact_type object object_type item_type log_type
tipo typ art kanal canal kategorie
"""
)
"""Headings of columns that say what a row is."""
_NO_KINDS: Final = _set(
    """
lead source list campaign kampagne utm referral referrer marketing origin acquisition preferred
preference survey notes note comment comments tags outcome disposition quelle fuente
"""
)
"""Words of headings that say where a customer came from, or what the business made of a call."""
_NO_CALLS: Final = _set(
    """
sms mms text texts textmessage textmessages message messages smsmessage inboundsms outboundsms
incomingsms outgoingsms smsinbound smsoutbound inboundmessage outboundmessage incomingmessage
outgoingmessage incomingtext outgoingtext textin textout inboundemail outboundemail email emails mail
chat chats webchat livechat fax faxes incomingfax outgoingfax whatsapp imessage socialmedia social note
meeting nachricht mensaje correo messaggio mensagem courriel
"""
)
"""What a row is that is no call, in normal form, under a heading that says what rows are."""
_MEDIA: Final = _set(
    """
sms mms text texts textmessage email emails mail mails chat chats webchat livechat chatbot fax faxes
whatsapp imessage messenger facebook instagram twitter telegram viber wechat messaging message messages
webmessaging openmessaging webform nachricht nachrichten mensaje mensajes correo messaggio mensagem
courriel kurznachricht
"""
)
_BESIDE: Final = _set(
    """
inbound outbound in out incoming outgoing internal external received sent live web open interaction
session conversation contact customer agent e digital social direct async channel media
"""
)
"""Words that may stand beside a medium: Inbound Email, Web Chat, E-Mail."""
_WEAK: Final = frozenset(
    {"callback", "callbacks", "task", "tasks", "workitem", "workitems", "case", "ticket"}
)
"""What is no call beside voice, in normal form; among directions it is one."""
_CALLS: Final = _set(
    """
voice call calls phone telephone telephony telefon telefonie telefono telefonia tel pstn sip voip webrtc
anruf anrufe llamada llamadas voz appel appels telephonique telephonie chiamata chiamate chamada chamadas
ligacao
"""
)
_DIRECTIONS: Final = _set(
    """
inbound outbound incoming outgoing in out eingehend ausgehend entrante saliente
"""
)


def doubt_media(draft: Draft) -> None:
    """Doubt rows that would count as calls and are of another medium by a word of theirs."""
    if "other_media" in draft.plan.accept:
        return
    asked: set[int] = set()
    for column in draft.sample.columns:
        texts = draft.sample.texts(column)
        words = {*filter(None, texts)}
        media = _media(column, words)
        where = {row for row, word in enumerate(texts) if word in media}
        if where <= asked:
            continue
        asked |= where
        for word in dict.fromkeys(each for each in texts if each in media):
            draft.doubt(
                "rows",
                f"{column!r} says {word!r} in {rows(texts.count(word))}, which would count as calls",
                column,
                left_out(column, word),
                accepting("other_media"),
            )
    draft.media_rows = len(asked)


def left_out(column: str, word: str) -> Answer:
    """The answer that leaves out the rows of a word."""
    condition = condition_text((column, "=", escaped(word)))
    says = f"says {word!r}" if word else "is empty"
    return Answer(LEAVE_OUT, condition, f"rows whose {column!r} {says} are left out")


def _media(column: str, words: Collection[str]) -> set[str]:
    """The words of a column that name other media; none where it says something else of calls, or nothing
    but media.
    """
    if not 1 < len(words) <= _MAX_WORDS:
        return set()
    is_kind = heading(column.rpartition(".")[2]) in _KINDS or heading(column) in _KINDS
    if not is_kind and not _NO_KINDS.isdisjoint(words_of(column).split("_")):
        return set()
    media = {each for each in words if _is_medium(each) or (is_kind and normal(each) in _NO_CALLS)}
    calls = {each for each in words if not _CALLS.isdisjoint(_parts(each))} - media
    if calls and (media or len(calls) < len(words)):
        media |= {each for each in words if normal(each) in _WEAK} if _are_media(words) else set()
    directions = {each for each in words if _parts(each) and _parts(each) <= _DIRECTIONS}
    is_of_media = is_kind or calls or directions or len(media) >= _LEAST
    return media if is_of_media and len(media) < len(words) else set()


def _are_media(words: Collection[str]) -> bool:
    """Whether all words of a column name media, voice among them."""
    return all(
        _is_medium(each) or normal(each) in _WEAK or _parts(each) <= _CALLS | _BESIDE for each in words
    )


def _is_medium(word: str) -> bool:
    parts = _parts(word)
    # Capitals part a name too: WhatsApp, iMessage.
    return normal(word) in _MEDIA or (not parts.isdisjoint(_MEDIA) and parts <= _MEDIA | _BESIDE)


def _parts(word: str) -> set[str]:
    return {*words_of(word).split("_")} - {""}
