-- Record requests.
INSERT INTO batch (
    org_id, no, source, received_at, finished_at, first_event, last_event, applied, duplicate, stale, rejected
)
SELECT held.org_id, new.* -- Citus
-- Joined with the clock, the SELECT belongs to one shard, and Citus runs all of it there. From unnest alone it would
-- pull the rows to the coordinator first.
FROM organization_clock AS held -- Citus
CROSS JOIN unnest( -- Citus
SELECT * FROM unnest( -- one server
    :c1::BIGINT[], -- one server
    :c2::BIGINT[], :c3::TEXT[], :c4::BIGINT[], :c5::BIGINT[], :c6::BIGINT[], :c7::BIGINT[], :c8::BIGINT[],
    :c9::BIGINT[], :c10::BIGINT[], :c11::BIGINT[]
) AS new
WHERE held.org_id = :v1 -- Citus
