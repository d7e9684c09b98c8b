-- Calls as they are now, one organization's.
UPDATE call AS it
SET
    call_id = new.call_id,
    call_status = new.call_status,
    creation_time = new.creation_time,
    start_time = new.start_time,
    end_time = new.end_time,
    duration_ms = new.duration_ms,
    call_type = new.call_type,
    source_number = new.source_number,
    destination_number = new.destination_number,
    end_reason = new.end_reason,
    source_end_reason = new.source_end_reason,
    answered_by = new.answered_by,
    agent = new.agent,
    task_id = new.task_id,
    external_ids = new.external_ids,
    metadata = new.metadata,
    source = new.source,
    void = new.void,
    time_marks = new.time_marks
FROM unnest(
    :c1::TEXT[], :c2::TEXT[], :c3::BIGINT[], :c4::BIGINT[], :c5::BIGINT[], :c6::BIGINT[], :c7::TEXT[],
    :c8::TEXT[], :c9::TEXT[], :c10::TEXT[], :c11::TEXT[], :c12::TEXT[], :c13::TEXT[], :c14::TEXT[],
    :c15::TEXT[], :c16::TEXT[], :c17::TEXT[], :c18::INTEGER[], :c19::INTEGER[], :c21::BIGINT[]
) AS new (
    call_id, call_status, creation_time, start_time, end_time, duration_ms, call_type,
    source_number, destination_number, end_reason, source_end_reason, answered_by, agent, task_id,
    external_ids, metadata, source, void, time_marks, no
)
WHERE it.org_id = :v20 AND it.no = new.no
