-- The words that the table of a hook's platform lacks, the latest first, without the count of the others.
SELECT reason, word, times
FROM hook_tally
WHERE org_id = :org_id AND hook_id = :hook_id AND outcome = 'unknown_word' AND reason <> ''
ORDER BY last_at DESC, reason, word
