-- The events of a space under these event keys (a JSON array).
SELECT ev.body
FROM json_each(:keys) AS wanted
CROSS JOIN event AS ev INDEXED BY event_by_key
    ON ev.org_id = :org_id AND ev.space_id = :space_id AND ev.event_key = wanted.value
    AND ev.event_key IS NOT NULL AND ev.withdrawn = 0
