-- Set the checksums of what requests registered of runs, for one organization.
UPDATE run
SET checksum = new.checksum
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :v1::BIGINT AS org_id, each_of.*
    FROM unnest(:c2::BIGINT[], :c3::TEXT[], :c4::BIGINT[]) AS each_of (space_id, run_id, checksum)
    OFFSET 0
) AS new
WHERE run.org_id = new.org_id AND run.space_id = new.space_id AND run.run_id = new.run_id
    AND run.org_id = :v1 -- Citus
