-- Set the checksums of events of one organization.
UPDATE event
SET checksum = new.checksum
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :v2::BIGINT AS org_id, each_of.*
    FROM unnest(:c1::BIGINT[], :c3::BIGINT[]) AS each_of (checksum, seq)
    OFFSET 0
) AS new
WHERE event.org_id = new.org_id AND event.seq = new.seq
    AND event.org_id = :v2 -- Citus
