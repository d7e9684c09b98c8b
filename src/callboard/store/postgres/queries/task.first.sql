-- When the first task of spaces was created.
SELECT min((
    SELECT min(created)
    FROM task
    WHERE org_id = :org_id AND space_id = holder.id AND void = 0
))
FROM space AS holder
WHERE holder.org_id = :org_id AND holder.id = ANY (:spaces::BIGINT[])
