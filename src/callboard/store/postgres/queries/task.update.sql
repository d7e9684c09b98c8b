-- Tasks as they are now, one organization's.
UPDATE task AS it
SET
    task_id = new.task_id,
    status = new.status,
    source_status = new.source_status,
    attempt = new.attempt,
    created = new.created,
    modified = new.modified,
    run_id = new.run_id,
    assignee = new.assignee,
    execution_type = new.execution_type,
    scheduled_at = new.scheduled_at,
    failure_reason = new.failure_reason,
    input = new.input,
    output = new.output,
    status_since = new.status_since,
    waiting_since = new.waiting_since,
    void = new.void
FROM unnest(
    :c1::TEXT[], :c2::TEXT[], :c3::TEXT[], :c4::BIGINT[], :c5::BIGINT[], :c6::BIGINT[], :c7::TEXT[],
    :c8::TEXT[], :c9::TEXT[], :c10::BIGINT[], :c11::TEXT[], :c12::TEXT[], :c13::TEXT[], :c14::BIGINT[],
    :c15::BIGINT[], :c16::INTEGER[], :c18::BIGINT[]
) AS new (
    task_id, status, source_status, attempt, created, modified, run_id, assignee, execution_type,
    scheduled_at, failure_reason, input, output, status_since, waiting_since, void, no
)
WHERE it.org_id = :v17 AND it.no = new.no
