"""Files in other languages, encodings and number formats."""

from __future__ import annotations

from tests.files.drawing import COMPLETED, MISSED, Call, Seen, at_once
from tests.files.layout import cells, clock, hms, layout, reads, table, utc
from tests.files.shapes import ISO, STAMP, four, status_of, word


def comma(seconds: float, digits: int = 1) -> str:
    return f"{seconds:.{digits}f}".replace(".", ",")


@layout(
    "spanish_utf16.csv",
    "anabana",
    zone="Europe/Madrid",
    encoding="utf-16",
    asks="status",
    longest=3_725,
    trap="UTF-16 with tabs; day and clock in two columns; Spanish headings and words.",
)
def _(calls: list[Call]) -> str:
    return table(
        "ID de llamada\tFecha\tHora\tOrigen\tDestino\tEstado\tDuración",
        (
            [
                c.n,
                c.at("%d/%m/%Y"),
                c.at("%H:%M:%S").lstrip("0"),
                200,
                c.number,
                c.says(a="Contestada", n="No contestada", b="Ocupado"),
                hms(c.talk, wide=False),
            ]
            for c in calls
        ),
        separator="\t",
    )


@reads("spanish_utf16.csv")
def _(data: bytes) -> list[Seen]:
    form = "%d/%m/%Y %H:%M:%S"
    return [
        Seen(
            COMPLETED if r["Estado"] == "Contestada" else MISSED,
            clock(r["Duración"]),
            utc(r["Fecha"] + " " + r["Hora"], form, "Europe/Madrid"),
        )
        for r in cells(data.decode("utf-16"), "\t")
    ]


@layout(
    "german_comma.csv",
    "anabanaa",
    zone="Europe/Berlin",
    asks="status",
    step=0.1,
    trap="Seconds with a decimal comma (60,5); day and clock in two columns; German headings and words.",
)
def _(calls: list[Call]) -> str:
    return table(
        "Anruf-ID;Datum;Uhrzeit;Rufnummer;Status;Dauer (s)",
        (
            [
                c.n,
                c.at("%d.%m.%Y"),
                c.at("%H:%M:%S"),
                f"030 231250{c.n:02d}",
                c.says(a="Angenommen", n="Verpasst", b="Besetzt"),
                comma(c.talk),
            ]
            for c in calls
        ),
        separator=";",
    )


@reads("german_comma.csv")
def _(data: bytes) -> list[Seen]:
    form = "%d.%m.%Y %H:%M:%S"
    return [
        Seen(
            COMPLETED if r["Status"] == "Angenommen" else MISSED,
            float(r["Dauer (s)"].replace(",", ".")),
            utc(r["Datum"] + " " + r["Uhrzeit"], form, "Europe/Berlin"),
        )
        for r in cells(data, ";")
    ]


@layout(
    "german_total.csv",
    "anaabn",
    zone="Europe/Berlin",
    encoding="cp1252",
    asks="status",
    minute=True,
    trap="cp1252; a line Gesamt at the end; Dauer is mm:ss only by (Min:Sek) in its heading.",
)
def _(calls: list[Call]) -> str:
    rows = [
        [
            f"A{c.n}",
            c.at("%d.%m.%Y %H:%M"),
            "Frau Müller",
            c.says(a="Geführt", n="Nicht erreicht", b="Besetzt"),
            f"{int(c.talk) // 60:02d}:{int(c.talk) % 60:02d}",
        ]
        for c in calls
    ]
    rows.append(["Gesamt", "", "", "", "99:59"])
    return table("Anruf-ID;Beginn;Gesprächspartner;Ergebnis;Dauer (Min:Sek)", rows, separator=";")


@reads("german_total.csv")
def _(data: bytes) -> list[Seen]:
    rows = [line.split(";") for line in data.decode("cp1252").splitlines()[1:-1]]
    return [
        Seen(
            COMPLETED if r[3] == "Geführt" else MISSED,
            clock(r[4]),
            utc(r[1], "%d.%m.%Y %H:%M", "Europe/Berlin"),
        )
        for r in rows
    ]


