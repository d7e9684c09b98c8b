-- The calls that are rows of these groups (pairs of space and group id): of each id at most `most`.
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
FROM unnest(:wanted_0::BIGINT[], :wanted_1::TEXT[]) AS wanted (space_id, id)
CROSS JOIN LATERAL (
    SELECT link.no
    FROM call_link AS link
    WHERE
        link.org_id = :org_id AND link.space_id = wanted.space_id AND link.kind = 'group'
        AND link.value = wanted.id
    LIMIT :most
) AS found
JOIN call AS it ON it.org_id = :org_id AND it.no = found.no
