-- All cells of a space.
SELECT counter, grain, bucket, d1, d2, d3, items, answered, timed, talk_ms
FROM cell
WHERE org_id = :org_id AND space_id = :space_id
