-- No end of a group is left.
DELETE FROM group_end
WHERE org_id = ? AND no = ?
