-- Set the checksum of what requests registered of a run.
UPDATE run
SET checksum = ?4
WHERE org_id = ?1 AND space_id = ?2 AND run_id = ?3
