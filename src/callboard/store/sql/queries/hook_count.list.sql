-- What came to the hooks of an organization.
SELECT hook_id, last_delivery_at, accepted, refused, quarantined, dropped, last_refused_at, last_refusal
FROM hook_count
WHERE org_id = :org_id
