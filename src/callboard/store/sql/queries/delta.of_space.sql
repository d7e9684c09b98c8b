-- A space's differences that are not in the cells yet.
SELECT
    kind, quarter, {dimensions}, status,
    items, answered, timed, talk_ms, wait_ms
FROM delta
WHERE
    org_id = :org_id AND space_id = :space_id
    AND no >= (SELECT compacted_to FROM compaction WHERE org_id = :org_id)
