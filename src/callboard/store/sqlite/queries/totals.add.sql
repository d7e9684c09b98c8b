-- Add differences to a space's totals, and set the version that they changed with.
UPDATE totals
SET
    version = ?,
    calls_queued = calls_queued + ?,
    calls_ringing = calls_ringing + ?,
    calls_in_progress = calls_in_progress + ?,
    calls_completed = calls_completed + ?,
    calls_missed = calls_missed + ?,
    calls_failed = calls_failed + ?,
    completed_timed = completed_timed + ?,
    completed_talk_ms = completed_talk_ms + ?,
    tasks_pending = tasks_pending + ?,
    tasks_running = tasks_running + ?,
    tasks_completed = tasks_completed + ?,
    tasks_failed = tasks_failed + ?,
    answered_calls = answered_calls + ?,
    answered_final = answered_final + ?
WHERE org_id = ? AND space_id = ?
