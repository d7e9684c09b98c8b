-- Add differences to cells of one organization.
INSERT INTO cell (org_id, space_id, counter, grain, bucket, d1, d2, d3, items, answered, timed, talk_ms, wait_ms)
SELECT held.org_id, new.*
-- Joined with the clock, the SELECT belongs to one shard, and Citus runs all of it there. From unnest alone it would
-- pull the rows to the coordinator first.
FROM organization_clock AS held
CROSS JOIN unnest(
    :c2::BIGINT[], :c3::BIGINT[], :c4::TEXT[], :c5::BIGINT[], :c6::TEXT[], :c7::TEXT[], :c8::TEXT[],
    :c9::BIGINT[], :c10::BIGINT[], :c11::BIGINT[], :c12::BIGINT[], :c13::BIGINT[]
) AS new
WHERE held.org_id = :v1
ON CONFLICT (org_id, counter, grain, space_id, bucket, d1, d2, d3) DO UPDATE SET
    items = cell.items + excluded.items,
    answered = cell.answered + excluded.answered,
    timed = cell.timed + excluded.timed,
    talk_ms = cell.talk_ms + excluded.talk_ms,
    wait_ms = cell.wait_ms + excluded.wait_ms
