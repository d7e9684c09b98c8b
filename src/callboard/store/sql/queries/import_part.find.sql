-- The bytes of a part.
SELECT body
FROM import_part
WHERE org_id = :org_id AND upload_id = :upload_id AND part = :part
