-- What was answered to this key.
SELECT request_digest, answer
FROM idempotency
WHERE org_id = :org_id AND space_id = :space_id AND idempotency_key = :key AND created_at >= :not_before
