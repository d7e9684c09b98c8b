-- Delete all cells of a space. All grains are listed so that the search of the primary key reaches space_id.
DELETE FROM cell
WHERE
    org_id = :org_id AND counter IN (SELECT value FROM json_each(:counters))
    AND grain IN ('quarter', 'hour', 'day', 'utc_day') AND space_id = :space_id
