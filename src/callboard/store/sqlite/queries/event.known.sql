-- The events with these event keys (a JSON array of [space, key]). Two event ids may share a key: the caller
-- compares the id in the body.
SELECT ev.space_id, ev.body
-- CROSS JOIN keeps this order: each value of the list is looked up in the index.
FROM json_each(:wanted) AS wanted
CROSS JOIN event AS ev INDEXED BY event_by_key
    ON ev.org_id = :org_id AND ev.space_id = wanted.value ->> 0 AND ev.event_key = wanted.value ->> 1
    AND ev.event_key IS NOT NULL AND ev.withdrawn = 0
