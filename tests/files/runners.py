"""Tasks as task runners export them."""

from __future__ import annotations

import json

from tests.files.drawing import COMPLETED, FAILED, PENDING, RUNNING, Seen, Task
from tests.files.layout import cells, lines, objects, reads, table, tasks_layout, unix, utc

ISO = "%Y-%m-%dT%H:%M:%S.%f+00:00"
AIRFLOW = [("success", COMPLETED), ("failed", FAILED), ("upstream_failed", FAILED), ("success", COMPLETED)]
AIRFLOW += [
    ("success", COMPLETED),
    ("running", RUNNING),
    ("failed", FAILED),
    ("queued", PENDING),
    ("success", COMPLETED),
]


@tasks_layout(
    "airflow.csv",
    AIRFLOW,
    asks="id status",
    untimed=True,
    trap="task_id comes again in every run: the id is dag, run and task together.",
)
def _(tasks: list[Task]) -> str:
    return table(
        "dag_id,task_id,run_id,state,try_number,start_date,end_date,duration,operator",
        (
            [
                "calls",
                ("fetch", "clean", "report")[t.n % 3],
                f"manual__2025-03-{6 + t.n // 3:02d}T00:00:00+00:00",
                t.word,
                int(t.begun),
                t.at(ISO) if t.begun else "",
                t.at(ISO, 45) if t.over else "",
                "45.0" if t.over else "",
                "BashOperator",
            ]
            for t in tasks
        ),
        end="\n",
    )


@reads("airflow.csv")
def _(data: bytes) -> list[Seen]:
    words = {"success": COMPLETED, "running": RUNNING, "queued": PENDING}
    return [Seen(words.get(r["state"], FAILED), None, None) for r in cells(data)]


CELERY = [("SUCCESS", COMPLETED), ("RETRY", PENDING), ("FAILURE", FAILED), ("STARTED", RUNNING)]
CELERY += [("PENDING", PENDING), ("REVOKED", FAILED), ("SUCCESS", COMPLETED)]


@tasks_layout(
    "celery_tasks.csv", CELERY, within=2, trap="Celery's words; RETRY waits, REVOKED was cancelled."
)
def _(tasks: list[Task]) -> str:
    return table(
        "uuid,name,state,received,started,succeeded,failed,runtime,worker,retries,result",
        (
            [
                f"{t.n:08d}-dddd-4eee-8fff-000000000000",
                "app.call",
                t.word,
                f"{t.local.timestamp():.3f}",
                f"{t.local.timestamp() + 1:.3f}" if t.begun else "",
                f"{t.local.timestamp() + 31:.3f}" if t.status == COMPLETED else "",
                f"{t.local.timestamp() + 31:.3f}" if t.word == "FAILURE" else "",
                "30.0" if t.status == COMPLETED else "",
                "w2" if t.begun else "",
                0,
                "",
            ]
            for t in tasks
        ),
        end="\n",
    )


@reads("celery_tasks.csv")
def _(data: bytes) -> list[Seen]:
    words = {"SUCCESS": COMPLETED, "STARTED": RUNNING, "PENDING": PENDING, "RETRY": PENDING}
    return [Seen(words.get(r["state"], FAILED), None, unix(r["received"])) for r in cells(data)]


PREFECT = [("COMPLETED Completed", COMPLETED), ("FAILED TimedOut", FAILED), ("SCHEDULED Late", PENDING)]
PREFECT += [("RUNNING Running", RUNNING), ("CRASHED Crashed", FAILED), ("COMPLETED Cached", COMPLETED)]
PREFECT += [("CANCELLED Cancelled", FAILED), ("PENDING Pending", PENDING)]


@tasks_layout("prefect.csv", PREFECT, trap="state_type decides, not state_name; four times beside created.")
def _(tasks: list[Task]) -> str:
    return table(
        "id,created,name,flow_id,state_type,state_name,expected_start_time,start_time,end_time,total_run_time",
        (
            [
                f"{t.n:08d}-5678-4abc-8def-000000000000",
                t.at(ISO),
                f"bold-example-{t.n}",
                "f2",
                *t.word.split(),
                t.at(ISO, 30),
                t.at(ISO, 31) if t.begun else "",
                t.at(ISO, 61) if t.over else "",
                30.0 * t.over,
            ]
            for t in tasks
        ),
        end="\n",
    )


@reads("prefect.csv")
def _(data: bytes) -> list[Seen]:
    words = {"COMPLETED": COMPLETED, "RUNNING": RUNNING, "SCHEDULED": PENDING, "PENDING": PENDING}
    return [Seen(words.get(r["state_type"], FAILED), None, utc(r["created"])) for r in cells(data)]


