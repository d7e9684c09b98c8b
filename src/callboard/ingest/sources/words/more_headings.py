"""Headings of columns by field in Dutch, Polish, Swedish, Danish, Norwegian, Turkish and Russian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callboard.ingest.sources.words.table import words_of

_CALL: Final[Mapping[str, str]] = {
    "call_id": """
gespreks-id, gesprek-id, oproep-id, oproepnummer, gespreksnummer, kenmerk;
id połączenia, identyfikator połączenia, id rozmowy, identyfikator;
samtals-id, samtal-id, samtalsnummer;
opkalds-id, opkald id, samtale-id;
anrops-id, anrop-id, samtale id;
çağrı id, çağrı no, arama id, çağrı kimliği, arama no, görüşme id;
id звонка, id вызова, идентификатор, идентификатор звонка, id разговора, номер вызова
""",
    "source_number": """
van, beller, van nummer, nummer beller, bron;
numer dzwoniącego, dzwoniący, od, z numeru, źródło, skąd;
från, uppringare, från nummer, källa;
fra, opkalder, fra nummer, kilde;
innringer, oppringer;
arayan, arayan numara, kimden, kaynak;
откуда, кто звонил, вызывающий, звонящий, от кого, источник, номер звонящего, с номера
""",
    "destination_number": """
naar, gebelde, gebeld nummer, naar nummer, bestemming, telefoonnummer, nummer;
numer docelowy, odbiorca, do, dokąd, na numer, numer odbiorcy, numer telefonu, telefon, numer;
till, till nummer, mottagare, destination, nummer, telefonnummer;
til, til nummer, modtager, mottaker;
aranan, aranan numara, kime, hedef, telefon numarası, numara;
куда, кому, вызываемый, получатель, набранный номер, на номер, номер телефона, телефон, номер
""",
    "call_type": """
richting, gesprekstype, soort, soort gesprek;
kierunek, typ połączenia, rodzaj, rodzaj połączenia;
riktning, samtalstyp;
retning, opkaldstype, anropstype;
yön, yönü, çağrı yönü, arama tipi, çağrı tipi, tür;
направление, тип звонка, тип, вид звонка
""",
    "call_status": """
gespreksstatus, resultaat, uitkomst, staat;
status połączenia, stan, stan połączenia, wynik, wynik rozmowy, rezultat;
samtalsstatus, tillstånd, resultat, utfall;
opkaldsstatus, tilstand, udfald;
samtalestatus, utfall;
durum, durumu, çağrı durumu, arama durumu, sonuç, çağrı sonucu;
статус, статус звонка, результат, состояние, итог, исход, beantwoord, odebrane, besvarat, besvaret,
besvart, cevaplandı, отвечен
""",
    "creation_time": """
begintijd, starttijd, begin, aanvang, tijdstip, datum en tijd, datum/tijd, aangemaakt, aangemaakt op,
startdatum, gestart op, gesprek gestart;
data rozpoczęcia, czas rozpoczęcia, rozpoczęcie, rozpoczęto, początek, data i godzina, data i czas,
data połączenia, data utworzenia, utworzono, godzina rozpoczęcia;
starttid, startdatum, påbörjat, påbörjad, skapat, skapad, datum och tid, tidpunkt, start;
oprettet, startet, dato og tid, starttidspunkt, påbegyndt;
opprettet, startet, startdato, dato og klokkeslett;
başlangıç, başlangıç zamanı, başlangıç tarihi, başlama zamanı, oluşturulma, oluşturulma tarihi,
tarih saat, tarih/saat, arama zamanı, çağrı zamanı, arama tarihi;
дата и время, начало, начало звонка, время начала, дата начала, дата звонка, время звонка, создан,
создано, дата создания, datum, data, dato, tarih, дата, tijd, godzina, tid, tidspunkt, klokkeslett, saat,
время
""",
    "start_time": """
opgenomen om, beantwoord om, tijd van opname;
odebrano o, czas odebrania, godzina odebrania, data odebrania;
besvarat kl, svarstid, svarat, besvarad;
besvaret kl, svartid, besvaret tid;
besvart kl, svartidspunkt;
cevaplanma zamanı, yanıtlanma zamanı, cevap zamanı;
время ответа, дата ответа, ответ, отвечен в
""",
    "end_time": """
eindtijd, einde, beëindigd op, eind, einddatum;
data zakończenia, czas zakończenia, zakończenie, koniec, zakończono;
sluttid, slut, avslutat, avslutad, slutdatum;
sluttidspunkt, afsluttet, slutt, sluttdato, avsluttet;
bitiş, bitiş zamanı, bitiş tarihi, sonlanma zamanı;
окончание, конец, время окончания, дата окончания, завершение, завершен
""",
    "call_duration": """
gespreksduur, gesprekstijd, spreektijd, duur gesprek;
czas rozmowy, długość rozmowy;
samtalstid, samtalslängd, taltid;
samtaletid, taletid, samtalelængde;
samtalevarighet, taletid;
konuşma süresi, görüşme süresi;
длительность разговора, время разговора, продолжительность разговора, разговор;
duur, tijdsduur, lengte;
czas trwania, czas połączenia, długość, czas trwania połączenia;
längd, varaktighet, tidslängd;
varighed, længde, opkaldsvarighed;
varighet, lengde;
süre, süresi, çağrı süresi, arama süresi;
длительность, продолжительность, длительность звонка, длит;
totale duur, totale tijd;
całkowity czas, czas całkowity, łączny czas;
total tid, total längd, total varaktighet;
samlet tid, total varighed;
total varighet;
toplam süre;
общая длительность, общее время, всего
""",
    "end_reason": """
reden, reden einde, oorzaak;
przyczyna, powód, przyczyna zakończenia;
orsak, anledning;
årsag, årsak;
neden, sebep, kapanma nedeni;
причина, причина завершения
""",
    "agent": """
medewerker, gebruiker, agentnaam, behandelaar;
konsultant, pracownik, użytkownik, agent, doradca;
medarbetare, användare, handläggare;
medarbejder, bruger;
medarbeider, bruker, saksbehandler;
temsilci, kullanıcı, müşteri temsilcisi, personel;
сотрудник, оператор, агент, менеджер, пользователь
""",
}
_TASK: Final[Mapping[str, str]] = {
    "task_id": "taak-id; id zadania; uppgifts-id; opgave-id; oppgave-id; görev id; id задачи",
    "status": "staat; stan; tillstånd; tilstand; durum; статус, состояние",
    "created": """
aangemaakt, aangemaakt op;
utworzono, data utworzenia;
skapad, skapat;
oprettet;
opprettet;
oluşturulma, oluşturulma tarihi;
создан, создано, дата создания
""",
}
MORE: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    of: {
        field: tuple(dict.fromkeys(words_of(each) for part in text.split(";") for each in part.split(",")))
        for field, text in fields.items()
    }
    for of, fields in (("call", _CALL), ("task", _TASK))
}
"""Type → field → headings in the form of the tables, the likeliest of each language first."""
