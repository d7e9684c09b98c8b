-- How many runs a space has.
SELECT count(*)
FROM run
WHERE org_id = :org_id AND space_id = :space_id
