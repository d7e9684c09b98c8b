-- Count events by outcome, and record when the last one came. The time never goes back: commits may be out of the
-- order of arrival.
INSERT INTO outcome (org_id, space_id, outcome, reason, events, last_received_at)
SELECT held.org_id, new.* -- Citus
-- Joined with the clock, the SELECT belongs to one shard, and Citus runs all of it there. From unnest alone it would
-- pull the rows to the coordinator first.
FROM organization_clock AS held -- Citus
CROSS JOIN unnest(:c2::BIGINT[], :c3::TEXT[], :c4::TEXT[], :c5::BIGINT[], :c6::BIGINT[]) AS new -- Citus
SELECT * FROM unnest(:c1::BIGINT[], :c2::BIGINT[], :c3::TEXT[], :c4::TEXT[], :c5::BIGINT[], :c6::BIGINT[]) AS new -- one server
WHERE held.org_id = :v1 -- Citus
ON CONFLICT (org_id, space_id, outcome, reason) DO UPDATE SET
    events = outcome.events + excluded.events,
    last_received_at = greatest(coalesce(outcome.last_received_at, 0), excluded.last_received_at)
