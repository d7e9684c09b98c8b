-- The home zones of spaces.
SELECT id, settings::JSON ->> 'timezone'
FROM space
WHERE org_id = :org_id AND id = ANY (:spaces::BIGINT[])
