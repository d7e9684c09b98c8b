-- Recount from rows: a space's totals.
SELECT
    c.queued, c.ringing, c.in_progress, c.completed, c.missed, c.failed, c.timed, c.talk_ms,
    t.pending, t.running, t.completed, t.failed,
    c.answered_calls, c.answered_final
FROM (
    SELECT
        count(*) FILTER (WHERE call_status = 'queued') AS queued,
        count(*) FILTER (WHERE call_status = 'ringing') AS ringing,
        count(*) FILTER (WHERE call_status = 'in_progress') AS in_progress,
        count(*) FILTER (WHERE call_status = 'completed') AS completed,
        count(*) FILTER (WHERE call_status = 'missed') AS missed,
        count(*) FILTER (WHERE call_status = 'failed') AS failed,
        count(duration_ms) FILTER (WHERE call_status = 'completed') AS timed,
        coalesce(sum(duration_ms) FILTER (WHERE call_status = 'completed'), 0) AS talk_ms,
        count(*) FILTER (
            WHERE (start_time IS NOT NULL OR duration_ms > 0) AND call_status <> 'queued'
        ) AS answered_calls,
        count(*) FILTER (
            WHERE (start_time IS NOT NULL OR duration_ms > 0)
            AND call_status IN ('completed', 'missed', 'failed')
        ) AS answered_final
    FROM call INDEXED BY call_by_space_time
    WHERE org_id = :org_id AND space_id = :space_id AND void = 0
) AS c
CROSS JOIN (
    SELECT
        count(*) FILTER (WHERE status = 'pending') AS pending,
        count(*) FILTER (WHERE status = 'running') AS running,
        count(*) FILTER (WHERE status = 'completed') AS completed,
        count(*) FILTER (WHERE status = 'failed') AS failed
    FROM task INDEXED BY task_by_status
    WHERE org_id = :org_id AND space_id = :space_id AND void = 0
) AS t
