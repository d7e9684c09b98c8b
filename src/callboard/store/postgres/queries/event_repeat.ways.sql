-- By which ways events of these items came again, or came and do not count.
SELECT
    wanted.org_id, -- of several
    again.item_no,
    again.body_digest,
    again.source
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
    FROM event_repeat AS again
    WHERE
        again.org_id = wanted.org_id AND again.item_no = wanted.no
        AND again.org_id = :org_id -- Citus
    OFFSET 0
) AS again
