-- When something was last received of spaces (a JSON array of ids).
SELECT max(last_received_at)
FROM json_each(:spaces) AS wanted
CROSS JOIN outcome ON outcome.org_id = :org_id AND outcome.space_id = wanted.value
