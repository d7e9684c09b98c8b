-- Keys older than they are kept.
DELETE FROM idempotency
WHERE org_id = :org_id AND created_at < :not_before
