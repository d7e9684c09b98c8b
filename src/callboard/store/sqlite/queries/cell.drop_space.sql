-- All cells of a space.
DELETE FROM cell
WHERE
    org_id = :org_id AND counter IN (SELECT value FROM json_each(:counters))
    AND grain IN ('quarter', 'hour', 'day', 'utc_day') AND space_id = :space_id
