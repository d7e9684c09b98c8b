-- A space's tasks of a status that wait or run since before a moment, longest first.
SELECT task_id, waiting_since
FROM task
WHERE
    org_id = :org_id AND space_id = :space_id AND status = :status AND waiting_since < :before AND void = 0
ORDER BY waiting_since, task_id
LIMIT :most
