-- Runs that requests registered before checksums existed.
SELECT space_id, run_id, registered_at, collection_ref, run_mode, batch_count
FROM run
WHERE org_id = :org_id AND batch_count > 0 AND checksum IS NULL
