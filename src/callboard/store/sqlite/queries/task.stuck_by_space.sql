-- How many tasks of each space are pending or running for longer than its settings allow. Two subqueries because
-- the two limits differ: each is one range of the index task_waiting.
SELECT
    space.id,
    (
        SELECT count(*)
        FROM task INDEXED BY task_waiting
        WHERE
            task.org_id = :org_id AND task.space_id = space.id AND task.status = 'running' AND task.void = 0
            AND task.waiting_since < :now - space.stuck_running_after_us
    ) + (
        SELECT count(*)
        FROM task INDEXED BY task_waiting
        WHERE
            task.org_id = :org_id AND task.space_id = space.id AND task.status = 'pending' AND task.void = 0
            AND task.waiting_since < :now - space.stuck_pending_after_us
    )
FROM space
WHERE space.org_id = :org_id
