-- Store a space's totals as recounted. The values are in the order of the table's columns.
INSERT INTO totals
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    version = excluded.version,
    calls_queued = excluded.calls_queued,
    calls_ringing = excluded.calls_ringing,
    calls_in_progress = excluded.calls_in_progress,
    calls_completed = excluded.calls_completed,
    calls_missed = excluded.calls_missed,
    calls_failed = excluded.calls_failed,
    completed_timed = excluded.completed_timed,
    completed_talk_ms = excluded.completed_talk_ms,
    tasks_pending = excluded.tasks_pending,
    tasks_running = excluded.tasks_running,
    tasks_completed = excluded.tasks_completed,
    tasks_failed = excluded.tasks_failed,
    answered_calls = excluded.answered_calls,
    answered_final = excluded.answered_final
