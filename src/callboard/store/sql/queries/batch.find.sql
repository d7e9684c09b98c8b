-- One batch.
SELECT
    no, label, received_at, finished_at, withdrawn_at, applied, duplicate, stale, rejected, position, owner, beat,
    file_digest, options_digest, record_type, place, mapping, replaces, replaced
FROM batch
WHERE org_id = :org_id AND no = :no
