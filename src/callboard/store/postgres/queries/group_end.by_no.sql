-- The ends of groups under these numbers.
SELECT it.no, it.space_id, it.group_id
FROM group_end AS it
WHERE it.org_id = :org_id AND it.no = ANY (:nos::BIGINT[])
