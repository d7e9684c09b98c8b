-- The latest events of an organization, last first.
SELECT space_id, received_at, body
FROM event
WHERE org_id = :org_id AND seq > 0 AND withdrawn = 0
ORDER BY seq DESC
LIMIT :most
