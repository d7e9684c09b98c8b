-- The cells of the contact spaces together (space 0): one counter, one grain, a range of buckets.
SELECT bucket, d1, d2, d3, items, answered, timed, talk_ms, wait_ms
FROM cell
WHERE
    org_id = :org_id AND counter = :counter AND grain = :grain AND space_id = 0
    AND bucket >= :begin AND bucket < :end
