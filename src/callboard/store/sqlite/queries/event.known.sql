-- The events under these event keys (a JSON array of [space, key]).
SELECT ev.space_id, ev.body
FROM json_each(:wanted) AS wanted
CROSS JOIN event AS ev INDEXED BY event_by_key
    ON ev.org_id = :org_id AND ev.space_id = wanted.value ->> 0 AND ev.event_key = wanted.value ->> 1
    AND ev.event_key IS NOT NULL AND ev.withdrawn = 0