RQ = [("finished", COMPLETED), ("failed", FAILED), ("started", RUNNING), ("queued", PENDING)]
RQ += [("deferred", PENDING), ("canceled", FAILED), ("stopped", FAILED), ("finished", COMPLETED)]


@tasks_layout("rq.csv", RQ, trap="RQ's words; times have a fraction and no offset.")
def _(tasks: list[Task]) -> str:
    form = "%Y-%m-%d %H:%M:%S.%f"
    return table(
        "id,func_name,origin,status,created_at,enqueued_at,started_at,ended_at,worker_name,exc_info",
        (
            [
                f"{t.n:08d}-0000-4000-8000-00000000beef",
                "jobs.call",
                "high",
                t.word,
                t.at(form),
                t.at(form, 1),
                t.at(form, 2) if t.begun else "",
                t.at(form, 32) if t.over else "",
                "w3",
                "",
            ]
            for t in tasks
        ),
        end="\n",
    )


@reads("rq.csv")
def _(data: bytes) -> list[Seen]:
    words = {"finished": COMPLETED, "started": RUNNING, "queued": PENDING, "deferred": PENDING}
    return [Seen(words.get(r["status"], FAILED), None, utc(r["created_at"])) for r in cells(data)]


SIDEKIQ = [("processed", COMPLETED), ("enqueued", PENDING), ("busy", RUNNING), ("dead", FAILED)]
SIDEKIQ += [("retry", PENDING), ("scheduled", PENDING), ("processed", COMPLETED)]


@tasks_layout("sidekiq.ndjson", SIDEKIQ, trap="Unix seconds with a fraction; dead is failed, retry waits.")
def _(tasks: list[Task]) -> str:
    return objects(
        {
            "jid": f"b4a577edbccf1d805744ef{t.n:02d}",
            "class": "CallWorker",
            "queue": "default",
            "state": t.word,
            "created_at": t.local.timestamp(),
            "enqueued_at": t.local.timestamp() + 1,
            "retry_count": 3 if t.word in {"retry", "dead"} else 0,
        }
        for t in tasks
    )


@reads("sidekiq.ndjson")
def _(data: bytes) -> list[Seen]:
    words = {"processed": COMPLETED, "dead": FAILED, "busy": RUNNING}
    return [Seen(words.get(r["state"], PENDING), None, unix(r["created_at"])) for r in lines(data)]


DAGSTER = [("SUCCESS", COMPLETED), ("FAILURE", FAILED), ("STARTED", RUNNING), ("QUEUED", PENDING)]
DAGSTER += [("NOT_STARTED", PENDING), ("CANCELED", FAILED), ("SUCCESS", COMPLETED), ("STARTING", RUNNING)]


@tasks_layout(
    "dagster_runs.csv", DAGSTER, trap="Dagster's words; creationTime in Unix seconds with a fraction."
)
def _(tasks: list[Task]) -> str:
    return table(
        "runId,jobName,status,creationTime,startTime,endTime,tags",
        (
            [
                f"{t.n:08d}-9999-4999-8999-000000000000",
                "call_job",
                t.word,
                t.local.timestamp(),
                t.local.timestamp() + 3 if t.begun else "",
                t.local.timestamp() + 63 if t.over else "",
                "{}",
            ]
            for t in tasks
        ),
        end="\n",
    )


@reads("dagster_runs.csv")
def _(data: bytes) -> list[Seen]:
    words = {
        "SUCCESS": COMPLETED,
        "FAILURE": FAILED,
        "CANCELED": FAILED,
        "STARTED": RUNNING,
        "STARTING": RUNNING,
    }
    return [Seen(words.get(r["status"], PENDING), None, unix(r["creationTime"])) for r in cells(data)]


TEMPORAL = [("Completed", COMPLETED), ("Failed", FAILED), ("TimedOut", FAILED), ("Running", RUNNING)]
TEMPORAL += [("Terminated", FAILED), ("Canceled", FAILED), ("Completed", COMPLETED)]


@tasks_layout(
    "temporal.csv",
    TEMPORAL,
    asks="id status time",
    trap="RunId is of one run, WorkflowId of all its retries.",
)
def _(tasks: list[Task]) -> str:
    return table(
        "WorkflowId,RunId,Type,Status,StartTime,CloseTime",
        (
            [
                f"call-{t.n}",
                f"{t.n:08d}-7777-4777-8777-000000000000",
                "CallWorkflow",
                t.word,
                t.at("%Y-%m-%dT%H:%M:%S.%fZ"),
                t.at("%Y-%m-%dT%H:%M:%S.%fZ", 60) if t.over else "",
            ]
            for t in tasks
        ),
        end="\n",
    )


@reads("temporal.csv")
def _(data: bytes) -> list[Seen]:
    words = {"Completed": COMPLETED, "Running": RUNNING}
    return [Seen(words.get(r["Status"], FAILED), None, utc(r["StartTime"])) for r in cells(data)]


