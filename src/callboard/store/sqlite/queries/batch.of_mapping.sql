-- The imports that a saved mapping read, unless withdrawn.
SELECT
    no, label, received_at, finished_at, withdrawn_at, applied, duplicate, stale, rejected, position, owner, beat,
    file_digest, options_digest, record_type, place, mapping, replaces, replaced
FROM batch INDEXED BY import_by_mapping
WHERE org_id = :org_id AND mapping = :mapping AND withdrawn_at IS NULL
