-- The calls under these numbers.
SELECT
    it.no,
    it.space_id,
    {it.columns}
FROM call AS it
WHERE it.org_id = :org_id AND it.no = ANY (:nos::BIGINT[])
