-- The tasks that a commit names (pairs of space and id), with the store's numbers.
SELECT
    it.no,
    it.space_id,
    {it.columns}
FROM unnest(:wanted_0::BIGINT[], :wanted_1::TEXT[]) AS wanted (space_id, id)
JOIN task AS it ON it.org_id = :org_id AND it.space_id = wanted.space_id AND it.task_id = wanted.id
