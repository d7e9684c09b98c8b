-- The legs of a call, earliest first.
SELECT {columns}
FROM call
WHERE org_id = :org_id AND space_id = :space_id AND leg_of = :id AND void = 3
ORDER BY creation_time, call_id