@layout(
    "portuguese_minutes.csv",
    "anabanaa",
    zone="America/Sao_Paulo",
    encoding="cp1252",
    asks="status unit",
    step=6,
    trap="cp1252; Atendida says sim or não; Duração (min) with a decimal comma.",
)
def _(calls: list[Call]) -> str:
    return table(
        "ID da chamada;Data/Hora;Origem;Destino;Atendida;Duração (min);Observação",
        (
            [
                c.n,
                c.at("%d/%m/%Y %H:%M:%S"),
                "200",
                c.number,
                c.says(a="sim", n="não"),
                comma(c.talk / 60, 1),
                "ligação de teste",
            ]
            for c in calls
        ),
        separator=";",
    )


@reads("portuguese_minutes.csv")
def _(data: bytes) -> list[Seen]:
    rows = [line.split(";") for line in data.decode("cp1252").splitlines()[1:]]
    form = "%d/%m/%Y %H:%M:%S"
    return [
        Seen(
            COMPLETED if r[4] == "sim" else MISSED,
            float(r[5].replace(",", ".")) * 60,
            utc(r[1], form, "America/Sao_Paulo"),
        )
        for r in rows
    ]


@layout(
    "french_report.csv",
    "anavbana",
    zone="Europe/Paris",
    encoding="cp1252",
    asks="status",
    trap="cp1252; Réussi, Manqué, Occupé; Durée as 1 min 40 s would be; a line Total général below.",
)
def _(calls: list[Call]) -> str:
    rows = [
        [
            f"F-{c.n}",
            c.at("%d/%m/%Y %H:%M:%S"),
            f"01 99 00 10 {c.n:02d}",
            c.says(a="Réussi", v="Messagerie vocale", n="Manqué", b="Occupé"),
            hms(c.talk),
        ]
        for c in calls
    ]
    rows.append(["Total général", "", "", "", hms(sum(c.talk for c in calls))])
    return table("Identifiant de l'appel;Date de début;Numéro;Statut;Durée", rows, separator=";")


@reads("french_report.csv")
def _(data: bytes) -> list[Seen]:
    words = {"Réussi": COMPLETED, "Messagerie vocale": COMPLETED}
    rows = [line.split(";") for line in data.decode("cp1252").splitlines()[1:-1]]
    form = "%d/%m/%Y %H:%M:%S"
    return [Seen(words.get(r[3], MISSED), clock(r[4]), utc(r[1], form, "Europe/Paris")) for r in rows]


@layout(
    "italian_clocks.csv",
    "anabana",
    zone="Europe/Rome",
    asks="status unit",
    trap="Durata as m:ss, which could be h:mm: only Fine, beside Inizio, tells.",
)
def _(calls: list[Call]) -> str:
    form = "%d/%m/%Y %H:%M:%S"
    rows = [
        [
            c.n,
            c.at(form),
            c.ended(form),
            c.says(a="Risposta", n="Nessuna risposta", b="Occupato"),
            f"{int(c.talk) // 60}:{int(c.talk) % 60:02d}",
        ]
        for c in at_once(calls)
    ]
    rows.append(["Totale", "", "", "", ""])
    return table("ID chiamata;Inizio;Fine;Esito chiamata;Durata", rows, separator=";")


