-- Forget a word of a hook.
DELETE FROM hook_tally
WHERE org_id = :org_id AND hook_id = :hook_id AND outcome = 'unknown_word' AND reason = :reason AND word = :word
