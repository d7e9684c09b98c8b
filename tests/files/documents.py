"""JSON as databases and interfaces write it: typed values, lists inside objects, records by their ids."""

from __future__ import annotations

import csv
import json
from typing import Any

from tests.files.drawing import Call, Seen
from tests.files.layout import cells, layout, lines, objects, reads, unix, utc
from tests.files.shapes import ISO, status_of, word


def plain(c: Call) -> dict[str, Any]:
    return {"id": f"d-{c.n}", "startedAt": c.at(ISO), "status": word(c), "durationSeconds": int(c.talk)}


def seen(row: dict[str, Any]) -> Seen:
    return Seen(status_of(row["status"]), int(row["durationSeconds"]), utc(row["startedAt"]))


@layout("mongoexport.ndjson", "anabfa", trap="Extended JSON: numbers, times and ids are objects.")
def _(calls: list[Call]) -> str:
    return objects(
        {
            "_id": {"$oid": f"65a000000000000000000{c.n:03d}"},
            "startedAt": {"$date": c.at(ISO)},
            "status": word(c),
            "durationSeconds": {"$numberLong": str(int(c.talk))},
            "score": {"$numberDouble": "NaN"},
        }
        for c in calls
    )


@reads("mongoexport.ndjson")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(status_of(r["status"]), int(r["durationSeconds"]["$numberLong"]), utc(r["startedAt"]["$date"]))
        for r in lines(data)
    ]


@layout("dynamodb_scan.json", "anabfa", trap="Each value says its type; the list stands beside a count.")
def _(calls: list[Call]) -> str:
    items = [
        {
            "id": {"S": f"y-{c.n}"},
            "startedAt": {"S": c.at(ISO)},
            "status": {"S": word(c)},
            "durationSeconds": {"N": str(int(c.talk))},
            "agent": {"M": {"name": {"S": c.agent}}},
            "tags": {"L": [{"S": "a"}]},
            "note": {"NULL": True},
        }
        for c in calls
    ]
    return json.dumps({"Items": items, "Count": len(items), "ScannedCount": len(items)})


@reads("dynamodb_scan.json")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(status_of(r["status"]["S"]), int(r["durationSeconds"]["N"]), utc(r["startedAt"]["S"]))
        for r in json.loads(data)["Items"]
    ]


@layout("firestore_documents.json", "anabfa", trap="Firestore's typed values below `fields`.")
def _(calls: list[Call]) -> str:
    documents = [
        {
            "name": f"projects/p/databases/(default)/documents/calls/f-{c.n}",
            "fields": {
                "id": {"stringValue": f"f-{c.n}"},
                "startedAt": {"timestampValue": c.at(ISO)},
                "status": {"stringValue": word(c)},
                "durationSeconds": {"integerValue": str(int(c.talk))},
            },
            "createTime": c.ended(ISO),
            "updateTime": c.ended(ISO),
        }
        for c in calls
    ]
    return json.dumps({"documents": documents, "nextPageToken": "x"}, indent=1)


@reads("firestore_documents.json")
def _(data: bytes) -> list[Seen]:
    fields = [each["fields"] for each in json.loads(data)["documents"]]
    return [
        Seen(
            status_of(r["status"]["stringValue"]),
            int(r["durationSeconds"]["integerValue"]),
            utc(r["startedAt"]["timestampValue"]),
        )
        for r in fields
    ]


@layout("seconds_and_nanos.ndjson", "anaabn", trap="Times and lengths as seconds and nanoseconds.")
def _(calls: list[Call]) -> str:
    return objects(
        {
            "callId": f"p-{c.n}",
            "startTime": {"seconds": str(int(c.local.timestamp())), "nanos": 0},
            "state": word(c),
            "talkDuration": {"seconds": str(int(c.talk)), "nanos": 0},
        }
        for c in calls
    )


@reads("seconds_and_nanos.ndjson")
def _(data: bytes) -> list[Seen]:
    return [
        Seen(status_of(r["state"]), int(r["talkDuration"]["seconds"]), unix(r["startTime"]["seconds"]))
        for r in lines(data)
    ]


@layout("by_id.json", "anabfan", asks="id", trap="An object whose keys are the ids of the calls.")
def _(calls: list[Call]) -> str:
    rows = {f"4c1e{c.n:04d}-example": {k: v for k, v in plain(c).items() if k != "id"} for c in calls}
    return json.dumps({"exported": True, "calls": rows})


@reads("by_id.json")
def _(data: bytes) -> list[Seen]:
    return [seen(r) for r in json.loads(data)["calls"].values()]


@layout("graphql_edges.json", "anabfa", trap="The list is four objects deep, each call in a `node`.")
def _(calls: list[Call]) -> str:
    edges = [{"cursor": str(c.n), "node": plain(c)} for c in calls]
    page = {"hasNextPage": False, "endCursor": "x"}
    return json.dumps({"data": {"account": {"calls": {"totalCount": 6, "pageInfo": page, "edges": edges}}}})


