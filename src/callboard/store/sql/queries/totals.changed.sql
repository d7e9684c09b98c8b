-- The totals of an organization's spaces that changed after a version.
SELECT
    space_id,
    calls_queued, calls_ringing, calls_in_progress, calls_completed, calls_missed, calls_failed,
    completed_timed, completed_talk_ms, tasks_pending, tasks_running, tasks_completed, tasks_failed,
    answered_calls, answered_final
FROM totals
WHERE org_id = :org_id AND version > :since