BULL = [("completed", COMPLETED), ("failed", FAILED), ("active", RUNNING), ("waiting", PENDING)]
BULL += [("delayed", PENDING), ("completed", COMPLETED)]


@tasks_layout(
    "bull.ndjson", BULL, trap="Unix milliseconds; timestamp is the creation, processedOn the start."
)
def _(tasks: list[Task]) -> str:
    return objects(
        {
            "id": str(t.n),
            "name": "call",
            "data": {"to": f"+120255501{t.n:02d}"},
            "timestamp": int(t.local.timestamp() * 1000),
            "processedOn": int(t.local.timestamp() * 1000) + 900 if t.begun else None,
            "finishedOn": int(t.local.timestamp() * 1000) + 9_900 if t.over else None,
            "attemptsMade": int(t.begun),
            "state": t.word,
        }
        for t in tasks
    )


@reads("bull.ndjson")
def _(data: bytes) -> list[Seen]:
    words = {"completed": COMPLETED, "failed": FAILED, "active": RUNNING}
    return [Seen(words.get(r["state"], PENDING), None, unix(r["timestamp"] / 1000)) for r in lines(data)]


OBAN = [("completed", COMPLETED), ("available", PENDING), ("executing", RUNNING), ("retryable", PENDING)]
OBAN += [("discarded", FAILED), ("cancelled", FAILED), ("scheduled", PENDING), ("completed", COMPLETED)]


@tasks_layout("oban_jobs.csv", OBAN, trap="Oban's words: available waits, retryable too, discarded failed.")
def _(tasks: list[Task]) -> str:
    form = "%Y-%m-%d %H:%M:%S.%f"
    return table(
        "id,state,queue,worker,attempt,inserted_at,scheduled_at,attempted_at",
        (
            [t.n, t.word, "calls", "App.Call", 1, t.at(form), t.at(form, 5), t.at(form, 6) if t.begun else ""]
            for t in tasks
        ),
        end="\n",
    )


@reads("oban_jobs.csv")
def _(data: bytes) -> list[Seen]:
    words = {"completed": COMPLETED, "executing": RUNNING, "discarded": FAILED, "cancelled": FAILED}
    return [Seen(words.get(r["state"], PENDING), None, utc(r["inserted_at"])) for r in cells(data)]


JENKINS = [("SUCCESS", COMPLETED), ("FAILURE", FAILED), ("", RUNNING), ("ABORTED", FAILED)]
JENKINS += [("UNSTABLE", FAILED), ("SUCCESS", COMPLETED)]


@tasks_layout(
    "jenkins_builds.json", JENKINS, asks="id", trap="A build that runs has no result, and a flag says so."
)
def _(tasks: list[Task]) -> str:
    builds = [
        {
            "number": 40 + t.n,
            "result": t.word or None,
            "building": not t.over,
            "timestamp": int(t.local.timestamp() * 1000),
            "duration": 9_000 if t.over else 0,
        }
        for t in tasks
    ]
    return json.dumps({"_class": "hudson.model.FreeStyleProject", "builds": builds})


@reads("jenkins_builds.json")
def _(data: bytes) -> list[Seen]:
    words = {"SUCCESS": COMPLETED, None: RUNNING}
    return [
        Seen(words.get(r["result"], FAILED), None, unix(r["timestamp"] / 1000))
        for r in json.loads(data)["builds"]
    ]


GITHUB = [("completed success", COMPLETED), ("completed failure", FAILED), ("in_progress -", RUNNING)]
GITHUB += [("queued -", PENDING), ("completed cancelled", FAILED), ("completed success", COMPLETED)]


@tasks_layout(
    "github_runs.json",
    GITHUB,
    trap="status says that a run is over, conclusion how; the list is in an object.",
)
def _(tasks: list[Task]) -> str:
    runs = [
        {
            "id": 9_000 + t.n,
            "name": "calls",
            "status": t.word.split()[0],
            "conclusion": t.word.split()[1] if t.over else None,
            "created_at": t.at("%Y-%m-%dT%H:%M:%S.%fZ"),
            "updated_at": t.at("%Y-%m-%dT%H:%M:%S.%fZ", 90),
        }
        for t in tasks
    ]
    return json.dumps({"total_count": len(runs), "workflow_runs": runs})


@reads("github_runs.json")
def _(data: bytes) -> list[Seen]:
    words = {"success": COMPLETED, "failure": FAILED, "cancelled": FAILED}
    live = {"in_progress": RUNNING, "queued": PENDING}
    return [
        Seen(words.get(r["conclusion"]) or live[r["status"]], None, utc(r["created_at"]))
        for r in json.loads(data)["workflow_runs"]
    ]
