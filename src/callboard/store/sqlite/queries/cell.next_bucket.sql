-- The first bucket from a given one on for which a contact space, or the contact spaces together, have a cell. One
-- search of the primary key for each holder.
SELECT min((
    SELECT min(bucket)
    FROM cell
    WHERE
        org_id = :org_id AND counter = :counter AND grain = iif(holder.id = :contact, :grain, :origin)
        AND space_id = holder.id AND bucket >= :begin
))
FROM (
    SELECT id FROM space WHERE org_id = :org_id AND content_type = 'contact'
    UNION ALL SELECT :contact
) AS holder
