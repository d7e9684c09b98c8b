-- Set the checksums of events of one organization.
UPDATE event
SET checksum = new.checksum
FROM unnest(:c1::BIGINT[], :c3::BIGINT[]) AS new (checksum, seq)
WHERE event.org_id = :v2 AND event.seq = new.seq
