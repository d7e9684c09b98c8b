-- The events with these event keys (pairs of space and key). Two event ids may share a key: the caller compares the
-- id in the body.
SELECT
    wanted.org_id, -- of several
    ev.space_id,
    ev.body
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :org_id::BIGINT AS org_id, each_of.* -- of one
    FROM unnest(:wanted_0::BIGINT[], :wanted_1::BIGINT[]) AS each_of (space_id, event_key) -- of one
    SELECT each_of.* -- of several
    FROM unnest(:orgs::BIGINT[], :wanted_0::BIGINT[], :wanted_1::BIGINT[]) AS each_of (org_id, space_id, event_key) -- of several
    OFFSET 0
) AS wanted
CROSS JOIN LATERAL (
    SELECT *
    FROM event AS ev
    WHERE
        ev.org_id = wanted.org_id AND ev.space_id = wanted.space_id AND ev.event_key = wanted.event_key
        AND ev.event_key IS NOT NULL AND ev.withdrawn = 0
        AND ev.org_id = :org_id -- Citus
    OFFSET 0
) AS ev
