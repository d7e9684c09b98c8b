-- The first bucket from a quarter on that a contact space, or they together, have a cell for.
SELECT min((
    SELECT min(bucket)
    FROM cell
    WHERE
        org_id = :org_id AND counter = :counter
        AND grain = CASE WHEN holder.id = :contact THEN :grain ELSE :origin END
        AND space_id = holder.id AND bucket >= :begin
))
FROM (
    SELECT id FROM space WHERE org_id = :org_id AND content_type = 'contact'
    UNION ALL SELECT :contact
) AS holder
