-- The latest events of an organization, newest first.
SELECT space_id, received_at, body
FROM event
-- seq > 0 is true of every event: with it the plan is a search of a range of the key, not of a whole organization.
WHERE org_id = :org_id AND seq > 0 AND withdrawn = 0
ORDER BY seq DESC
LIMIT :most
