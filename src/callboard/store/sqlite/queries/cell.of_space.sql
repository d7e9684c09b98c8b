-- All cells of a space. All grains are listed so that the search of the primary key reaches space_id.
SELECT counter, grain, bucket, d1, d2, d3, items, answered, timed, talk_ms, wait_ms
FROM cell
WHERE
    org_id = :org_id AND counter IN (SELECT value FROM json_each(:counters))
    AND grain IN ('quarter', 'hour', 'day', 'utc_day') AND space_id = :space_id
