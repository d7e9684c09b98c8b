-- One batch.
SELECT no, label, received_at, finished_at, withdrawn_at, applied, duplicate, stale, rejected, position, owner, beat
FROM batch
WHERE org_id = :org_id AND no = :no
