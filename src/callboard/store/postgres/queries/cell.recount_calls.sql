-- Recount from rows: a space's calls by quarter-hour and by all dimensions that are counted by quarter-hour.
SELECT
    creation_time / :quarter_hour_us AS quarter,
    {dimensions.known},
    count(*),
    count(*) FILTER (WHERE start_time IS NOT NULL OR duration_ms > 0),
    count(duration_ms),
    coalesce(sum(duration_ms), 0),
    coalesce(sum((start_time - creation_time) / 1000) FILTER (
        WHERE start_time >= creation_time AND (time_marks & 8) = 0
    ), 0)
FROM call
WHERE org_id = :org_id AND space_id = :space_id AND void = 0
GROUP BY 1, {dimensions.places}
