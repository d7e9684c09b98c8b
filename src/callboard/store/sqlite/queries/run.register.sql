-- Register a run on request. It may be there already, from its tasks or from an earlier request: then the first
-- registration decides when it was created.
INSERT INTO run (
    org_id, space_id, run_id, registered_at, collection_ref, run_mode, batch_count, created, modified,
    pending, running, completed, failed, checksum
)
VALUES (:org_id, :space_id, :run_id, :created, :collection_ref, :run_mode, 1, :created, :created, 0, 0, 0, 0, :checksum)
ON CONFLICT DO UPDATE SET
    registered_at = coalesce(registered_at, excluded.registered_at),
    created = coalesce(registered_at, excluded.registered_at),
    modified = max(modified, coalesce(registered_at, excluded.registered_at)),
    collection_ref = excluded.collection_ref,
    run_mode = excluded.run_mode,
    checksum = excluded.checksum,
    batch_count = batch_count + 1
