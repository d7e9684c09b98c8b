-- The next numbers of organizations and their versions after a commit.
UPDATE organization_clock AS held
SET
    version = new.version,
    next_item = new.next_item,
    next_event = new.next_event,
    next_batch = new.next_batch,
    next_delta = new.next_delta
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT *
    FROM unnest(:c1::BIGINT[], :c2::BIGINT[], :c3::BIGINT[], :c4::BIGINT[], :c5::BIGINT[], :c6::BIGINT[]) AS each_of (
        version, next_item, next_event, next_batch, next_delta, org_id
    )
    OFFSET 0
) AS new
WHERE held.org_id = new.org_id
    AND held.org_id = :v6 -- Citus
