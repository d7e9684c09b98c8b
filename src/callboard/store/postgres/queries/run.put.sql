-- Store the counts of runs. What a request registered of a run (batch_count, registered_at) stays as it is.
INSERT INTO run (
    org_id, space_id, run_id, batch_count, created, modified, pending, running, completed, failed
)
SELECT held.org_id, new.space_id, new.run_id, 0, new.created, new.modified, new.p, new.r, new.c, new.f
-- Joined with the clock, the SELECT belongs to one shard, and Citus runs all of it there. From unnest alone it would
-- pull the rows to the coordinator first.
FROM organization_clock AS held
CROSS JOIN unnest(
    :c2::BIGINT[], :c3::TEXT[], :c4::BIGINT[], :c5::BIGINT[], :c6::BIGINT[], :c7::BIGINT[], :c8::BIGINT[],
    :c9::BIGINT[]
) AS new (space_id, run_id, created, modified, p, r, c, f)
WHERE held.org_id = :v1
ON CONFLICT (org_id, space_id, run_id) DO UPDATE SET
    created = excluded.created,
    modified = excluded.modified,
    pending = excluded.pending,
    running = excluded.running,
    completed = excluded.completed,
    failed = excluded.failed
