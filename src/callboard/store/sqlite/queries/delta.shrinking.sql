-- Whether any difference takes something off.
SELECT EXISTS (
    SELECT 1 FROM delta
    WHERE org_id = :org_id AND no >= :settled AND min(items, answered, timed, talk_ms, wait_ms) < 0
)
