-- Keep a new upload.
INSERT INTO import_upload (
    org_id, upload_id, space_id, name, record_type, size, part_bytes, created_at, used_at,
    state, revision, heartbeat, owner, runs, row_count, batch_no, work, found, report, message
)
VALUES (
    :org_id, :upload_id, :space_id, :name, :record_type, :size, :part_bytes, :created_at, :used_at,
    :state, :revision, :heartbeat, :owner, :runs, :row_count, :batch_no, :work, :found, :report, :message
)
