-- The totals of one space.
SELECT
    calls_queued, calls_ringing, calls_in_progress, calls_completed, calls_missed, calls_failed,
    completed_timed, completed_talk_ms, tasks_pending, tasks_running, tasks_completed, tasks_failed,
    answered_calls, answered_final
FROM totals
WHERE org_id = :org_id AND space_id = :space_id
