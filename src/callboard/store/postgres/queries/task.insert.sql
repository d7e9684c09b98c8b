-- New tasks, one organization's.
INSERT INTO task (
    org_id, no, space_id,
    task_id, status, source_status, attempt, created, modified, run_id, assignee, execution_type,
    scheduled_at, failure_reason, input, output, status_since, waiting_since, void
)
SELECT held.org_id, new.*
FROM organization_clock AS held
CROSS JOIN unnest(
    :c2::BIGINT[], :c3::BIGINT[],
    :c4::TEXT[], :c5::TEXT[], :c6::TEXT[], :c7::BIGINT[], :c8::BIGINT[], :c9::BIGINT[], :c10::TEXT[],
    :c11::TEXT[], :c12::TEXT[], :c13::BIGINT[], :c14::TEXT[], :c15::TEXT[], :c16::TEXT[], :c17::BIGINT[],
    :c18::BIGINT[], :c19::INTEGER[]
) AS new
WHERE held.org_id = :v1
