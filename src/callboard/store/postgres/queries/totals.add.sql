-- Add differences to the totals of spaces, and set the version that they changed with.
UPDATE totals
SET
    version = new.version,
    calls_queued = totals.calls_queued + new.queued,
    calls_ringing = totals.calls_ringing + new.ringing,
    calls_in_progress = totals.calls_in_progress + new.in_progress,
    calls_completed = totals.calls_completed + new.completed,
    calls_missed = totals.calls_missed + new.missed,
    calls_failed = totals.calls_failed + new.failed,
    completed_timed = totals.completed_timed + new.timed,
    completed_talk_ms = totals.completed_talk_ms + new.talk_ms,
    tasks_pending = totals.tasks_pending + new.t_pending,
    tasks_running = totals.tasks_running + new.t_running,
    tasks_completed = totals.tasks_completed + new.t_completed,
    tasks_failed = totals.tasks_failed + new.t_failed,
    answered_calls = totals.answered_calls + new.answered_calls,
    answered_final = totals.answered_final + new.answered_final
FROM unnest( -- Citus
-- OFFSET 0: see `statements.py`.
FROM (SELECT * FROM unnest( -- one server
    :c1::BIGINT[], :c2::BIGINT[], :c3::BIGINT[], :c4::BIGINT[], :c5::BIGINT[], :c6::BIGINT[], :c7::BIGINT[],
    :c8::BIGINT[], :c9::BIGINT[], :c10::BIGINT[], :c11::BIGINT[], :c12::BIGINT[], :c13::BIGINT[],
    :c16::BIGINT[], -- one server
    :c14::BIGINT[], :c15::BIGINT[], :c17::BIGINT[]
) AS new ( -- Citus
) AS each_of ( -- one server
    version, queued, ringing, in_progress, completed, missed, failed, timed, talk_ms,
    t_pending, t_running, t_completed, t_failed,
    org_id, -- one server
    answered_calls, answered_final, space_id
)
OFFSET 0) AS new -- one server
WHERE totals.space_id = new.space_id
    AND totals.org_id = new.org_id -- one server
    AND totals.org_id = :v16 -- Citus
