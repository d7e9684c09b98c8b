-- How many tasks of each space wait or run for longer than it allows.
SELECT
    space.id,
    (
        SELECT count(*)
        FROM task
        WHERE
            task.org_id = :org_id AND task.space_id = space.id AND task.status = 'running' AND task.void = 0
            AND task.waiting_since < :now - space.stuck_running_after_us
    ) + (
        SELECT count(*)
        FROM task
        WHERE
            task.org_id = :org_id AND task.space_id = space.id AND task.status = 'pending' AND task.void = 0
            AND task.waiting_since < :now - space.stuck_pending_after_us
    )
FROM space
WHERE space.org_id = :org_id
