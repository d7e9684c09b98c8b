-- Count what came to a hook, by outcome and reason, or a word that its platform's table lacks.
INSERT INTO hook_tally (org_id, hook_id, outcome, reason, word, times, last_at)
VALUES (:org_id, :hook_id, :outcome, :reason, :word, :times, :at)
ON CONFLICT (org_id, hook_id, outcome, reason, word) DO UPDATE
SET
    times = hook_tally.times + excluded.times,
    last_at = CASE WHEN hook_tally.last_at > excluded.last_at THEN hook_tally.last_at ELSE excluded.last_at END
