-- The latest import with this label that is neither finished nor withdrawn.
SELECT
    no, label, received_at, finished_at, withdrawn_at, applied, duplicate, stale, rejected, position, owner, beat,
    file_digest, options_digest, record_type, place, mapping, replaces, replaced
FROM batch INDEXED BY import_by_label
WHERE org_id = :org_id AND label = :label AND finished_at IS NULL AND withdrawn_at IS NULL
ORDER BY no DESC
LIMIT 1
