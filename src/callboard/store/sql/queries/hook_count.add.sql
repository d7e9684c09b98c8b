-- Count deliveries of a hook.
INSERT INTO hook_count (org_id, hook_id, last_delivery_at, accepted, refused, quarantined, dropped)
VALUES (:org_id, :hook_id, :at, :accepted, 0, :quarantined, :dropped)
ON CONFLICT (org_id, hook_id) DO UPDATE
SET
    accepted = hook_count.accepted + excluded.accepted,
    quarantined = hook_count.quarantined + excluded.quarantined,
    dropped = hook_count.dropped + excluded.dropped,
    last_delivery_at = CASE
        WHEN hook_count.last_delivery_at >= excluded.last_delivery_at OR excluded.last_delivery_at IS NULL
            THEN hook_count.last_delivery_at
        ELSE excluded.last_delivery_at
    END
