-- Set the checksums of what requests registered of runs, for one organization.
UPDATE run
SET checksum = new.checksum
FROM unnest(:c2::BIGINT[], :c3::TEXT[], :c4::BIGINT[]) AS new (space_id, run_id, checksum)
WHERE run.org_id = :v1 AND run.space_id = new.space_id AND run.run_id = new.run_id
