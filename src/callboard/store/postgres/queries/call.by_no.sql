-- The calls under these numbers.
SELECT
    it.no,
    it.space_id,
    it.call_id, it.call_status, it.creation_time, it.start_time, it.end_time, it.duration_ms,
    it.call_type, it.source_number, it.destination_number, it.end_reason, it.source_end_reason,
    it.answered_by, it.agent, it.task_id, it.external_ids, it.metadata, it.source, it.void, it.time_marks
FROM call AS it
WHERE it.org_id = :org_id AND it.no = ANY (:nos::BIGINT[])
