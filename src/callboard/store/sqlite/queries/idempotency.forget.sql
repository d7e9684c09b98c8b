-- Delete expired idempotency keys.
DELETE FROM idempotency INDEXED BY idempotency_by_time
WHERE org_id = :org_id AND created_at < :not_before
