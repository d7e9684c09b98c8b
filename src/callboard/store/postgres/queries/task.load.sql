-- The tasks that a commit names (pairs of space and id), with the store's numbers.
SELECT
    it.no,
    it.space_id,
    it.task_id, it.status, it.source_status, it.attempt, it.created, it.modified, it.run_id,
    it.assignee, it.execution_type, it.scheduled_at, it.failure_reason, it.input, it.output,
    it.status_since, it.waiting_since, it.void
FROM unnest(:wanted_0::BIGINT[], :wanted_1::TEXT[]) AS wanted (space_id, id)
JOIN task AS it ON it.org_id = :org_id AND it.space_id = wanted.space_id AND it.task_id = wanted.id
