-- The imports of a type that say how they read, unless withdrawn.
SELECT
    no, label, received_at, finished_at, withdrawn_at, applied, duplicate, stale, rejected, position, owner, beat,
    file_digest, options_digest, record_type, place, mapping, replaces, replaced
FROM batch INDEXED BY import_by_label
WHERE
    org_id = :org_id AND label IS NOT NULL AND record_type = :record_type AND options_digest IS NOT NULL
    AND withdrawn_at IS NULL
ORDER BY no
