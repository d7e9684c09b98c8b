-- The home zone of a space.
SELECT settings ->> '$.timezone'
FROM space
WHERE org_id = :org_id AND id = :space_id
