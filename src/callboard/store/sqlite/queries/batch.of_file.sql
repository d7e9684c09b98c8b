-- The imports of a file, unless withdrawn.
SELECT
    no, label, received_at, finished_at, withdrawn_at, applied, duplicate, stale, rejected, position, owner, beat,
    file_digest, options_digest, record_type, place, mapping, replaces, replaced
FROM batch INDEXED BY import_by_file
WHERE org_id = :org_id AND file_digest = :file_digest AND withdrawn_at IS NULL
