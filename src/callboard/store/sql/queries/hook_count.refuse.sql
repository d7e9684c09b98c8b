-- Count refused deliveries of a hook, and keep why the last one was.
INSERT INTO hook_count (
    org_id, hook_id, accepted, refused, quarantined, dropped, last_refused_at, last_refusal
)
VALUES (:org_id, :hook_id, 0, :count, 0, 0, :at, :refusal)
ON CONFLICT (org_id, hook_id) DO UPDATE
SET
    refused = hook_count.refused + excluded.refused,
    last_refused_at = excluded.last_refused_at,
    last_refusal = excluded.last_refusal
