-- Record that batches sent events which the log had already; once for each batch and event.
INSERT INTO event_repeat (org_id, item_no, body_digest, batch_no, received_at, source)
SELECT held.org_id, new.*
-- Joined with the clock, the SELECT belongs to one shard, and Citus runs all of it there. From unnest alone it would
-- pull the rows to the coordinator first.
FROM organization_clock AS held
CROSS JOIN unnest(:c2::BIGINT[], :c3::BYTEA[], :c4::BIGINT[], :c5::BIGINT[], :c6::TEXT[]) AS new
WHERE held.org_id = :v1
ON CONFLICT DO NOTHING
