-- Delete expired idempotency keys.
DELETE FROM idempotency
WHERE org_id = :org_id AND created_at < :not_before
