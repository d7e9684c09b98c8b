-- Whether any unmerged delta subtracts something: only then can the merge leave cells that count nothing.
SELECT EXISTS (
    SELECT 1 FROM delta
    WHERE org_id = :org_id AND no >= :begin AND no < :end AND min(items, answered, timed, talk_ms, wait_ms) < 0
)
