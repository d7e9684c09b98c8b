-- The ends of groups under these numbers (a JSON array).
SELECT it.no, it.space_id, it.group_id
FROM json_each(:nos) AS wanted
CROSS JOIN group_end AS it ON it.org_id = :org_id AND it.no = wanted.value
