-- How many hooks of an organization are not revoked.
SELECT count(*)
FROM hook
WHERE org_id = :org_id AND revoked_at IS NULL
