-- The tasks under these numbers (a JSON array).
SELECT
    it.no,
    it.space_id,
    {it.columns}
FROM json_each(:nos) AS wanted
CROSS JOIN task AS it ON it.org_id = :org_id AND it.no = wanted.value
