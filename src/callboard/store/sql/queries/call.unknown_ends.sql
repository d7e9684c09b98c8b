-- Calls, legs and withdrawn ones among them, that ended for a reason that was not known, in a range of numbers.
SELECT call_id, source_end_reason
FROM call
WHERE
    org_id = :org_id AND no > :after AND no <= :until AND space_id = :space_id AND end_reason = 'unknown'
    AND source_end_reason IS NOT NULL
ORDER BY no
