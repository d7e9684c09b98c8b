-- The events of these items that are not withdrawn, in the order received.
SELECT
    wanted.org_id, -- of several
    ev.item_no,
    ev.body,
    ev.received_at,
    ev.source,
    ev.batch_no
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :org_id::BIGINT AS org_id, each_of.* -- of one
    FROM unnest(:item_nos::BIGINT[]) AS each_of (no) -- of one
    SELECT each_of.* -- of several
    FROM unnest(:orgs::BIGINT[], :item_nos::BIGINT[]) AS each_of (org_id, no) -- of several
    OFFSET 0
) AS wanted
CROSS JOIN LATERAL (
    SELECT *
    FROM event AS ev
    WHERE
        ev.org_id = wanted.org_id AND ev.item_no = wanted.no AND ev.withdrawn = 0
        AND ev.org_id = :org_id -- Citus
    OFFSET 0
) AS ev
ORDER BY ev.seq
