-- An upload.
SELECT
    upload_id, space_id, name, record_type, size, part_bytes, created_at, used_at,
    state, revision, heartbeat, owner, runs, row_count, batch_no, work, found, report, message
FROM import_upload
WHERE org_id = :org_id AND upload_id = :upload_id
