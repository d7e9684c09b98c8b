"""Several rows that are one call, and other records of SIP: INVITE and BYE, ring groups, final codes."""

from __future__ import annotations

from typing import Any

from tests.files.drawing import COMPLETED, FAILED, MISSED, Call, Seen, at_once
from tests.files.exchanges import ASTERISK, STAMP, disposition, uniqueid
from tests.files.layout import cells, clock, layout, reads, table, unix, utc


@layout(
    "kamailio_acc.csv",
    "abafnaaf",
    asks="status legs unit",
    trap="An INVITE row, and a BYE row if it was answered; the length is the time between them.",
)
def _(calls: list[Call]) -> str:
    return _invites(calls, STAMP)


@reads("kamailio_acc.csv")
def _(data: bytes) -> list[Seen]:
    return _of_invites(cells(data), lambda text: utc(text, STAMP))


@layout(
    "opensips_acc.csv",
    "aabnafa",
    asks="status legs unit",
    trap="INVITE and BYE rows, not side by side: all BYE rows come at the end, times in Unix seconds.",
)
def _(calls: list[Call]) -> str:
    lines = _invites(calls, "%s").splitlines(keepends=True)
    return "".join(sorted(lines, key=lambda line: line.startswith("BYE")))


@reads("opensips_acc.csv")
def _(data: bytes) -> list[Seen]:
    return _of_invites(cells(data), unix)


def _invites(calls: list[Call], form: str) -> str:
    rows = []
    for c in at_once(calls):
        code, reason = c.says(
            a="200 OK", b="486 Busy_Here", n="487 Request_Terminated", f="404 Not_Found"
        ).split()
        row = [f"x{c.n:04d}@192.0.2.20", code, reason.replace("_", " "), f"10{c.n}", f"20{c.n}"]
        rows.append(["INVITE", *row, _written(c.local, form)])
        if c.up:
            rows.append(["BYE", *row, _written(c.end.astimezone(c.local.tzinfo), form)])
    return table("method,callid,sip_code,sip_reason,src_user,dst_user,time", rows, end="\n")


def _written(moment: Any, form: str) -> str:
    return str(int(moment.timestamp())) if form == "%s" else moment.strftime(form)


def _of_invites(rows: list[dict[str, str]], when: Any) -> list[Seen]:
    byes = {r["callid"]: when(r["time"]) for r in rows if r["method"] == "BYE"}
    seen = []
    for r in rows:
        if r["method"] == "INVITE":
            status = {"200": COMPLETED, "404": FAILED}.get(r["sip_code"], MISSED)
            end = byes.get(r["callid"])
            talk = (end - when(r["time"])).total_seconds() if end else None
            seen.append(Seen(status, talk, when(r["time"])))
    return seen


def _legs(calls: list[Call]) -> list[list[Any]]:
    """Two rows for most calls: one phone rang, another was answered."""
    rows: list[list[Any]] = []
    for c in calls:
        day, id_ = c.at(STAMP), uniqueid(c)
        rows.append([day, c.number, 700, c.ring + int(c.talk), int(c.talk), disposition(c), id_])
        if c.n % 3:
            rows.append([day, c.number, 701, c.ring, 0, "NO ANSWER", id_])
    return rows


LEGS = "calldate,src,dst,duration,billsec,disposition,uniqueid"


@layout(
    "ring_group.csv",
    "aanaanaab",
    zone="America/Los_Angeles",
    asks="id legs",
    trap="Rows of one uniqueid at one second, the answered one first: one call.",
)
def _(calls: list[Call]) -> str:
    return table(LEGS, _legs(calls), end="\n")


@layout(
    "ring_group_mixed.csv",
    "anaaabana",
    zone="America/Los_Angeles",
    asks="id legs",
    trap="Rows of one uniqueid, the answered one last and far from the other.",
)
def _(calls: list[Call]) -> str:
    return table(LEGS, reversed(_legs(calls)), end="\n")


@reads("ring_group.csv")
@reads("ring_group_mixed.csv")
def _of_legs(data: bytes) -> list[Seen]:
    best: dict[str, Seen] = {}
    for r in cells(data):
        leg = Seen(
            ASTERISK[r["disposition"]], int(r["billsec"]), utc(r["calldate"], STAMP, "America/Los_Angeles")
        )
        if r["uniqueid"] not in best or leg.status == COMPLETED:
            best[r["uniqueid"]] = leg
    return [*best.values()]


@layout(
    "fritzbox_anrufliste.csv",
    "anannaa",
    zone="Europe/Berlin",
    encoding="utf-8-sig",
    asks="id status unit",
    step=60,
    longest=4_320,
    minute=True,
    trap="Dauer is hours and minutes; sep=; above the header; Typ is a number: 1 in, 2 missed, 4 out.",
)
def _(calls: list[Call]) -> str:
    header = "sep=;\r\nTyp;Datum;Name;Rufnummer;Landes-/Ortsnetzbereich;Nebenstelle;Eigene Rufnummer;Dauer"
    rows = (
        [
            {"a": 4 if c.n % 2 else 1}.get(c.how, 2),
            c.at("%d.%m.%y %H:%M"),
            "" if c.n % 2 else c.agent,
            f"030231250{c.n:02d}",
            "Berlin",
            "Tel",
            "03023125900",
            f"{int(c.talk) // 3600}:{int(c.talk) // 60 % 60:02d}",
        ]
        for c in calls
    )
    return table(header, rows, separator=";")


@reads("fritzbox_anrufliste.csv")
def _(data: bytes) -> list[Seen]:
    seen = []
    for line in data.decode("utf-8-sig").splitlines()[2:]:
        r = line.split(";")
        status = MISSED if r[0] == "2" else COMPLETED
        seen.append(Seen(status, clock(r[7]) * 60, utc(r[1], "%d.%m.%y %H:%M", "Europe/Berlin")))
    return seen


@layout(
    "teams_direct_routing.csv",
    "anabfaa",
    zone="Europe/Berlin",
    written="UTC",
    asks="status",
    trap="Times in UTC by their Z; Success says No for busy and for bad numbers alike, Final SIP code tells.",
)
def _(calls: list[Call]) -> str:
    header = (
        "Correlation ID,SIP address,Display name,Caller number,Callee number,Call type,Invite time,"
        "Start time,"
        "Failure time,End time,Duration (seconds),Success,Final SIP code,Final SIP code phrase"
    )
    form = "%Y-%m-%dT%H:%M:%SZ"
    rows = (
        [
            f"5ad0{c.n:04d}-0000-4000-8000-00000000abcd",
            "ida@files.example",
            c.agent,
            "+12025550199",
            c.number,
            "ByotOut",
            c.at(form),
            c.answered(form),
            "" if c.up else c.ended(form),
            c.ended(form),
            c.talk,
            "Yes" if c.up else "No",
            c.says(a="200", n="480", b="486", f="404"),
            c.says(a="OK", n="Temporarily Unavailable", b="Busy Here", f="Not Found"),
        ]
        for c in calls
    )
    return table(header, rows)


@reads("teams_direct_routing.csv")
def _(data: bytes) -> list[Seen]:
    codes = {"200": COMPLETED, "404": FAILED}
    return [
        Seen(codes.get(r["Final SIP code"], MISSED), int(r["Duration (seconds)"]), utc(r["Invite time"]))
        for r in cells(data)
    ]
