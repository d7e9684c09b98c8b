-- The ends said of these groups (pairs of space and group id), with the store's numbers.
SELECT it.no, it.space_id, it.group_id
FROM unnest(:wanted_0::BIGINT[], :wanted_1::TEXT[]) AS wanted (space_id, id)
JOIN group_end AS it ON it.org_id = :org_id AND it.space_id = wanted.space_id AND it.group_id = wanted.id
