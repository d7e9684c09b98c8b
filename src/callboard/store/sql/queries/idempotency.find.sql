-- The answer kept for an idempotency key. An expired key may still be there, so its age is compared here.
SELECT request_digest, answer
FROM idempotency
WHERE org_id = :org_id AND space_id = :space_id AND idempotency_key = :key AND created_at >= :not_before