@reads("italian_clocks.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data, ";")[:-1]
    form = "%d/%m/%Y %H:%M:%S"
    return [
        Seen(
            COMPLETED if r["Esito chiamata"] == "Risposta" else MISSED,
            clock(r["Durata"]),
            utc(r["Inizio"], form, "Europe/Rome"),
        )
        for r in rows
    ]


@layout(
    "german_month_names.csv",
    "anabana",
    zone="Europe/Zurich",
    trap="Month names of another language: 19. März 2025, 08:15:00.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, f"{c.local.day}. März {c.at('%Y, %H:%M:%S')}", c.talk, word(c)] for c in calls]
    return table("Call ID;Start;Duration;Status", rows, separator=";")


@reads("german_month_names.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data, ";")
    form = "%d. %m %Y, %H:%M:%S"
    return [
        Seen(
            status_of(r["Status"]),
            int(r["Duration"]),
            utc(r["Start"].replace("März", "03"), form, "Europe/Zurich"),
        )
        for r in rows
    ]


def grouped(seconds: float, sign: str) -> str:
    return f"{int(seconds):,}".replace(",", sign)


@layout(
    "thousands_with_comma.csv",
    "anaan",
    most=4_000,
    longest=1_075,
    asks="unit",
    trap='"1,075" seconds are a thousand.',
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), grouped(c.talk, ","), word(c)] for c in calls]
    return table("call_id,start_time,duration,status", rows)


@reads("thousands_with_comma.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data)
    return [
        Seen(status_of(r["status"]), int(r["duration"].replace(",", "")), utc(r["start_time"])) for r in rows
    ]


@layout(
    "thousands_with_dot.csv",
    "anaan",
    most=4_000,
    longest=1_075,
    asks="unit",
    trap="1.075 seconds are a thousand.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), grouped(c.talk, "."), word(c)] for c in calls]
    return table("call_id;start_time;duration;status", rows, separator=";")


@reads("thousands_with_dot.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data, ";")
    return [
        Seen(status_of(r["status"]), int(r["duration"].replace(".", "")), utc(r["start_time"])) for r in rows
    ]


@layout(
    "thousands_with_space.csv",
    "anaanb",
    most=4_000,
    longest=1_075,
    asks="unit",
    trap="1\u202f075 seconds: a narrow no-break space between thousands.",
)
def _(calls: list[Call]) -> str:
    rows = [[c.n, c.at(ISO), grouped(c.talk, "\u202f"), word(c)] for c in calls]
    return table("call_id;start_time;duration;status", rows, separator=";")


@reads("thousands_with_space.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data, ";")
    return [
        Seen(status_of(r["status"]), int("".join(r["duration"].split())), utc(r["start_time"])) for r in rows
    ]


@layout("old_mac_lines.csv", "anabn", trap="Lines end with a carriage return alone.")
def _(calls: list[Call]) -> str:
    return table("call_id,start_time,duration,status", four(calls), end="\r")


@reads("old_mac_lines.csv")
def _(data: bytes) -> list[Seen]:
    rows = [line.split(",") for line in data.decode().strip("\r").split("\r")[1:]]
    return [Seen(status_of(r[3]), int(r[2]), utc(r[1])) for r in rows]


@layout(
    "pipes_utf16_be.txt",
    "anabfn",
    zone="America/Chicago",
    encoding="utf-16-be",
    trap="UTF-16 of the other byte order, pipes between cells.",
)
def _(calls: list[Call]) -> str:
    return "\ufeff" + table("call_id|start_time|duration|status", four(calls, STAMP), separator="|")


@reads("pipes_utf16_be.txt")
def _(data: bytes) -> list[Seen]:
    rows = cells(data.decode("utf-16"), "|")
    return [
        Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"], STAMP, "America/Chicago"))
        for r in rows
    ]


@layout(
    "two_digit_years.csv",
    "anaban",
    zone="Europe/Vienna",
    trap="06.03.25 is the sixth of March 2025, as a day above 12 tells.",
)
def _(calls: list[Call]) -> str:
    return table("call_id;start_time;duration;status", four(calls, "%d.%m.%y %H:%M:%S"), separator=";")


@reads("two_digit_years.csv")
def _(data: bytes) -> list[Seen]:
    rows = cells(data, ";")
    form = "%d.%m.%y %H:%M:%S"
    return [
        Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"], form, "Europe/Vienna"))
        for r in rows
    ]
