-- The number of the call with this id.
SELECT no
FROM call
WHERE org_id = :org_id AND space_id = :space_id AND call_id = :id
