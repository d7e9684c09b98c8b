-- Append events to the log.
INSERT INTO event (org_id, seq, space_id, item_no, batch_no, received_at, event_key, source, body, checksum)
SELECT held.org_id, new.* -- Citus
-- Joined with the clock, the SELECT belongs to one shard, and Citus runs all of it there. From unnest alone it would
-- pull the rows to the coordinator first.
FROM organization_clock AS held -- Citus
CROSS JOIN unnest( -- Citus
SELECT * FROM unnest( -- one server
    :c1::BIGINT[], -- one server
    :c2::BIGINT[], :c3::BIGINT[], :c4::BIGINT[], :c5::BIGINT[], :c6::BIGINT[], :c7::BIGINT[], :c8::TEXT[],
    :c9::BYTEA[], :c10::BIGINT[]
) AS new
WHERE held.org_id = :v1 -- Citus
