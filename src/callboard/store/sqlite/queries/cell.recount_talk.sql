-- Recount from rows: a space's calls by UTC day and bucket of talk time. Bit 8 of time_marks: the time to answer is
-- unknown although both times are there.
SELECT
    creation_time / :day_us AS day,
    coalesce(call_type, '') AS call_type,
    call_status,
    duration_bucket(duration_ms) AS bucket,
    count(*),
    count(*) FILTER (WHERE start_time IS NOT NULL OR duration_ms > 0),
    count(duration_ms),
    coalesce(sum(duration_ms), 0),
    coalesce(sum((start_time - creation_time) / 1000) FILTER (
        WHERE start_time >= creation_time AND (time_marks & 8) = 0
    ), 0)
FROM call INDEXED BY call_by_space_time
WHERE org_id = :org_id AND space_id = :space_id AND void = 0
GROUP BY 1, 2, 3, 4
