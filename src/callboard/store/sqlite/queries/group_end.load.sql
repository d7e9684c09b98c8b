-- The ends said of these groups (a JSON array of [space, group id]), with the store's numbers.
SELECT it.no, it.space_id, it.group_id
FROM json_each(:wanted) AS wanted
CROSS JOIN group_end AS it INDEXED BY group_end_by_id
    ON it.org_id = :org_id AND it.space_id = wanted.value ->> 0 AND it.group_id = wanted.value ->> 1
