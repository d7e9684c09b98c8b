-- The zones of these spaces' hour and day cells.
SELECT
    wanted.org_id, -- of several
    it.id,
    it.cell_zone
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :org_id::BIGINT AS org_id, each_of.* -- of one
    FROM unnest(:spaces::BIGINT[]) AS each_of (id) -- of one
    SELECT each_of.* -- of several
    FROM unnest(:orgs::BIGINT[], :spaces::BIGINT[]) AS each_of (org_id, id) -- of several
    OFFSET 0
) AS wanted
CROSS JOIN LATERAL (
    SELECT *
    FROM space AS it
    WHERE
        it.org_id = wanted.org_id AND it.id = wanted.id
        AND it.org_id = :org_id -- Citus
    OFFSET 0
) AS it
