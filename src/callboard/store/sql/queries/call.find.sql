-- One call of a space.
SELECT
    no,
    call_id, call_status, creation_time, start_time, end_time, duration_ms, call_type,
    source_number, destination_number, end_reason, source_end_reason, answered_by, agent, task_id,
    external_ids, metadata, source, void, time_marks
FROM call
WHERE org_id = :org_id AND space_id = :space_id AND call_id = :id
