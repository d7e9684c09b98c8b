-- All cells of a space.
DELETE FROM cell
WHERE
    org_id = :org_id AND counter = ANY (:counters::BIGINT[])
    AND grain IN ('quarter', 'hour', 'day', 'utc_day') AND space_id = :space_id
