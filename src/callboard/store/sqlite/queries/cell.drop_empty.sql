-- Delete a space's cells that count nothing. All grains are listed so that the search of the primary key reaches
-- space_id.
DELETE FROM cell
WHERE
    org_id = :org_id AND counter IN (SELECT value FROM json_each(:counters))
    AND grain IN ('quarter', 'hour', 'day', 'utc_day') AND space_id = :space_id
    AND items = 0 AND answered = 0 AND timed = 0 AND talk_ms = 0 AND wait_ms = 0
