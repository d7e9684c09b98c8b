-- New calls, one organization's.
INSERT INTO call (
    org_id, no, space_id,
    call_id, call_status, creation_time, start_time, end_time, duration_ms, call_type,
    source_number, destination_number, end_reason, source_end_reason, answered_by, agent, task_id,
    external_ids, metadata, source, void, time_marks
)
SELECT held.org_id, new.*
FROM organization_clock AS held
CROSS JOIN unnest(
    :c2::BIGINT[], :c3::BIGINT[],
    :c4::TEXT[], :c5::TEXT[], :c6::BIGINT[], :c7::BIGINT[], :c8::BIGINT[], :c9::BIGINT[], :c10::TEXT[],
    :c11::TEXT[], :c12::TEXT[], :c13::TEXT[], :c14::TEXT[], :c15::TEXT[], :c16::TEXT[], :c17::TEXT[],
    :c18::TEXT[], :c19::TEXT[], :c20::TEXT[], :c21::INTEGER[], :c22::INTEGER[]
) AS new
WHERE held.org_id = :v1
