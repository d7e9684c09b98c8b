-- The number of the ends said of this group.
SELECT no
FROM group_end
WHERE org_id = :org_id AND space_id = :space_id AND group_id = :id
