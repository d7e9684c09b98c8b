-- One page of a space's runs, newest first, ties by id: keyset pagination after (at, item_id).
SELECT run_id, space_id, created, modified, collection_ref, run_mode, batch_count, pending, running, completed, failed
FROM run
WHERE
    org_id = :org_id AND space_id = :space_id
    AND (:at IS NULL OR created < :at OR (created = :at AND run_id > :item_id))
ORDER BY created DESC, run_id
LIMIT :limit OFFSET :offset
