-- The events with these event keys (pairs of space and key). Two event ids may share a key: the caller compares the
-- id in the body.
SELECT ev.space_id, ev.body
FROM unnest(:wanted_0::BIGINT[], :wanted_1::BIGINT[]) AS wanted (space_id, event_key)
JOIN event AS ev
    ON ev.org_id = :org_id AND ev.space_id = wanted.space_id AND ev.event_key = wanted.event_key
    AND ev.event_key IS NOT NULL AND ev.withdrawn = 0
