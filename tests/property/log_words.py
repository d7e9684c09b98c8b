"""Headings and words of call logs in thirteen languages."""

from __future__ import annotations

_NAMES = (
    "id",
    "start",
    "made",
    "answer",
    "end",
    "date",
    "clock",
    "status",
    "duration",
    "talk",
    "total",
    "number",
    "agent",
)


def _named(text: str) -> dict[str, str]:
    return dict(zip(_NAMES, text.split(", "), strict=True))


HEADINGS = {
    "en": _named(
        "Call ID, Start Time, Created At, Answer Time, End Time, Date, Time, Status, Duration, Talk Time, "
        "Total Duration, Phone Number, Agent"
    ),
    "es": _named(
        "ID de llamada, Inicio, Fecha de creación, Hora de respuesta, Fin, Fecha, Hora, Estado, Duración, "
        "Tiempo de conversación, Duración total, Número, Agente"
    ),
    "de": _named(
        "Anruf-ID, Beginn, Erstellt am, Angenommen um, Ende, Datum, Uhrzeit, Status, Dauer, "
        "Gesprächsdauer, "
        "Gesamtdauer, Rufnummer, Agent"
    ),
    "pt": _named(
        "ID da chamada, Início, Data de criação, Hora de atendimento, Fim, Data, Hora, Estado, Duração, "
        "Tempo de conversação, Duração total, Número, Agente"
    ),
    "fr": _named(
        "ID d'appel, Début, Date de création, Heure de réponse, Fin, Date, Heure, Statut, Durée, "
        "Durée de conversation, Durée totale, Numéro, Agent"
    ),
    "it": _named(
        "ID chiamata, Inizio, Data di creazione, Ora di risposta, Fine, Data, Ora, Stato, Durata, "
        "Durata conversazione, Durata totale, Numero, Agente"
    ),
    "nl": _named(
        "Gespreks-ID, Begintijd, Aangemaakt op, Beantwoord om, Eindtijd, Datum, Tijd, Status, Duur, "
        "Gespreksduur, Totale duur, Nummer, Medewerker"
    ),
    "pl": _named(
        "ID połączenia, Data rozpoczęcia, Data utworzenia, Czas odebrania, Data zakończenia, Data, "
        "Godzina, Stan, "
        "Czas trwania, Czas rozmowy, Całkowity czas, Numer, Konsultant"
    ),
    "sv": _named(
        "Samtals-ID, Starttid, Skapad, Svarstid, Sluttid, Datum, Tid, Status, Varaktighet, "
        "Samtalstid, Total tid, "
        "Nummer, Handläggare"
    ),
    "da": _named(
        "Opkalds-ID, Starttidspunkt, Oprettet, Besvaret kl, Sluttidspunkt, Dato, Klokkeslæt, "
        "Status, Varighed, "
        "Taletid, Samlet tid, Nummer, Medarbejder"
    ),
    "no": _named(
        "Anrops-ID, Starttid, Opprettet, Besvart kl, Sluttid, Dato, Klokkeslett, Status, Varighet, "
        "Samtaletid, "
        "Total varighet, Nummer, Medarbeider"
    ),
    "tr": _named(
        "Çağrı ID, Başlangıç zamanı, Oluşturulma tarihi, Cevaplanma zamanı, Bitiş zamanı, Tarih, "
        "Saat, Durum, Süre, "
        "Konuşma süresi, Toplam süre, Numara, Temsilci"
    ),
    "ru": _named(
        "ID звонка, Время начала, Дата создания, Время ответа, Время окончания, Дата, Время, "
        "Статус, Длительность, "
        "Длительность разговора, Общая длительность, Номер, Сотрудник"
    ),
}
WORDS = {
    "en": {"a": "Answered", "n": "No Answer", "b": "Busy", "c": "Cancelled", "f": "Failed"},
    "es": {"a": "Contestada", "n": "No contestada", "b": "Ocupado", "c": "Cancelada", "f": "Fallida"},
    "de": {"a": "Angenommen", "n": "Verpasst", "b": "Besetzt", "c": "Abgebrochen", "f": "Fehlgeschlagen"},
    "pt": {"a": "Atendida", "n": "Não atendida", "b": "Ocupado", "c": "Cancelada", "f": "Falhou"},
    "fr": {"a": "Répondu", "n": "Manqué", "b": "Occupé", "c": "Annulé", "f": "Échoué"},
    "it": {"a": "Risposta", "n": "Nessuna risposta", "b": "Occupato", "c": "Annullata", "f": "Fallita"},
    "nl": {"a": "Beantwoord", "n": "Gemist", "b": "Bezet", "c": "Geannuleerd", "f": "Mislukt"},
    "pl": {"a": "Odebrane", "n": "Nieodebrane", "b": "Zajęte", "c": "Anulowane", "f": "Nieudane"},
    "sv": {"a": "Besvarat", "n": "Missat", "b": "Upptaget", "c": "Avbrutet", "f": "Misslyckat"},
    "da": {"a": "Besvaret", "n": "Ubesvaret", "b": "Optaget", "c": "Annulleret", "f": "Mislykket"},
    "no": {"a": "Besvart", "n": "Ubesvart", "b": "Opptatt", "c": "Avbrutt", "f": "Mislyktes"},
    "tr": {"a": "Cevaplandı", "n": "Cevapsız", "b": "Meşgul", "c": "Vazgeçildi", "f": "Başarısız"},
    "ru": {"a": "Отвечен", "n": "Пропущен", "b": "Занято", "c": "Отменен", "f": "Ошибка"},
}
"""By language and by how a call went (`tests.files.drawing.STATUS`)."""
TOTAL = {"en": "Total", "es": "Total", "de": "Gesamt", "pt": "Total", "fr": "Total", "it": "Totale"}
TOTAL |= {
    "nl": "Totaal",
    "pl": "Razem",
    "sv": "Totalt",
    "da": "I alt",
    "no": "Sum",
    "tr": "Toplam",
    "ru": "Итого",
}
ENCODINGS = {"pl": "cp1250", "tr": "cp1254", "ru": "cp1251"}
"""The encoding with a byte a character of languages whose letters cp1252 has not."""
NAMES = ("Ida Example", 'Kim "KJ" Lee', '"Al" Muster', 'Jörg "Jo"', "Zoé", "Iñaki")
"""Of agents; some with quotes at the beginning, in the middle and at the end, none with a separator."""
