"""States of task runners: Celery to Slurm."""

from __future__ import annotations

from typing import Final

from callboard.ingest.sources.words.table import Table, table

RUNNERS: Final[tuple[Table, ...]] = (
    table(
        "Celery",
        "Celery: Task states; Monitoring, events",
        status="""
pending: PENDING | RECEIVED | RETRY
running: STARTED | PROGRESS
completed: SUCCESS | IGNORED
failed: FAILURE | REJECTED
cancelled: REVOKED
""",
    ),
    table(
        "Airflow",
        "Apache Airflow: Tasks, task instance states",
        status="""
pending: none | scheduled | queued | up_for_retry | up_for_reschedule | restarting
running: running | deferred
completed: success | skipped
failed: failed | upstream_failed | shutdown
cancelled: removed
""",
    ),
    table(
        "RQ",
        "RQ (Redis Queue): Jobs, job status",
        status="""
pending: queued | deferred | scheduled | created
running: started
completed: finished
failed: failed
cancelled: stopped | canceled
""",
    ),
    table(
        "Sidekiq",
        "Sidekiq: Error handling, sets of jobs; sidekiq-status",
        status="""
pending: queued | enqueued | scheduled | retry | retrying | retries
running: working | busy
completed: complete | processed
failed: failed | dead | interrupted
cancelled: stopped
""",
    ),
    table(
        "Prefect",
        "Prefect: States, types and names",
        status="""
pending: SCHEDULED | PENDING | PAUSED | Late | AwaitingRetry | AwaitingConcurrencySlot | Suspended
  | Resuming
running: RUNNING | CANCELLING | Retrying
completed: COMPLETED | Cached | Skipped | RolledBack
failed: FAILED | CRASHED | TimedOut
cancelled: CANCELLED
""",
    ),
    table(
        "Dagster",
        "Dagster: DagsterRunStatus",
        status="""
pending: QUEUED | NOT_STARTED | MANAGED
running: STARTING | STARTED | CANCELING
completed: SUCCESS
failed: FAILURE
cancelled: CANCELED
""",
    ),
    table(
        "Temporal",
        "Temporal: WorkflowExecutionStatus",
        status="""
running: Running | WORKFLOW_EXECUTION_STATUS_RUNNING | Paused | WORKFLOW_EXECUTION_STATUS_PAUSED
completed: Completed | WORKFLOW_EXECUTION_STATUS_COMPLETED | ContinuedAsNew
  | WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW
failed: Failed | WORKFLOW_EXECUTION_STATUS_FAILED | TimedOut | WORKFLOW_EXECUTION_STATUS_TIMED_OUT
cancelled: Canceled | WORKFLOW_EXECUTION_STATUS_CANCELED | Terminated | WORKFLOW_EXECUTION_STATUS_TERMINATED
""",
    ),
    table(
        "Bull",
        "Bull and BullMQ: Job states",
        status="""
pending: waiting | wait | delayed | paused | waiting-children | prioritized | repeat
running: active | stuck
completed: completed
failed: failed
""",
    ),
    table(
        "Oban",
        "Oban (Elixir): Job lifecycle, states",
        status="""
pending: available | scheduled | retryable | suspended
running: executing
completed: completed
failed: discarded
cancelled: cancelled
""",
    ),
    table(
        "Kubernetes",
        "Kubernetes: Jobs, conditions; Pod lifecycle, phases",
        status="""
pending: Pending | Suspended | ContainerCreating | PodInitializing
running: Running | Terminating | SuccessCriteriaMet
completed: Complete | Succeeded
failed: Failed | FailureTarget | Error | CrashLoopBackOff | OOMKilled | ImagePullBackOff | ErrImagePull
  | DeadlineExceeded | BackoffLimitExceeded | Evicted
""",
    ),
    table(
        "Jenkins",
        "Jenkins: Result; Pipeline steps, status",
        status="""
running: IN_PROGRESS | PAUSED_PENDING_INPUT
completed: SUCCESS
failed: FAILURE | UNSTABLE
cancelled: ABORTED | NOT_BUILT
""",
    ),
    table(
        "GitHub Actions",
        "GitHub: Checks, status and conclusion",
        status="""
pending: queued | requested | waiting | pending | action_required
running: in_progress
completed: completed | success | neutral | skipped
failed: failure | timed_out | startup_failure | stale
cancelled: cancelled
""",
    ),
    table(
        "GitLab CI",
        "GitLab: Pipelines and jobs, status",
        status="""
pending: created | waiting_for_resource | preparing | pending | scheduled | manual | waiting_for_callback
running: running | canceling
completed: success | skipped
failed: failed
cancelled: canceled
""",
    ),
    table(
        "Argo Workflows",
        "Argo Workflows: Node phases",
        status="""
pending: Pending
running: Running
completed: Succeeded | Skipped | Omitted
failed: Failed | Error
""",
    ),
    table(
        "Databricks",
        "Databricks: Jobs, life cycle and result of a run",
        heading="life_cycle_state|result_state",
        status="""
pending: PENDING | QUEUED | BLOCKED | WAITING_FOR_RETRY
running: RUNNING | TERMINATING
completed: TERMINATED | SUCCESS | SUCCESS_WITH_FAILURES
failed: FAILED | TIMEDOUT | INTERNAL_ERROR | UPSTREAM_FAILED | MAXIMUM_CONCURRENT_RUNS_REACHED
cancelled: CANCELED | UPSTREAM_CANCELED | EXCLUDED | SKIPPED
""",
    ),
    table(
        "Slurm",
        "Slurm: squeue, job state codes",
        status="""
pending: PENDING | PD | CONFIGURING | CF | REQUEUED | RQ | REQUEUE_HOLD | RH | REQUEUE_FED | RF
  | RESV_DEL_HOLD | RD | SPECIAL_EXIT | SE | SUSPENDED
running: RUNNING | R | COMPLETING | CG | RESIZING | RS | SIGNALING | SI | STAGE_OUT | SO | STOPPED | ST
completed: COMPLETED | CD
failed: FAILED | F | TIMEOUT | TO | NODE_FAIL | NF | OUT_OF_MEMORY | OOM | BOOT_FAIL | BF | DEADLINE | DL
  | LAUNCH_FAILED | REVOKED | RV
cancelled: CANCELLED* | CA | PREEMPTED | PR
""",
    ),
    table(
        "Hangfire",
        "Hangfire: Background jobs, states",
        status="""
pending: Enqueued | Scheduled | Awaiting
running: Processing
completed: Succeeded
failed: Failed
cancelled: Deleted
""",
    ),
    table(
        "Faktory",
        "Faktory: Job state; Ent Track",
        status="""
pending: enqueued | scheduled | retries | unknown
running: working
completed: success
failed: dead | failed
""",
    ),
    table(
        "Quartz",
        "Quartz: Trigger states of the job store",
        status="""
pending: WAITING | ACQUIRED | PAUSED | BLOCKED | PAUSED_BLOCKED | NORMAL | NONE
running: EXECUTING
completed: COMPLETE
failed: ERROR
cancelled: DELETED
""",
    ),
    table(
        "Luigi",
        "Luigi: Scheduler, task states",
        status="""
pending: PENDING | UNKNOWN
running: RUNNING | BATCH_RUNNING
completed: DONE
failed: FAILED
cancelled: DISABLED
""",
    ),
    table(
        "Nomad",
        "Nomad: Allocations, client status; evaluations",
        status="""
pending: pending | blocked
running: running
completed: complete
failed: failed | lost | unknown
cancelled: canceled
""",
    ),
    table(
        "Google Cloud",
        "Google Cloud: Workflows, Batch, Cloud Build and Dataflow, states",
        status="""
pending: QUEUED | SCHEDULED | PENDING | UNAVAILABLE | JOB_STATE_PENDING | JOB_STATE_QUEUED | STATE_UNSPECIFIED
running: ACTIVE | RUNNING | WORKING | CANCELLATION_IN_PROGRESS | DELETION_IN_PROGRESS | JOB_STATE_RUNNING
  | JOB_STATE_CANCELLING
completed: SUCCEEDED | SUCCESS | DONE | JOB_STATE_DONE | JOB_STATE_SUCCEEDED
failed: FAILED | FAILURE | INTERNAL_ERROR | TIMEOUT | EXPIRED | JOB_STATE_FAILED
cancelled: CANCELLED | JOB_STATE_CANCELLED
""",
    ),
    table(
        "Step Functions",
        "AWS Step Functions: DescribeExecution, status; AWS Batch: job states",
        status="""
pending: PENDING_REDRIVE | SUBMITTED | PENDING | RUNNABLE
running: RUNNING | STARTING
completed: SUCCEEDED
failed: FAILED | TIMED_OUT
cancelled: ABORTED
""",
    ),
    table(
        "AWS Glue",
        "AWS Glue: JobRun, JobRunState",
        status="""
pending: WAITING
running: STARTING | RUNNING | STOPPING
completed: SUCCEEDED
failed: FAILED | TIMEOUT | ERROR | EXPIRED
cancelled: STOPPED
""",
    ),
    table(
        "Rundeck",
        "Rundeck: API, execution status",
        status="""
pending: scheduled | queued
running: running
completed: succeeded
failed: failed | timedout | failed-with-retry
cancelled: aborted
""",
    ),
    table(
        "Power Automate",
        "Microsoft Power Automate and Azure Logic Apps: workflow runs, status",
        status="""
pending: Waiting | Paused | Suspended
running: Running
completed: Succeeded
failed: Failed | Faulted | TimedOut
cancelled: Cancelled | Aborted | Skipped | Ignored
""",
    ),
    table(
        "CircleCI",
        "CircleCI: jobs and workflows, status",
        status="""
pending: queued | not_running | not_run | on_hold | blocked
running: running | retried | failing
completed: success
failed: failed | error | infrastructure_fail | timedout | unauthorized | terminated-unknown
cancelled: canceled
""",
    ),
    table(
        "Zapier",
        "Zapier: Zap history, status of runs",
        status="""
pending: Held | Waiting | Scheduled | Delayed
running: Playing
completed: Success | Filtered
failed: Stopped | Errored | Halted | Handled error
""",
    ),
    table(
        "Procrastinate",
        "Procrastinate: jobs, status",
        status="""
pending: todo
running: doing | aborting
completed: succeeded
failed: failed
cancelled: cancelled | aborted
""",
    ),
)  # fmt: skip
