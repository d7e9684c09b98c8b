-- One call of a space.
SELECT
    no,
    {columns}
FROM call
WHERE org_id = :org_id AND space_id = :space_id AND call_id = :id
