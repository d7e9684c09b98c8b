-- When an event of these spaces (a JSON array of ids) was last received.
SELECT max(last_received_at)
-- CROSS JOIN keeps this order: each value of the list is looked up in the index.
FROM json_each(:spaces) AS wanted
CROSS JOIN outcome ON outcome.org_id = :org_id AND outcome.space_id = wanted.value
