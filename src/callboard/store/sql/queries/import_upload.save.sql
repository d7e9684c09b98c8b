-- Replace the changing part of an upload's record.
UPDATE import_upload
SET
    used_at = :used_at,
    state = :state,
    revision = :revision,
    owner = :owner,
    runs = :runs,
    row_count = :row_count,
    batch_no = :batch_no,
    work = :work,
    found = :found,
    report = :report,
    message = :message
WHERE org_id = :org_id AND upload_id = :upload_id
