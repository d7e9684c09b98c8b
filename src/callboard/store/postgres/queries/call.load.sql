-- The calls that a commit names (pairs of space and id), with the store's numbers.
SELECT
    wanted.org_id, -- of several
    it.no,
    it.space_id,
    {it.columns}
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :org_id::BIGINT AS org_id, each_of.* -- of one
    FROM unnest(:wanted_0::BIGINT[], :wanted_1::TEXT[]) AS each_of (space_id, id) -- of one
    SELECT each_of.* -- of several
    FROM unnest(:orgs::BIGINT[], :wanted_0::BIGINT[], :wanted_1::TEXT[]) AS each_of (org_id, space_id, id) -- of several
    OFFSET 0
) AS wanted
CROSS JOIN LATERAL (
    SELECT *
    FROM call AS it
    WHERE
        it.org_id = wanted.org_id AND it.space_id = wanted.space_id AND it.call_id = wanted.id
        AND it.org_id = :org_id -- Citus
    OFFSET 0
) AS it