@reads("graphql_edges.json")
def _(data: bytes) -> list[Seen]:
    return [seen(r["node"]) for r in json.loads(data)["data"]["account"]["calls"]["edges"]]


@layout(
    "pages.ndjson", "anabfaan", trap="A page of calls a line, as a script appends what an interface answers."
)
def _(calls: list[Call]) -> str:
    return objects(
        {"page": at, "calls": [plain(c) for c in calls[at : at + 3]], "next": f"/calls?page={at + 1}"}
        for at in range(0, len(calls), 3)
    )


@reads("pages.ndjson")
def _(data: bytes) -> list[Seen]:
    return [seen(r) for page in lines(data) for r in page["calls"]]


@layout("ten_objects_deep.ndjson", "anabfa", trap="All of a call is inside nine objects.")
def _(calls: list[Call]) -> str:
    rows = [plain(c) for c in calls]
    for name in "ihgfedcba":
        rows = [{name: row} for row in rows]
    return objects(rows)


@reads("ten_objects_deep.ndjson")
def _(data: bytes) -> list[Seen]:
    rows = lines(data)
    for name in "abcdefghi":
        rows = [row[name] for row in rows]
    return [seen(r) for r in rows]


@layout("lists_of_cells.json", "anabfa", trap="A list of lists, the first of which names the columns.")
def _(calls: list[Call]) -> str:
    return json.dumps([list(plain(calls[0])), *(list(plain(c).values()) for c in calls)])


@reads("lists_of_cells.json")
def _(data: bytes) -> list[Seen]:
    names, *rows = json.loads(data)
    return [seen(dict(zip(names, r, strict=True))) for r in rows]


@layout("commas_and_nan.json", "anabfa", trap="A comma behind each last value, and NaN where nothing is.")
def _(calls: list[Call]) -> str:
    rows = [json.dumps(plain(c) | {"durationSeconds": float("nan") if not c.talk else c.talk}) for c in calls]
    return "[\n" + "".join(row.replace("}", ",},\n") for row in rows) + "]\n"


@reads("commas_and_nan.json")
def _(data: bytes) -> list[Seen]:
    rows = json.loads(data.decode().replace(",}", "}").replace(",\n]", "]"))
    return [
        Seen(
            status_of(r["status"]),
            None if r["durationSeconds"] != r["durationSeconds"] else r["durationSeconds"],
            utc(r["startedAt"]),
        )
        for r in rows
    ]


@layout(
    "messages_of_calls.json",
    "anabfa",
    trap="Each call holds a list of messages, with a duration and a status of their own.",
)
def _(calls: list[Call]) -> str:
    said = [{"role": "bot", "duration": 3, "status": "failed"}, {"role": "user", "duration": 2}]
    return json.dumps([plain(c) | {"messages": said} for c in calls])


@reads("messages_of_calls.json")
def _(data: bytes) -> list[Seen]:
    return [seen(r) for r in json.loads(data)]


@layout("single_quotes.csv", "anabfa", trap="Single quotes around cells, doubled where a cell has one.")
def _(calls: list[Call]) -> str:
    rows = [list(plain(calls[0])), *([*list(plain(c).values())[:3], int(c.talk)] for c in calls)]
    rows = [[*row, "agent" if n == 0 else f"O'Hara; {n}"] for n, row in enumerate(rows)]
    return "".join(";".join("'" + str(cell).replace("'", "''") + "'" for cell in row) + "\n" for row in rows)


@reads("single_quotes.csv")
def _(data: bytes) -> list[Seen]:
    rows = csv.reader(data.decode().splitlines()[1:], delimiter=";", quotechar="'")
    return [Seen(status_of(r[2]), int(r[3]), utc(r[1])) for r in rows]


@layout("quoted_lines.csv", "anabfa", trap="Quotes around whole lines, those of cells doubled in them.")
def _(calls: list[Call]) -> str:
    rows = [f'{c.n},{c.at(ISO)},"Hara, {c.n}",{word(c)},{c.talk}' for c in calls]
    lined = ["id,start_time,agent,status,duration", *rows]
    return "".join('"' + line.replace('"', '""') + '"\r\n' for line in lined)


@reads("quoted_lines.csv")
def _(data: bytes) -> list[Seen]:
    text = "".join(line[1:-1].replace('""', '"') + "\n" for line in data.decode().splitlines())
    return [Seen(status_of(r["status"]), int(r["duration"]), utc(r["start_time"])) for r in cells(text)]


@layout(
    "export_with_items.json",
    "anabfa",
    asks="rows",
    trap="The object looks like one call itself; its list holds the calls.",
)
def _(calls: list[Call]) -> str:
    about = {"id": "export-1", "status": "completed", "created_at": calls[-1].at(ISO), "duration": 12}
    return json.dumps(about | {"items": [plain(c) for c in calls]})


@reads("export_with_items.json")
def _(data: bytes) -> list[Seen]:
    return [seen(r) for r in json.loads(data)["items"]]
