-- The earliest creation time among the tasks of these spaces. One index lookup for each space, in place of a scan
-- over all its rows.
SELECT min((
    SELECT min(created)
    FROM task
    WHERE org_id = :org_id AND space_id = holder.id AND void = 0
))
FROM space AS holder
WHERE holder.org_id = :org_id AND holder.id = ANY (:spaces::BIGINT[])
