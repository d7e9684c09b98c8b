-- The calls that are rows of these groups (a JSON array of [space, group id]): of each id at most `most`.
SELECT
    it.space_id,
    it.no,
    it.group_ids,
    it.call_status,
    it.group_rank,
    it.creation_time,
    it.call_id,
    it.void,
    it.leg_of,
    it.time_marks
-- CROSS JOIN keeps this order: each value of the list is looked up in the index.
FROM json_each(:wanted) AS wanted
CROSS JOIN call AS it ON it.org_id = :org_id AND it.no IN (
    SELECT link.no
    FROM call_link AS link
    WHERE
        link.org_id = :org_id AND link.space_id = wanted.value ->> 0 AND link.kind = 'group'
        AND link.value = wanted.value ->> 1
    LIMIT :most
)
