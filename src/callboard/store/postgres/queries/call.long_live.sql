-- A space's calls of a status that were created before a moment and have not ended, oldest first.
SELECT call_id, creation_time
FROM call
WHERE
    org_id = :org_id AND space_id = :space_id AND call_status = :status AND creation_time < :before
    AND void = 0 AND call_status IN ('ringing', 'in_progress')
ORDER BY creation_time, call_id
LIMIT :most
