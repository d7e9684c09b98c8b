-- The tasks under these numbers.
SELECT
    it.no,
    it.space_id,
    {it.columns}
FROM task AS it
WHERE it.org_id = :org_id AND it.no = ANY (:nos::BIGINT[])
