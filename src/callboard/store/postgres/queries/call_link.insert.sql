-- Calls have these ids: of their groups, or elsewhere.
INSERT INTO call_link (org_id, space_id, kind, value, no)
SELECT held.org_id, new.*
-- Joined with the clock, the SELECT belongs to one shard, and Citus runs all of it there. From unnest alone it would
-- pull the rows to the coordinator first.
FROM organization_clock AS held
CROSS JOIN unnest(:c2::BIGINT[], :c3::TEXT[], :c4::TEXT[], :c5::BIGINT[]) AS new
WHERE held.org_id = :v1
ON CONFLICT DO NOTHING
