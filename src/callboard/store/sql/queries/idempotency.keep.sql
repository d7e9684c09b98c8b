-- Keep the answer for an idempotency key. The conflict is with an expired key, which is replaced.
INSERT INTO idempotency (org_id, space_id, idempotency_key, request_digest, answer, created_at)
VALUES (:org_id, :space_id, :key, :digest, :answer, :now)
ON CONFLICT (org_id, space_id, idempotency_key) DO UPDATE SET
    request_digest = excluded.request_digest, answer = excluded.answer, created_at = excluded.created_at
