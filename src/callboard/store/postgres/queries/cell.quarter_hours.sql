-- The quarter-hour cells of a space, from which its hours and days are made.
SELECT counter, bucket, d1, d2, d3, items, answered, timed, talk_ms, wait_ms
FROM cell
WHERE
    org_id = :org_id AND counter = ANY (:counters::BIGINT[])
    AND grain = 'quarter' AND space_id = :space_id
