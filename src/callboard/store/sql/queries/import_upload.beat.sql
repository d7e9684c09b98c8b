-- A sign of life of the process that works on an upload, and how far it is.
UPDATE import_upload
SET heartbeat = heartbeat + 1, row_count = :row_count, used_at = :now
WHERE org_id = :org_id AND upload_id = :upload_id AND owner = :owner
